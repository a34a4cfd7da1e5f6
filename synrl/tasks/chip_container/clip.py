"""What happens in a clip of chip_container, and how it is shown: chips, legal steps, poses and looks.

Chips get unique names ("25 #2") for their tracks' sake; which of several equal chips an operation takes
is not part of the history, and the one with the lowest number is taken. A chip is drawn while the
containers are open and while it travels. Else its track keeps it in the middle of its bag, or
above the frame if it has not come yet or is gone.

A model may see a single frame of an operation, and a chip that goes in looks there like one that comes
out. So bags bear arrows as long as an operation lasts: up on one that something comes out of, down on one
that it goes into, and both ways on two that change places. A bag that is tipped over bears none, since its
arrow would not point up.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.path import Path

from synrl.seeds import Stream, Streams
from synrl.tasks.chip_container.config import ChipConfig
from synrl.tasks.chip_container.shelf import CAPACITY, CHIPS, TRAY, Shelf, bag_height, bag_width, travel
from synrl.tasks.shared.moments import draw_reveal, draw_when
from synrl.tasks.shared.queries import LongQuery
from synrl.video.outlines import circle, place, rectangle, rounded_rectangle
from synrl.video.raster import rgb_colour
from synrl.video.scene import Look, Scene, Shape
from synrl.video.style import lettering
from synrl.world.chips import VALUES, Chips, Contents, apply, backwards
from synrl.world.history import History, Propose, Step, When, key, play
from synrl.world.pacing import timed
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, HEIGHT, HIDDEN, WIDTH, Operation, Poses, SceneObject, State, Timeline

CORNER = 10.0
"""Radius of the corners of bags, px."""
DIGITS = 12.8
"""Px of a digit at least: enough for a clip of 32 frames, which is shown at 288 px."""
SHOWN = 0
GIVES, TAKES, SWAPS = 1, 2, 3
"""Looks of a bag with an arrow on it."""
SEEN = 40.0
"""RGB distance from which two colours are told apart in spite of the encoder."""
FEWEST = 2
"""Chips that are left in all containers together."""
_LIGHT, _DARK = "#ffffff", "#161616"

Places = dict[str, str]
"""Which container each chip that is on the shelf is in, by the chip's name."""


class ChipQuery(LongQuery):
    """What every question about a clip of chips says."""

    containers: int
    kinds: list[str]
    """The kinds of operations that the clip may show."""


@dataclass(frozen=True)
class Wish:
    """What a clip is to be about, drawn before it."""

    container: str
    wanted: int | str
    """The answer, if the kind of question draws it first."""
    when: When
    """The moment, for questions about one."""


Leg = tuple[int, str]
"""So many operations that leave a container alone; none if its name is empty."""


class Wishing(ABC):
    """How the kinds of question here draw what a clip is to be about; most draw nothing."""

    name: str
    modes: tuple[str, ...]
    even = False
    """Whether the answer is even given what can be read, which therefore is drawn once, before the answer."""

    def possible(self, config: ChipConfig) -> bool:
        """Whether it can be asked of so many containers."""
        return True

    def containers(self, readable: Contents) -> list[str]:
        """The containers that may be asked about."""
        return list(readable)

    def wanted(self, readable: Contents, container: str, config: ChipConfig, question: Stream) -> int | str:
        """The answer, if it is drawn first."""
        return 0

    def legs(self, wish: Wish, reveal: str, config: ChipConfig) -> list[Leg]:
        """The parts in which a history is played, from its readable end on."""
        return [(config.num_operations, "")]

    @abstractmethod
    def draw(
        self, history: History, common: ChipQuery, wish: Wish, config: ChipConfig, scene: Stream, /
    ) -> tuple[History, ChipQuery] | None:
        """A history, that one or one that looks alike, and what is asked of it; None if nothing can be."""


def simulate(asks: Sequence[Wishing], config: ChipConfig, streams: Streams) -> Timeline:
    """A clip that one of some kinds of question is asked about."""
    scene, question = streams.scene, streams.question
    start = deal(scene, config)
    reveal = draw_reveal(config.mode, question)
    ask = question.choice([ask for ask in asks if config.mode in ask.modes and ask.possible(config)])
    container = question.choice(ask.containers(start))
    when = draw_when(config.mode, config.num_operations, question)
    wish = Wish(container, ask.wanted(start, container, config, question), when)
    common = ChipQuery(
        ask=ask.name,
        reveal=reveal,
        form=config.form,
        containers=config.containers,
        kinds=list(kinds_of(config, reveal)),
    )
    while True:
        history = _played(start, reveal, ask.legs(wish, reveal, config), config, scene)
        found = None if history is None else ask.draw(history, common, wish, config, scene)
        if found is not None:
            return animate(*found, streams, config.glance)
        if not ask.even:
            start = deal(scene, config)


