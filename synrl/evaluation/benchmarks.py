"""What is measured, and how: one table of every benchmark, from which the task files are written.

Everything that changes a score stands here and is printed into the results: which rows of which dataset,
frames and pixels, prompt and decoding, metrics. The paper says neither its frames nor its prompts nor its
decoding. Frames are those of a benchmark's own protocol where it states one, or scores would be of other
clips than anyone else's; where it does not, and in the variant `training` of all, they are those that models
are trained with. Prompts and decoding are ours: one prompt for all, greedy.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from synrl.budget import VideoBudget
from synrl.errors import ConfigError, allowed
from synrl.evaluation.metrics import Metric, prefixes
from synrl.tasks import families

VERSION = 5
"""Of the table and the scorers: a change that can change a score changes it."""
GROUPS = ("grounding", "complex", "general", "own")
"""The first three are the paper's; `own` are VSI-Bench and this project's test."""


@dataclass(frozen=True)
class Variant:
    """How a model is asked: the tasks of a benchmark differ in nothing else."""

    name: str
    reasoned: bool
    """Whether the prompt asks for reasoning before the answer."""
    max_new_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    samples: int = 1
    as_trained: bool = False
    """Whether frames are those of training, where a benchmark has some of its own."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Of the names of its metrics."""
        return prefixes(self.samples)

    def generation(self) -> dict[str, Any]:
        """`generation_kwargs` of lmms-eval. Without `until` it would stop at the first empty line."""
        kwargs: dict[str, Any] = {"until": [], "max_new_tokens": self.max_new_tokens}
        return kwargs | {
            "do_sample": self.temperature > 0,
            "temperature": self.temperature,
            "top_p": self.top_p,
        }


DIRECT = Variant("direct", reasoned=False, max_new_tokens=1024)
REASONING = Variant("reasoning", reasoned=True, max_new_tokens=4096)
PASS4 = Variant("pass4", reasoned=True, max_new_tokens=4096, temperature=0.7, top_p=0.95, samples=4)
AS_TRAINED = Variant("training", reasoned=True, max_new_tokens=4096, as_trained=True)
VARIANTS = {variant.name: variant for variant in (DIRECT, REASONING, PASS4, AS_TRAINED)}
"""`pass4` is the paper's Table 10: four samples a question; its temperature is ours."""


TRAINING = VideoBudget()
LONG = VideoBudget(max_frames=64, max_clip_pixels=32 * 448 * 448)
"""For videos of minutes, and for clips whose numbers are shown on title cards only."""
MANY = VideoBudget(max_frames=16, max_clip_pixels=8 * 448 * 448)
"""Of each video, where a question has several."""
SIXTEEN = VideoBudget(min_frames=16, max_frames=16)
"""Evenly spread, however long a clip is: the protocol of TOMATO, TVBench, MVBench and AoTBench."""
THIRTY_TWO = VideoBudget(min_frames=32, max_frames=32)
"""Likewise: Vinoground's."""
EACH_SECOND = VideoBudget(fps=1.0, max_frames=512, max_clip_pixels=64 * 448 * 448)
"""One a second without a cap, which its videos of minutes stay below: VCRBench's."""


