"""What happens in a clip of card_stack, and how it is shown: dealing, legal steps, animation, drawing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from synrl.seeds import Stream, Streams
from synrl.tasks.card_stack.config import CardConfig
from synrl.tasks.card_stack.table import CARD_HEIGHT, MAX_HEIGHT, Table, travel
from synrl.tasks.shared.evenly import Others
from synrl.tasks.shared.moments import draw_reveal
from synrl.tasks.shared.queries import EvenAsk, LongQuery
from synrl.video.outlines import place, rounded_rectangle
from synrl.video.scene import Look, Scene, Shape
from synrl.video.style import lettering
from synrl.world.cards import RANKS, SUITS, WORLD, Piles, apply
from synrl.world.history import History, Step, When, play, reordered
from synrl.world.pacing import timed
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, HEIGHT, HIDDEN, WIDTH, Poses, SceneObject, State, Timeline

BACK, FACE = 0, 1
BLACK, RED, WHITE = "#202020", "#c01818", "#ffffff"
"""Of the faces of cards, whatever the style."""


class CardQuery(LongQuery):
    """What every question about a clip of cards says."""

    piles: int


def simulate(
    asks: Sequence[EvenAsk[CardQuery, Others, CardConfig]], config: CardConfig, streams: Streams
) -> Timeline:
    """A clip that one of some kinds of question is asked about."""
    reveal = draw_reveal(config.mode, streams.question)
    ask = streams.question.choice([ask for ask in asks if config.mode in ask.modes])
    common = CardQuery(ask=ask.name, reveal=reveal, form=config.form, piles=config.piles)
    propose = proposer(config, shown=reveal == "end")
    while True:
        start = deal(streams.scene, config)
        history = play(start, config.num_operations, apply, propose, streams.scene)
        if comes_back(history):
            continue

        def others(until: When, played: History = history) -> list[History]:
            """Histories of the same operations in other orders: the piles are as high at that moment."""
            found = reordered(played, reveal, until, WORLD, streams.scene)
            return [other for other in found if has_room(other) and not comes_back(other)]

        drawn = ask.draw(history, common, others, config, streams.question)
        if drawn is not None:
            return animate(*drawn, streams, config.glance)


def pile_names(piles: int) -> tuple[str, ...]:
    """The names of some number of piles, from the left."""
    return tuple("ABCD"[:piles])


def deal(scene: Stream, config: CardConfig) -> dict[str, tuple[str, ...]]:
    """Cards of different ranks, on random piles, none of them too high."""
    cards = [rank + scene.choice(SUITS) for rank in scene.sample(RANKS, config.cards)]
    while True:
        piles: dict[str, tuple[str, ...]] = dict.fromkeys(pile_names(config.piles), ())
        for card in cards:
            pile = scene.choice(tuple(piles))
            piles[pile] = (*piles[pile], card)
        if max(map(len, piles.values())) < MAX_HEIGHT:
            return piles


def proposer(config: CardConfig, *, shown: bool) -> Callable[[Piles, Stream], Step]:
    """Random legal steps; a removed card is part of the step only if it is `shown` leaving."""

    def propose(piles: Piles, scene: Stream) -> Step:
        holding = [pile for pile in piles if piles[pile]]
        free = [pile for pile in piles if len(piles[pile]) < MAX_HEIGHT]
        tall = [pile for pile in piles if len(piles[pile]) > 1]
        used = {card[:-1] for cards in piles.values() for card in cards}
        while True:
            kind = scene.choice(config.kinds)
            if kind == "move":
                source = scene.choice(holding)
                targets = [pile for pile in free if pile != source]
                if targets:
                    return Step(kind, {"source": source, "target": scene.choice(targets)})
            elif kind == "bury" and tall:
                return Step(kind, {"pile": scene.choice(tall)})
            elif kind == "swap" and len(holding) > 1:
                return Step(kind, {"piles": sorted(scene.sample(holding, 2))})
            elif kind == "add" and free and len(used) < 10:
                rank = scene.choice([rank for rank in RANKS if rank not in used])
                return Step(kind, {"pile": scene.choice(free), "card": rank + scene.choice(SUITS)})
            elif kind == "remove" and len(used) > 4:
                pile = scene.choice(holding)
                return Step(kind, {"pile": pile} | ({"card": piles[pile][-1]} if shown else {}))

    return propose


def has_room(history: History) -> bool:
    """Whether no pile is ever too high for the table."""
    return all(len(cards) <= MAX_HEIGHT for piles in history.states for cards in piles.values())


def comes_back(history: History) -> bool:
    """Whether a card that was taken away is laid down again: a question about it would mean either."""
    gone: set[str] = set()
    for before, after in itertools.pairwise(history.states):
        one, two = ({card for cards in piles.values() for card in cards} for piles in (before, after))
        gone |= one - two
        if gone & two:
            return True
    return False


def animate(history: History, query: CardQuery, streams: Streams, glance: int) -> Timeline:
    """The clip of a history: cards at rest, and on their way during each operation."""
    operations, states, num_frames = timed(history, query["reveal"], streams.scene, glance)
    table = Table(pile_names(query["piles"]), WIDTH)
    cards = list(dict.fromkeys(card for state in history.states for pile in state.values() for card in pile))
    column = {card: i for i, card in enumerate(cards)}
    style = draw_style(streams)
    back = streams.style.choice(tuple(style.palette.colours.values()))
    poses = Poses.still(num_frames, len(cards))
    poses.look[:] = HIDDEN

    def rest(state: Piles, frame: int) -> None:
        """From a frame on, lay the cards of a state face down and take all others away."""
        poses.look[frame:] = HIDDEN
        for card, (x, y) in table.places(state).items():
            poses.x[frame:, column[card]], poses.y[frame:, column[card]] = x, y
            poses.look[frame:, column[card]] = BACK

    rest(history.states[0], 0)
    for operation, before, after in zip(operations, history.states, history.states[1:], strict=False):
        start, end = operation.start_frame, operation.end_frame
        for card, route in table.routes(operation.kind, before, after).items():
            way = travel(route, end - start)
            poses.x[start : end + 1, column[card]], poses.y[start : end + 1, column[card]] = way.T
            shown = card == operation.arguments.get("card")
            poses.look[start + 1 : end, column[card]] = FACE if shown else BACK
        rest(after, end)
    for one, two in itertools.pairwise([*states, State(num_frames, {}, False)]):
        if one.visible:
            faces = poses.look[one.frame : two.frame]
            faces[faces == BACK] = FACE
    objects = tuple(SceneObject(card, "card", back, table.card_width) for card in cards)
    stored = tuple(State(s.frame, {pile: list(c) for pile, c in s.state.items()}, s.visible) for s in states)
    return Timeline(FPS, objects, poses, style, operations=tuple(operations), states=stored, query=query)


def draw(timeline: Timeline) -> Scene:
    """What each card looks like, from behind and from the front, and the trays that the piles lie on."""
    style, table = timeline.style, Table(pile_names(timeline.query["piles"]), WIDTH)
    width, back = table.card_width, timeline.objects[0].colour
    body = rounded_rectangle(width, CARD_HEIGHT, 6)
    inset = rounded_rectangle(width - 12, CARD_HEIGHT - 12, 4)
    looks = []
    for card in timeline.objects:
        ink = RED if card.name[-1] in "♥♦" else BLACK
        face: Look = (
            Shape(body, fill=back),
            Shape(rounded_rectangle(width - 6, CARD_HEIGHT - 6, 4), fill=WHITE),
            Shape(lettering(style, card.name, min(24.0, 0.38 * width)), fill=ink),
        )
        looks.append(((Shape(body, fill=back), Shape(inset, stroke=WHITE, stroke_width=1.5)), face))
    trays = []
    for pile in table.piles:
        x, y, across, height = table.tray(pile)
        # Only a line: around a card, all must be ground.
        tray = place(rounded_rectangle(across, height, 12), x, y)
        trays.append(Shape(tray, stroke=style.ink, stroke_width=1.5))
        name = place(lettering(style, pile, 15, bold=True), x, HEIGHT - 14)
        trays.append(Shape(name, fill=style.ink))
    return Scene(WIDTH, HEIGHT, style.panel, tuple(trays), tuple(looks))
