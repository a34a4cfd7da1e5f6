"""motion_counting: how many times does a shape hop, swing, pulse, spin, blink or step?

Shapes stay at their places and do things, one at a time. From level 2, other shapes do so too; from
level 3, the shape in question may also do other things in between; at levels 4 and 5, the question may
be how its pace changes in the middle. The clip's length is drawn independently of the count.

Margins, in glances (`Config.glance`): an action lasts at least `SHORTEST` and the rest between two at least
`REST`, or `REST_OF_STEP`, since a place to which a shape has stepped must be looked at twice to be told from
the way there; a change of pace is by a factor of `PACE`.

Localisation asks when the shape hops, swings or spins: at rest it may be anywhere and at any angle, so that
no single frame shows it. At every level it does another of these things at the time of a wrong option.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synrl.answers import nearest_span
from synrl.checks import check_some_of
from synrl.evidence import Evidence, Observed
from synrl.evidence.actions import bouts, labels, observe_actions, places, steps_seen
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import SpanAsk
from synrl.tasks.base import Ask, Counted, Family, Query
from synrl.tasks.config import Config
from synrl.tasks.shared.actors import (
    SHAPES_THAT_TURN,
    SHORTEST,
    UNSEEN,
    VERBS,
    actions_backwards,
    staged,
    tell_action,
)
from synrl.tasks.shared.cast import cast, draw_cast
from synrl.tasks.shared.lexicon import told
from synrl.tasks.shared.questions import (
    Question,
    drawn,
    integer_question,
    with_form,
    with_words,
)
from synrl.tasks.shared.stage import ASKED, STILL_FRAMES, beside, room, window
from synrl.tasks.shared.telling import say_count
from synrl.video.scene import Scene
from synrl.world.actions import ACTIONS, Action, spread
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, Event, Timeline

LONGEST = 1.6
REST, REST_OF_STEP = 1.1, 2.2
"""The least rest between two actions of a shape."""
PACE = 2.0
PACES = {"same": "it stays the same", "faster": "it gets faster", "slower": "it gets slower"}
"""How the pace of a repeated action changes in the middle of it."""
PACE_COUNT = 6
"""Repetitions whose pace is asked for: three at each pace."""
IN_PLACE = tuple(action for action in ACTIONS if action != "step")
"""What the same shape may do in turn."""


@dataclass(frozen=True, kw_only=True)
class CountingConfig(Config):
    """Knobs: what may be counted and how far, and what else happens."""

    actions: tuple[str, ...]
    most: int
    others: int
    """Other shapes that do things."""
    between: int
    """Other things, at most, that the asked shape does."""
    paces: bool
    """Whether the pace may change and be asked for."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "actions", tuple(self.actions))
        check_some_of("actions", self.actions, ACTIONS)
        self.require("most", range(4, 11))
        self.require("others", range(4))
        self.require("between", range(5))
        self.require("paces", (False, True))

    def rest(self, action: str) -> int:
        """The least frames between two actions, one of which is of that kind."""
        return self.glances(REST_OF_STEP if action == "step" else REST)

    def draw_length(self, scene: Stream) -> int:
        """The frames of an action."""
        return scene.integer(self.glances(SHORTEST), self.glances(LONGEST))


class ActionQuery(Query):
    object: str
    action: str


Drawn = tuple[list[Action], int]
"""What the asked shape does, and the number of frames."""


class Count(Ask[ActionQuery, CountingConfig]):
    """How often a shape does something."""

    name = "count"
    modes = ("perception",)
    answer_type = "integer"
    unordered = True

    def draw(self, config: CountingConfig, streams: Streams, action: str) -> Drawn:
        count = streams.question.integer(1, config.most)
        return _counted(streams.scene, config, action, count)

    def aim(self, query: ActionQuery) -> str:
        return f"how often the {query['object']} {VERBS[query['action']][1]}"

    def wordings(self, query: ActionQuery) -> Sequence[str]:
        name, (verb, does) = query["object"], VERBS[query["action"]]
        sentences = (
            f"How many times does the {name} {verb}?",
            f"How many times in this video does the {name} {verb}?",
            f"Count how many times the {name} {does}. What is the total?",
            f"Over the whole video, how many times does the {name} {verb}?",
            f"Watch the {name}. How many times does it {verb}?",
            f"The {name} {does} at least once. How many times does it do so in all?",
            f"From the first frame to the last, how many times does the {name} {verb}?",
            f"What is the number of times that the {name} {does}?",
            f"In total, how many times does the {name} {verb}?",
            f"Keep an eye on the {name}. How many times does it {verb}?",
            f"Count the times that the {name} {does}. How many are there?",
            f"The {name} may do other things as well. How many times does it {verb}?",
            f"By the end of the video, how many times have you seen the {name} {verb}?",
            f"Look only at the {name}. How many times does it {verb}?",
        )
        return [with_form(sentence, query, "integer") for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: ActionQuery, config: CountingConfig, streams: Streams
    ) -> Question:
        count = len(_spans(timeline, query))
        return integer_question(text, count, range(1, config.most + 1), config.form, streams)

    def solve(self, evidence: Evidence, query: ActionQuery) -> str | None:
        if query["action"] == "step":
            count = places(evidence, query["object"]) - 1
        else:
            count = len(_bouts(evidence, query))
        return str(count) if count > 0 else None

    def counted(self, query: ActionQuery, row: Mapping[str, Any]) -> Counted:
        own = (e for e in row["events"] if (e["actor"], e["kind"]) == (query["object"], query["action"]))
        return Counted(query["action"], f"{query['action']}s", [event["frame"] for event in own])

    def conclude(self, query: ActionQuery, row: Mapping[str, Any]) -> Sequence[str]:
        does = f"the {query['object']} {VERBS[query['action']][1]} {say_count(int(row['answer_text']))}"
        return f"All in all, {does}", f"In total, {does}"


