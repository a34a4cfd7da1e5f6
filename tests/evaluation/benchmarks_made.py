"""Every benchmark in small: its tables with the columns, files and folders of the real ones, and our videos.

What is right is written beside each question by hand, by the id of its item, and not read back from the
readers that are tested.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame

SECONDS, RATE = 4, 10
STYLES: dict[str, Callable[[str], str]] = {
    "tags": lambda a: (
        f"<think>A man moves. Option C at 3 s, or 1, 2, 3? A ball.</think>\n<answer>{a}</answer>"
    ),
    "tags_only": lambda a: f"<answer>\n{a}\n</answer>",
    "closing_tag": lambda a: f"So a man ... it can't be D.</think>\n\n{a}",
    "plain": lambda a: f"A man walks in, a ball falls at 3 s.\nTherefore the answer is {a}.",
    "bare": lambda a: a,
    "boxed": lambda a: f"<think>A? B?</think>It follows that \\boxed{{{a}}}",
    "bold": lambda a: f"**Answer:** {a}",
}
"""The ways in which models say an answer."""


def wrong(item: Mapping[str, Any]) -> str:
    """An answer of the right form that is wrong in every way; in an order no step has its place."""
    if item["kind"] == "choice":
        return "B" if item["answer"] == "A" else "A"
    if item["kind"] == "ordering":
        first, *rest = item["answer"].split(", ")
        return ", ".join([*rest, first])
    return "900 - 901" if item["kind"] == "interval" else "9999"


@cache
def video_bytes() -> bytes:
    """A dark clip of four seconds that gets lighter by the frame."""
    import io

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(SECONDS * RATE):
            frame = VideoFrame.from_ndarray(np.full((48, 64, 3), 5 * number, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


class Folder:
    """`$SYNRL_EVAL_DATA` while it is being filled."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.gold: dict[str, dict[str, str]] = {}
        """By benchmark and item: the answer that is right."""

    def table(self, benchmark: str, name: str, rows: Any) -> None:
        path = self.root / benchmark / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".csv":
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(rows)
        elif path.suffix == ".jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        else:
            path.write_text(json.dumps(rows), encoding="utf-8")

    def videos(self, benchmark: str, *names: str) -> None:
        for name in names:
            path = self.root / benchmark / "unpacked" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(video_bytes())

    def right(self, benchmark: str, gold: Mapping[str, str]) -> None:
        self.gold[benchmark] = dict(gold)


def nextgqa(folder: Folder) -> None:
    row = dict(frame_count="120", width="64", height="48", answer="wave", type="TN")
    row |= {f"a{k}": text for k, text in enumerate(("clap", "wave", "sit", "run", "eat"))}
    questions = [("2574374895", "8", "what did the baby do"), ("2574374895", "2", "why"),
                 ("4444", "0", "where is the dog at the end?")]  # fmt: skip
    folder.table(
        "nextgqa",
        "test.csv",
        [dict(video_id=video, qid=qid, question=question, **row) for video, qid, question in questions],
    )
    folder.table(
        "nextgqa",
        "gsub_test.json",
        {
            "2574374895": {
                "duration": 35,
                "fps": 29.97,
                "location": {"8": [[0.5, 12.6]], "2": [[1.0, 3.0], [20.0, 30.0]]},
            },
            "4444": {"duration": 4, "fps": 10.0, "location": {"0": [[2.0, 4.0]]}},
        },
    )
    folder.table("nextgqa", "map_vid_vidorID.json", {"2574374895": "0101/2909445186", "4444": "1000/4444"})
    folder.videos("nextgqa", "0101/2909445186.mp4", "4444.mp4")
    folder.right(
        "nextgqa",
        {"2574374895_8": "0.5 - 12.6", "2574374895_2": "20.0 - 30.0", "4444_0": "2.0 - 4.0"},
    )


