"""From a dataset to the same one with chains of thought.

First every row's outcome goes into a journal, in whatever order they come; then the shards are written from
the source and the journal, in the source's order, with all other columns as they were. Work goes on in
`<out>.incomplete`; the same command takes it up, and the folder gets its name only when it is whole.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from tqdm.auto import tqdm

from synrl import __version__
from synrl.chat.journal import Journal
from synrl.cot import trace
from synrl.cot.asking import ROW, Sleep, ask_all
from synrl.cot.check import check
from synrl.cot.settings import CotConfig
from synrl.cot.stages import REASONS, Outcome
from synrl.dataset.cards import dataset_card
from synrl.dataset.files import is_whole, write_tables
from synrl.dataset.origin import whole_origin
from synrl.dataset.reading import Group, Source, place_of, reading
from synrl.dataset.record import Record, made_from, sizes_in, write_recipe
from synrl.errors import ConfigError, DataError
from synrl.output import HOLDS_ELSE, SHARDS, check_apart, staged, working_folder, write_whole
from synrl.pool import check_num_proc, ordered_map
from synrl.schema import COLUMNS, features
from synrl.shares import Note, Share, begun, check_whole, notes
from synrl.texts import read_text

JOURNAL = "journal.jsonl"
DROPPED = "dropped.jsonl"
UNCHECKED = "unchecked.jsonl"
SUMMARY = "cot.json"
KIND = "cot"
"""In the notes of shares."""
_REQUEST, _PART = f"{SHARDS}/request", f"{SHARDS}/journal-{{}}-of-{{}}.jsonl"
"""While shares are made: what they are shares of, and the journal of each."""


@dataclass
class Summary:
    """What came out, by row."""

    accepted: Counter[str] = field(default_factory=Counter)
    """By family, as is `dropped`."""
    dropped: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Of dropped rows: those of `synrl.cot.stages.REASONS`."""
    reflected: int = 0
    """Rows accepted after they went back to the writer."""
    unpolished: int = 0
    """Rows accepted as they were written, because the polished chain did not pass. The trace needs none."""
    checked: int = 0
    """Claims in accepted chains that code has checked, and those that it could not, listed in `UNCHECKED`."""
    unchecked: int = 0

    def add(self, family: str, outcome: Outcome) -> None:
        """Count a row."""
        if outcome.cot is None:
            self.dropped[family] += 1
            self.reasons[outcome.reason] += 1
            return
        self.accepted[family] += 1
        self.reflected += outcome.reflections > 0
        self.unpolished += not outcome.polished
        self.checked += outcome.checked
        self.unchecked += len(outcome.unchecked)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        families = sorted({*self.accepted, *self.dropped})
        return {
            "accepted": self.accepted.total(),
            "reflected": self.reflected,
            "unpolished": self.unpolished,
            "dropped": self.dropped.total(),
            "reasons": {name: self.reasons[name] for name in REASONS if self.reasons[name]},
            "families": {
                name: {"accepted": self.accepted[name], "dropped": self.dropped[name]} for name in families
            },
            "claims": {
                "checked": self.checked,
                "unchecked": self.unchecked,
                "share_unchecked": round(self.unchecked / max(1, self.checked + self.unchecked), 4),
            },
        }


def add_chains(
    data: str,
    out: Path,
    config: CotConfig,
    *,
    num_proc: int = 1,
    progress: bool = True,
    sleep: Sleep = asyncio.sleep,
    share: Share | None = None,
) -> dict[str, Any]:
    """Write the dataset `data` with chains of thought to the folder `out`, and return its `cot.json`.

    Args:
        data: folder or Hub dataset, as `synrl.dataset.reading.Source.open` takes it.
        num_proc: processes of the writer `trace`.
        sleep: what waits between attempts at a server.
        share: which files to write; what is returned counts their rows, and `gather` ends the folder.

    Raises:
        ConfigError: `num_proc` is out of range or without effect, or a key may not be sent.
        DataError: the dataset can't be found or read, or no row got a chain.
        OutputError: `out` holds something else, or the disk is full or not writable.
        ServerError: a server refused, or was not to be had.
    """
    check_num_proc(num_proc)
    if not config.by_trace:
        if num_proc > 1:
            raise ConfigError(f"processes is {num_proc}, but a server is asked from one; leave it out")
        config.keys()  # one that may not be sent is a mistake before anything is done
    source = Source.open(data)
    check_apart(out, source.folder)
    about = {
        "settings": config.what(),
        "writer": "trace" if config.by_trace else "model",
        "data": source.digest(),
        "version": __version__,
    }
    about = json.loads(json.dumps(about))  # as it comes back from a file

    difference = partial(_difference, about=about, names=_names(source))

    def unfinished(folder: Path) -> str:
        return "" if (folder / JOURNAL).is_file() else difference(folder)

    def fill(source: Source, journal: Journal) -> None:
        with tqdm(total=source.num_rows, unit="row", disable=not progress) as bar:
            _fill(journal, source, config, num_proc, bar, sleep)

    if share is not None:
        # Models say something else each time, so that no row may be in two shares, counted in two ways.
        settings, request = asdict(config), {"kind": KIND, "about": about, "shards": share.count}
        note = Note(share, request, whole_origin(), {"data": place_of(data), "settings": settings})
        how = (partial(_prepare, request=request), difference)
        with begun(out, note, *how, unfinished=partial(_of_others, request=request)) as staging:
            if staging is None:
                return _summary_of(out)
            mine = source.of(share)
            _check_ids(mine)
            with Journal(staging / _PART.format(share.number, share.count), about) as journal:
                fill(mine, journal)
                _write_shards(mine, journal, staging)
                summary = _summed(mine, journal)[0]
                return {"about": about, "settings": settings, **summary.to_dict(), "tokens": _tokens(journal)}
    _check_ids(source)
    with staged(out, difference, unfinished=unfinished) as staging:
        if staging is None:
            return _summary_of(out)
        with Journal(staging / JOURNAL, about) as journal:
            fill(source, journal)
            return _finish(source, journal, staging, about, asdict(config))


