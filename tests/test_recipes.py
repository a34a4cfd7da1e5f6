"""Recipes hold what they say, and no scene or question occurs in two of them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synrl.audit.row import check_row
from synrl.dataset.custom import load_recipe
from synrl.dataset.files import make_rows
from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import Batch, Part, Recipe, get_recipe, plain, recipes
from synrl.dataset.rows import TWINS, remake
from synrl.errors import ConfigError
from synrl.seeds import SHIFT, Streams
from synrl.tasks import families, get_family

NAMES = (
    "cot_6.7k", "rl_7k", "rl_round2_3k", "rl_15k", "rl_50k", "curriculum_37k", "spatial", "temporal", "short",
    "long", "smoke", "test", "test_shift",
)  # fmt: skip
SIZES = {"cot_6.7k": 6700, "rl_7k": 7000, "rl_round2_3k": 3000, "rl_15k": 15_000, "rl_50k": 50_000}
LONG = [family.name for family in families().values() if family.horizon == "long"]


def test_every_recipe_has_the_size_of_the_paper() -> None:
    assert set(recipes()) == set(NAMES)
    for name, size in {**SIZES, "curriculum_37k": 37_000}.items():
        assert recipes()[name].num_rows == size == sum(b.num_rows for b in recipes()[name].batches())


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_spread_evenly_over_the_families_of_a_part(name: str) -> None:
    for part in recipes()[name].parts:
        counts = part.shares().values()
        assert max(counts) - min(counts) <= 1 and sum(counts) == part.num_rows


@pytest.mark.parametrize(("name", "fits"), [
    ("spatial", lambda family: family.primitive == "spatial"),
    ("temporal", lambda family: family.primitive == "temporal"),
    ("short", lambda family: family.horizon == "short"),
    ("long", lambda family: family.horizon == "long"),
    ("rl_round2_3k", lambda family: family.horizon == "long"),
    ("rl_7k", lambda family: True),
])  # fmt: skip
def test_a_half_has_exactly_its_families(name: str, fits) -> None:
    assert {b.family for b in recipes()[name].batches()} == {f.name for f in families().values() if fits(f)}


@pytest.mark.parametrize("name", LONG)
def test_the_second_round_has_twice_the_operations(name: str) -> None:
    (once,) = (b for b in recipes()["long"].batches() if b.family == name)
    (twice,) = (b for b in recipes()["rl_round2_3k"].batches() if b.family == name)
    for index in range(5):
        assert twice.config(index).num_operations == 2 * once.config(index).num_operations
    ((row,), (longer,)) = (make_rows(batch, 2) for batch in (once, twice))
    assert len(longer["operations"]) == 2 * len(row["operations"])
    assert longer["config"]["num_effective_ops"] > 0


def contents(batch: Batch, index: int) -> tuple[str, str]:
    """Digests of a row's scene (everything that moves, and how) and of its question with that scene."""
    family, config = get_family(batch.family), batch.config(index)
    streams = Streams(batch.family, batch.key, batch.seed, index)
    timeline = family.simulate(config, streams)
    question = family.ask(timeline, config, streams)
    poses = [getattr(timeline.poses, name).tolist() for name in ("x", "y", "angle", "scale", "look")]
    scene = [poses, *(str(part) for part in (timeline.events, timeline.operations, timeline.states))]
    asked = [question.text, list(question.options), question.answer_text]
    return tuple(
        hashlib.sha256(json.dumps(p, sort_keys=True).encode()).hexdigest() for p in (scene, asked + [scene])
    )


def test_no_scene_or_question_occurs_in_two_recipes() -> None:
    found: dict[str, set[str]] = {}
    for name, recipe in recipes().items():
        rows = [(batch, index) for batch in recipe.batches() for index in range(min(3, batch.num_rows))]
        found[name] = {digest for row in rows for digest in contents(*row)}
        # Two of a recipe may be the same by chance, of an easy family with few scenes; hardly more.
        assert len(found[name]) >= 2 * len(rows) - 2
    for one, other in combinations(found, 2):
        if {one, other} != {"test", "test_shift"}:
            assert not found[one] & found[other], (one, other)


def test_another_seed_shares_no_scene_with_the_rows_before_and_behind() -> None:
    for name in families():
        batches = [next(plain((name,), 6, seed=seed).batches()) for seed in (7, 8)]
        one, other = ({digest for i in range(6) for digest in contents(batch, i)} for batch in batches)
        assert not one & other, name


