"""Lies that a row can tell: each changes a row that was true, or says that it can't be told of this row.

What a lie is about is in its name; `MUTATIONS` says in which words it must be found out.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import av
import numpy as np

from synrl.video.encode import ENCODINGS, encode_frames
from synrl.video.pictures import all_pictures, planes

Row = dict[str, Any]
Planes = list[list[np.ndarray]]
"""Of each frame, Y, U and V."""


class Inapplicable(Exception):
    """The lie can't be told of this row."""


class Mutation(NamedTuple):
    """A lie, and what must be said of a row that tells it."""

    tell: Callable[[Row], None]
    said: str


MUTATIONS: dict[str, Mutation] = {}


def lie(said: str) -> Callable[[Callable[[Row], None]], Callable[[Row], None]]:
    """Take a function into the table."""

    def add(tell: Callable[[Row], None]) -> Callable[[Row], None]:
        MUTATIONS[tell.__name__] = Mutation(tell, said)
        return tell

    return add


def need(condition: object) -> None:
    """Go on only if the lie applies."""
    if not condition:
        raise Inapplicable


# --- columns ----------------------------------------------------------------------------------------


def _set(name: str, said: str, value: Callable[[Row], Any]) -> None:
    """A lie about one column."""

    def tell(row: Row) -> None:
        new = value(row)
        need(new != row[name])
        row[name] = new

    number = sum(key.startswith(f"column_{name}") for key in MUTATIONS)
    MUTATIONS[f"column_{name}_{number}"] = Mutation(tell, said)


_set("id", "id is", lambda row: row["id"][:-1] + ("1" if row["id"][-1] == "0" else "0"))
_set("category", "category is", lambda row: "another category")
_set("horizon", "horizon is", lambda row: "short" if row["horizon"] == "long" else "long")
_set("primitive", "primitive is", lambda row: "another primitive")
_set("mode", "mode is", lambda row: "perception" if row["mode"] != "perception" else "forward")
_set("level", "level is", lambda row: row["level"] % 5 + 1)
_set("fps", "fps is", lambda row: 25.0)
_set("num_frames", "num_frames is", lambda row: row["num_frames"] - 1)
_set("duration", "duration is", lambda row: row["duration"] + 1)
_set("width", "width is", lambda row: row["width"] - 2)
_set("height", "height is", lambda row: row["height"] * 2)
_set("question", "question is", lambda row: row["question"].replace("?", "??"))
_set("question", "question is", lambda row: row["question"] + " ")
_set("min_fps", "min_fps is", lambda row: 30.0 if row["min_fps"] < 30 else 0.5)
_set("min_fps", "min_fps is", lambda row: row["min_fps"] * 1.01)
_set("guess_rate", "guess_rate is", lambda row: 0.9)
_set("guess_rate", "guess_rate is", lambda row: 0.0)
_set("answer_type", "answer_type is", lambda row: "integer" if row["answer_type"] != "integer" else "text")
_set("twin_id", "twin_id is", lambda row: f"{row['family']}-train-999999")
_set("seed", "its key makes", lambda row: row["seed"] + 1)
_set("cot", "cot:", lambda row: "I see nothing.")
_set("cot", "cot:", lambda row: f"<think>A dragon lands at 99.0 s.</think><answer>{row['answer']}</answer>")
_set("cot", "cot:", lambda row: "<think>So it is.</think><answer>no such answer</answer>")


@lie("twin_id is")
def column_twin_id_lost(row: Row) -> None:
    need(row["twin_id"])
    row["twin_id"] = None


@lie("answer")
def answer_of_another_option(row: Row) -> None:
    need(row["options"])
    other = next(k for k, option in enumerate(row["options"]) if option != row["answer_text"])
    row["answer"], row["answer_text"] = "ABCDEFGHIJ"[other], row["options"][other]


@lie("answer")
def answer_letter_of_another_option(row: Row) -> None:
    need(row["options"])
    row["answer"] = "B" if row["answer"] == "A" else "A"


@lie("answer")
def answer_of_an_open_question(row: Row) -> None:
    need(not row["options"])
    row["answer"] = row["answer_text"] = "7" if row["answer"] != "7" else "8"


@lie("options")
def options_in_another_order(row: Row) -> None:
    need(row["options"])
    row["options"] = row["options"][::-1]
    row["answer"] = "ABCDEFGHIJ"[row["options"].index(row["answer_text"])]