def gather(out: Path) -> Path:
    """Make a dataset folder of what shares have left in its working folder, and return it.

    Raises:
        Incomplete: something is missing.
        DataError: the dataset that chains were written for is not to be found, or no row got a chain.
        OutputError: `out` holds something else, a share is being made, or some were made by others.
    """
    working = working_folder(out)
    if not working.is_dir() and _said_of(out) is not None:
        return out
    said = notes(working)
    if not said:
        raise DataError(f"{working} holds no note of a shard; make one of them again")
    request, here = said[0].request, said[0].here
    about = request["about"]
    source = Source.open(str(here["data"]))
    if source.digest() != about["data"]:
        raise DataError(f"{here['data']} has changed since chains were written for it")
    _check_ids(source)
    names = _names(source)
    difference = partial(_difference, about=about, names=names)
    with staged(out, difference, unfinished=partial(_of_others, request=request)) as staging:
        if staging is not None:
            check_whole(staging, names, lambda name: is_whole(staging / name))
            with Journal(staging / JOURNAL, about) as journal:
                for path in sorted(staging.glob(_PART.format("*", "*"))):
                    with Journal(path, about) as part:
                        for key, value in part.items():
                            if key not in journal:
                                journal.put(key, value)
                _finish(source, journal, staging, about, here["settings"])
    return out


def _prepare(staging: Path, request: Mapping[str, Any]) -> None:
    (staging / SHARDS).mkdir(exist_ok=True)
    write_whole(staging / _REQUEST, json.dumps(request))


def _of_others(folder: Path, request: Mapping[str, Any]) -> str:
    """What a working folder of shares holds instead of those of a request; nothing if it holds those."""
    with suppress(OSError, ValueError):
        return "" if json.loads(read_text(folder / _REQUEST)) == request else HOLDS_ELSE
    return HOLDS_ELSE


