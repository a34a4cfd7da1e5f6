"""The front door for Python: rows without a folder, whether an answer is right, a row to look at.

    import synrl

    row = synrl.make("card_stack", level=3, seed=7)
    synrl.show(row)  # in a notebook: the video with its timeline
    synrl.score(row, "<think>…</think><answer>B</answer>")
    stream = synrl.rows("rl_7k").stream()  # a datasets.IterableDataset

Rows are made when they are asked for, and are those that `synrl generate` writes: same values, same bytes.
`import synrl` imports this module, and with it NumPy and `datasets`, only when one of its names is used.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from synrl.answers import extract
from synrl.checks import check_range, check_whole
from synrl.dataset.custom import find_recipe, is_path
from synrl.dataset.files import make_rows
from synrl.dataset.recipes import Batch, Part, Recipe, plain, recipes
from synrl.dataset.rows import MOST_ROWS
from synrl.errors import ConfigError, allowed
from synrl.preview.page import page_text
from synrl.schema import features
from synrl.scoring import score as _score
from synrl.tasks import families
from synrl.tasks.config import LEVELS, MODES
from synrl.view import DEFAULT

if TYPE_CHECKING:
    import datasets

__all__ = ["Rows", "Shown", "families", "make", "rows", "score", "show"]
_PER_FAMILY = 1000
"""Rows of a family, unless a number is given; as for the `datasets` builder."""
_SHARDS = 64
"""Parts of a stream that workers, or processes, share out among themselves."""


def make(
    family: str,
    *,
    level: int | None = None,
    mode: str | None = None,
    seed: int = 0,
    index: int = 0,
    split: str = "train",
    view: str = DEFAULT,
) -> dict[str, Any]:
    """One row of a task family, as a dict of its columns; `row["video"]["bytes"]` is an MP4.

    It is row `index` of `rows(family, ...)` with the same arguments.

    Args:
        level: 1, the easiest, to 5; by default they take turns with `index`.
        mode: such as `perception` or `forward`; by default those of the family take turns.
        view: what a model will be shown, as frames a second x most frames.

    Raises:
        ConfigError: a name or number is out of range, or the family has no such mode.
    """
    check_range("row index", index, 0, MOST_ROWS - 1)
    levels, modes = LEVELS if level is None else (level,), MODES if mode is None else (mode,)
    recipe = plain((family,), index + 1, split, levels, modes, seed=seed, view=view)
    return make_rows(next(recipe.batches()), index)[0]


def rows(
    source: str | Sequence[str],
    *,
    num_rows: int | None = None,
    split: str | None = None,
    levels: Sequence[int] | None = None,
    modes: Sequence[str] | None = None,
    seed: int | None = None,
    view: str | None = None,
) -> Rows:
    """The rows of one or several families, or of a recipe, made while they are read.

    Args:
        source: names of families; or the name of a recipe, or the path of one of your own (a YAML file).
        num_rows: of each family (by default 1000); of a recipe, in all (by default as many as it says).
        split: of families, the split to make, `train` by default; of a recipe, the one of its splits to read,
            all by default.
        levels: of families; a recipe says its own, and its modes.
        seed: root seed; by default 0, or what the recipe says.
        view: what a model will be shown; by default `2x32`, or what the recipe says.

    Raises:
        ConfigError: there is no such family, recipe or split, or a number is out of range.
    """
    said: dict[str, Any] = {
        name: value for name, value in (("seed", seed), ("view", view)) if value is not None
    }
    if not isinstance(source, str) or source in families():
        names = (source,) if isinstance(source, str) else tuple(source)
        count = _PER_FAMILY if num_rows is None else num_rows
        return Rows(plain(names, count, split or "train", levels or LEVELS, modes or MODES, **said))
    if levels is not None or modes is not None:
        raise ConfigError(f"levels or modes and recipe {source} exclude each other: a recipe says its own")
    if not is_path(source) and source not in recipes():
        raise ConfigError(
            f"no task family or recipe {source!r}; {allowed([*families(), *recipes()], source)}"
        )
    recipe = replace(find_recipe(source), **said)
    recipe = recipe if num_rows is None else recipe.scaled(num_rows)
    return Rows(recipe, recipe.parts if split is None else _parts(recipe, split))


@dataclass(frozen=True)
class Rows:
    """Rows that are made on each pass anew, families in turn: the first of each, the second of each, …

    `len()` counts them without the twins that some recipes ask for, each of which follows its row.
    """

    recipe: Recipe
    parts: tuple[Part, ...] = ()
    """Those of its parts that are read; by default all."""

    def __len__(self) -> int:
        return sum(batch.num_rows for batch in self._batches())

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for batch, index in self._keys():
            yield from make_rows(batch, index)

    def stream(self) -> datasets.IterableDataset:
        """The rows as a stream that `datasets` shuffles, batches and divides among workers.

        With several workers each makes the rows of its own shards; `state_dict()` of the stream says where to
        go on after an interruption.
        """
        import datasets

        keys = list(self._keys())
        count = min(_SHARDS, len(keys))
        shards = [keys[number::count] for number in range(count)]
        made: datasets.IterableDataset = datasets.IterableDataset.from_generator(
            _made, features=features(), gen_kwargs={"shards": shards}
        )
        return made

    def _batches(self) -> list[Batch]:
        splits = {part.split for part in self.parts or self.recipe.parts}
        return [batch for batch in self.recipe.batches() if batch.split in splits]

    def _keys(self) -> Iterator[tuple[Batch, int]]:
        batches = self._batches()
        for index in range(max(batch.num_rows for batch in batches)):
            yield from ((batch, index) for batch in batches if index < batch.num_rows)


def _made(shards: Sequence[Sequence[tuple[Batch, int]]]) -> Iterator[dict[str, Any]]:
    """The rows of some shards; `datasets` gives each worker a part of them."""
    for keys in shards:
        for batch, index in keys:
            yield from make_rows(batch, index)


def score(row: Mapping[str, Any], text: str) -> float:
    """1.0 if a model's output answers a row rightly, else 0.0: what the accuracy reward of training is.

    Args:
        text: what the model wrote; the answer is what stands in its last `<answer>` after its reasoning, or,
            without tags, what follows the reasoning.

    Raises:
        ConfigError: the row's type of answer is unknown.
    """
    return _score(extract(text), row)


def show(row: Mapping[str, Any], *, height: int = 720) -> Shown:
    """A row to look at in a notebook: the video with its tracks, the timeline, question and answer.

    Args:
        height: px of the frame in the notebook.

    Raises:
        ConfigError: the height is not a number of pixels.
        DataError: the row isn't one of ours.
    """
    check_whole("height", height, 100)
    return Shown(page_text([row], str(row["id"])), height)


@dataclass(frozen=True)
class Shown:
    """A page that notebooks show; `page` is the HTML of all of it, which needs no network."""

    page: str
    height: int

    def _repr_html_(self) -> str:
        """For notebooks. The frame keeps the page's script away from the notebook."""
        return (
            f'<iframe srcdoc="{html.escape(self.page)}" sandbox="allow-scripts" title="SynRL row" '
            f'style="width: 100%; height: {self.height}px; border: 0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"Shown({len(self.page)} characters of HTML; a notebook shows it)"


def _parts(recipe: Recipe, split: str) -> tuple[Part, ...]:
    """The parts of a recipe that make a split.

    Raises:
        ConfigError: there are none.
    """
    parts = tuple(part for part in recipe.parts if part.split == split)
    if not parts:
        raise ConfigError(
            f"recipe {recipe.name} has no split {split!r}; {allowed([p.split for p in recipe.parts])}"
        )
    return parts