@lie("options")
def option_replaced(row: Row) -> None:
    wrong = _wrong_option(row)
    row["options"][wrong] = "something else"


@lie("options are not all different")
def option_is_the_right_one_with_an_article(row: Row) -> None:
    row["options"][_wrong_option(row)] = f"the {row['answer_text']}"


@lie("options are not all different")
def option_is_the_right_one_with_a_space(row: Row) -> None:
    row["options"][_wrong_option(row)] = f" {row['answer_text']}"


@lie("options are not all different")
def option_is_the_right_one_in_capitals(row: Row) -> None:
    need(row["options"] and row["answer_text"].upper() != row["answer_text"])
    row["options"][_wrong_option(row)] = row["answer_text"].upper()


@lie("guess_rate is")
def option_dropped(row: Row) -> None:
    del row["options"][_wrong_option(row)]
    row["answer"] = "ABCDEFGHIJ"[row["options"].index(row["answer_text"])]


def _wrong_option(row: Row) -> int:
    need(row["options"])
    return next(k for k, option in enumerate(row["options"]) if option != row["answer_text"])


# --- objects and tracks ------------------------------------------------------------------------------


@lie("objects[0].colour is")
def object_colour(row: Row) -> None:
    row["objects"][0]["colour"] = "#00ffff"


@lie("objects[0].size is")
def object_size_larger(row: Row) -> None:
    row["objects"][0]["size"] *= 1.3


@lie("objects[0].size is")
def object_size_smaller(row: Row) -> None:
    row["objects"][0]["size"] /= 1.3


@lie("objects[0].shape is")
def object_shape(row: Row) -> None:
    other = {"circle": "square", "card": "tile", "tile": "card"}.get(row["objects"][0]["shape"], "circle")
    row["objects"][0]["shape"] = other


@lie("objects[0].name is")
def object_name(row: Row) -> None:
    row["objects"][0]["name"] = row["tracks"][0]["name"] = "grey blob"


@lie("length of objects")
def object_lost(row: Row) -> None:
    need(len(row["objects"]) > 1)
    row["objects"].pop()
    row["tracks"].pop()


@lie("length of tracks")
def object_added(row: Row) -> None:
    row["objects"].append({**row["objects"][0], "name": "a ghost"})
    row["tracks"].append({**row["tracks"][0], "name": "a ghost"})


@lie("tracks")
def tracks_moved_off_the_frame(row: Row) -> None:
    for track in row["tracks"]:
        track["x"] = [x + 1000 for x in track["x"]]


@lie("tracks")
def tracks_moved_by_two_px(row: Row) -> None:
    for track in row["tracks"]:
        track["y"] = [y + 2 for y in track["y"]]


