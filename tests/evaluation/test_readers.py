"""Readers: the columns of the real tables become items, with the right answers of the fixtures."""

from __future__ import annotations

import itertools
import json
import math
import re
import shutil
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import huggingface_hub
import pytest
from attacks import ATTACKS
from hub.server import Blob, Hub, Repo

from synrl.answers import ANSWER_TYPES
from synrl.dataset.generate import generate
from synrl.dataset.recipes import plain
from synrl.errors import ConfigError, DataError
from synrl.evaluation.asking.hooks import doc_to_messages, doc_to_text
from synrl.evaluation.benchmarks import BENCHMARKS, TVBENCH, get_benchmark
from synrl.evaluation.data import media
from synrl.evaluation.data.damage import remember
from synrl.evaluation.data.items import Item, letter_of, listed_options, plain_letter, unlettered, untold
from synrl.evaluation.data.loading import load, with_videos
from synrl.evaluation.data.readers import get_reader
from synrl.evaluation.data.tables import read_tables
from synrl.evaluation.data.videos import Videos
from synrl.evaluation.scoring.item import score_item
from synrl.prompts import CHOOSE

from .benchmarks_made import SECONDS, STYLES, Folder, video_bytes, wrong

NAMES = [name for name in BENCHMARKS if name != "synrl_test"]


def documents(name: str) -> list[dict[str, Any]]:
    if name == "mvbench":
        pytest.importorskip("lmms_eval", reason="lmms-eval knows the folders of MVBench")
    return list(load(get_benchmark(name)))


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_an_item_whose_right_answer_scores_1(name: str, made: Folder) -> None:
    docs = documents(name)
    assert {doc["id"] for doc in docs} == set(made.gold[name]) and len(docs) == len(made.gold[name])
    for doc in docs:
        assert set(score_item(doc, made.gold[name][doc["id"]]).values.values()) == {1.0}
        assert all(media.Path(path).exists() for path in doc["videos"])
        assert set(doc["subsets"]) <= set(get_benchmark(name).subsets)


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_answer_scores_0_in_every_style(name: str) -> None:
    for doc, said in itertools.product(documents(name), STYLES.values()):
        judged = score_item(doc, said(wrong(doc)))
        assert set(judged.values.values()) == {0.0} and not judged.problem


