"""file_system: the rules agree with a real shell, and one start fits what is seen."""

from __future__ import annotations

import itertools
import os
import posixpath
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from synrl.errors import IllegalOperation
from synrl.scoring import score
from synrl.seeds import Streams
from synrl.tasks import get_family
from synrl.tasks.shared.questions import Question
from synrl.world.files import apply, parse_plan, undo
from synrl.world.history import History, Step
from synrl.world.timeline import Timeline

GOLDEN_FRAMES = "68c051da99c51489"

NAME = "file_system"
STATE = {"cwd": "/docs", "dirs": ["/docs", "/src"], "files": ["/a.txt", "/docs/b.txt", "/docs/c.py"]}


def test_a_real_shell_does_the_same(rows_of: Callable[..., Any], tmp_path: Path) -> None:
    """The commands of stored rows, run by sh in a real directory."""
    for row in rows_of(NAME, 60):
        start, end = row["states"][0]["state"], row["states"][-1]["state"]
        root = tmp_path / row["id"]
        for path in start["dirs"]:
            (root / path[1:]).mkdir(parents=True)
        root.mkdir(exist_ok=True)
        for path in start["files"]:
            (root / path[1:]).touch()
        lines = []
        for operation in row["operations"]:
            words = [f"{root}{w}" if w.startswith("/") else w for w in operation["arguments"]["words"]]
            lines.append(" ".join([operation["kind"], *words]))
        done = subprocess.run(
            ["sh", "-e"],
            input="\n".join([*lines, "pwd"]),
            cwd=root,
            text=True,
            capture_output=True,
            check=True,
        )
        found = [f"/{p.relative_to(root)}" for p in root.rglob("*")]
        assert sorted(p for p in found if not (root / p[1:]).is_dir()) == end["files"]
        assert sorted(p for p in found if (root / p[1:]).is_dir()) == end["dirs"]
        assert "/" + os.path.relpath(done.stdout.strip(), os.path.realpath(root)).replace(".", "", 1) in (
            end["cwd"],
            "/" + end["cwd"],
        )


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("cd ..", {"cwd": "/"}),
        ("cd /src", {"cwd": "/src"}),
        ("cd .", {}),
        ("mkdir old", {"dirs": ["/docs", "/docs/old", "/src"]}),
        ("touch ../src/x", {"files": ["/a.txt", "/docs/b.txt", "/docs/c.py", "/src/x"]}),
        ("rm *.txt", {"files": ["/a.txt", "/docs/c.py"]}),
        ("mv * /src", {"files": ["/a.txt", "/src/b.txt", "/src/c.py"]}),
        ("cp ../a.txt .", {"files": ["/a.txt", "/docs/a.txt", "/docs/b.txt", "/docs/c.py"]}),
        ("mv b.txt d.txt", {"files": ["/a.txt", "/docs/c.py", "/docs/d.txt"]}),
    ],
)
def test_commands_do_what_they_do(line: str, change: dict[str, Any]) -> None:
    kind, *words = line.split()
    assert apply(STATE, kind, {"words": words}) == {**STATE, **change}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("cd old", "/docs/old is no directory"),
        ("cd b.txt", "/docs/b.txt is no directory"),
        ("mkdir ../src", "/src is there already"),
        ("mkdir x/y", "there is no directory /docs/x"),
        ("touch b.txt", "/docs/b.txt is there already"),
        ("rm x", "there is no file /docs/x"),
        ("rm *.csv", "there is no file /docs/\\*.csv"),
        ("rm ../src", "there is no file /src"),
        ("mv * d.txt", "2 files need a directory"),
        ("cp b.txt .", "/docs/b.txt is there already"),
        ("cp b.txt", "cp takes 2 words, not 1"),
        ("ls /", "'ls' is unknown"),
    ],
)
def test_an_illegal_command_says_why(line: str, said: str) -> None:
    kind, *words = line.split()
    with pytest.raises(IllegalOperation, match=said):
        apply(STATE, kind, {"words": words})


@pytest.mark.parametrize(
    "line", ["mkdir old", "touch x", "rm b.txt", "mv b.txt /src", "mv b.txt x", "cp *.txt /src", "cp b.txt x"]
)
def test_a_command_can_be_taken_back(line: str) -> None:
    kind, *words = line.split()
    assert undo(apply(STATE, kind, {"words": words}), kind, {"words": words}) == STATE


@pytest.mark.parametrize("line", ["rm old/x", "mv old/x /src", "rm c.py", "mv c.py /src", "mkdir ../docs"])
def test_what_was_never_there_can_not_be_brought_back(line: str) -> None:
    """A file in no directory or in one that still exists, and a directory that was not empty when made."""
    kind, *words = line.split()
    with pytest.raises(IllegalOperation):
        undo({**STATE, "files": [*STATE["files"], "/src/x"]}, kind, {"words": words})


@pytest.mark.parametrize("line", ["cd ..", "rm *.txt", "mv * /src"])
def test_a_command_that_loses_something_can_not_be_taken_back(line: str) -> None:
    kind, *words = line.split()
    with pytest.raises(IllegalOperation, match="can't be undone"):
        undo(apply(STATE, kind, {"words": words}), kind, {"words": words})