class PaceChange(Ask[ActionQuery, CountingConfig]):
    """How the pace of a repeated action changes."""

    name = "pace"
    modes = ("perception",)
    answer_type = "text"

    def draw(self, config: CountingConfig, streams: Streams, action: str) -> Drawn:
        return _paced(streams.scene, config, action, streams.question.choice(tuple(PACES)))

    def aim(self, query: ActionQuery) -> str:
        return f"how the pace at which the {query['object']} {VERBS[query['action']][1]} changes"

    def wordings(self, query: ActionQuery) -> Sequence[str]:
        name, (_, does) = query["object"], VERBS[query["action"]]
        sentences = (
            f"The {name} {does} several times. How does its pace change in the course of the video?",
            f"The {name} {does} again and again. Does its pace get faster or slower, or does it stay the "
            "same?",
            f"Watch the {name}, which {does} repeatedly. What happens to its pace?",
            f"The {name} {does} six times. Compare the first three times with the last three: what happens "
            "to the pace?",
            f"What happens to the pace at which the {name} {does}?",
            f"How does the pace at which the {name} {does} change over time?",
            f"As the video goes on, what happens to the pace at which the {name} {does}?",
            f"The {name} {does} over and over. Does its pace change, and if so, how?",
            f"Does the pace at which the {name} {does} get faster, get slower or stay the same?",
            f"From the first three times to the last three, how does the pace at which the {name} {does} "
            "change?",
            f"The {name} {does} six times. If its pace changes, how does it do so?",
            f"Does the pace at which the {name} {does} stay the same, and if not, how does it change?",
            f"Look only at the {name}, which {does} six times. What happens to its pace?",
        )
        paces = [f'"{pace}"' for pace in PACES.values()]
        return [with_words(sentence, query, paces) for sentence in sentences]

    def question(
        self, text: str, timeline: Timeline, query: ActionQuery, config: CountingConfig, streams: Streams
    ) -> Question:
        truth = PACES[_pace(_spans(timeline, query))]
        return drawn(text, truth, tuple(PACES.values()), config.form, streams)

    def backwards(self, timeline: Timeline, query: ActionQuery) -> Timeline | None:
        own = [(e.frame, e.end_frame) for e in timeline.events if e.actor == query["object"]]
        return None if _pace(own) == "same" else actions_backwards(timeline)

    def solve(self, evidence: Evidence, query: ActionQuery) -> str | None:
        moments = _moments(evidence, query)
        return PACES[_trend(moments)] if len(moments) == PACE_COUNT else None

    def conclude(self, query: ActionQuery, row: Mapping[str, Any]) -> Sequence[str]:
        own = [e for e in row["events"] if (e["actor"], e["kind"]) == (query["object"], query["action"])]
        first, last = ((e["end_frame"] - e["frame"]) / row["fps"] for e in (own[0], own[-1]))
        took = f"The one at the start takes {first:.1f} seconds, the one at the end takes {last:.1f} seconds"
        return f"{took}: {row['answer_text']}", f"{took}, so {row['answer_text']}"