@lie("tracks")
def track_moved_on_one_frame(row: Row) -> None:
    row["tracks"][0]["x"][len(row["tracks"][0]["x"]) // 2] += 0.5


@lie("tracks")
def tracks_never_visible(row: Row) -> None:
    for track in row["tracks"]:
        track["visible"] = [False] * len(track["visible"])


@lie("tracks")
def track_hidden_on_ten_frames(row: Row) -> None:
    track = next((track for track in row["tracks"] if all(track["visible"][:10])), None)
    need(track)
    assert track is not None
    track["visible"][:10] = [False] * 10


@lie("tracks")
def track_turned(row: Row) -> None:
    row["tracks"][0]["angle"] = [angle + 10 for angle in row["tracks"][0]["angle"]]


@lie("tracks")
def track_swollen(row: Row) -> None:
    row["tracks"][0]["size"] = [size * 1.1 for size in row["tracks"][0]["size"]]


@lie("tracks")
def tracks_backwards(row: Row) -> None:
    before = [list(track["x"]) for track in row["tracks"]]
    for track in row["tracks"]:
        for name in ("x", "y", "angle", "size", "visible"):
            track[name] = track[name][::-1]
    need(before != [track["x"] for track in row["tracks"]])


@lie("tracks")
def tracks_of_two_objects_exchanged(row: Row) -> None:
    need(len(row["tracks"]) > 1)
    one, two = row["tracks"][:2]
    need(one["x"] != two["x"])
    for name in ("x", "y"):
        one[name], two[name] = two[name], one[name]


# --- events, operations, states ----------------------------------------------------------------------


@lie("events")
def event_lost(row: Row) -> None:
    need(row["events"])
    row["events"].pop()


@lie("events")
def event_invented(row: Row) -> None:
    need(row["events"])
    row["events"].append(dict(row["events"][-1]))


@lie("events")
def event_a_frame_later(row: Row) -> None:
    need(row["events"])
    event = row["events"][0]
    event["frame"] += 1
    event["end_frame"] += 1
    event["time_ms"] = round(event["frame"] * 1000 / 30)
    event["end_time_ms"] = round(event["end_frame"] * 1000 / 30)


@lie("times in ms")
def event_with_another_time(row: Row) -> None:
    need(row["events"])
    row["events"][0]["time_ms"] += 7


@lie("events")
def event_of_another_kind(row: Row) -> None:
    need(row["events"])
    row["events"][0]["kind"] = "explode"


@lie("events")
def event_of_another_actor(row: Row) -> None:
    need(row["events"])
    row["events"][0]["actor"] = "somebody else"


@lie("events")
def event_with_another_detail(row: Row) -> None:
    need(row["events"])
    row["events"][0]["detail"] += "!"


@lie("operations")
def operation_lost(row: Row) -> None:
    need(row["operations"])
    row["operations"].pop()


@lie("operations")
def operations_in_another_order(row: Row) -> None:
    need(len(row["operations"]) > 1)
    one, two = row["operations"][:2]
    need((one["kind"], one["arguments"]) != (two["kind"], two["arguments"]))
    for name in ("kind", "arguments"):
        one[name], two[name] = two[name], one[name]


@lie("operations")
def operation_of_another_kind(row: Row) -> None:
    need(row["operations"])
    row["operations"][0]["kind"] = "explode"


@lie("operations")
def operation_a_frame_later(row: Row) -> None:
    need(row["operations"])
    row["operations"][0]["start_frame"] += 1


@lie("states")
def state_changed(row: Row) -> None:
    need(row["states"])
    row["states"][-1]["state"] = row["states"][0]["state"] | {"nothing": []}


@lie("states")
def state_shown_that_is_hidden(row: Row) -> None:
    need(row["states"])
    row["states"][1]["visible"] = not row["states"][1]["visible"]


@lie("states")
def state_lost(row: Row) -> None:
    need(row["states"])
    row["states"].pop()


# --- config ------------------------------------------------------------------------------------------


def _config(name: str, said: str, value: Callable[[Row], Any]) -> None:
    """A lie in `config`."""

    def tell(row: Row) -> None:
        need(name in row["config"])
        new = value(row)
        need(new != row["config"][name])
        row["config"][name] = new

    MUTATIONS[f"config_{name}"] = Mutation(tell, said)


_config("split", "its config says", lambda row: "validation")
_config("index", "its config says", lambda row: row["config"]["index"] + 1)
_config("level", "level", lambda row: row["config"]["level"] % 5 + 1)
_config("mode", "mode", lambda row: "forward" if row["config"]["mode"] != "forward" else "perception")
_config("form", "its key makes", lambda row: "open" if row["config"]["form"] == "choice" else "choice")
_config("encoding", "encoding", lambda row: "compact" if row["config"]["encoding"] == "fast" else "fast")
_config("num_effective_ops", "num_effective_ops is", lambda row: row["config"]["num_effective_ops"] + 1)


@lie("its key makes")
def config_without_twins(row: Row) -> None:
    need(row["twin_id"])
    row["config"]["twins"] = False


@lie("where level")
def config_knob(row: Row) -> None:
    known = ("level", "mode", "form", "split", "index", "twins", "encoding", "query", "num_effective_ops")
    name = next((n for n, value in row["config"].items() if n not in known and type(value) is int), None)
    need(name)
    row["config"][name] += 1


@lie("twins is 1")
def config_twins_that_is_a_number(row: Row) -> None:
    row["config"]["twins"] = int(row["config"]["twins"]) or 1


@lie("num_effective_ops is")
def config_count_that_is_no_whole_number(row: Row) -> None:
    row["config"]["num_effective_ops"] = float(row["config"]["num_effective_ops"])


@lie("where level")
def config_knob_that_no_family_has(row: Row) -> None:
    row["config"]["gravity"] = 9.81


@lie("config.query")
def config_query_of_another_wording(row: Row) -> None:
    row["config"]["query"]["note"] = "none"


@lie("ask")
def config_query_of_another_kind(row: Row) -> None:
    row["config"]["query"]["ask"] = "riddle"


# --- pictures ----------------------------------------------------------------------------------------


def _pictures(change: Callable[[Planes, Row], Planes | None]) -> Callable[[Row], None]:
    """A lie in the pixels: decode, change, encode again with our own settings."""

    def tell(row: Row) -> None:
        with all_pictures(row["video"]["bytes"]) as (_, pictures):
            found = [[plane.copy() for plane in planes(picture.frame)] for picture in pictures]
        changed = change(found, row) or found
        row["video"]["bytes"] = _encoded(changed)

    tell.__name__ = change.__name__
    return tell


def _encoded(frames: Planes, fps: int = 30) -> bytes:
    height, width = frames[0][0].shape

    def all_frames() -> Iterator[av.VideoFrame]:
        for planes_of in frames:
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane, values in zip(frame.planes, planes_of, strict=True):
                rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
                rows[:, : plane.width] = values
            yield frame

    moving = np.ones(len(frames), bool)
    return encode_frames(all_frames(), moving, width, height, fps, ENCODINGS["fast"])


encode_again = _pictures(lambda frames, row: None)
"""No lie: the same pictures, but for what a second encoding loses."""


def painted(said: str) -> Callable[[Callable[[Planes, Row], Planes | None]], Callable[[Planes, Row], Any]]:
    """Take a change of pictures into the table."""

    def add(change: Callable[[Planes, Row], Planes | None]) -> Callable[[Planes, Row], Any]:
        lie(said)(_pictures(change))
        return change

    return add


def _fill(frame: list[np.ndarray], box: tuple[slice, slice], colour: tuple[int, int, int]) -> None:
    rows, columns = box
    half = slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2)
    for plane, where, level in zip(frame, (box, half, half), colour, strict=True):
        plane[where] = level