@dataclass(frozen=True)
class Benchmark:
    """A benchmark: where its rows and videos are, how it is asked, and what is measured.

    `reader` names a function of `synrl.evaluation.data.readers` that turns `tables` into items.
    """

    name: str
    title: str
    group: str
    repo: str
    """Dataset on the Hub."""
    reader: str
    how: str
    """How to get it, in one line."""
    tables: tuple[str, ...] = ("default",)
    """Its configurations, or its files if they have an extension."""
    split: str = "test"
    revision: str = "main"
    cache: str = ""
    """Folder in HF_HOME where lmms-eval unpacks the videos."""
    metrics: tuple[str, ...] = ("accuracy",)
    """The means of what the scorer says of an item; the first is the one that subsets are shown in."""
    totals: tuple[str, ...] = ()
    """Functions of `synrl.evaluation.scoring.totals`: metrics of items that belong together."""
    subsets: tuple[str, ...] = ()
    budget: VideoBudget = TRAINING
    """Frames and pixels of a clip: those of training, or of as many frames as its long videos need."""
    protocol: VideoBudget | None = None
    """Those that its authors show, if they say so."""
    videos: int = 1
    """How many a question has at most."""
    upstream: str = ""
    """The task of lmms-eval 0.7.3 for the same data."""
    paper: str = ""
    """What the SynRL paper reports, as far as it says."""
    composite: str = ""
    """The mean of the paper that its first metric enters."""

    @property
    def task(self) -> str:
        """The name that its tasks begin with."""
        return self.name if self.name.startswith("synrl_") else f"synrl_{self.name}"

    @property
    def video_variable(self) -> str:
        """The environment variable for folders of its videos."""
        return f"{self.name.upper()}_VIDEO_DIR"

    def shown(self, variant: Variant) -> VideoBudget:
        """The frames and pixels of a clip in a variant."""
        return self.budget if self.protocol is None or variant.as_trained else self.protocol

    def task_name(self, variant: str) -> str:
        """The task that asks it in a variant."""
        return f"{self.task}_{variant}"

    def means(self, prefix: str) -> list[Metric]:
        """The means of items of the whole benchmark, for one way of counting samples."""
        return [Metric(name, prefix) for name in self.metrics]

    def sums(self, prefix: str) -> list[Metric]:
        """The totals, likewise."""
        return [Metric(name, prefix) for name in self.totals]

    def parts(self, prefix: str) -> list[Metric]:
        """The first mean, of each subset."""
        return [Metric(self.metrics[0], prefix, subset) for subset in self.subsets]

    def scores(self, variant: Variant) -> list[Metric]:
        """What a task measures of the whole benchmark."""
        return [metric for prefix in variant.prefixes for metric in (*self.means(prefix), *self.sums(prefix))]

    def pins(self, variant: Variant) -> dict[str, Any]:
        """What a score depends on, as printed into the results."""
        return {
            "version": VERSION,
            "benchmark": self.name,
            "title": self.title,
            "group": self.group,
            "dataset": f"{self.repo}@{self.revision}",
            "tables": list(self.tables),
            "rows": self.split,  # lmms-eval takes a `split` from here for that of a task
            "budget": asdict(self.shown(variant)),
            "prompt": "synrl.prompts, reasoned" if variant.reasoned else "synrl.prompts, direct",
            "samples": variant.samples,
            "upstream": self.upstream,
            "paper": self.paper,
            "composite": self.composite,
        }


METRICS = {
    "accuracy": "Right answers; mean relative accuracy for numbers (VSI-Bench); orders count as a whole",
    "miou": "Mean overlap of given and true span, divided by their union; of several true spans, the best",
    "miop": "The same, divided by the given span",
    "recall_30": "Items whose overlap over union is at least 0.3",
    "recall_50": "Items with at least 0.5",
    "recall_70": "Items with at least 0.7",
}
"""What the mean of a score of items says; of totals their functions say it."""
GROUNDING = ("miou", "miop", "recall_30", "recall_50", "recall_70")
_RECALLS = "R@0.3/0.5/0.7 and mIoU"

TVBENCH = (
    "action_antonym", "action_count", "action_localization", "action_sequence", "egocentric_sequence",
    "moving_direction", "object_count", "object_shuffle", "scene_transition", "unexpected_action",
)  # fmt: skip
MVBENCH = (
    "action_antonym", "action_count", "action_localization", "action_prediction", "action_sequence",
    "character_order", "counterfactual_inference", "egocentric_navigation", "episodic_reasoning",
    "fine_grained_action", "fine_grained_pose", "moving_attribute", "moving_count", "moving_direction",
    "object_existence", "object_interaction", "object_shuffle", "scene_transition", "state_change",
    "unexpected_action",
)  # fmt: skip
TOMATO = ("count", "direction", "rotation", "shape_trend", "velocity_frequency", "visual_cues")
AOTBENCH = ("ReverseFilm", "UCF101", "Rtime_t2v", "Rtime_v2t", "AoTBench_QA")
VSIBENCH = (
    "obj_appearance_order", "object_abs_distance", "object_counting", "object_rel_direction_easy",
    "object_rel_direction_medium", "object_rel_direction_hard", "object_rel_distance",
    "object_size_estimation", "room_size_estimation", "route_planning",
)  # fmt: skip
MIN_FPS = ("0.5", "1", "1.5", "2", "3", "5", "6", "10", "15", "30")
"""The rates that `min_fps` of our rows can be."""