def charades_sta(folder: Folder) -> None:
    rows = [
        dict(video="3MSZA.mp4", caption="person turn a light on.", timestamp=[24.297, 30.4]),
        dict(video="3MSZA.mp4", caption="person sits down.", timestamp=[0.0, 5.0]),
        dict(video="4ZVB1.mp4", caption="person opens the door", timestamp=[1.0, 9.0]),
        dict(video="4ZVB1.mp4", caption="person opens the door", timestamp=[1.0, 9.0]),
    ]
    folder.table("charades_sta", "default.jsonl", rows)
    folder.videos("charades_sta", "Charades_v1_480/3MSZA.mp4", "Charades_v1_480/4ZVB1.mp4")
    spans = ("24.297 - 30.4", "0.0 - 5.0", "1.0 - 9.0", "1.0 - 9.0")
    folder.right(
        "charades_sta",
        {f"{k:04d}_{row['video']}": span for k, (row, span) in enumerate(zip(rows, spans, strict=True))},
    )


def rextime(folder: Folder) -> None:
    rows = [
        dict(qid="anet_val92", vid="v_ZMTi498qnPc", source="ActivityNet", category="sequential",
             span=[5, 8], question="What does the woman do before smiling?", options=["a", "b", "c", "d"],
             answer="From 5 to 8, a", ans="A", duration=100.5),
        dict(qid="qvh_val241", vid="NUsG9BgSes0_210.0_360.0", source="qvhighlights_val", category="cause",
             question="Why does he stop?", options=["a", "b", "c", "d"], answer="From 20 to 60, c", ans="C",
             span=[20, 60], duration=150.0),
    ]  # fmt: skip
    folder.table("rextime", "default.jsonl", rows)
    folder.videos("rextime", "anet/v_ZMTi498qnPc.mkv", "qvh/NUsG9BgSes0_210.0_360.0.mp4")
    folder.right("rextime", {"anet_val92": "5 - 8", "qvh_val241": "20 - 60"})


def tomato(folder: Folder) -> None:
    from synrl.evaluation.benchmarks import TOMATO

    rows = [
        dict(id=f"q{k}", question="Which way?", options=["left", "right", "not moving", "up"][: 3 + k % 2],
             answer=k % 3, video_path=f"videos/human/{k:04d}-1.mp4", reason_type=kind,
             demonstration_type="human")
        for k, kind in enumerate(TOMATO)
    ]  # fmt: skip
    folder.table("tomato", "default.jsonl", rows)
    folder.videos("tomato", *(row["video_path"] for row in rows))
    folder.right("tomato", dict(zip((f"q{k}" for k in range(6)), "ABCABC", strict=True)))


def temporalbench(folder: Folder) -> None:
    asked = (
        "Which caption best describes this video?\nA. {}\nB. {}\nAnswer with the option's letter directly."
    )
    rows = [
        dict(idx=k, video_name=f"short_video/Charades/{video}.mp4", GT=letter, dataset="Charades", category=k,
             question=asked.format("He lifts the cup, then the lid.", "He lifts the lid, then the cup."))
        for k, (video, letter) in enumerate(zip("aabbbc", "ABBABA", strict=True), 1)
    ]  # fmt: skip
    folder.table("temporalbench", "default.jsonl", rows)
    folder.videos("temporalbench", *(f"short_video/Charades/{video}.mp4" for video in "abc"))
    folder.right("temporalbench", {str(k): letter for k, letter in enumerate("ABBABA", 1)})


def videott(folder: Folder) -> None:
    shown = "\nA. a dog\nB. a cat\nC. a cow\nD. a hen\nE. none"
    rows = [
        dict(video_id=video, question=f"What is first?{shown}", answer=answer, capability="Attributes",
             question_prompt="Select the best answer.", duration=30, question_id=f"{video}-0")
        for video, answer in (("x1", "C"), ("y2", "E. none"))
    ]  # fmt: skip
    folder.table("videott", "default.jsonl", rows)
    folder.videos("videott", "Benchmark-AllVideos-LQ/x1.MP4", "Benchmark-AllVideos-LQ/y2.mkv")
    folder.right("videott", {"x1_x1-0": "C", "y2_y2-0": "E"})


def vcrbench(folder: Folder) -> None:
    rows = [
        dict(qid=1, goal="Make a latte.", video_file="video_1.mp4", ground_truth=[2, 0, 1]),
        dict(qid=2, goal="Make a latte.", video_file="video_2.mp4", ground_truth=[0, 1, 2]),
        dict(qid=3, goal="Change a tire", video_file="video_3.mp4", ground_truth=[4, 3, 2, 1, 0]),
    ]
    folder.table("vcrbench", "default.jsonl", rows)
    folder.videos("vcrbench", *(f"videos/video_{k}.mp4" for k in (1, 2, 3)))
    folder.right("vcrbench", {"1": "3, 1, 2", "2": "1, 2, 3", "3": "5, 4, 3, 2, 1"})