def drafts(mode: str, form: str, count: int) -> Iterator[tuple[Timeline, Question]]:
    """Clips that are not drawn, with their questions."""
    family = get_family(NAME)
    for index in range(count):
        config, streams = family.config(1 + index % 5, mode, form), Streams(NAME, "drafts", 7, index)
        timeline = family.simulate(config, streams)
        yield timeline, family.ask(timeline, config, streams)


def steps_of(timeline: Timeline) -> list[Step]:
    return [Step(operation.kind, operation.arguments) for operation in timeline.operations]


def other_starts(timeline: Timeline) -> Iterator[dict[str, Any]]:
    """Starts with one or two files, of all that the clip knows of, or one directory more or less."""
    start = timeline.states[0].state
    known = {path for state in timeline.states for path in state.state["files"]}
    known |= {f"{directory}/a.txt" for directory in ("", *start["dirs"])}
    for count in (1, 2):
        for changed in itertools.combinations(sorted(known), count):
            yield {**start, "files": sorted(set(start["files"]) ^ set(changed))}
    dirs = {path for state in timeline.states for path in state.state["dirs"]} | {"/other"}
    yield from ({**start, "dirs": sorted(set(start["dirs"]) ^ {path})} for path in sorted(dirs))


def test_only_one_start_fits_what_is_seen() -> None:
    """By the rules that questions state: every command succeeds, and whatever one makes is new."""
    for timeline, question in drafts("retrodictive", "open", 200):
        assert "Every command succeeds, and nothing that touch" in question.text
        end = timeline.states[-1].state
        for start in other_starts(timeline):
            try:
                final = History.replay(start, steps_of(timeline), apply).states[-1]
            except IllegalOperation:
                continue
            assert final != end, (start, timeline.states[0].state)


STRICT = """
touch() { [ ! -e "$1" ] && command touch "$1"; }
to() {
    kind=$1; shift
    for last; do :; done
    while [ $# -gt 1 ]; do
        target=$last
        if [ -d "$last" ]; then target=$last/${1##*/}; fi
        if [ -e "$target" ]; then return 1; fi
        command "$kind" "$1" "$last" || return 1
        shift
    done
}
cp() { to cp "$@"; }
mv() { to mv "$@"; }
"""
"""Commands as questions describe them: they fail rather than overwrite or touch what is there."""


def test_in_a_real_shell_no_other_start_leads_to_the_list(tmp_path: Path) -> None:
    for number, (timeline, _) in enumerate(drafts("retrodictive", "choice", 25)):
        start, end = timeline.states[0].state, timeline.states[-1].state
        starts = [start, *itertools.islice(other_starts(timeline), 10)]
        script = [STRICT]
        for place, state in enumerate(starts):
            root = tmp_path / f"{number}" / f"{place}"
            root.mkdir(parents=True)
            if any(os.path.dirname(path) not in ("/", *state["dirs"]) for path in state["files"]):
                continue
            made = [f"mkdir -p {root}{path}" for path in state["dirs"]]
            made += [f": > {root}{path}" for path in state["files"]]
            lines = [
                " ".join(
                    [step.kind, *(f"{root}{w}" if w.startswith("/") else w for w in step.arguments["words"])]
                )
                for step in steps_of(timeline)
            ]
            script.append(
                f"( {' && '.join([f'cd {root}', *made, *lines])} && : > {root}/done ) 2>/dev/null || :"
            )
        subprocess.run(["sh"], input="\n".join(script), text=True, check=True, cwd=tmp_path)
        for place in range(len(starts)):
            root = tmp_path / f"{number}" / f"{place}"
            found = {f"/{path.relative_to(root)}" for path in root.rglob("*")}
            fits = "/done" in found and found - {"/done"} == {*end["dirs"], *end["files"]}
            assert fits == (place == 0), starts[place]


def test_one_option_of_a_plan_works() -> None:
    """Carried out on sets of paths; the others would be right for what other clips with this list lead to."""
    for timeline, question in drafts("predict_operations", "choice", 200):
        query = timeline.query
        hidden = timeline.states[-1 if query["reveal"] == "start" else 0].state
        works = [carried_out(hidden, option) == set(query["target"]["files"]) for option in question.options]
        assert works == [option == question.answer_text for option in question.options]
        assert hidden["dirs"] == query["target"]["dirs"]


def carried_out(state: dict[str, Any], plan: str) -> set[str] | None:
    files = set(state["files"])
    for kind, path, *into in map(str.split, plan.split("; ")):
        target = posixpath.join(*into, posixpath.basename(path)) if into else path
        if (kind == "touch") == (path in files) or (kind == "mv" and target in files):
            return None
        files ^= {path, target} if kind == "mv" else {path}
    return files


