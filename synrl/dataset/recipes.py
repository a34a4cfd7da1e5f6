"""Recipes: which rows a dataset holds. The named ones are the data that the paper trains on.

A recipe is a list of parts, and a part is so many rows of some families, shared out evenly. Rows of
different recipes differ even where everything else is equal: the recipe's name is part of each row's key.
Only `test_shift` means to show the scenes of `test` again, in a style that nothing else is drawn in.

The paper says how many rows each set has (section 3.2, 4 and the tables) but not how they are spread
over families, levels and modes; here they are spread evenly. It gives no sizes for the halves of its
Table 9 nor for the rounds of its curriculum of 37K, and no test set of its own: those are ours. Nor does it
say how many frames its models are shown: every recipe is made for a view (`synrl.view`), and each of its rows
can be answered there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any

from synrl.checks import check_one_of, check_some_of, check_whole
from synrl.dataset.rows import MOST_ROWS, check_split, scheduled
from synrl.dataset.sources import LLAVA_VIDEO, VideoSource
from synrl.errors import ConfigError, allowed
from synrl.seeds import GENERATOR_VERSION, check_seed
from synrl.tasks import families, get_family
from synrl.tasks.config import LEVELS, MODES, Config
from synrl.video.encode import ENCODINGS
from synrl.view import DEFAULT, parse_view


@dataclass(frozen=True)
class Part:
    """Rows of some families in one split.

    Raises:
        ConfigError: a name or number is out of range, or a family has none of the modes.
    """

    families: tuple[str, ...]
    num_rows: int
    """In all; no family has more than one row more than another."""
    split: str = "train"
    levels: tuple[int, ...] = LEVELS
    modes: tuple[str, ...] = MODES
    """Each family goes through those of them that it has."""
    length: int = 1
    """How many times as many operations as usual; other than 1 for long families only."""

    def __post_init__(self) -> None:
        if not self.families or len(set(self.families)) < len(self.families):
            raise ConfigError(
                f"families are {', '.join(self.families) or 'none'}; name each once, at least one"
            )
        check_whole("number of rows", self.num_rows, 1, MOST_ROWS * len(self.families))
        check_split(self.split)
        check_some_of("levels", self.levels, LEVELS)
        check_some_of("modes", self.modes, MODES)
        for name in self.families:
            family = get_family(name)
            for level in self.levels:
                family.config(level, family.modes[0], "open", self.length)
            if not set(self.modes) & set(family.modes):
                raise ConfigError(
                    f"{name} has none of the modes {', '.join(self.modes)}; {allowed(family.modes)}"
                )

    def shares(self) -> dict[str, int]:
        """How many rows of each family."""
        each, more = divmod(self.num_rows, len(self.families))
        return {name: each + (place < more) for place, name in enumerate(self.families)}


@dataclass(frozen=True)
class Batch:
    """The rows of one family in one split of a recipe: what one set of shards holds."""

    family: str
    folder: str
    """Where the shards go, inside the dataset."""
    split: str
    key: str
    """The split's name in the keys and ids of its rows."""
    num_rows: int
    levels: tuple[int, ...]
    modes: tuple[str, ...]
    length: int
    seed: int
    twins: bool
    encoding: str
    view: str

    def config(self, index: int) -> Config:
        """Level, mode, form and knobs of a row."""
        return scheduled(get_family(self.family), index, self.levels, self.modes, self.length, self.view)


_TAKEN = ("images", "recipes")