_BLACK, _WHITE, _MAGENTA = (16, 128, 128), (235, 128, 128), (106, 202, 222)
_ALL = (slice(0, 448), slice(0, 448))


@painted("is black")
def video_black(frames: Planes, row: Row) -> None:
    for frame in frames:
        _fill(frame, _ALL, _BLACK)


@painted("is black")
def video_black_on_ten_frames(frames: Planes, row: Row) -> None:
    for frame in frames[20:30]:
        _fill(frame, _ALL, _BLACK)


@painted("frame 47 (1.567 s) is black")
def video_black_on_one_frame(frames: Planes, row: Row) -> None:
    _fill(frames[47], _ALL, _BLACK)


@painted("of frames 31 to 34 (1.033 to 1.133 s)")
def video_white_on_four_frames(frames: Planes, row: Row) -> None:
    for frame in frames[31:35]:
        _fill(frame, _ALL, _WHITE)


def _moving(row: Row) -> int:
    """A frame from which on things move for a while, by the tracks."""
    places = np.array([[*track["x"], *track["y"]] for track in row["tracks"]]).reshape(
        len(row["tracks"]), 2, -1
    )
    shown = np.array([track["visible"] for track in row["tracks"]])
    steps = np.abs(np.diff(places, axis=2)).max(axis=1) * (shown[:, 1:] & shown[:, :-1])
    fast = steps.max(axis=0) > 1.5
    runs = np.convolve(fast, np.ones(12), "valid")
    need(len(runs) and runs.max() == 12)
    return int(np.argmax(runs == 12)) + 1


@painted("frame")
def video_frozen_for_ten_frames(frames: Planes, row: Row) -> Planes:
    start = _moving(row)
    return [*frames[:start], *[frames[start]] * 10, *frames[start + 10 :]]


@painted("frame")
def video_frozen_for_one_frame(frames: Planes, row: Row) -> Planes:
    start = _moving(row) + 5
    return [*frames[:start], frames[start - 1], *frames[start + 1 :]]


@painted("frame")
def video_with_two_frames_exchanged(frames: Planes, row: Row) -> Planes:
    start = _moving(row) + 2
    frames[start], frames[start + 5] = frames[start + 5], frames[start]
    return frames