class WhenDone(SpanAsk[ActionQuery, CountingConfig]):
    """When a shape does something that it does once."""

    def draw(self, config: CountingConfig, streams: Streams, action: str) -> Drawn:
        length = streams.scene.integer(*map(config.glances, ASKED))
        num_frames, start = window(streams.scene, length, config.glance, config.level)
        asked = Action(start, start + length, action)
        return _around(streams.scene, config, asked, num_frames), num_frames

    def aim(self, query: ActionQuery) -> str:
        return f"when the {query['object']} {VERBS[query['action']][1]}"

    def wordings(self, query: ActionQuery) -> Sequence[str]:
        name, (verb, does) = query["object"], VERBS[query["action"]]
        sentences = (
            f"Between which seconds does the {name} {verb}?",
            f"The {name} {does} once. From when to when does it do so?",
            f"During which seconds of the video does the {name} {verb}?",
            f"When does the {name} {verb}?",
            f"At some point the {name} {does}. When does it start, and when does it finish?",
            f"The {name} {does} only once. Between which seconds does it do so?",
            f"From when to when does the {name} {verb}?",
            f"Find the part of the video in which the {name} {does}. From when to when does it last?",
            f"Watch the {name}. Between which seconds does it {verb}?",
            f"The {name} {does} once in this video. When does it do so?",
            f"When does the {name} start to {verb}, and when does it finish?",
            f"Which seconds of the video show how the {name} {does}?",
            f"The {name} may do other things as well. When does it {verb}?",
            f"Look only at the {name}. From when to when does it {verb}?",
        )
        return [with_form(sentence, query, "interval") for sentence in sentences]

    def span(self, timeline: Timeline, query: ActionQuery) -> tuple[int, int]:
        (span,) = _spans(timeline, query)
        return span

    def solve(self, evidence: Evidence, query: ActionQuery) -> str | None:
        moments = _moments(evidence, query)
        return nearest_span(evidence.options, moments[0]) if len(moments) == 1 else None


COUNT, PACE_CHANGE, WHEN_DONE = Count(), PaceChange(), WhenDone()


class MotionCounting(Family):
    name = "motion_counting"
    summary = "How often a shape hops, swings, pulses, spins, blinks or steps; when; at what pace."
    category = "collision counting"
    horizon = "short"
    primitive = "temporal"
    modes = ("perception", "localisation")
    config_type = CountingConfig
    asks = (COUNT, PACE_CHANGE, WHEN_DONE)
    words = told(*VERBS) | {"steps": "step"}
    levels = {
        1: dict(
            actions=("hop", "spin", "step"),
            most=4,
            others=0,
            between=0,
            paces=False,
        ),
        2: dict(actions=ACTIONS, most=5, others=1, between=0, paces=False),
        3: dict(actions=ACTIONS, most=6, others=1, between=2, paces=False),
        4: dict(actions=ACTIONS, most=6, others=2, between=3, paces=True),
        5: dict(actions=ACTIONS, most=7, others=2, between=3, paces=True),
    }

    def simulate(self, config: CountingConfig, streams: Streams) -> Timeline:
        style = draw_style(streams)
        objects = cast(streams, style, config.level, 1 + config.others, SHAPES_THAT_TURN, (30, 42))
        ask: Count | PaceChange | WhenDone = COUNT
        if config.mode == "localisation":
            ask = WHEN_DONE
        elif config.paces and streams.question.chance(0.4):
            ask = PACE_CHANGE
        # Six steps and the rests that they need would not fit into a clip; and one frame tells when something
        # happens that shows on it.
        fit = {PACE_CHANGE: IN_PLACE, WHEN_DONE: UNSEEN}.get(ask, ACTIONS)
        kinds = [kind for kind in config.actions if kind in fit]
        action = streams.question.choice(kinds)
        query = ActionQuery(object=objects[0].name, action=action, form=config.form, ask=ask.name)
        script, num_frames = ask.draw(config, streams, action)
        scripts = [script, *(_any_script(streams.scene, config, num_frames) for _ in range(config.others))]
        poses, events = staged(streams.scene, objects, num_frames, scripts)
        return Timeline(FPS, tuple(objects), poses, style, events=events, query=query)

    def draw(self, timeline: Timeline) -> Scene:
        return draw_cast(timeline)

    def phrases(self, happening: Event) -> Sequence[str]:
        return tell_action(happening)

    def observe(self, evidence: Evidence) -> Observed:
        return observe_actions(evidence)


FAMILY = MotionCounting()


def _counted(scene: Stream, config: CountingConfig, action: str, count: int) -> tuple[list[Action], int]:
    """An action some times, with others in between, in a clip whose length does not tell how often."""
    # Steps take long rests, but nothing else comes between them.
    most = config.most + (0 if action == "step" else config.between)
    each = config.glances(LONGEST) + config.rest(action)
    spare = scene.integer(config.glance, 3 * config.glance)
    num_frames = min(most * each + 2 * STILL_FRAMES + spare, config.longest)
    others = [kind for kind in IN_PLACE if kind != action and action != "step"]
    extra = scene.integer(0, config.between) if others else 0
    kinds = scene.shuffled([action] * count + [scene.choice(others) for _ in range(extra)])
    return _script(scene, kinds, config, num_frames), num_frames