def test_the_shifted_test_asks_the_same_of_the_same_happenings_in_another_style() -> None:
    plain_, shifted = (recipes()[name].batches() for name in ("test", "test_shift"))
    for one, other in zip(plain_, shifted, strict=True):
        if one.family in ("rotation_counting", "sliding_puzzle"):
            (row, *_), (twin, *_) = make_rows(one, 3), make_rows(other, 3)
            assert all(row[name] == twin[name] for name in ("operations", "states", "answer_text"))
            happened = [[(e["frame"], e["kind"]) for e in r["events"]] for r in (row, twin)]
            assert happened[0] == happened[1]
            assert row["video"]["bytes"] != twin["video"]["bytes"] and row["id"] != twin["id"]


def test_keys_of_different_recipes_differ_but_for_the_shifted_test() -> None:
    keys = Counter((b.family, b.key) for recipe in recipes().values() for b in recipe.batches())
    assert max(keys.values()) == 1
    unshifted = {(family, key.removesuffix(SHIFT)) for family, key in keys}
    assert len(keys) - len(unshifted) == len(families())


@given(num_rows=st.integers(1, 40_000), name=st.sampled_from(NAMES))
def test_a_scaled_recipe_has_so_many_rows(num_rows: int, name: str) -> None:
    scaled = get_recipe(name).scaled(num_rows)
    assert scaled.num_rows == num_rows == sum(batch.num_rows for batch in scaled.batches())
    assert {b.key for b in scaled.batches()} <= {b.key for b in get_recipe(name).batches()}


def test_the_digest_tells_recipes_apart_and_depends_on_seed_and_size() -> None:
    digests = {recipe.digest() for recipe in recipes().values()}
    assert len(digests) == len(NAMES)
    rl = get_recipe("rl_7k")
    assert len({rl.digest(), rl.scaled(70).digest(), plain(("card_stack",), 1).digest()} - digests) == 2
    assert rl.digest() == get_recipe("rl_7k").digest()


def test_twins_follow_their_rows() -> None:
    batch = next(b for b in recipes()["test"].batches() if b.family == "event_ordering")
    made = [make_rows(batch, index) for index in range(6)]
    pairs = [rows for rows in made if len(rows) == 2]
    assert pairs
    for row, twin in pairs:
        assert row["twin_id"] == twin["id"] and twin["twin_id"] == row["id"]
        assert twin["config"]["index"] == TWINS + row["config"]["index"]


@pytest.mark.parametrize(("wrong", "said"), [
    (dict(levels=(6,)), "levels is .6,.; allowed: some of 1, 2, 3, 4, 5"),
    (dict(modes=("perception",)), "card_stack has none of the modes perception; allowed: forward"),
    (dict(families=("speed_perception",), length=2), "length is 2 for speed_perception"),
    (dict(length=9), "num_operations is 45"),
    (dict(num_rows=0), "number of rows is 0"),
])  # fmt: skip
def test_a_wrong_part_names_the_value_and_what_is_allowed(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Part(**{"families": ("card_stack",), "num_rows": 5, **wrong})


def test_a_family_may_be_said_once_a_split() -> None:
    part = Part(("card_stack",), 5)
    with pytest.raises(ConfigError, match="twice"):
        Recipe("mine", (part, Part(("card_stack",), 2)))
    assert Recipe("mine", (part, Part(("card_stack",), 2, "other"))).num_rows == 7


def test_the_compact_encoding_shows_the_same_in_fewer_bytes(tmp_path: Path) -> None:
    sizes = {}
    for encoding in ("fast", "compact"):
        out = generate(plain(("card_stack",), 1, encoding=encoding), tmp_path / encoding, progress=False)
        (row,) = Source.open(str(out)).spread(1)
        sizes[encoding] = len(row["video"]["bytes"])
        assert check_row(row) == []
        assert remake(row).video["bytes"] == row["video"]["bytes"]
    assert sizes["compact"] < 0.8 * sizes["fast"]
    with pytest.raises(ConfigError, match="encoding is 'tiny'; allowed: fast, compact"):
        plain(("card_stack",), 1, encoding="tiny")


def test_an_unknown_recipe_is_told_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no recipe 'rl_8k'; did you mean rl_7k\? allowed: smoke"):
        get_recipe("rl_8k")


@pytest.mark.parametrize(
    "text",
    [
        "name: 2024-99-99",
        f"seed: {'9' * 5000}",
        "name: !!int ''",
        "name: !!bool x",
        "a: &a [x]\nb: [*a]",
        "a: [",
    ],
)
def test_yaml_that_is_none_is_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"^recipe [^\n]* can't be read: [^\n]*$"):
        load_recipe(tmp_path / "mine.yaml")