@painted("frame")
def video_backwards(frames: Planes, row: Row) -> Planes:
    return frames[::-1]


@painted("frame")
def video_mirrored(frames: Planes, row: Row) -> Planes:
    return [[plane[:, ::-1] for plane in frame] for frame in frames]


@painted("frame")
def video_upside_down(frames: Planes, row: Row) -> Planes:
    return [[plane[::-1] for plane in frame] for frame in frames]


@painted("px at (192, 192)")
def video_covered_in_the_middle(frames: Planes, row: Row) -> None:
    for frame in frames:
        _fill(frame, (slice(192, 256), slice(192, 256)), _MAGENTA)


@painted("frame 33")
def video_covered_on_one_frame(frames: Planes, row: Row) -> None:
    _fill(frames[33], (slice(192, 256), slice(192, 256)), _MAGENTA)


@painted("frame 33")
def video_with_a_speck_on_one_frame(frames: Planes, row: Row) -> None:
    level = frames[33][0][100:102, 100:102]
    frames[33][0][100:102, 100:102] = np.where(level > 128, level - 90, level + 90)


@painted("frame")
def video_brighter_by_eight_levels(frames: Planes, row: Row) -> None:
    for frame in frames:
        frame[0] = np.minimum(frame[0], 247) + 8


@painted("frame 33")
def video_with_a_patch_of_another_hue_on_one_frame(frames: Planes, row: Row) -> None:
    frames[33][1][50:60, 50:60] ^= 0x70


@painted("frame")
def video_of_another_hue(frames: Planes, row: Row) -> None:
    for frame in frames:
        frame[1], frame[2] = np.minimum(frame[1], 195) + 60, frame[2]


@painted("frame")
def video_two_px_to_the_right(frames: Planes, row: Row) -> Planes:
    return [
        [np.roll(plane, 2 if plane.shape[0] == 448 else 1, axis=1) for plane in frame] for frame in frames
    ]


@painted("num_frames is")
def video_without_a_frame(frames: Planes, row: Row) -> Planes:
    return [*frames[:40], *frames[41:]]


@painted("num_frames is")
def video_with_a_frame_more(frames: Planes, row: Row) -> Planes:
    return [*frames, frames[-1]]


@painted("frame")
def video_with_an_object_painted_over(frames: Planes, row: Row) -> None:
    """The first object that is seen is lost in the ground for ten frames."""
    track = row["tracks"][0]
    seen = np.flatnonzero(track["visible"])
    for number in seen[:10].tolist():
        x, y = int(track["x"][number]), int(track["y"][number])
        top, left = max(y - 30, 0) // 2 * 2, max(x - 30, 0) // 2 * 2
        box = slice(top, min(y + 30, 448)), slice(left, min(x + 30, 448))
        colour = tuple(int(plane[0, 0]) for plane in frames[number])
        _fill(frames[number], box, colour)  # type: ignore[arg-type]


@painted("frame")
def video_with_a_text_painted_over(frames: Planes, row: Row) -> None:
    need(
        row["family"]
        in ("card_stack", "chip_container", "file_system", "sliding_puzzle", "symbol_operations")
    )
    start = next(state["frame"] for state in row["states"] if state["visible"])
    track = next(track for track in row["tracks"] if track["visible"][start + 30])
    x, y = int(track["x"][start + 30]), int(track["y"][start + 30])
    for frame in frames[start + 1 : start + 59]:
        box = frame[0][y - 6 : y + 6, x - 6 : x + 6]
        box[:] = np.median(frame[0][y - 12 : y + 12, x - 12 : x + 12])


@painted("width is")
def video_of_half_the_size(frames: Planes, row: Row) -> Planes:
    return [[plane[::2, ::2].copy() for plane in frame] for frame in frames]


# --- containers --------------------------------------------------------------------------------------


@lie("cut short")
def file_cut_short(row: Row) -> None:
    row["video"]["bytes"] = row["video"]["bytes"][:-3000]


@lie("not a readable video")
def file_empty(row: Row) -> None:
    row["video"]["bytes"] = b""


@lie("not a readable video")
def file_of_text(row: Row) -> None:
    row["video"]["bytes"] = b"not a video, but longer than a header would be"


@lie("the file")
def file_with_bytes_behind_it(row: Row) -> None:
    row["video"]["bytes"] += b"\x00\x00\x00\x10uuid" + b"hidden!!"