def _script(scene: Stream, kinds: Sequence[str], config: CountingConfig, num_frames: int) -> list[Action]:
    """Actions at random times, in the given order."""
    steps = "step" in kinds
    rest = config.rest("step" if steps else "")
    low, high = (rest, num_frames - rest) if steps else room(num_frames)
    lengths = [config.draw_length(scene) for _ in kinds]
    starts = spread(scene, lengths, rest, (low, high))
    if starts is None:  # the longest actions, as often as possible, are too much
        lengths = [config.glances(SHORTEST) for _ in kinds]
        starts = spread(scene, lengths, rest, (low, high))
    assert starts is not None, "the clip is made long enough"
    return [Action(s, s + n, kind) for s, n, kind in zip(starts, lengths, kinds, strict=True)]


def _any_script(scene: Stream, config: CountingConfig, num_frames: int) -> list[Action]:
    """What a shape does that nothing is asked about."""
    action = scene.choice(config.actions)
    each = config.glances(LONGEST) + config.rest(action)
    count = scene.integer(1, min(4, (num_frames - 2 * config.rest(action)) // each))
    return _script(scene, [action] * count, config, num_frames)


def _around(scene: Stream, config: CountingConfig, asked: Action, num_frames: int) -> list[Action]:
    """The asked action, and others beside it."""
    span, lengths = (asked.start, asked.end), (config.glances(ASKED[0]), config.glances(ASKED[1]))
    others = [kind for kind in UNSEEN if kind != asked.kind]
    return [
        asked if (start, end) == span else Action(start, end, scene.choice(others))
        for start, end in beside(scene, span, num_frames, lengths, config.rest(asked.kind), 2)
    ]


def _paced(scene: Stream, config: CountingConfig, action: str, pace: str) -> tuple[list[Action], int]:
    """An action `PACE_COUNT` times, three of them perhaps at another pace."""
    fast = config.glances(SHORTEST), config.rest(action)
    slow = round(PACE * fast[0]), round(PACE * fast[1])
    halves = {"faster": (slow, fast), "slower": (fast, slow)}
    share = scene.uniform(0, 0.6)
    even = tuple(round(one + share * (other - one)) for one, other in zip(fast, slow, strict=True))
    spans = [half for half in halves.get(pace, (even, even)) for _ in range(PACE_COUNT // 2)]
    # The length of the clip is drawn without regard to the pace, which it would tell.
    most = PACE_COUNT // 2 * (sum(fast) + sum(slow)) + config.glances(2)
    num_frames = most + scene.integer(0, config.glances(4)) + 2 * STILL_FRAMES
    script, frame = [], STILL_FRAMES + scene.integer(0, num_frames - 2 * STILL_FRAMES - sum(map(sum, spans)))
    for frames, rest in spans:
        script.append(Action(frame, frame + frames, action))
        frame += frames + rest
    return script, num_frames


def _pace(spans: Sequence[tuple[int, int]]) -> str:
    """How the lengths of an action develop."""
    first, last = (spans[i][1] - spans[i][0] for i in (0, -1))
    return "same" if first == last else "slower" if last > first else "faster"


def _trend(moments: Sequence[tuple[float, float]]) -> str:
    """The same from times that sampling has blurred: by the time from one start to the next."""
    early, late = moments[2][0] - moments[0][0], moments[5][0] - moments[3][0]
    ratio = late / early if early > 0 else 1.0
    middle = PACE**0.5
    return "faster" if ratio < 1 / middle else "slower" if ratio > middle else "same"


def _spans(timeline: Timeline, query: ActionQuery) -> list[tuple[int, int]]:
    """The frames between which the asked shape does what is asked, in order."""
    return [
        (event.frame, event.end_frame)
        for event in timeline.events
        if (event.actor, event.kind) == (query["object"], query["action"])
    ]


def _bouts(evidence: Evidence, query: ActionQuery) -> list[tuple[int, int, str]]:
    """The runs of samples that show the asked action, which is done in place."""
    found = bouts(labels(evidence.tracks[query["object"]], evidence.eye, steps=False))
    return [bout for bout in found if bout[2] == query["action"]]


def _moments(evidence: Evidence, query: ActionQuery) -> list[tuple[float, float]]:
    """Start and end, in seconds, of each time that the asked action is seen."""
    if query["action"] == "step":
        evidence = evidence.thinned()
        times, moved = evidence.times, steps_seen(evidence, query["object"])
        found = bouts(["step" if step else "" for step in moved])
        return [(float(times[a]), float(times[b])) for a, b, _ in found]
    last = len(evidence.times) - 1
    return [
        (_middle(evidence, a - 1, a), _middle(evidence, b - 1, min(b, last)))
        for a, b, _ in _bouts(evidence, query)
    ]


def _middle(evidence: Evidence, one: int, two: int) -> float:
    """The time between two samples."""
    return float(evidence.times[max(one, 0)] + evidence.times[two]) / 2
