"""The paper's tables, held against what the paper itself says of them: gains and means."""

from __future__ import annotations

import pytest

from synrl.evaluation import paper
from synrl.evaluation.benchmarks import BENCHMARKS

GAINS: dict[str, dict[str, tuple[float, ...]]] = {
    "tomato videott mvbench videomme temporalbench temporalbench.mba": {
        "4B SynRL": (4.6, 1.8, 1.7, 1.1, 0.8, 0.8),
        "8B SynRL": (4.9, 0.9, 1.9, 1.8, 1.0, 0.9),
    },
    "aotbench vinoground videommmu vcrbench cvbench tvbench minerva": {
        "4B SynRL": (1.7, 2.4, 0.4, 1.4, 0.8, 1.7, 0.3),
        "8B SynRL": (2.9, 4.2, 1.0, 1.4, 1.1, 0.7, 0.8),
    },
    "nextgqa.recall_30 nextgqa.recall_50 nextgqa.recall_70 nextgqa.miou": {"4B SynRL": (5.9, 1.8, 0.4, 4.6)},
    "rextime.recall_30 rextime.recall_50 rextime.recall_70 rextime.miou": {"4B SynRL": (12.6, 6.1, 3.4, 8.0)},
    "charades_sta.recall_30 charades_sta.recall_50 charades_sta.recall_70 charades_sta.miou": {
        "4B SynRL": (8.6, 8.5, 2.5, 5.1)
    },
    "vinoground tomato mvbench tvbench": {"4B RL only": (0.4, 0.7, 0.4, 0.2), "4B SFT": (1.8, 2.1, 0.7, 0.9)},
    "charades_sta.miou temporalbench temporalbench.mba": {
        "4B SFT": (1.5, 0.5, 0.4),
        "4B SFT on Video-R1": (-0.5, -3.7, -4.2),
    },
    "videomme aotbench minerva tomato": {"4B SynRL": (1.1, 1.7, 0.3, 4.6)},
    "complex general comprehensive": {
        "4B SynRL": (3.2, 1.5, 1.2),
        "4B SFT on Video-R1": (-3.1, -1.6, -1.9),
        "4B SynRL, synthetic only": (3.7, 0.7, 1.0),
        "4B RL only": (1.6, 0.8, 0.6),
        "4B RL only, 15K rows": (3.5, 1.7, 1.0),
    },
    "tomato videomme.accuracy_short videomme.accuracy_long vsibench.vsi": {
        "4B SynRL": (4.6, 1.7, 3.4, 3.2),
        "4B SynRL, spatial": (1.7, 0.6, 0.7, 3.4),
        "4B SynRL, temporal": (3.8, 0.4, 2.5, 0.9),
        "4B SynRL, short": (1.1, 1.4, 0.4, 1.7),
        "4B SynRL, long": (4.1, 0.2, 3.0, 1.1),
    },
    "complex.pass1_mean comprehensive.pass1_mean general.pass1_mean videomme.pass1_accuracy": {
        "4B SynRL": (3.2, 1.2, 1.5, 2.3)
    },
    "complex.pass4_mean general.pass4_mean": {"4B SynRL": (4.8, 1.9)},
}
"""What the tables print beside the numbers, against the same model as it is."""
LONG = {name.split()[0]: name for name in paper.COMPOSITES}


def numbers(said: str) -> dict[str, float]:
    name, _, metric = said.partition(".")
    if name in LONG:
        return paper.numbers(LONG[name], metric or "mean")
    return paper.numbers(name, metric or paper.main_metric(BENCHMARKS[name]))


@pytest.mark.parametrize("names", GAINS)
def test_numbers_differ_by_the_gains_that_the_paper_prints_beside_them(names: str) -> None:
    for column, gains in GAINS[names].items():
        for name, gain in zip(names.split(), gains, strict=True):
            said = numbers(name)
            assert said[column] - said[column[:2]] == pytest.approx(gain, abs=0.01), (name, column)


def test_the_second_round_gains_on_the_first() -> None:
    for name, gain in (("videomme", 0.4), ("aotbench", 0.5), ("minerva", 0.7), ("tomato", 0.3)):
        said = numbers(name)
        assert said["4B SynRL, 2 rounds"] - said["4B SynRL"] == pytest.approx(gain, abs=0.01)


def test_composites_of_the_appendix_are_means_of_the_tables_before() -> None:
    for name in paper.COMPOSITES:
        members = [numbers(benchmark.name) for benchmark in paper.members(name)]
        for column in ("4B", "4B SynRL"):
            mean = sum(member[column] for member in members) / len(members)
            assert paper.numbers(name, "mean")[column] == pytest.approx(mean, abs=0.0501), (name, column)
    assert numbers("complex")["8B"] == 36.9, "formed here, as the mean of 33.2 and 40.6"
    assert {b.composite for b in BENCHMARKS.values()} - {""} == set(paper.COMPOSITES)


def test_what_samples_gain_is_what_the_paper_says_but_where_it_contradicts_itself() -> None:
    gain = {
        column: [numbers(f"{k}.pass4_mean")[column] - numbers(f"{k}.pass1_mean")[column] for k in LONG]
        for column in ("4B", "4B SynRL")
    }
    assert sum(gain["4B"]) / 3 == pytest.approx(2.1, abs=0.0501)
    assert sum(gain["4B SynRL"]) / 3 == pytest.approx(3.1, abs=0.0501), "said to be 3.9"
    wide = numbers("comprehensive.pass4_mean")
    assert wide["4B SynRL"] - wide["4B"] == pytest.approx(2.1), "said to be 3.1"


def test_contradictions_are_named_with_their_tables() -> None:
    assert sorted(paper._TWICE) == [
        "MVBench, 4B SynRL: 67.1 (Table 1) and 66.8 (Table 5)",
        "TOMATO, 4B SynRL: 36.7 (Table 1) and 36.9 (Table 5)",
        "TVBench, 4B SynRL: 53.6 (Table 2) and 53.7 (Table 5)",
        "Vinoground, 4B SynRL: 43.2 (Table 2) and 43.4 (Table 5)",
    ]
    assert {*paper._TWICE} < {*paper.CONTRADICTIONS}


def test_every_number_is_of_a_metric_that_is_measured() -> None:
    from synrl.evaluation.benchmarks import VARIANTS
    from synrl.evaluation.write_tasks import metric_names

    measured = {
        (benchmark.name, metric)
        for benchmark in BENCHMARKS.values()
        for variant in VARIANTS.values()
        for metric in metric_names(benchmark, variant)
    }
    measured |= {(name, f"{prefix}mean") for name in paper.COMPOSITES for prefix in ("", "pass1_", "pass4_")}
    assert paper._NUMBERS.keys() <= measured
    papers = {benchmark.name for benchmark in BENCHMARKS.values() if benchmark.group != "own"}
    assert papers <= {name for name, _ in paper._NUMBERS}