@dataclass(frozen=True)
class Recipe:
    """Which rows a dataset holds; `name` is empty for one that is made up on a command line.

    Raises:
        ConfigError: a name or number is out of range, or two parts say the rows of a family in one split.
    """

    name: str
    parts: tuple[Part, ...]
    summary: str = ""
    seed: int = 0
    twins: bool = False
    """Whether to write the reversed twin of every row that has one, right behind it."""
    sources: tuple[VideoSource, ...] = ()
    """Rows of other datasets to mix in when training; they are no part of what is generated."""
    encoding: str = "fast"
    """`fast`, made in the least time, or `compact`, which takes three fifths of the bytes."""
    view: str = DEFAULT
    """What a model is to be shown of the clips; see `synrl.view`."""
    generator_version: str = field(default=GENERATOR_VERSION, init=False)

    def __post_init__(self) -> None:
        if self.name in _TAKEN:
            raise ConfigError(f"a recipe can't be called {self.name}: published datasets have such a folder")
        check_seed(self.seed)
        check_one_of("encoding", self.encoding, ENCODINGS)
        object.__setattr__(self, "view", str(parse_view(self.view)))
        said = [(part.split, family) for part in self.parts for family in part.families]
        if not said or len(set(said)) < len(said):
            raise ConfigError(f"recipe {self.name!r} says the rows of a family twice, or of none")

    @property
    def num_rows(self) -> int:
        """Without twins."""
        return sum(part.num_rows for part in self.parts)

    def digest(self) -> str:
        """Of all that decides on the rows."""
        said = {name: value for name, value in asdict(self).items() if name != "summary"}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def batches(self) -> Iterator[Batch]:
        """Family by family, in the order of the parts."""
        name, splits = self.name.replace(".", "_"), {part.split for part in self.parts}
        alone = len(splits) == 1 and splits <= {"train", "test"}
        for part in self.parts:
            # Splits share no row, so each has a key of its own.
            key = part.split if not name else name if alone else f"{name}_{part.split}"
            for family, count in part.shares().items():
                folder = f"{self.name}/{family}" if self.name else family
                if count:
                    yield Batch(
                        family,
                        folder,
                        part.split,
                        key,
                        count,
                        part.levels,
                        part.modes,
                        part.length,
                        self.seed,
                        self.twins,
                        self.encoding,
                        self.view,
                    )

    def scaled(self, num_rows: int) -> Recipe:
        """The recipe with so many rows in all, the first of each family, in the same proportions.

        Raises:
            ConfigError: there would be no rows.
        """
        check_whole("number of rows", num_rows, 1)
        parts = []
        before = 0
        for part in self.parts:
            after = before + part.num_rows
            count = num_rows * after // self.num_rows - num_rows * before // self.num_rows
            parts += [replace(part, num_rows=count)] if count else []
            before = after
        return replace(self, parts=tuple(parts))


def plain(
    families: Sequence[str],
    num_rows: int,
    split: str = "train",
    levels: Sequence[int] = LEVELS,
    modes: Sequence[str] = MODES,
    **options: Any,
) -> Recipe:
    """`num_rows` rows of each family, under no name; `options` are `seed`, `twins`, `encoding` and `view`.

    Raises:
        ConfigError: a name or number is out of range, or a family has none of the modes.
    """
    # Before anything is made of them: three times "2" is a text, and a word is a list of letters.
    check_whole("number of rows", num_rows, 1)
    check_some_of("levels", levels, LEVELS)
    check_some_of("modes", modes, MODES)
    part = Part(tuple(families), num_rows * len(families), split, tuple(levels), tuple(modes))
    return Recipe("", (part,), **options)


def get_recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        ConfigError: there is none.
    """
    if name not in recipes():
        raise ConfigError(f"no recipe {name!r}; {allowed(recipes(), name)}")
    return recipes()[name]


@cache
def recipes() -> dict[str, Recipe]:
    """All named recipes."""
    every = tuple(families())
    short, long = (tuple(n for n in every if families()[n].horizon == h) for h in ("short", "long"))
    spatial, temporal = (
        tuple(n for n in every if families()[n].primitive == p) for p in ("spatial", "temporal")
    )
    return {
        recipe.name: recipe
        for recipe in (
            Recipe("smoke", (Part(every, 90),), "a few rows of every family, to try things out"),
            Recipe(
                "cot_6.7k",
                (Part(every, 6700),),
                "to write chains of thought for, before RL (section 3.2)",
                sources=(LLAVA_VIDEO,),
            ),
            Recipe("rl_7k", (Part(every, 7000),), "the first round of RL (section 2.3)"),
            Recipe(
                "rl_round2_3k",
                (Part(long, 3000, length=2),),
                "the second round: the long families with twice the operations, so about twice as long "
                "(finding 3)",
                view="2x64",
            ),
            Recipe("rl_15k", (Part(every, 15_000),), "RL without chains of thought before it (Table 11)"),
            Recipe("rl_50k", (Part(every, 50_000),), "the largest single round (section 6.2)"),
            Recipe(
                "curriculum_37k",
                (
                    Part(every, 7000, "round_1", levels=(1, 2, 3)),
                    Part(every, 10_000, "round_2", levels=(3, 4, 5)),
                    Part(short, 13_000, "round_3", levels=(4, 5)),
                    Part(long, 7000, "round_3", levels=(3, 4, 5), length=2),
                ),
                "three rounds, each harder than the one before (section 6.2)",
            ),
            Recipe("spatial", (Part(spatial, 7000),), "the spatial half (Table 9)"),
            Recipe("temporal", (Part(temporal, 7000),), "the temporal half (Table 9)"),
            Recipe("short", (Part(short, 7000),), "the short half (Table 9)"),
            Recipe("long", (Part(long, 7000),), "the long half (Table 9)"),
            Recipe("test", (Part(every, 1800, "test"),), "held out, with reversed twins", twins=True),
            Recipe(
                "test_shift",
                (Part(every, 1800, "test"),),
                "the scenes of `test` in colours, grounds and fonts that nothing else has",
                twins=True,
            ),
        )
    }