def cvbench(folder: Folder) -> None:
    base = dict(task_type="Cross-video Scene Recognition", video_3=None, video_4=None)
    rows = [
        {**base, "id": 0, "video_1": "0/0Hd95ulYOT8.mp4", "video_2": "0/XW-lrijc1oQ.mp4", "question": "Same?",
         "options": ["Yes.", "No."], "answer": "No"},
        {**base, "id": 1, "video_1": "1/a.mp4", "video_2": "1/b.mp4", "video_3": "1/c.mp4",
         "question": "Which?", "options": ["A. one", "B. two", "C. three", "D. all"], "answer": "D"},
    ]  # fmt: skip
    folder.table("cvbench", "CVBench.json", rows)
    folder.videos("cvbench", "0/0Hd95ulYOT8.mp4", "0/XW-lrijc1oQ.mp4", "1/a.mp4", "1/b.mp4", "1/c.mp4")
    folder.right("cvbench", {"0": "B", "1": "D"})


def tvbench(folder: Folder) -> None:
    from synrl.evaluation.benchmarks import TVBENCH

    gold: dict[str, str] = {}
    for task in TVBENCH:
        row = dict(
            video="same name.mp4", question="What?", candidates=["first", "second", "third"], answer="second"
        )
        if task in ("action_localization", "action_sequence"):
            row |= dict(start=1.0, end=2.5)
        folder.table("tvbench", f"{task}.json", [row, {**row, "answer": "third"}])
        folder.videos("tvbench", f"video/{task}/same name.mp4")
        gold |= {f"{task}_0000": "B", f"{task}_0001": "C"}
    folder.right("tvbench", gold)


def minerva(folder: Folder) -> None:
    choices = {f"answer_choice_{k}": f"choice {k}" for k in range(5)}
    rows = [
        dict(key=f"k{k}", video_id=video, question="How many?", answer=f"choice {k}",
             answer_id=k, split="STEM", reasoning="At 0:10 ...", category="math",
             **{"question type": "Counting"}, **choices)
        for k, video in ((4, "-abc_DEF123"), (0, "GHI.456"))
    ]  # fmt: skip
    folder.table("minerva", "minerva.json", rows)
    folder.videos("minerva", "-abc_DEF123.webm", "GHI.456.mp4")
    folder.right("minerva", {"k4": "E", "k0": "A"})


def videomme(folder: Folder) -> None:
    rows = [
        dict(video_id=f"{k:03d}", duration=length, domain="Knowledge", sub_category="Humanity & History",
             url="https://www.youtube.com/watch?v=x", videoID=f"fFjv93ACGo{k}", question_id=f"{k:03d}-1",
             task_type="Counting Problem", question="How many?", options=["A. 1.", "B. 2.", "C. 3.", "D. 4."],
             answer=answer)
        for k, (length, answer) in enumerate((("short", "A"), ("medium", "B"), ("long", "D"), ("short", "C")))
    ]  # fmt: skip
    folder.table("videomme", "videomme.jsonl", rows)
    folder.videos("videomme", *(f"data/{row['videoID']}.mp4" for row in rows))
    folder.right("videomme", {"000-1": "A", "001-1": "B", "002-1": "D", "003-1": "C"})


def mvbench(folder: Folder) -> None:
    from lmms_eval.tasks.mvbench.utils import DATA_LIST

    from synrl.evaluation.benchmarks import MVBENCH

    gold: dict[str, str] = {}
    for task in MVBENCH:
        name = "show_s01/clip_00" if task == "episodic_reasoning" else "ZS9XR.mp4"
        row = dict(video=name, question="What?", candidates=["up", "down", "left", "right"], answer="left")
        folder.table("mvbench", f"{task}.jsonl", [row])
        if task != "episodic_reasoning":
            folder.videos("mvbench", f"{DATA_LIST[task]}/{name}")
        gold[f"{task}_0000"] = "C"
    frames = folder.root / "mvbench" / "unpacked" / DATA_LIST["episodic_reasoning"] / "show_s01/clip_00"
    frames.mkdir(parents=True)
    for number in range(6):
        VideoFrame.from_ndarray(np.full((48, 64, 3), 40 * number, np.uint8), format="rgb24").to_image().save(
            frames / f"{number:05d}.jpg"
        )
    folder.right("mvbench", gold)


