"""Every task through lmms-eval itself, with a model that says what a script tells it to."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

lmms_eval = pytest.importorskip("lmms_eval", reason="lmms-eval is not installed: pip install 'synrl[eval]'")

from lmms_eval.api.model import lmms  # noqa: E402
from lmms_eval.evaluator import simple_evaluate  # noqa: E402
from lmms_eval.tasks import TaskManager  # noqa: E402

from synrl.evaluation.benchmarks import BENCHMARKS, VARIANTS  # noqa: E402
from synrl.evaluation.judge.pairs import read_outputs  # noqa: E402
from synrl.evaluation.write_tasks import TASK_FOLDER, metric_names  # noqa: E402
from synrl.video import decode  # noqa: E402

from .benchmarks_made import SECONDS, STYLES, Folder, video_bytes, wrong  # noqa: E402

Script = Callable[[dict[str, Any], int], str]


class Scripted(lmms):  # type: ignore[misc]
    """Looks at every clip, then says what the script says of the document and the number of the sample."""

    def __init__(self, script: Script, simple: bool = False) -> None:
        super().__init__()
        self.script, self.is_simple = script, simple
        self.seen: dict[str, list[Any]] = {}
        self.prompts: list[str] = []
        self.asked: dict[tuple[str, int], int] = {}

    def generate_until(self, requests: list[Any]) -> list[str]:
        return [self.answer(*request.args) for request in requests]

    def answer(self, context: str, one: Any, two: Any, doc_id: int, task: str, split: str) -> str:
        doc = self.task_dict[task][split][doc_id]
        if self.is_simple:
            kwargs, clips = one, two(doc)
        else:
            (turn,) = one(doc)
            kwargs, clips = two, [part["url"] for part in turn["content"] if part["type"] == "video"]
            assert turn["content"][-1] == {"type": "text", "text": context}
        assert kwargs["until"] == []
        for clip in clips:
            self.seen.setdefault(doc["benchmark"], []).append(
                decode.read(Path(clip).read_bytes(), lambda i: [0])[0]
            )
        self.prompts.append(context)
        sample = self.asked[task, doc_id] = self.asked.get((task, doc_id), -1) + 1
        return self.script(doc, sample)

    def loglikelihood(self, requests: list[Any]) -> Any:
        raise NotImplementedError

    def generate_until_multi_round(self, requests: list[Any]) -> Any:
        raise NotImplementedError


def run(tasks: list[str], model: Scripted, **options: Any) -> dict[str, dict[str, float]]:
    """The metrics of each task, without the names of filters and the errors."""
    manager = TaskManager(include_path=str(TASK_FOLDER), include_defaults=False)
    done = simple_evaluate(model=model, tasks=tasks, task_manager=manager, bootstrap_iters=0, **options)
    return {
        task: {
            key.split(",")[0]: value for key, value in metrics.items() if "," in key and "_stderr" not in key
        }
        for task, metrics in done["results"].items()
    }


def gold(folder: Folder, doc: dict[str, Any]) -> str:
    return folder.gold[doc["benchmark"]][doc["id"]]


MADE = [name for name in BENCHMARKS if name != "synrl_test"]


def tasks(variant: str) -> list[str]:
    return [f"{BENCHMARKS[name].task}_{variant}" for name in MADE]


@pytest.mark.parametrize("style", STYLES)
def test_a_perfect_model_has_100_in_every_metric_of_every_task(made: Folder, style: str) -> None:
    variant = "direct" if style in ("bare", "bold") else "reasoning"
    model = Scripted(lambda doc, _: STYLES[style](gold(made, doc)))
    results = run(tasks(variant), model)
    for name in MADE:
        benchmark = BENCHMARKS[name]
        scores = results[f"{benchmark.task}_{variant}"]
        assert set(scores) == set(metric_names(benchmark, VARIANTS[variant])), name
        assert {k: v for k, v in scores.items() if v != pytest.approx(100.0)} == {
            "truncated": 0.0,
            "unparsed": 0.0,
        }


@pytest.mark.parametrize("said", ["", "<think>A man B C 1, 2, 3 from 1 to 2", "wrong"])
def test_a_wrong_model_and_a_silent_one_have_0(made: Folder, said: str) -> None:
    results = run(tasks("direct"), Scripted(lambda doc, _: said if said != "wrong" else wrong(doc)))
    empty, cut = 100.0 * (said == ""), 100.0 * said.startswith("<think>")
    for task, scores in results.items():
        assert (scores.pop("unparsed"), scores.pop("truncated")) == (empty, cut), task
        assert scores.pop("answered") == 100.0 - empty - cut
        assert set(scores.values()) == {0.0}, task


def test_models_see_the_part_of_a_video_that_is_meant(made: Folder) -> None:
    model = Scripted(lambda doc, _: "A")
    run(["synrl_tvbench_direct", "synrl_cvbench_direct", "synrl_mvbench_direct"], model)
    lengths = sorted(round(info.num_frames / 10, 1) for info in model.seen["tvbench"])
    assert lengths == [1.6] * 4 + [float(SECONDS)] * 16, "from 1.0 to 2.5 s, both included, at ten a second"
    assert len(model.seen["cvbench"]) == 2 + 3
    assert sorted(info.num_frames for info in model.seen["mvbench"])[0] == 6, "a folder of six frames"


def test_simple_models_are_asked_the_same(made: Folder) -> None:
    names = ["synrl_vcrbench_reasoning", "synrl_tvbench_reasoning", "synrl_vsibench_direct"]
    chat, simple = (Scripted(lambda doc, _: gold(made, doc), simple=simple) for simple in (False, True))
    assert run(names, chat) == run(names, simple)
    assert chat.prompts == simple.prompts and len(chat.prompts) == 3 + 20 + 10


def test_of_four_samples_pass1_is_the_mean_and_pass4_the_best(made: Folder) -> None:
    model = Scripted(lambda doc, sample: gold(made, doc) if sample == 2 and doc["id"] != "2" else wrong(doc))
    names = ["synrl_temporalbench_pass4", "synrl_charades_sta_pass4", "synrl_vinoground_pass4"]
    results = run(names, model)
    temporal = results["synrl_temporalbench_pass4"]
    assert temporal["pass1_accuracy"] == pytest.approx(100 * 5 / 24)
    assert temporal["pass4_accuracy"] == pytest.approx(100 * 5 / 6)
    assert temporal["pass1_mba"] == pytest.approx(100 * 2 / 3 / 4), "video a has a question never right"
    assert temporal["pass4_mba"] == pytest.approx(100 * 2 / 3)
    assert results["synrl_charades_sta_pass4"]["pass1_miou"] == pytest.approx(25.0)
    assert results["synrl_charades_sta_pass4"]["pass4_recall_70"] == 100.0
    assert results["synrl_vinoground_pass4"]["pass1_group_score"] == pytest.approx(25.0)


def test_mixtures_of_answers_have_the_scores_of_a_hand(made: Folder) -> None:
    said = {
        "tvbench": {"action_antonym_0000", "action_antonym_0001", "action_count_0000"},
        "temporalbench": {"1", "2", "3", "6"},  # videos a, a, b, c; b has two more
        "vinoground": {"0_pos_text", "0_neg_text", "0_pos_video", "1_pos_video", "1_neg_video"},
        "charades_sta": {"0000_3MSZA.mp4"},
        "vcrbench": {"1", "3"},
    }
    others = {"charades_sta": "0 - 10", "vcrbench": "1, 3, 2"}

    def script(doc: dict[str, Any], _: int) -> str:
        if doc["id"] in said[doc["benchmark"]]:
            return STYLES["plain"](gold(made, doc))
        return others.get(doc["benchmark"]) or ("<think>" if doc["id"].endswith("1") else wrong(doc))

    scores = run([f"synrl_{name}_reasoning" for name in said], Scripted(script))
    tvbench, charades = scores["synrl_tvbench_reasoning"], scores["synrl_charades_sta_reasoning"]
    assert (tvbench["accuracy"], tvbench["task_mean"]) == (pytest.approx(15.0), pytest.approx(15.0))
    assert (tvbench["accuracy_action_antonym"], tvbench["accuracy_action_count"]) == (100.0, 50.0)
    assert (tvbench["truncated"], tvbench["unparsed"], tvbench["answered"]) == (45.0, 0.0, 55.0)
    temporal = scores["synrl_temporalbench_reasoning"]
    assert (temporal["accuracy"], temporal["mba"]) == (pytest.approx(400 / 6), pytest.approx(200 / 3))
    vinoground = scores["synrl_vinoground_reasoning"]
    assert [vinoground[f"{name}_score"] for name in ("text", "video", "group")] == [50.0, 50.0, 0.0]
    assert (vinoground["three_scores"], vinoground["accuracy"]) == (pytest.approx(100 / 3), 62.5)
    # The others say 0 to 10 s of 0 to 5, and twice of 1 to 9: IoU 0.5, 0.8, 0.8, and IoP the same.
    assert charades["miou"] == charades["miop"] == pytest.approx(100 * (1 + 0.5 + 0.8 + 0.8) / 4)
    assert [charades[f"recall_{t}"] for t in (30, 50, 70)] == [100.0, 100.0, 75.0]
    vcr = scores["synrl_vcrbench_reasoning"]  # 1, 3, 2 for 1, 2, 3 has one place right
    assert (vcr["accuracy"], vcr["goals"]) == (pytest.approx(200 / 3), 75.0)
    assert vcr["steps"] == pytest.approx(100 * (3 + 1 + 5) / 11)


def test_a_limit_leaves_out_pairs_that_are_not_whole(made: Folder) -> None:
    right = Scripted(lambda doc, _: gold(made, doc))
    scores = run(["synrl_vinoground_direct"], right, limit=3)["synrl_vinoground_direct"]
    assert (scores["accuracy"], scores["text_score"], scores["video_score"]) == (100.0, 100.0, 0.0)


def test_our_own_test_is_scored_by_family_rate_and_pair(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from synrl.dataset.generate import generate
    from synrl.dataset.reading import Source
    from synrl.dataset.recipes import plain

    families = ("direction_identification", "card_stack")
    data = generate(plain(families, 4, seed=4, twins=True), tmp_path / "rows", progress=False)
    rows = {row["id"]: row for row in Source.open(str(data)).rows()}
    monkeypatch.setenv("SYNRL_TEST", str(data))
    perfect = run(
        ["synrl_test_reasoning"], Scripted(lambda doc, _: STYLES["tags"](rows[doc["id"]]["answer"]))
    )
    scores = perfect["synrl_test_reasoning"]
    assert scores.pop("unparsed") == scores.pop("truncated") == 0.0
    assert set(scores.values()) == {100.0}
    shown = {f"accuracy_{row['family']}" for row in rows.values()}
    shown |= {f"accuracy_min_fps_{row['min_fps']:g}" for row in rows.values()}
    assert set(scores) == shown | {"accuracy", "accuracy_answerable", "family_mean", "twin_pairs", "answered"}
    half = run(
        ["synrl_test_direct"],
        Scripted(lambda doc, _: rows[doc["id"]]["answer"] if int(doc["id"][-7:]) < 1_000_000 else "none"),
    )["synrl_test_direct"]
    twins = [row for row in rows.values() if int(row["id"].rpartition("-")[2]) >= 1_000_000]
    assert twins and half["twin_pairs"] == 0.0
    assert half["accuracy"] == pytest.approx(100 * (1 - len(twins) / len(rows)))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from synrl.training.tiny import write_tiny

    return write_tiny(tmp_path_factory.mktemp("models") / "tiny")


def test_every_task_runs_with_a_real_architecture(made: Folder, tiny: Path) -> None:
    from synrl.evaluation.asking.model import VideoModel

    model = VideoModel(str(tiny), device="cpu", dtype="float32", max_new_tokens=2)
    results = run(tasks("direct"), model, limit=2)
    assert set(results) == set(tasks("direct"))
    assert all(
        scores["unparsed"] + scores["truncated"] + scores["answered"] == 100 for scores in results.values()
    )


def test_the_older_architecture_runs_as_well(made: Folder, tmp_path: Path) -> None:
    from synrl.evaluation.asking.model import VideoModel
    from synrl.training.tiny import write_tiny

    tiny = write_tiny(tmp_path / "tiny", kind="qwen2_5_vl")
    model = VideoModel(str(tiny), device="cpu", dtype="float32", max_new_tokens=2)
    (scores,) = run(["synrl_cvbench_direct"], model).values()
    assert scores["unparsed"] + scores["truncated"] + scores["answered"] == 100


def test_reasoning_that_a_template_opens_and_no_answer_closes_is_truncated(
    made: Folder, tiny: Path, tmp_path: Path
) -> None:
    from synrl.evaluation.asking.model import VideoModel

    folder = Path(shutil.copytree(tiny, tmp_path / "thinking"))
    template = folder / "chat_template.jinja"
    plain = template.read_text("utf-8")
    opening = plain + "{% if add_generation_prompt %}{{ '<think>\n' }}{% endif %}"
    for text, problem in ((plain, "unparsed"), (opening, "truncated")):
        template.write_text(text, "utf-8")
        model = VideoModel(str(folder), device="cpu", dtype="float32", max_new_tokens=2)
        (scores,) = run(["synrl_cvbench_reasoning"], model).values()
        assert scores[problem] == 100.0


def test_a_video_whose_damage_shows_late_is_named_and_left_out_of_the_next_run(
    made: Folder, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synrl.errors import VideoError
    from synrl.evaluation.asking.model import VideoModel
    from synrl.evaluation.data import damage
    from synrl.video.decode import probe

    (tmp_path / "-abc_DEF123.mp4").write_bytes(b"<html>404</html>")
    (tmp_path / "GHI.456.mp4").write_bytes(video_bytes())
    monkeypatch.setenv("MINERVA_VIDEO_DIR", str(tmp_path))
    monkeypatch.setattr(damage, "check", lambda data: probe(video_bytes()))
    model = VideoModel(str(tiny), device="cpu", dtype="float32", max_new_tokens=2)
    with pytest.raises(
        VideoError, match=r"-abc_DEF123.mp4' can't be shown: .*; the next run goes on without"
    ):
        run(["synrl_minerva_direct"], model)
    assert set(run(["synrl_minerva_direct"], model)) == {"synrl_minerva_direct"}


def test_our_model_sees_what_training_shows(
    made: Folder, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synrl.budget import VideoBudget, token_edge
    from synrl.evaluation.asking.model import VideoModel

    model = VideoModel(str(tiny), device="cpu", dtype="float32", max_new_tokens=1)
    given: list[dict[str, Any]] = []
    generate = model.model.generate
    monkeypatch.setattr(model.model, "generate", lambda **kw: given.append(kw) or generate(**kw))
    run(["synrl_charades_sta_reasoning"], model, limit=1)
    (video,) = (made.root / "charades_sta").rglob("3MSZA.mp4")
    clip = VideoBudget().read(video.read_bytes(), token_edge(model.processor))
    (grid,) = given[0]["video_grid_thw"].tolist()
    assert grid[0] * 2 == len(clip.frames) == 10, "two a second of four seconds, and its last frame"
    assert [model.processor.video_processor.patch_size * edge for edge in grid[1:]] == list(
        clip.frames.shape[1:3]
    )


def test_the_command_measures_a_model_once(
    made: Folder, tiny: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from synrl.cli import main

    out = tmp_path / "results"
    command = [
        "eval",
        "--model",
        str(tiny),
        "--tasks",
        "synrl_cvbench",
        "--variant",
        "direct",
        "--out",
        str(out),
    ]
    command += ["--model-args", "device=cpu,dtype=float32,max_new_tokens=2"]
    for _ in range(2):
        assert main(command) == 0
        said = capfd.readouterr()
        assert said.out.startswith("synrl_cvbench_direct") and "accuracy" in said.out
        assert said.err.rstrip().endswith(f"next: synrl report {out}")
    (note,) = [json.loads(line) for line in (out / "runs.jsonl").read_text(encoding="utf-8").splitlines()]
    assert note["versions"]["lmms_eval"] and note["pins"][0]["benchmark"] == "cvbench"
    (samples,) = out.rglob("*_samples_synrl_cvbench_direct.jsonl")
    answered = [json.loads(line)["answered"] for line in samples.read_text("utf-8").splitlines()]
    assert [one["videos"] for one in answered] == [
        ["0/0Hd95ulYOT8.mp4", "0/XW-lrijc1oQ.mp4"],
        ["1/a.mp4", "1/b.mp4", "1/c.mp4"],
    ]
    outputs = read_outputs(samples)
    assert [output.videos[0] for output in outputs.values()] == [one["videos"][0] for one in answered]
    assert all("Same?" in one.question or "Which?" in one.question for one in outputs.values())
    rows = {one["measured"] for one in answered}
    assert rows == {note["pins"][0]["measured"]} and min(rows).startswith("sha256:")
    (results,) = out.rglob("*_results.json")
    assert json.loads(results.read_text(encoding="utf-8"))["configs"]["synrl_cvbench_direct"]["metadata"][
        "budget"
    ]
    answers = (out / "answers.jsonl").read_text(encoding="utf-8")
    assert len(answers.splitlines()) == 2
    report = ["report", str(out), "--out", str(tmp_path / "report"), "--model-card", str(tiny)]
    assert main(report) == main(report) == 0, "what it adds to the folder makes no other weights"
    said = json.loads((tiny / "results.json").read_text(encoding="utf-8"))["results"]
    (score,) = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))["lines"]
    assert [(one["metric"], one["items"], one["rows"]) for one in said] == [("accuracy", 2, *rows)]
    assert score["scores"]["results"]["independent"] == 2
    assert said[0]["command"].startswith(f"synrl eval --model {tiny} --variant direct --backend synrl")
    (tiny / "results.json").unlink()


def test_an_interrupted_run_goes_on_and_draws_the_same_samples(
    made: Folder, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synrl.evaluation.asking.model import VideoModel

    def model(journal: Path) -> Any:
        return VideoModel(str(tiny), device="cpu", dtype="float32", max_new_tokens=6, journal=str(journal))

    def answers(model: Any) -> list[str]:
        manager = TaskManager(include_path=str(TASK_FOLDER), include_defaults=False)
        done = simple_evaluate(
            model=model, tasks=["synrl_cvbench_pass4"], task_manager=manager, bootstrap_iters=0
        )
        return [text for sample in done["samples"]["synrl_cvbench_pass4"] for text in sample["resps"][0]]

    whole = answers(model(tmp_path / "whole.jsonl"))
    assert len(whole) == 8 and len(set(whole)) > 4, "samples of one question differ"
    lines = (tmp_path / "whole.jsonl").read_text(encoding="utf-8").splitlines()
    part = tmp_path / "part.jsonl"
    part.write_text("\n".join(lines[:5]) + "\n" + lines[5][:30], encoding="utf-8")
    again = model(part)
    calls: list[int] = []
    generate = again.model.generate
    monkeypatch.setattr(again.model, "generate", lambda **kw: calls.append(1) or generate(**kw))
    assert answers(again) == whole and len(calls) == 3
    assert answers(model(part)) == whole


def test_our_model_is_known_to_lmms_eval_whichever_is_imported_first() -> None:
    code = "import synrl.evaluation.asking.model; from lmms_eval.models import MODEL_REGISTRY_V2 as known; "
    code += "print(known.resolve('synrl').class_path)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() == "synrl.evaluation.asking.model.VideoModel" and "Failed" not in done.stderr


def test_plain_lmms_eval_says_in_one_line_what_is_missing(
    made: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-m", "lmms_eval", "--model", "dummy", "--model_args", "response=A"]
    command += ["--tasks", "synrl_videomme_direct", "--include_path", str(TASK_FOLDER)]
    monkeypatch.setenv("VIDEOMME_VIDEO_DIR", str(made.root / "minerva"))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("synrl_videomme: 4 of 4 videos of Video-MME, without subtitles are missing, ")


def test_our_own_test_is_asked_and_scored_as_in_training(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    from synrl.budget import token_edge
    from synrl.dataset.generate import generate
    from synrl.dataset.reading import Source
    from synrl.dataset.recipes import plain
    from synrl.evaluation.asking.model import VideoModel
    from synrl.evaluation.benchmarks import get_benchmark
    from synrl.training.inputs import encode, join, prompt_messages, token_types, with_video
    from synrl.training.rewards import accuracy_reward

    data = generate(
        plain(("direction_identification", "event_ordering"), 4, "test", seed=3),
        tmp_path / "rows",
        progress=False,
    )
    monkeypatch.setenv("SYNRL_TEST", str(data))
    adapter = VideoModel(str(tiny), device="cpu", dtype="float32", max_new_tokens=6)
    name, manager = "synrl_test_direct", TaskManager(include_path=str(TASK_FOLDER), include_defaults=False)
    done = simple_evaluate(model=adapter, tasks=[name], task_manager=manager, bootstrap_iters=0)
    evaluated = sorted(sample["resps"][0][0] for sample in done["samples"][name])

    model = AutoModelForImageTextToText.from_pretrained(tiny).eval()
    processor = AutoProcessor.from_pretrained(tiny)
    budget, edge = get_benchmark("synrl_test").budget, token_edge(processor)
    rows, texts = list(Source.open(str(data)).rows()), []
    for row in rows:
        clip = budget.read(row["video"]["bytes"], edge)
        prompt = encode(processor, with_video(prompt_messages(row, reasoned=False)), [clip])
        ids = torch.tensor([prompt.ids])
        inputs = {
            "input_ids": ids,
            "mm_token_type_ids": token_types(processor, ids),
            **join([prompt.visuals]),
        }
        given = model.generate(**inputs, do_sample=False, max_new_tokens=6)
        texts.append(processor.tokenizer.decode(given[0, ids.size(1) :], skip_special_tokens=True))
    assert len(evaluated) == len(rows) == 8
    assert evaluated == sorted(texts) and len(set(texts)) > 1
    rewards = accuracy_reward(texts, **{name: [row[name] for row in rows] for name in rows[0]})
    accuracy = done["results"][name]["accuracy,none"]
    assert accuracy == pytest.approx(100 * sum(reward or 0.0 for reward in rewards) / len(rows))
