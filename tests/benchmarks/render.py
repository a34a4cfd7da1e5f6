"""How fast clips are drawn and encoded, beside a usual Matplotlib script on the same content.

    python tests/benchmarks/render.py [--repeats 5] [--json]

Every way renders the same `Scene` and `Poses`, one after the other in one process on one core, over and
over; the table gives medians, and ratios of times measured in the same repeat.

    naive draw    one figure, artists moved in place, canvas.draw(), swscale, libx264 medium crf 23
    naive clear   the same, but every frame clears the axes and adds all artists again
    naive, fast   the drawing of `naive draw` with the encoder settings of `fast`
    fast, compact this project's renderer with either of its encoder settings
    floor         `fast` settings on frames that were drawn before: no drawing at all
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import av
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.transforms import Affine2D

from synrl.seeds import Streams
from synrl.tasks import families, get_family
from synrl.video.encode import COMPACT, FAST, Encoding, encode, encode_frames
from synrl.video.outlines import circle, square, triangle
from synrl.video.raster import yuv_frames
from synrl.video.scene import Scene, Shape
from synrl.world.timeline import HIDDEN, Poses

FPS = 30
SIDE = 448


@dataclass(frozen=True)
class Clip:
    """What is rendered."""

    name: str
    scene: Scene
    poses: Poses


def shapes() -> Clip:
    """Six seconds of three shapes that bounce, one of which turns."""
    random = np.random.default_rng(0)
    poses = Poses.still(180, 3)
    sizes = (52.0, 46.0, 52.0)
    for index, size in enumerate(sizes):
        heading, room = random.uniform(0, 2 * np.pi), SIDE - 2 * 0.75 * size
        way = np.outer(np.arange(180), random.uniform(2.5, 5) * np.array([np.cos(heading), np.sin(heading)]))
        place = random.uniform(0, room, 2) + way
        poses.x[:, index], poses.y[:, index] = (0.75 * size + room - np.abs(place % (2 * room) - room)).T
    poses.angle[:, 1] = 3.0 * np.arange(180)
    looks = tuple(
        ((Shape(outline(size), fill=colour),),)
        for outline, size, colour in zip(
            (circle, square, triangle), sizes, ("#d62728", "#1f77b4", "#2ca02c"), strict=True
        )
    )
    return Clip("three shapes", Scene(SIDE, SIDE, "#ffffff", (), looks), poses)


def of_family(name: str, level: int = 3, index: int = 0) -> Clip:
    """A clip of a family."""
    family = get_family(name)
    config = family.config(level, family.modes[0], "open")
    timeline = family.simulate(config, Streams(name, "benchmark", 0, index))
    return Clip(name, family.draw(timeline), timeline.poses)


class _Naive:
    """A figure with one patch a shape, as scripts do it."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        figure = Figure(figsize=(SIDE / 100, SIDE / 100), dpi=100)
        self.canvas = FigureCanvasAgg(figure)
        self.axes = figure.add_axes((0, 0, 1, 1))
        self._set_up()

    def _set_up(self) -> None:
        self.axes.set_xlim(0, SIDE)
        self.axes.set_ylim(SIDE, 0)
        self.axes.set_aspect("equal")
        self.axes.axis("off")
        self.axes.figure.set_facecolor(self.clip.scene.background)
        self.patches = [
            [[self._add(shape) for shape in look] for look in looks] for looks in self.clip.scene.looks
        ]
        for shape in self.clip.scene.backdrop:
            self._add(shape).set_zorder(0)

    def _add(self, shape: Shape) -> PathPatch:
        width = 72 / 100 * shape.stroke_width if shape.stroke else 0
        patch = PathPatch(
            shape.outline, facecolor=shape.fill or "none", edgecolor=shape.stroke or "none", linewidth=width
        )
        return self.axes.add_patch(patch)

    def frames(self, clear: bool) -> Iterator[np.ndarray]:
        poses = self.clip.poses
        for frame in range(poses.num_frames):
            if clear:
                self.axes.clear()
                self._set_up()
            for index, looks in enumerate(self.patches):
                x, y = poses.x[frame, index], poses.y[frame, index]
                pose = Affine2D().scale(poses.scale[frame, index]).rotate_deg(poses.angle[frame, index])
                for number, look in enumerate(looks):
                    for patch in look:
                        patch.set_visible(number == poses.look[frame, index] != HIDDEN)
                        patch.set_transform(
                            pose.translate(0, 0) + Affine2D().translate(x, y) + self.axes.transData
                        )
                        patch.set_zorder(1 + index)
            self.canvas.draw()
            yield np.asarray(self.canvas.buffer_rgba())