def _played(
    readable: Contents, reveal: str, legs: Sequence[Leg], config: ChipConfig, scene: Stream
) -> History | None:
    """A random history, played leg by leg from its readable end on; None if a state recurs in it."""
    told = History((), (readable,))
    for length, untouched in legs:
        if length:
            leg = play(told.states[-1], length, apply, proposer(config, reveal, untouched), scene)
            told = History((*told.steps, *leg.steps), (*told.states, *leg.states[1:]))
    if len(set(map(key, told.states))) <= config.num_operations:
        return None
    return told if reveal == "start" else backwards(told)


def names(containers: int) -> tuple[str, ...]:
    """The letters of some containers."""
    return tuple("ABCD"[:containers])


def deal(scene: Stream, config: ChipConfig) -> dict[str, Chips]:
    """Random chips in random containers, none of which holds too many."""
    while True:
        state: dict[str, Chips] = dict.fromkeys(names(config.containers), ())
        for _ in range(config.chips):
            state = apply(
                state, "add", {"container": scene.choice(tuple(state)), "chip": scene.choice(VALUES)}
            )
        if max(map(len, state.values())) <= CAPACITY:
            return state


def kinds_of(config: ChipConfig, reveal: str) -> tuple[str, ...]:
    """The kinds of operations that leave a clip with one answer."""
    return tuple(kind for kind in config.kinds if kind != "pour" or reveal == "start")


def proposer(config: ChipConfig, reveal: str, untouched: str = "") -> Propose:
    """Random legal steps that leave one container alone and put too many chips into none."""
    kinds = kinds_of(config, reveal)

    def propose(state: Contents, scene: Stream) -> Step:
        others = [name for name in state if name != untouched]
        holding = [name for name in others if state[name]]
        free = [name for name in others if len(state[name]) < CAPACITY]
        while True:
            kind = scene.choice(kinds)
            if kind == "add" and free:
                return Step(kind, {"container": scene.choice(free), "chip": scene.choice(VALUES)})
            if not holding:
                continue
            source = scene.choice(holding)
            if kind == "remove" and sum(map(len, state.values())) > FEWEST:
                return Step(kind, {"container": source, "chip": scene.choice(state[source])})
            targets = [name for name in (others if kind == "swap" else free) if name != source]
            if not targets:
                continue
            target = scene.choice(targets)
            if kind == "move":
                return Step(kind, {"source": source, "target": target, "chip": scene.choice(state[source])})
            if kind == "swap":
                return Step(kind, {"containers": sorted((source, target))})
            if kind == "pour" and len(state[source]) + len(state[target]) <= CAPACITY:
                return Step(kind, {"source": source, "target": target})

    return propose


def value(chip: str) -> int:
    """What a chip of a name is worth."""
    return int(chip.partition(" ")[0])


def placed(history: History) -> list[Places]:
    """Where the chips of each state are; those that leave are missing from then on."""
    serial: Counter[int] = Counter()

    def new(chip: int) -> str:
        serial[chip] += 1
        return f"{chip} #{serial[chip]}"

    here = {new(chip): name for name, chips in history.states[0].items() for chip in chips}
    found = [here]
    for kind, given in history.steps:
        here = dict(here)
        if kind == "add":
            here[new(given["chip"])] = given["container"]
        elif kind == "remove":
            del here[_lowest(here, given["chip"], given["container"])]
        elif kind == "move":
            here[_lowest(here, given["chip"], given["source"])] = given["target"]
        else:
            to = {given["source"]: given["target"]} if kind == "pour" else _exchange(given)
            here = {chip: to.get(name, name) for chip, name in here.items()}
        found.append(here)
    return found


def _lowest(here: Places, chip: int, container: str) -> str:
    return next(name for name, where in here.items() if where == container and value(name) == chip)


def _exchange(given: Mapping[str, Any]) -> dict[str, str]:
    one, two = given["containers"]
    return {one: two, two: one}


def animate(history: History, query: ChipQuery, streams: Streams, glance: int) -> Timeline:
    """The timeline of a history whose states are lists of values."""
    operations, states, num_frames = timed(history, query["reveal"], streams.scene, glance)
    style = draw_style(streams)
    height = bag_height(streams.style.choice(CHIPS[query["containers"]]))
    *colours, bag_colour = streams.style.sample(tuple(style.palette.colours.values()), len(VALUES) + 1)
    shelf = Shelf(names(query["containers"]), height, WIDTH)
    places = placed(history)
    chips = list(dict.fromkeys(name for here in places for name in here))
    painted = dict(zip(VALUES, colours, strict=True))
    # Chips come last, so that they can be read in front of the bag that they go into.
    objects = (
        *(SceneObject(f"tray {i}", "tray", bag_colour, height) for i, _ in enumerate(shelf.containers, 1)),
        *(SceneObject(f"bag {i}", "bag", bag_colour, height) for i, _ in enumerate(shelf.containers, 1)),
        *(SceneObject(name, "chip", painted[value(name)], shelf.chip) for name in chips),
    )
    film = _Film(shelf, chips, num_frames)
    film.rest(places[0], 0)
    for operation, before, after in zip(operations, places, places[1:], strict=False):
        film.show(operation, before, after)
        film.rest(after, operation.end_frame)
    start, end = (0, states[1].frame) if states[0].visible else (states[-1].frame, num_frames)
    film.reveal(places[0 if states[0].visible else -1], start, end)
    stored = tuple(State(s.frame, {name: list(c) for name, c in s.state.items()}, s.visible) for s in states)
    return Timeline(FPS, objects, film.poses, style, operations=tuple(operations), states=stored, query=query)