@lie("padding")
def file_with_a_message_in_its_padding(row: Row) -> None:
    data = bytearray(row["video"]["bytes"])
    at = data.index(b"free") + 4
    data[at : at + 6] = b"hidden"
    row["video"]["bytes"] = bytes(data)


@lie("display matrix")
def file_that_turns_its_pictures(row: Row) -> None:
    data = bytearray(row["video"]["bytes"])
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 448 << 16, 0, 1 << 30)
    row["video"]["bytes"] = bytes(data)


@lie("edit list")
def file_that_cuts_its_beginning(row: Row) -> None:
    data = bytearray(row["video"]["bytes"])
    at = data.index(b"elst") + 4 + 12
    data[at : at + 4] = struct.pack(">i", 5120)
    row["video"]["bytes"] = bytes(data)


def _remuxed(
    row: Row, *, codec: str = "libx264", pix_fmt: str = "yuv420p", rate: int = 30, **more: Any
) -> bytes:
    """The video encoded again in another way."""
    file = io.BytesIO()
    with av.open(io.BytesIO(row["video"]["bytes"])) as source, av.open(file, "w", format="mp4") as target:
        target.metadata.update(more.get("metadata", {}))
        stream = target.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = row["width"], row["height"], pix_fmt
        second = target.add_stream("libx264", rate=rate) if more.get("second") else None
        if second:
            second.width, second.height, second.pix_fmt = 16, 16, "yuv420p"
        for number, frame in enumerate(source.decode(video=0)):
            again = av.VideoFrame.from_ndarray(frame.to_ndarray(format="rgb24"), format="rgb24")
            again.pts = number
            target.mux(stream.encode(again))
            if second and number < 5:
                small = av.VideoFrame(16, 16, "yuv420p")
                small.pts = number
                target.mux(second.encode(small))
        target.mux(stream.encode(None))
        if second:
            target.mux(second.encode(None))
    return file.getvalue()


@lie("the file holds 2 boxes 'moov/trak'")
def file_with_a_second_stream(row: Row) -> None:
    row["video"]["bytes"] = _remuxed(row, second=True)


@lie("the file has tags")
def file_with_tags(row: Row) -> None:
    row["video"]["bytes"] = _remuxed(row, metadata={"title": "the answer is B"})


@lie("beside its frames")
def file_with_a_message_in_the_name_of_its_handler(row: Row) -> None:
    data = bytearray(row["video"]["bytes"])
    at = data.index(b"VideoHandler")
    data[at : at + 12] = b"the answer B"
    row["video"]["bytes"] = bytes(data)


@lie("beside its frames")
def file_of_another_display_size(row: Row) -> None:
    data = bytearray(row["video"]["bytes"])
    at = data.index(b"tkhd") + 4 + 76
    data[at : at + 8] = struct.pack(">II", 448 << 16, 20 << 16)
    row["video"]["bytes"] = bytes(data)


@lie("beside its frames")
def file_that_plays_four_times_as_fast(row: Row) -> None:
    data = bytearray(row["video"]["bytes"])
    at = data.index(b"mvhd") + 4 + 20
    data[at : at + 4] = struct.pack(">I", 4 << 16)
    row["video"]["bytes"] = bytes(data)


@lie("not lie at the beginning")
def file_whose_frames_lie_elsewhere(row: Row) -> None:
    data = bytearray(row["video"]["bytes"])
    at = data.index(b"stco") + 12
    data[at : at + 4] = struct.pack(">I", struct.unpack(">I", data[at : at + 4])[0] + 1)
    row["video"]["bytes"] = bytes(data)


@lie("is not one of a picture in each packet")
def file_of_another_codec(row: Row) -> None:
    row["video"]["bytes"] = _remuxed(row, codec="mpeg4")


@lie("not h264 yuv420p")
def file_of_another_pixel_format(row: Row) -> None:
    row["video"]["bytes"] = _remuxed(row, pix_fmt="yuv444p")


@lie("fps is")
def file_of_another_rate(row: Row) -> None:
    row["video"]["bytes"] = _remuxed(row, rate=25)


@lie("video.path is")
def file_of_another_name(row: Row) -> None:
    row["video"]["path"] = "the answer is B.mp4"