def naive(clip: Clip, *, clear: bool) -> bytes:
    """The usual script."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "medium", "crf": "23"})
        stream.codec_context.thread_count = 1
        stream.width, stream.height, stream.pix_fmt = SIDE, SIDE, "yuv420p"
        for picture in _Naive(clip).frames(clear):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgba")))
        container.mux(stream.encode(None))
    return file.getvalue()


def naive_fast(clip: Clip) -> bytes:
    """The usual drawing with the encoder settings of `fast`."""
    pictures = _Naive(clip).frames(clear=False)
    frames = (av.VideoFrame.from_ndarray(one, format="rgba").reformat(format="yuv420p") for one in pictures)
    return encode_frames(frames, every_one(clip), SIDE, SIDE, FPS, FAST)


def ways(clip: Clip) -> dict[str, Callable[[], bytes]]:
    """The ways to render a clip."""

    def ours(encoding: Encoding) -> Callable[[], bytes]:
        return lambda: encode(clip.scene, clip.poses, FPS, encoding)

    drawn = [_copy(frame) for frame in yuv_frames(clip.scene, clip.poses)]
    return {
        "naive clear": lambda: naive(clip, clear=True),
        "naive draw": lambda: naive(clip, clear=False),
        "naive, fast": lambda: naive_fast(clip),
        "compact": ours(COMPACT),
        "fast": ours(FAST),
        "floor": lambda: encode_frames(drawn, every_one(clip), SIDE, SIDE, FPS, FAST),
    }


def every_one(clip: Clip) -> np.ndarray:
    """Says of each frame that it moved, so that each is encoded."""
    return np.ones(clip.poses.num_frames, bool)


def _copy(frame: av.VideoFrame) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(frame.to_ndarray(), format="yuv420p")


def times(ways: dict[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Seconds of each way in each repeat; the ways take turns."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for name in ways:
        ways[name]()  # warm caches and code
    for _ in range(repeats):
        for name, way in ways.items():
            start = time.process_time()
            way()
            taken[name].append(time.process_time() - start)
    return taken


def ratio(one: Iterable[float], other: Iterable[float]) -> float:
    """The median over repeats of one time divided by another."""
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    figures = {}
    for clip in (shapes(), of_family("card_stack"), of_family("sliding_puzzle")):
        choices = ways(clip)
        size = {name: len(way()) for name, way in choices.items()}
        taken = times(choices, options.repeats)
        figures[clip.name] = {
            name: {
                "us_per_frame": 1e6 * statistics.median(seconds) / clip.poses.num_frames,
                "times_draw": ratio(taken["naive draw"], seconds),
                "times_clear": ratio(taken["naive clear"], seconds),
                "share_of_floor": ratio(taken["floor"], seconds),
                "kilobytes": size[name] / 1e3,
            }
            for name, seconds in taken.items()
        }
        print_clip(clip, figures[clip.name])
    every = {}
    clips = [of_family(name, level, level) for name in families() for level in (1, 3, 5)]
    taken = times(
        {f"{c.name} {k}": lambda c=c: encode(c.scene, c.poses, FPS) for k, c in enumerate(clips)},
        options.repeats,
    )
    for seconds, clip in zip(taken.values(), clips, strict=True):
        every.setdefault(clip.name, []).append(1e6 * statistics.median(seconds) / clip.poses.num_frames)
    means = {name: statistics.mean(values) for name, values in every.items()}
    median = statistics.median(means.values())
    print(f"\nevery family, levels 1, 3 and 5: us a frame, times the median of {median:.0f}")
    for name, mean in sorted(means.items(), key=lambda item: item[1]):
        print(f"{name:<26} {mean:6.0f} {mean / median:5.2f}")


def print_clip(clip: Clip, figures: dict[str, dict[str, float]]) -> None:
    print(f"\n{clip.name}, {clip.poses.num_frames} frames")
    print(f"{'way':<12} {'us/frame':>8} {'x draw':>7} {'x clear':>7} {'of floor':>8} {'KB':>6}")
    for name, row in figures.items():
        print(
            f"{name:<12} {row['us_per_frame']:8.0f} {row['times_draw']:7.2f} {row['times_clear']:7.2f} "
            f"{row['share_of_floor']:8.1%} {row['kilobytes']:6.0f}"
        )


if __name__ == "__main__":
    main()