@pytest.mark.parametrize("mode", ["forward", "retrodictive"])
def test_the_listing_and_the_options_do_not_tell_the_answer(mode: str) -> None:
    """Neither what is nearest to the list nor what resembles the other options is right more often."""
    right = {"nearest": [0.0], "alike": [0.0], "longest": [0.0]}
    for timeline, question in drafts(mode, "choice", 400):
        query = timeline.query
        if query["ask"] != "contents":
            continue
        shown = timeline.states[0 if query["reveal"] == "start" else -1].state["files"]
        there = {posixpath.basename(p) for p in shown if posixpath.dirname(p) == query["directory"]}
        sets = {option: set(option.split(", ")) for option in question.options}
        scores = {
            "nearest": {option: -len(own ^ there) for option, own in sets.items()},
            "alike": {
                option: -sum(len(own ^ other) for other in sets.values()) for option, own in sets.items()
            },
            "longest": {option: len(own) for option, own in sets.items()},
        }
        for name, score_of in scores.items():
            best = [option for option in sets if score_of[option] == max(score_of.values())]
            right[name].append((question.answer_text in best) / len(best))
    for name, shares in right.items():
        assert sum(shares) / len(shares) < 0.25 + 3 * (0.1875 / len(shares)) ** 0.5, name


@pytest.mark.parametrize("mode", ["forward", "historical"])
def test_the_last_change_of_directory_does_not_tell_where_it_led(mode: str) -> None:
    """The word of it leads to each of the answers from the directories that there are."""
    for timeline, question in drafts(mode, "choice", 120):
        query = timeline.query
        if query["ask"] != "cwd":
            continue
        steps = steps_of(timeline)[: None if query["when"] == "end" else query["when"]]
        (word,) = [step for step in steps if step.kind == "cd"][-1].arguments["words"]
        dirs = timeline.states[0].state["dirs"]
        ends = {posixpath.normpath(posixpath.join(place, word)) for place in dirs}
        assert {*question.options} <= ends and len(question.options) == 4


def test_every_text_fits_on_its_bar() -> None:
    for split in ("train", "test_shift"):
        for timeline in itertools.islice(clips(split), 40):
            for item, looks in zip(timeline.objects, get_family(NAME).draw(timeline).looks, strict=True):
                for look in looks:
                    (left, top), (right, bottom) = (
                        look[0].outline.vertices.min(0),
                        look[0].outline.vertices.max(0),
                    )
                    for shape in look[1:]:
                        inside = shape.outline.vertices
                        assert left + 4 < inside[:, 0].min() and inside[:, 0].max() < right - 4, item.name
                        assert top + 0.9 < inside[:, 1].min() and inside[:, 1].max() < bottom - 0.9, item.name


def clips(split: str) -> Iterator[Timeline]:
    family = get_family(NAME)
    for index in itertools.count():
        config = family.config(5 - index % 2, family.modes[index % 4], "choice")
        yield family.simulate(config, Streams(NAME, split, 3, index))


def test_at_most_two_commands_are_in_sight() -> None:
    for timeline in itertools.islice(clips("train"), 20):
        commands = [k for k, item in enumerate(timeline.objects) if item.shape == "command"]
        assert (timeline.poses.look[:, commands] >= 0).sum(axis=1).max() == 2


def test_a_pane_stands_in_for_the_list_on_every_frame_without_it() -> None:
    for timeline in itertools.islice(clips("train"), 8):
        names = [item.name for item in timeline.objects]
        seen = timeline.poses.look >= 0
        assert (seen[:, names.index("cover")] != seen[:, names.index("/")]).all()


def test_the_answer_is_in_the_state_of_its_moment(rows_of: Callable[..., Any]) -> None:
    asks = set()
    for row in rows_of(NAME, 60):
        query = row["config"]["query"]
        states = [s["state"] for s in row["states"]]
        states = states[1:] if query["reveal"] == "start" else states[:-1]
        asks.add(query["ask"])
        if "when" in query:
            state = states[{"start": 0, "end": -1}.get(query["when"], query["when"])]
            if query["ask"] == "cwd":
                assert row["answer_text"] == state["cwd"]
            else:
                inside = [os.path.split(path) for path in state["files"]]
                names = sorted(name for directory, name in inside if directory == query["directory"])
                assert row["answer_text"] == ", ".join(names) != ""
        elif "file" in query:
            there = [query["file"] in state["files"] for state in states]
            (change,) = (k for k in range(1, len(there)) if there[k] != there[k - 1]
                         and there[k] == (query["ask"] == "created"))  # fmt: skip
            assert row["answer_text"] == str(change)
    assert asks == {"contents", "cwd", "created", "removed", "plan"}


def test_plans_are_run_and_must_be_legal(rows_of: Callable[..., Any]) -> None:
    for row in rows_of(NAME, 60):
        if row["answer_type"] == "plan":
            assert score(row["answer"], row) == 1.0
            assert score("rm /nowhere/a.txt", row) == score("cd /", row) == score("rm -rf /", row) == 0.0
    assert parse_plan("touch /a.txt; mv /b.txt /docs") == [
        Step("touch", {"words": ["/a.txt"]}),
        Step("mv", {"words": ["/b.txt", "/docs"]}),
    ]
    for text in ("", "touch a.txt", "rm /a /b", "mv /a.txt", "touch /$(reboot)"):
        assert parse_plan(text) is None