def _finish(
    source: Source, journal: Journal, staging: Path, about: Mapping[str, Any], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Write what is missing in a folder whose rows all have their outcome, and return its summary."""
    summary = _assemble(source, journal, staging)
    said = {"about": about, "settings": settings, **summary.to_dict(), "tokens": _tokens(journal)}
    if made := made_from(source.folder):
        recipe, origin = made
        write_recipe(staging, recipe, origin)
        record = Record(recipe, sizes_in(staging), origin)
        write_whole(staging / "README.md", dataset_card([record], {}))
    write_whole(staging / SUMMARY, json.dumps(said, indent=2) + "\n")
    if about["writer"] == "trace":  # last: a killed run is known again by this or by the summary
        (staging / JOURNAL).unlink()  # nothing in it was paid for
    return said


def _summary_of(folder: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(read_text(folder / SUMMARY))
    return said


def _check_ids(source: Source) -> None:
    seen: set[str] = set()
    for group in source.groups:
        for row in group.columns(["id"]):
            if row["id"] in seen:
                raise DataError(f"id {row['id']} occurs twice; `synrl verify` says more")
            seen.add(row["id"])


def _names(source: Source) -> list[str]:
    """The files of a dataset, by their paths inside, which are those of the result."""
    return [path.relative_to(source.folder).as_posix() for path in source.files]


def _difference(folder: Path, about: Any, names: Sequence[str]) -> str:
    """What a folder holds instead of chains for a dataset's files; nothing if it holds just these, whole."""
    if _said_of(folder) != about:
        return HOLDS_ELSE
    lost = [name for name in names if not is_whole(folder / name)]
    return f"is no longer whole: {lost[0]} is missing or damaged" if lost else ""


def _said_of(folder: Path) -> Any:
    """What a finished folder says that it is about; None if it is none of ours."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        return json.loads(read_text(folder / SUMMARY))["about"]
    return None


def _fill(journal: Journal, source: Source, config: CotConfig, num_proc: int, bar: Any, sleep: Sleep) -> None:
    """Bring the outcome of every row into the journal."""
    counts, tokens = Counter[str](), 0

    def tell(outcome: Outcome, more: int = 0) -> None:
        nonlocal tokens
        tokens += more
        counts["dropped" if outcome.cot is None else "accepted"] += 1
        counts["reflected"] += outcome.cot is not None and outcome.reflections > 0
        said = {name: counts[name] for name in ("accepted", "reflected", "dropped")}
        bar.set_postfix({**said, "tokens": tokens}, refresh=False)
        bar.update()

    for key, value in journal.items():
        if key.startswith(ROW):
            tell(Outcome(**value))
    if config.by_trace:
        _trace_all(journal, source, config, num_proc, tell)
    else:
        ask_all(source.groups, journal, config, tell, sleep)


def _trace_all(journal: Journal, source: Source, config: CotConfig, num_proc: int, tell: Any) -> None:
    todo = [
        group
        for group in source.groups
        if any(ROW + row["id"] not in journal for row in group.columns(["id"]))
    ]
    with ordered_map(num_proc) as run:
        for traced in run(partial(trace_group, tolerance=config.tolerance), todo):
            for row_id, outcome in traced:
                if ROW + row_id not in journal:
                    journal.put(ROW + row_id, asdict(outcome))
                    tell(outcome)


def trace_group(group: Group, tolerance: float) -> list[tuple[str, Outcome]]:
    """The chains of a row group, written from its rows' own records; all of them pass.

    Raises:
        DataError: one does not, which is a bug, or a damaged row.
    """
    outcomes = []
    for row in group.rows():
        with reading(row):
            chain = trace.write(row)
            report = check(chain, row, tolerance)
        if not report.ok:
            raise DataError(
                f"the chain of {row['id']} fails its own check: {'; '.join(report.problems)}; if "
                "`synrl verify` proves the row, please report this"
            )
        outcomes.append((row["id"], Outcome(chain, "", "", 0, True, len(report.checked), report.unchecked)))
    return outcomes


def _assemble(source: Source, journal: Journal, staging: Path) -> Summary:
    """Write the shards that are not there, the list of dropped rows, and that of claims not checked."""
    summary, dropped, unchecked = _summed(source, journal)
    if not summary.accepted:
        reasons = ", ".join(f"{name} {count}" for name, count in summary.reasons.most_common())
        raise DataError(
            f"none of {source.num_rows} rows got a chain that holds ({reasons}); {staging / JOURNAL} has "
            "what the models said; remove that folder to begin anew"
        )
    _write_shards(source, journal, staging)
    for name, lines in ((DROPPED, dropped), (UNCHECKED, unchecked)):
        write_whole(staging / name, "".join(json.dumps(line) + "\n" for line in lines))
    return summary


def _summed(source: Source, journal: Journal) -> tuple[Summary, list[dict[str, Any]], list[dict[str, Any]]]:
    """What came of rows, those of them that were dropped, and claims that were not checked."""
    summary, dropped, unchecked = Summary(), [], []
    for group in source.groups:
        for row, outcome in _outcomes(group, journal):
            summary.add(row["family"], outcome)
            if outcome.cot is None:
                dropped.append({**row, "reason": outcome.reason, "detail": outcome.detail})
            unchecked += [{**row, "claim": claim} for claim in outcome.unchecked]
    return summary, dropped, unchecked


def _write_shards(source: Source, journal: Journal, staging: Path) -> None:
    """Write the shards that are not there."""
    for path, groups in source.by_file():
        shard = staging / path.relative_to(source.folder)
        if not is_whole(shard):
            shard.parent.mkdir(parents=True, exist_ok=True)
            write_tables(shard, _tables(groups, journal))


def _outcomes(group: Group, journal: Journal) -> Iterator[tuple[dict[str, Any], Outcome]]:
    for row in group.columns(["id", "family"]):
        yield row, Outcome(**journal.get(ROW + row["id"]))


def _tables(groups: Sequence[Group], journal: Journal) -> Iterator[Any]:
    """The row groups with their chains, and without the rows that were dropped."""
    schema = features().arrow_schema
    for group in groups:
        chains = [outcome.cot for _, outcome in _outcomes(group, journal)]
        if not any(chains):
            continue
        table = group.table().select(list(COLUMNS))
        table = table.set_column(COLUMNS.index("cot"), schema.field("cot"), pa.array(chains, pa.string()))
        try:
            yield table.filter(pa.array([chain is not None for chain in chains])).cast(schema)
        except pa.ArrowException as error:
            first = str(error).splitlines()[0]
            raise DataError(f"{group.path} has columns of other types than SynRL's: {first}") from error


def _tokens(journal: Journal) -> dict[str, dict[str, int]]:
    """Sums by stage, over all calls that were paid for."""
    sums: dict[str, Counter[str]] = {stage: Counter() for stage in ("write", "judge", "polish")}
    for key, value in journal.items():
        if not key.startswith(ROW):
            stage = key.split("|")[1].split()[0]
            sums[stage].update(calls=1, prompt=value["prompt_tokens"], completion=value["completion_tokens"])
    return {stage: dict(count) for stage, count in sums.items() if count}