_ALL = (
    Benchmark(
        name="nextgqa",
        title="NExT-GQA",
        group="grounding",
        repo="shuzhig/nextgqa",
        tables=("test.csv", "gsub_test.json", "map_vid_vidorID.json"),
        reader="grounding.nextgqa",
        how="take the three files from datasets/nextgqa of github.com/doc-doc/NExT-GQA into "
        "$SYNRL_EVAL_DATA/nextgqa, and the videos of NExT-QA into $NEXTGQA_VIDEO_DIR",
        metrics=GROUNDING,
        paper=_RECALLS,
    ),
    Benchmark(
        name="charades_sta",
        title="Charades-STA",
        group="grounding",
        repo="lmms-eval/charades_sta",
        reader="grounding.charades_sta",
        how="hf download lmms-eval/charades_sta --repo-type dataset; unpack the four zips into "
        "$CHARADES_STA_VIDEO_DIR",
        cache="charades_sta",
        metrics=GROUNDING,
        upstream="temporal_grounding_charades",
        paper=_RECALLS,
    ),
    Benchmark(
        name="rextime",
        title="ReXTime",
        group="grounding",
        repo="ReXTime/ReXTime",
        split="validation",  # the answers of the test split are not public
        reader="grounding.rextime",
        how="its rows are public; ask for the videos of ActivityNet and take those of QVHighlights into "
        "$REXTIME_VIDEO_DIR (two folders, separated like those of PATH)",
        metrics=GROUNDING,
        paper=_RECALLS,
    ),
    Benchmark(
        name="tomato",
        title="TOMATO",
        group="complex",
        repo="lmms-eval/TOMATO",
        reader="choices.tomato",
        how="hf download lmms-eval/TOMATO --repo-type dataset; unpack its zip into $TOMATO_VIDEO_DIR",
        cache="TOMATO",
        subsets=TOMATO,
        protocol=SIXTEEN,
        upstream="tomato",
        paper="accuracy",
        composite="complex reasoning",
    ),
    Benchmark(
        name="temporalbench",
        title="TemporalBench, short QA",
        group="complex",
        repo="microsoft/TemporalBench",
        split="test_short_qa",
        reader="choices.temporalbench",
        how="accept its terms at huggingface.co/datasets/microsoft/TemporalBench, log in with "
        "`hf auth login`, and unpack short_video.zip into $TEMPORALBENCH_VIDEO_DIR",
        cache="temporalbench",
        totals=("mba",),
        upstream="temporalbench_short_qa",
        paper="BA (accuracy) and MBA",
        composite="comprehensive understanding",
    ),
    Benchmark(
        name="videott",
        title="Video-TT, multiple choice",
        group="complex",
        repo="lmms-eval/video-tt",
        reader="choices.videott",
        how="hf download lmms-eval/video-tt --repo-type dataset; unpack its zips into $VIDEOTT_VIDEO_DIR",
        cache="video-tt",
        upstream="videott_single_mc",
        paper="accuracy",
        composite="complex reasoning",
    ),
    Benchmark(
        name="vcrbench",
        title="VCRBench",
        group="complex",
        repo="pritamqu/VCRBench",
        reader="orders.vcrbench",
        how="hf download pritamqu/VCRBench --repo-type dataset; $VCRBENCH_VIDEO_DIR is its folder videos",
        cache="vcrbench",
        totals=("steps", "goals"),
        budget=LONG,
        protocol=EACH_SECOND,
        upstream="vcrbench",
        paper="accuracy; it does not say whether of orders (accuracy) or of steps",
    ),
    Benchmark(
        name="cvbench",
        title="CVBench, cross-video",
        group="complex",
        repo="Dongyh35/CVBench",
        tables=("CVBench.json",),
        reader="choices.cvbench",
        how="hf download Dongyh35/CVBench --repo-type dataset; unpack its videos into $CVBENCH_VIDEO_DIR",
        budget=MANY,
        videos=4,
        paper="accuracy",
    ),
    Benchmark(
        name="tvbench",
        title="TVBench",
        group="complex",
        repo="FunAILab/TVBench",
        tables=TVBENCH,
        split="train",
        reader="choices.tvbench",
        how="hf download FunAILab/TVBench --repo-type dataset; unpack video/*.zip into $TVBENCH_VIDEO_DIR; "
        "the videos of action_antonym are those of NTU RGB+D",
        cache="tvbench",
        totals=("task_mean",),
        subsets=TVBENCH,
        protocol=SIXTEEN,
        upstream="tvbench",
        paper="accuracy; it does not say whether of questions (accuracy) or the mean of tasks (task_mean)",
    ),
    Benchmark(
        name="minerva",
        title="Minerva",
        group="complex",
        repo="lmms-lab-eval/minerva",
        tables=("minerva.json",),
        reader="choices.minerva",
        how="its rows are public; its videos are YouTube's, as <video_id>.mp4 in $MINERVA_VIDEO_DIR",
        budget=LONG,
        upstream="minerva",
        paper="accuracy",
    ),
    Benchmark(
        name="videomme",
        title="Video-MME, without subtitles",
        group="general",
        repo="lmms-eval/Video-MME",
        tables=("videomme",),
        reader="choices.videomme",
        how="hf download lmms-eval/Video-MME --repo-type dataset; unpack its zips into $VIDEOMME_VIDEO_DIR",
        cache="videomme",
        subsets=("short", "medium", "long"),
        budget=LONG,
        upstream="videomme",
        paper="accuracy",
        composite="comprehensive understanding",
    ),
    Benchmark(
        name="mvbench",
        title="MVBench",
        group="general",
        repo="OpenGVLab/MVBench",
        revision="video",
        tables=MVBENCH,
        split="train",
        reader="choices.mvbench",
        how="hf download OpenGVLab/MVBench --repo-type dataset --revision video; $MVBENCH_VIDEO_DIR is that "
        "folder; the videos of fine_grained_pose are those of NTU RGB+D",
        cache="mvbench_video",
        totals=("task_mean",),
        subsets=MVBENCH,
        protocol=SIXTEEN,
        upstream="mvbench",
        paper="accuracy, the mean of twenty tasks of one size",
        composite="comprehensive understanding",
    ),
    Benchmark(
        name="videommmu",
        title="VideoMMMU",
        group="general",
        repo="lmms-eval/VideoMMMU",
        tables=("Perception", "Comprehension", "Adaptation"),
        reader="choices.videommmu",
        how="accept its terms at huggingface.co/datasets/lmms-eval/VideoMMMU, log in with "
        "`hf auth login`, and unpack its zips into $VIDEOMMMU_VIDEO_DIR",
        cache="video_mmmu",
        totals=("task_mean",),
        subsets=("Perception", "Comprehension", "Adaptation"),
        budget=LONG,
        upstream="video_mmmu",
        paper="accuracy, most likely the mean of three tracks of one size",
        composite="general video QA",
    ),
    Benchmark(
        name="aotbench",
        title="AoTBench",
        group="general",
        repo="sherryxzh/AoTBench",
        tables=tuple(f"data_files/{name}.json" for name in AOTBENCH),
        reader="choices.aotbench",
        how="hf download sherryxzh/AoTBench --repo-type dataset; unpack its videos into $AOTBENCH_VIDEO_DIR",
        totals=("task_mean",),
        subsets=AOTBENCH,
        protocol=SIXTEEN,
        paper="accuracy; it does not say whether of all questions (accuracy), of files, or of AoTBench_QA",
        composite="general video QA",
    ),
    Benchmark(
        name="vinoground",
        title="Vinoground",
        group="general",
        repo="HanSolo9682/Vinoground",
        tables=("vinoground_textscore.json", "vinoground_videoscore.json"),
        reader="pairs.vinoground",
        how="hf download HanSolo9682/Vinoground --repo-type dataset; unpack its two zips into "
        "$VINOGROUND_VIDEO_DIR",
        cache="vinoground",
        protocol=THIRTY_TWO,
        totals=("text_score", "video_score", "group_score", "three_scores"),
        upstream="vinoground",
        paper="one score; it does not say which of text, video, group or their mean (three_scores)",
        composite="general video QA",
    ),
    Benchmark(
        name="vsibench",
        title="VSI-Bench",
        group="own",
        repo="nyu-visionx/VSI-Bench",
        tables=("full",),
        reader="choices.vsibench",
        how="hf download nyu-visionx/VSI-Bench --repo-type dataset; unpack its zips into $VSIBENCH_VIDEO_DIR",
        cache="vsibench",
        totals=("vsi",),
        subsets=VSIBENCH,
        upstream="vsibench",
    ),
    Benchmark(
        name="synrl_test",
        title="SynRL, held-out test",
        group="own",
        repo="$SYNRL_TEST",
        tables=(),
        reader="own.synrl_test",
        how="make one with `synrl generate --recipe test --out DIR` and set SYNRL_TEST=DIR, or to a "
        "dataset on the Hub",
        totals=("family_mean", "twin_pairs"),
        subsets=(*families(), *(f"min_fps_{rate}" for rate in MIN_FPS), "answerable"),
    ),
)
BENCHMARKS = {benchmark.name: benchmark for benchmark in _ALL}


TASKS = {b.task_name(name): (b, name) for b in BENCHMARKS.values() for name in VARIANTS}
"""The benchmark and the variant of every task."""


def get_benchmark(name: str) -> Benchmark:
    """The benchmark of a name.

    Raises:
        ConfigError: there is none of that name.
    """
    if name not in BENCHMARKS:
        raise ConfigError(f"no benchmark {name!r}; {allowed(BENCHMARKS)}")
    return BENCHMARKS[name]