def _arrows(operation: Operation) -> dict[str, int]:
    """The looks of the bags that take part in an operation, by the letters below them."""
    kind, given = operation.kind, operation.arguments
    if kind == "swap":
        return dict.fromkeys(given["containers"], SWAPS)
    if kind in ("add", "remove"):
        return {given["container"]: TAKES if kind == "add" else GIVES}
    return {given["source"]: GIVES, given["target"]: TAKES}


class _Film:
    """Poses of chips and bags, filled in from the first frame on."""

    def __init__(self, shelf: Shelf, chips: list[str], num_frames: int) -> None:
        self.shelf = shelf
        count = len(shelf.containers)
        self.poses = Poses.still(num_frames, len(chips) + 2 * count)
        self.column = {chip: i for i, chip in enumerate(chips, start=2 * count)}
        # Which bag stands over each letter; two of them change places in a swap.
        self.bags = {name: count + i for i, name in enumerate(shelf.containers)}
        self.poses.look[:, :count] = self.poses.look[:, 2 * count :] = HIDDEN
        self.poses.x[:, 2 * count :], self.poses.y[:, 2 * count :] = WIDTH / 2, shelf.away
        for column, name in enumerate(shelf.containers):
            self.put(column, 0, shelf.x(name), shelf.tray_y)
        for name, column in self.bags.items():
            self.put(column, 0, shelf.x(name), shelf.y)

    def put(self, column: int, frame: int, x: float, y: float) -> None:
        """Keep something at a place from a frame on, upright."""
        self.poses.x[frame:, column], self.poses.y[frame:, column] = x, y
        self.poses.angle[frame:, column], self.poses.scale[frame:, column] = 0, 1

    def rest(self, here: Places, frame: int) -> None:
        """From a frame on, keep chips in the middle of their bags."""
        for chip, name in here.items():
            self.put(self.column[chip], frame, self.shelf.x(name), self.shelf.y)

    def show(self, operation: Operation, before: Places, after: Places) -> None:
        """Animate an operation between the places of chips before and after it."""
        given, shelf = operation.arguments, self.shelf
        start, end = operation.start_frame, operation.end_frame
        inner = slice(start + 1, end)
        for name, look in _arrows(operation).items():
            self.poses.look[inner, self.bags[name]] = look
        if operation.kind == "swap":
            one, two = given["containers"]
            for name, way in shelf.ways_of_swap(one, two).items():
                travelled = travel(way, end - start)
                for column in (self.bags[name], *self._inside(before, name)):
                    self._follow(column, start, travelled)
            self.bags[one], self.bags[two] = self.bags[two], self.bags[one]
        elif operation.kind == "pour":
            bag = self.bags[given["source"]]
            self._follow(bag, start, travel(shelf.way_of_pour(given["source"], given["target"]), end - start))
            self.poses.look[inner, bag][self.poses.angle[inner, bag] != 0] = SHOWN
            for column in self._inside(before, given["source"]):
                self.put(column, (start + end) // 2, shelf.x(given["target"]), shelf.y)
        else:
            (chip,) = (c for c in before | after if before.get(c) != after.get(c))
            way = {
                "add": lambda: shelf.way_in(given["container"]),
                "remove": lambda: shelf.way_out(given["container"]),
                "move": lambda: shelf.way_across(given["source"], given["target"]),
            }[operation.kind]()
            column, travelled = self.column[chip], travel(way, end - start)
            self.poses.x[inner, column], self.poses.y[inner, column] = travelled[1:-1, :2].T
            self.poses.scale[inner, column] = travelled[1:-1, 3]
            self.poses.look[inner, column] = SHOWN
            if operation.kind == "remove":
                self.put(column, end, shelf.x(given["container"]), shelf.away)

    def reveal(self, here: Places, start: int, end: int) -> None:
        """Between two frames, show trays instead of bags, with the chips on them in ascending order."""
        frames = slice(start, end)
        most = max(Counter(here.values()).values())
        _, diameter = self.shelf.spread(most)
        self.poses.look[frames, : len(self.shelf.containers)] = SHOWN
        for name in self.shelf.containers:
            self.poses.look[frames, self.bags[name]] = HIDDEN
            chips = sorted((chip for chip in here if here[chip] == name), key=lambda c: (value(c), c))
            for chip, (x, y) in zip(chips, self.shelf.slots(name, most), strict=False):
                column = self.column[chip]
                self.poses.x[frames, column], self.poses.y[frames, column] = x, y
                self.poses.scale[frames, column] = diameter / self.shelf.chip
                self.poses.look[frames, column] = SHOWN

    def _inside(self, here: Places, name: str) -> list[int]:
        return [self.column[chip] for chip, where in here.items() if where == name]

    def _follow(self, column: int, start: int, travelled: Any) -> None:
        """Move along a way from a frame on, and stay at its end."""
        last = start + len(travelled) - 1
        self.put(column, last, travelled[-1, 0], travelled[-1, 1])
        poses = self.poses
        for values, way in zip((poses.x, poses.y, poses.angle, poses.scale), travelled.T, strict=True):
            values[start : last + 1, column] = way


# --- looks ------------------------------------------------------------------------------------------


def draw(timeline: Timeline) -> Scene:
    """Chips with their values, bags, and under each place its letter."""
    style, height = timeline.style, timeline.objects[0].size
    shelf = Shelf(names(timeline.query["containers"]), height, WIDTH)
    # Without texture, which could not be told from the small gaps between chips.
    letters = [
        place(lettering(style, name, 14, bold=True), shelf.x(name), shelf.label_y)
        for name in shelf.containers
    ]
    backdrop = [Shape(letter, fill=style.ink) for letter in letters]
    seam = place(rectangle(bag_width(height) - 24, 5), 0, 14 - height / 2)
    looks: list[tuple[Look, ...]] = []
    for item in timeline.objects:
        on_it = legible(item.colour)
        if item.shape == "tray":
            looks.append(((Shape(outline(item.shape, item.size), fill=item.colour),),))
        elif item.shape == "bag":
            body = Shape(rounded_rectangle(bag_width(height), height, CORNER), fill=item.colour)
            plain = (body, Shape(seam, fill=_mixed(item.colour, on_it)))
            # A sign of the ground's colour would look like a hole.
            ink = on_it if _distance(on_it, style.ground) > SEEN else _mixed(item.colour, on_it, 0.7)
            signs = (Shape(sign, fill=ink) for sign in _signs(height))
            looks.append((plain, *((*plain, sign) for sign in signs)))
        else:
            digits = str(value(item.name))
            number = lettering(style, digits, max(DIGITS, (0.3 if len(digits) > 2 else 0.38) * item.size))
            looks.append(((Shape(circle(item.size), fill=item.colour), Shape(number, fill=on_it)),))
    return Scene(WIDTH, HEIGHT, style.ground, tuple(backdrop), tuple(looks))


def _signs(height: float) -> tuple[Path, Path, Path]:
    """The arrows on the lower half of a bag: up, down, and to both sides."""
    wide, y = 0.4 * bag_width(height), 0.2 * height
    tall = 0.8 * wide
    up = Path([(-wide / 2, y + tall / 2), (0, y - tall / 2), (wide / 2, y + tall / 2), (0, 0)], closed=True)
    down = Path([(-wide / 2, y - tall / 2), (0, y + tall / 2), (wide / 2, y - tall / 2), (0, 0)], closed=True)
    left = Path([(-6, y - wide / 2), (-6 - tall, y), (-6, y + wide / 2), (0, 0)], closed=True)
    right = Path([(6, y - wide / 2), (6 + tall, y), (6, y + wide / 2), (0, 0)], closed=True)
    return up, down, Path.make_compound_path(left, right)


def outline(shape: str, size: float) -> Path:
    """Outline of a chip, a bag or a tray; the size of these two is the height of a bag."""
    if shape == "chip":
        return circle(size)
    height = size if shape == "bag" else TRAY
    return rounded_rectangle(bag_width(size), height, CORNER if shape == "bag" else 3)


def legible(colour: str) -> str:
    """White or near black, whichever stands out more from a colour."""
    red, green, blue = rgb_colour(colour)
    return _DARK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else _LIGHT


def _mixed(colour: str, other: str, share: float = 0.4) -> str:
    """A colour with a share of another one: pure white or black might be lost on the ground."""
    pairs = zip(_rgb(colour), _rgb(other), strict=True)
    return "#" + bytes(round((1 - share) * one + share * two) for one, two in pairs).hex()


def _distance(colour: str, other: str) -> float:
    return math.dist(_rgb(colour), _rgb(other))


def _rgb(colour: str) -> bytes:
    return bytes.fromhex(colour[1:])