def test_our_own_answers_of_every_type_are_read_in_every_style(
    folder: media.Path, tmp_path: media.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = generate(plain(("sliding_puzzle",), 12, "test", seed=5), tmp_path / "plans", progress=False)
    docs = []
    for data in (folder, plans):
        monkeypatch.setenv("SYNRL_TEST", str(data))
        docs += documents("synrl_test")
    kinds = {doc["id"]: json.loads(doc["row"])["answer_type"] for doc in docs}
    assert set(kinds.values()) == set(ANSWER_TYPES)
    assert all(score_item(doc, "").values == {"accuracy": 0.0} for doc in docs)
    for doc, said in itertools.product(docs, STYLES.values()):
        assert score_item(doc, said(doc["answer"])).values == {"accuracy": 1.0}, doc["id"]
        kind = kinds[doc["id"]]  # an order of one name has no other order
        other = wrong({**doc, "kind": "text" if kind == "ordering" else kind})
        assert score_item(doc, said(other)).values == {"accuracy": 0.0}, doc["id"]


@pytest.mark.parametrize("name", NAMES)
def test_prompts_show_each_option_once_and_how_to_answer(name: str) -> None:
    for doc in documents(name):
        for variant in ("direct", "reasoning"):
            text = doc_to_text(doc, {"variant": variant})
            assert ("<think>" in text) == (variant == "reasoning") and "<answer>" in text
            for letter, option in zip("ABCDEFGHIJ", doc["options"], strict=False):
                assert text.count(f"\n{letter}. {option}\n") == 1, text


@pytest.mark.parametrize("name", NAMES)
def test_prompts_say_once_how_to_answer_and_never_to_do_so_directly(name: str) -> None:
    for doc in documents(name):
        text = doc_to_text(doc, {"variant": "reasoning"})
        assert text.count(CHOOSE) == (doc["kind"] == "choice")
        assert "directly" not in text and text.lower().count("letter") == (doc["kind"] == "choice")


def test_lines_that_say_how_to_answer_are_taken_from_behind_options_only() -> None:
    shown = "Which letter is answered directly?\nA. Answer the option\nB. no letter"
    for told in (
        "Answer with the option's letter from the given choices directly.",
        "Please respond with only the letter of the correct answer.",
        "Please only output one English character.",
        "Select the best option.",
    ):
        assert untold(f"{shown}\n{told}\n") == shown
    more = f"{shown}\nThe video was filmed in Rome."
    assert untold(more) == more
    assert untold("Answer with a letter directly: which?") == "Answer with a letter directly: which?"


def test_prompts_say_what_is_asked_for() -> None:
    texts = {
        name: doc_to_text(documents(name)[0], {"variant": "direct"})
        for name in ("nextgqa", "vcrbench", "vsibench")
    }
    assert "What did the baby do?" in texts["nextgqa"] and "[start, end]" in texts["nextgqa"]
    assert "3 clips" in texts["vcrbench"] and "Make a latte." in texts["vcrbench"]
    tracks = {doc["subsets"][0]: doc_to_text(doc, {"variant": "direct"}) for doc in documents("videommmu")}
    assert {track for track, text in tracks.items() if "quiz" in text} == {"Perception", "Comprehension"}
    assert "lecture" in tracks["Adaptation"]
    numbers = [doc for doc in documents("vsibench") if doc["kind"] == "number"]
    assert len(numbers) == 4 and "Answer with a number." in doc_to_text(numbers[0], {"variant": "direct"})


def test_the_first_items_are_of_every_task_and_of_whole_pairs() -> None:
    assert {doc["subsets"][0] for doc in documents("tvbench")[:10]} == set(TVBENCH)
    assert len({doc["unit"] for doc in documents("vinoground")[:4]}) == 1


def test_several_videos_are_numbered_and_in_order() -> None:
    (turn,) = doc_to_messages(documents("cvbench")[1], {"variant": "direct"})
    kinds = [part["text"] if part["type"] == "text" else part["url"][-5:] for part in turn["content"][:-1]]
    assert kinds == ["Video 1:", "a.mp4", "Video 2:", "b.mp4", "Video 3:", "c.mp4"]


def test_a_part_of_a_video_is_cut_once_and_only_that() -> None:
    docs = {doc["id"]: doc for doc in documents("tvbench")}
    whole, part = docs["action_count_0000"], docs["action_sequence_0000"]
    assert media.clips(whole) == whole["videos"]
    (clip,) = media.clips(part)
    assert clip != part["videos"][0] and media.clips(part) == [clip]
    from synrl.budget import VideoBudget

    budget = VideoBudget(fps=10, max_frames=64)
    frames = budget.read(media.Path(clip).read_bytes(), 16).frames
    original = budget.read(media.Path(part["videos"][0]).read_bytes(), 16).frames
    assert len(original) == 10 * SECONDS and len(frames) == 16
    assert abs(frames.astype(float).mean((1, 2, 3)) - original[10:26].mean((1, 2, 3))).max() < 3


def test_a_missing_video_is_one_line_with_the_remedy(made: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDEOMME_VIDEO_DIR", str(made.root / "charades_sta"))
    with pytest.raises(
        DataError, match=r"^4 of 4 videos of Video-MME, .* missing, 'fFjv93ACGo0.mp4' first; hf "
    ) as raised:
        load(get_benchmark("videomme"))
    assert "\n" not in str(raised.value)


def test_items_can_be_left_out_with_their_missing_videos_and_are_counted(
    made: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYNRL_EVAL_SKIP_MISSING", "1")
    benchmark = get_benchmark("minerva")
    items = list(get_reader(benchmark.reader)(read_tables(benchmark).content))
    lost = Item("lost", "?", "A", ("nowhere.mp4",), options=("a", "b"))
    assert [item.id for item in with_videos(benchmark, [*items, lost])] == [item.id for item in items]
    assert (
        "1 of 3 videos of Minerva are missing, 'nowhere.mp4' first: 1 of 3 items are left out"
        in capsys.readouterr().err
    )


def test_a_video_that_cant_be_shown_and_a_question_without_letters_end_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYNRL_EVAL_DATA", str(tmp_path))
    monkeypatch.setenv("SYNRL_EVAL_CACHE", str(tmp_path / "cache"))
    folder = Folder(tmp_path)
    row = dict(question="?", options=["a", "b"], answer=0, reason_type="count")
    options = [f"option {k}" for k in range(11)]
    rows = [{**row, "id": name, "video_path": f"{name}.mp4"} for name in ("good", "page", "empty", "half")]
    rows.append({**row, "id": "many", "video_path": "good.mp4", "options": options, "answer": 10})
    folder.table("tomato", "default.jsonl", rows)
    folder.videos("tomato", "good.mp4", "page.mp4", "empty.mp4", "half.mp4")
    (place,) = {path.parent for path in tmp_path.rglob("good.mp4")}
    for name, data in (("page", b"<html>404</html>"), ("empty", b""), ("half", video_bytes()[:-900])):
        (place / f"{name}.mp4").write_bytes(data)
    for _ in range(2):  # found, and remembered
        documents = load(get_benchmark("tomato"))
        assert documents["id"] == ["good"] and documents[0]["measured"].endswith(" without 4 of 5 items")
        said = capsys.readouterr().err
        assert all(f"{name}.mp4' can't be shown: " in said for name in ("page", "empty", "half"))
        assert "item 'many' has 11 options; allowed: 10" in said
        assert "TOMATO: 4 of 5 items are left out" in said
    (place / "page.mp4").write_bytes(video_bytes())
    assert load(get_benchmark("tomato"))["id"] == ["good", "page"], "it has been mended"
    remember(place / "page.mp4", "frame 7 is damaged")
    assert load(get_benchmark("tomato"))["id"] == ["good"]


def test_a_part_that_begins_behind_the_end_of_its_video_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYNRL_EVAL_DATA", str(tmp_path))
    folder = Folder(tmp_path)
    row = dict(question="?", candidates=["a", "b"], answer="a", video="v.mp4")
    for task in TVBENCH:
        folder.table("tvbench", f"{task}.jsonl", [{**row, "start": 1.0, "end": 2.0}, {**row, "start": 9.0}])
        folder.videos("tvbench", f"{task}/v.mp4")
    assert len(load(get_benchmark("tvbench"))) == len(TVBENCH)
    assert "item 'action_count_0001' is about 9 s on of a video of 3." in capsys.readouterr().err


def test_a_video_of_another_task_with_the_same_name_is_not_taken(made: Folder) -> None:
    videos = Videos([made.root / "tvbench"])
    found = videos.find("action_count/same name.mp4")
    assert found is not None and found.parent.name == "action_count"
    assert videos.find("another_task/same name.mp4") is None
    inside = Videos([found.parent])
    assert inside.find("action_count/same name.mkv") == found, "folders above that of the user can't be seen"
    assert videos.find("nothing.mp4|action_count/same name.mp4") == found
    with pytest.raises(DataError, match=r"^'same name.mp4' may be '.*action_antonym.*' or '.*'; remove one"):
        videos.find("same name.mp4")


@pytest.mark.parametrize(
    ("name", "table", "rows", "said"),
    [
        ("tomato", "default.jsonl", [{"id": 1}], "TOMATO has other columns: KeyError: 'question'"),
        ("charades_sta", "default.jsonl", [], "Charades-STA has no items"),
        ("videomme", "videomme.jsonl", "{", "videomme.jsonl can't be read"),
        ("videomme", "videomme.jsonl", "[" * 100_000, "videomme.jsonl can't be read: maximum recursion"),
        (
            "vsibench",
            "full.jsonl",
            [
                dict(
                    id=1,
                    dataset="a",
                    scene_name="b",
                    question_type="c",
                    question="?",
                    options=None,
                    ground_truth="two",
                )
            ],
            "VSI-Bench has other columns",
        ),
        ("minerva", "minerva.json", {"a": 1}, "Minerva has other columns"),
    ],
)
def test_a_table_that_is_not_what_it_should_be_is_one_line(
    name: str, table: str, rows: Any, said: str, tmp_path: media.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    if isinstance(rows, str):
        (tmp_path / name).mkdir()
        (tmp_path / name / table).write_text(rows, encoding="utf-8")
    else:
        folder.table(name, table, rows)
    monkeypatch.setenv("SYNRL_EVAL_DATA", str(tmp_path))
    with pytest.raises(DataError, match=said) as raised:
        load(get_benchmark(name))
    assert "\n" not in str(raised.value)


def test_tables_are_read_as_other_programs_write_them(
    tmp_path: media.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNRL_EVAL_DATA", str(tmp_path))
    folder = Folder(tmp_path)
    folder.videos("nextgqa", "0/7.mp4")
    row = 'a,"what\u2028is, in\ntwo lines",1\n'
    (tmp_path / "nextgqa" / "test.csv").write_text(f"\ufeffvideo_id,question,qid\n{row}", encoding="utf-8")
    folder.table("nextgqa", "annotations/gsub_test.json", {"a": {"location": {"1": [[0, 1]]}}})
    folder.table("nextgqa", "map_vid_vidorID.json", {"a": "0/7"})
    (doc,) = load(get_benchmark("nextgqa"))
    assert "What\u2028is, in\ntwo lines?" in doc["question"] and doc["spans"] == [[0.0, 1.0]]
    tomato = dict(
        id=1, question="line\u2028line", options=[3, 4], answer=1, video_path="a.mp4", reason_type="count"
    )
    folder.videos("tomato", "a.mp4")
    line = json.dumps(tomato, ensure_ascii=False)
    (tmp_path / "tomato" / "default.jsonl").write_text(f"{line}\r\n\n{line}", encoding="utf-8")
    docs = list(load(get_benchmark("tomato")))
    assert [doc["options"] for doc in docs] == [["3", "4"]] * 2 and docs[0]["question"] == "line\u2028line"


@pytest.mark.parametrize(
    ("options", "answer", "letter"),
    [
        (["a dog", "a cat"], "B", "B"),
        (["a dog", "a cat"], "B. a cat", "B"),
        (["a dog", "a cat"], "a cat", "B"),
        (["B", "A"], "B", "B"),  # the letter, not the option that reads B
        (["1. FC", "2. FC"], "2. FC", "B"),
    ],
)
def test_answers_of_video_tt_are_letters_or_texts(
    options: list[str], answer: str, letter: str, tmp_path: media.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNRL_EVAL_DATA", str(tmp_path))
    folder = Folder(tmp_path)
    question = "Which?\n" + "\n".join(f"{mark}. {option}" for mark, option in zip("AB", options, strict=True))
    row = dict(video_id="x", question=question, question_prompt="Answer directly.", answer=answer)
    folder.table("videott", "default.jsonl", [row])
    folder.videos("videott", "x.mp4")
    (doc,) = load(get_benchmark("videott"))
    assert doc["answer"] == letter and doc["question"] == question


def test_of_a_dataset_of_ours_only_its_test_split_is_measured(
    folder: media.Path, tmp_path: media.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNRL_TEST", str(tmp_path))
    files, measured = sorted(folder.rglob("*.parquet")), []
    for file, split in zip(files, ("train", "test_shift", "test"), strict=False):
        shutil.copy(file, tmp_path / f"{split}-00000-of-00001.parquet")
        measured.append(set(load(get_benchmark("synrl_test"))["id"]))
    assert all(measured) and not any(one & two for one, two in itertools.combinations(measured, 2))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (dict(answer="C", options=("a", "b")), "answer 'C' is none of its 2 options"),
        (dict(answer="", options=("a", "b")), "answer '' is none of its 2 options"),
        (dict(answer="", kind="interval"), "there is no true span"),
        (dict(answer="", kind="interval", spans=((1.0, math.nan),)), r"spans \(\(1.0, nan\),\) are no spans"),
        (dict(answer="", kind="interval", spans=((2.0, 1.0),)), "are no spans"),
        (dict(answer="2, 0, 1", kind="ordering"), "answer '2, 0, 1' is no order of all clips"),
        (dict(answer="2, 2", kind="ordering"), "is no order of all clips"),
        (dict(answer="nan", kind="number"), "answer 'nan' is no number"),
        (dict(answer="A", kind="guess"), "kind 'guess' is unknown"),
    ],
)
def test_an_item_that_no_model_could_answer_is_an_error(more: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=f"^item 'x': .*{said}"):
        Item("x", "?", videos=("a.mp4",), **more)


def test_an_unknown_benchmark_is_an_error() -> None:
    with pytest.raises(ConfigError, match="no benchmark 'mvp'; allowed: nextgqa, "):
        get_benchmark("mvp")


def test_options_are_read_with_and_without_their_letters() -> None:
    assert unlettered(["A. one", "B. two"]) == unlettered(["(A) one", "(B) two"]) == ("one", "two")
    assert unlettered(["A. one", "two"]) == ("A. one", "two")
    assert unlettered(["A. one, or two, B. two, C. all"]) == ("one, or two", "two", "all")
    assert unlettered(["A. one", "B. two", "B. three"]) == ("one", "two", "three")
    shared = ["A: $1", "A: $2", "A: $3"]
    assert unlettered(shared) == tuple(shared), "what all share is a part of them"
    with pytest.raises(DataError, match="are a text, not a list"):
        unlettered("['a', 'b']")
    assert listed_options("Which?\n(A) one\n(B) two\nAnswer with A.") == ("one", "two")
    assert listed_options("Which?\nA. one\nC. is no line of it\nB. two") == ("one", "two")
    assert listed_options("One or two?") == ("",) * 4
    assert listed_options("Which? (A) one, big (B) two") == listed_options("Which?\nA. one, big; B. two")
    assert listed_options("Which? (A) one, big (B) two") == ("one, big", "two")
    assert [plain_letter(text) for text in ("B", " (b) ", "B.", "two")] == ["B", "B", "B", "two"]
    assert letter_of(["Yes.", "No."], "No") == "B" and letter_of(["a", "b"], "c") == "c"


def test_a_revision_may_be_a_commit_whose_rows_are_measured_again(
    hub: Hub, made: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINERVA_VIDEO_DIR", str(made.root / "minerva"))
    monkeypatch.delenv("SYNRL_EVAL_DATA")
    text = (made.root / "minerva" / "minerva.json").read_text("utf-8")
    was, now = ({"minerva.json": Blob(one.encode())} for one in (text, text.replace("How many?", "How few?")))
    hub.repos["dataset", "lmms-lab-eval/minerva"] = Repo([("a" * 40, was), ("b" * 40, now)])
    found = {}
    for revision in ("main", "a" * 40):
        doc = load(replace(get_benchmark("minerva"), revision=revision))[0]
        found[revision] = doc["question"], doc["measured"].rpartition("@")[2]
    assert found == {"main": ("How few?", "b" * 40), "a" * 40: ("How many?", "a" * 40)}


def on_hub(hub: Hub, repo: str, files: dict[str, bytes | str | list[dict[str, Any]]]) -> None:
    """A dataset on the Hub of the tests; lists become JSON."""
    blobs = {}
    for path, content in files.items():
        text = json.dumps(content) if isinstance(content, list) else content
        blobs[path] = Blob(text.encode() if isinstance(text, str) else text)
    hub.repos["dataset", repo] = Repo([("a" * 40, blobs)])


def test_rows_and_videos_come_from_the_hub(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYNRL_EVAL_DATA")
    rows = [dict(qid=7, goal="Tie a knot", video_file="video_7.mp4", ground_truth=[1, 0, 2])]
    on_hub(
        hub,
        "pritamqu/VCRBench",
        {
            "data/test.json": rows,
            "videos/video_7.mp4": video_bytes(),
            "README.md": "---\nlicense: mit\n---\n",
        },
    )
    with pytest.raises(
        DataError, match=r"1 of 1 videos of VCRBench are missing, 'video_7.mp4' first; hf download "
    ):
        load(get_benchmark("vcrbench"))
    huggingface_hub.snapshot_download("pritamqu/VCRBench", repo_type="dataset")
    (doc,) = load(get_benchmark("vcrbench"))
    assert doc["answer"] == "2, 1, 3" and doc["measured"] == f"pritamqu/VCRBench@{'a' * 40}"
    assert media.Path(doc["videos"][0]).read_bytes() == video_bytes()


def test_configurations_and_files_come_from_the_hub(
    hub: Hub, made: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("tvbench", "minerva"):
        monkeypatch.setenv(f"{name.upper()}_VIDEO_DIR", str(made.root / name))
    there = {f"json/{name}.json": made.root / "tvbench" / f"{name}.json" for name in TVBENCH}
    configs = [{"config_name": PurePosixPath(path).stem, "data_files": path} for path in there]
    card = f"---\nconfigs: {json.dumps(configs)}\n---\n"
    on_hub(hub, "FunAILab/TVBench", {"README.md": card} | {k: v.read_bytes() for k, v in there.items()})
    minerva = (made.root / "minerva" / "minerva.json").read_bytes()
    on_hub(hub, "lmms-lab-eval/minerva", {"moved/minerva.json": minerva})
    local = {name: list(load(get_benchmark(name))) for name in ("tvbench", "minerva")}
    monkeypatch.delenv("SYNRL_EVAL_DATA")
    for name, repo in (("tvbench", "FunAILab/TVBench"), ("minerva", "lmms-lab-eval/minerva")):
        docs = list(load(get_benchmark(name)))
        assert {doc["measured"] for doc in docs} == {f"{repo}@{'a' * 40}"}
        assert [{**doc, "measured": ""} for doc in docs] == [{**doc, "measured": ""} for doc in local[name]]


def test_a_benchmark_that_the_hub_does_not_give_is_one_line(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SYNRL_EVAL_DATA")
    for name, remedy in (("temporalbench", "accept its terms at huggingface.co"), ("minerva", "YouTube")):
        with pytest.raises(
            DataError, match=f"is not to be had: .*{remedy}.*SYNRL_EVAL_DATA/{name}"
        ) as raised:
            load(get_benchmark(name))
        assert "\n" not in str(raised.value)


def test_local_rows_have_a_name_that_is_theirs_wherever_they_are(
    made: Folder, folder: media.Path, tmp_path: media.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def named(name: str) -> str:
        return str(load(get_benchmark(name))[0]["measured"])

    monkeypatch.setenv("SYNRL_TEST", str(folder))
    before = {name: named(name) for name in ("tomato", "synrl_test")}
    assert all(re.fullmatch(r"sha256:[0-9a-f]{32}", name) for name in before.values())
    copied = tmp_path / "elsewhere"
    shutil.copytree(made.root / "tomato", copied / "tomato")
    shutil.copytree(folder, tmp_path / "rows")
    monkeypatch.setenv("SYNRL_EVAL_DATA", str(copied))
    monkeypatch.setenv("SYNRL_EVAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SYNRL_TEST", str(tmp_path / "rows"))
    assert {name: named(name) for name in before} == before
    table = copied / "tomato" / "default.jsonl"
    table.write_text(table.read_text("utf-8").replace("Which way?", "Where to?", 1), "utf-8")
    changed = named("tomato")
    assert changed != before["tomato"]
    monkeypatch.setenv("SYNRL_EVAL_SKIP_MISSING", "1")
    next((copied / "tomato").rglob("*.mp4")).unlink()
    assert named("tomato") == f"{changed} without 1 of 6 items"


def test_our_own_test_on_the_hub_is_named_by_its_commit(
    hub: Hub, folder: media.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = min(folder.rglob("*.parquet"))
    on_hub(hub, "org/synrl-test", {"data/test.parquet": file.read_bytes()})
    monkeypatch.setenv("SYNRL_TEST", "org/synrl-test")
    assert load(get_benchmark("synrl_test"))[0]["measured"] == f"org/synrl-test@{'a' * 40}"


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_win_no_row_of_any_family(
    name: str, folder: media.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNRL_TEST", str(folder))
    docs = list(load(get_benchmark("synrl_test")))
    said = [(doc, score_item(doc, ATTACKS[name](json.loads(doc["row"])))) for doc in docs]
    assert [(doc["id"], judged.given) for doc, judged in said if judged.values["accuracy"]] == []