def videommmu(folder: Folder) -> None:
    def row(name: str, kind: str, options: Sequence[str], answer: str) -> dict[str, Any]:
        return dict(id=name, question="Which?", options=list(options), answer=answer, question_type=kind)

    options = [f"choice {k}" for k in range(10)]
    folder.table("videommmu", "Perception.jsonl", [row("validation_Art_1", "perception", options, "J")])
    folder.table(
        "videommmu",
        "Comprehension.jsonl",
        [row("validation_Math_2", "multiple-choice", ["A. one", "B. two"], "B")],
    )
    folder.table(
        "videommmu",
        "Adaptation.jsonl",
        [
            row("validation_Finance_3", "open", [], "12.5"),
            row("validation_Music_4", "open", [], "perfect fifth"),
            row("validation_Art_1", "multiple-choice", options[:4], "A"),
        ],
    )
    folder.videos(
        "videommmu",
        "Art/validation_Art_1.mp4",
        "Science/validation_Math_2.mp4",
        "Business/validation_Finance_3.mp4",
        "Art/validation_Music_4.mp4",
    )
    folder.right(
        "videommmu",
        {
            "Perception_validation_Art_1": "J",
            "Comprehension_validation_Math_2": "B",
            "Adaptation_validation_Finance_3": "12.5",
            "Adaptation_validation_Music_4": "perfect fifth",
            "Adaptation_validation_Art_1": "A",
        },
    )


def aotbench(folder: Folder) -> None:
    from synrl.evaluation.benchmarks import AOTBENCH

    asked = "Is the video played forwards or backwards?\nA. forwards\nB. backwards\nAnswer with the letter."
    gold: dict[str, str] = {}
    for number, name in enumerate(AOTBENCH):
        letters = "AB" if number % 2 else "BA"
        rows = [
            dict(qa_idx=k, video_name=f"{name}/{k}.avi", question=asked, ans=letter)
            for k, letter in enumerate(letters)
        ]
        folder.table("aotbench", f"data_files/{name}.json", rows)
        folder.videos("aotbench", *(row["video_name"] for row in rows))
        gold |= {f"{name}_{k}": letter for k, letter in enumerate(letters)}
    folder.right("aotbench", gold)


def vinoground(folder: Folder) -> None:
    gold: dict[str, str] = {}
    for part, where, asked in (
        (
            "text",
            "vinoground_videos",
            "Which caption best describes this video?\nA. x before y\nB. y before x",
        ),
        ("video", "vinoground_videos_concated", "Which segment matches 'x before y'?\nA. First\nB. Second"),
    ):
        rows = []
        for pair in range(2):
            for side, letter in (("pos", "A"), ("neg", "B")):
                name = f"{where}/{pair}_{side}.mp4"
                rows.append(dict(idx=f"{pair}_{side}", question=asked, GT=letter, video_name=name))
                folder.videos("vinoground", name)
                gold[f"{pair}_{side}_{part}"] = letter
        folder.table("vinoground", f"vinoground_{part}score.json", rows)
    folder.right("vinoground", gold)


def vsibench(folder: Folder) -> None:
    from synrl.evaluation.benchmarks import VSIBENCH

    numbers = ("object_abs_distance", "object_counting", "object_size_estimation", "room_size_estimation")
    rows = [
        dict(id=k, dataset="scannet", scene_name="scene0568_00", question_type=kind, question="What?",
             options=None if kind in numbers else ["A. left", "B. right", "C. back"],
             ground_truth="2.5" if kind in numbers else "B")
        for k, kind in enumerate(VSIBENCH)
    ]  # fmt: skip
    folder.table("vsibench", "full.jsonl", rows)
    folder.videos("vsibench", "scannet/scene0568_00.mp4")
    folder.right("vsibench", {str(row["id"]): str(row["ground_truth"]) for row in rows})


MADE: tuple[Callable[[Folder], None], ...] = (
    nextgqa, charades_sta, rextime, tomato, temporalbench, videott, vcrbench, cvbench, tvbench, minerva,
    videomme, mvbench, videommmu, aotbench, vinoground, vsibench,
)  # fmt: skip
