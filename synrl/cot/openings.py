"""How a chain begins: what is asked, who is watched, how the writer goes about it, in several voices.

A beginning is put together from parts: whether it starts with the question, with its purpose, or with the
one who is watched, and how it goes on from there. `aim` is what the family says of its question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synrl.seeds import Stream

_LEADS = (
    *(
        "The question is {aim}",
        "I want to know {aim}",
        "I have to find out {aim}",
        "What I need to know is {aim}",
    ),
    *("It all comes down to {aim}", "The task is to work out {aim}", "Here I have to tell {aim}"),
    *("I am asked {aim}", "What has to be settled is {aim}"),
)
_PURPOSES = ("To find out {aim}", "To tell {aim}", "To settle {aim}", "In order to say {aim}")
_FRONTED = ("{Aim}: that is the question", "{Aim}: this is what I have to find out")

_WATCHING = (
    *(", so I keep my eyes on {object}", ", so I follow {object} from the first frame to the last"),
    *(", so I watch {object} and note the times", ", so I go through the video from beginning to end"),
    *(". I watch {object} from start to finish", "; I follow {object} closely"),
    *(". Let me go through the video and note what happens", ", and for that I watch {object}"),
)
_WATCH_TO = (
    *(", I follow {object} through the video", ", I keep my eyes on {object} and note the times"),
    *(", I watch {object} from beginning to end", ", it is enough to watch {object}"),
    *(", I go through the video step by step", ", I write down what happens and when"),
)
_WATCHED = (
    "My eyes are on {who} from the first frame to the last.",
    "Only {who} {matter} here, so I watch {them}.",
    "Let me follow {who} through the whole video.",
    "I start at the first frame and keep an eye on {who}.",
    "With my eyes on {who}, I go through the video from beginning to end.",
    "I look at {who} alone and let the rest be.",
    "First of all I look for {who}; then I note what happens, with the times.",
    "I go through the video frame by frame and look at {who}.",
    "Watching {who}, I note what happens and when.",
)
_UNNAMED = (
    "I go through the video and note what happens, with the times.",
    "Let me watch from the beginning and note each thing that happens.",
    "I watch for everything that matters here, in the order of the video.",
    "Step by step, this is what the video shows.",
    "I start at the first frame and write down one thing after another.",
    "Let me list what there is to see, from beginning to end.",
    "First I write down what happens, with the times; then I answer.",
)

_FORWARD = (
    ". {Content} can be read only at the beginning, so I start there and carry out one {noun} after another.",
    ". {Content} can be seen only at the beginning; I go on from there, {noun} by {noun}.",
    ". I read {content} at the beginning and then carry out the {noun}s in turn.",
    ". Only the beginning shows {content}, so I take it from there.",
    ". I start with what can be read at the beginning and keep track of it from {noun} to {noun}.",
    ", so I read what the beginning shows and work my way forward.",
)
_FORWARD_TO = (
    ", I start from what the beginning shows and carry out the {noun}s one by one.",
    ", I read {content} at the beginning and keep track of them from then on.",
    ", I read {content} where they are shown, at the beginning, and take it from there, {noun} by {noun}.",
    ", I need to know {content}; they can be read only at the beginning, so I take it from there.",
)
_FORWARD_ALONE = (
    "I read {content} at the beginning, where they can be seen, and keep track of every {noun}.",
    "Let me read {content} first, at the beginning, and then go through the {noun}s.",
    "First the beginning, which shows {content}; then the {noun}s, one after another.",
    "The beginning is the key: it shows {content}, and the {noun}s do the rest.",
    "I go through the video once, from what can be read at the beginning to the last {noun}.",
)
_BACK = (
    ". {Content} can be read only at the end, so I note the {noun}s first and then go back from there.",
    ". Only the end shows {content}, so I write down the {noun}s and undo them afterwards.",
    ". {Content} can be seen only at the end: I have to work backwards from there.",
    ". I note every {noun}, read {content} at the end and then undo the {noun}s one by one.",
    ". I first write down the {noun}s; at the end I can read {content}, and from there I go back.",
    ", so I note the {noun}s, read what the end shows and work backwards.",
)
_BACK_TO = (
    ", I note the {noun}s first, and undo them from what the end shows.",
    ", I write down what happens, read {content} at the end and go back from there.",
    ", I need to know {content}; they can be read only at the end, so I work backwards.",
    ", I go back from the end, where {content} can be read, {noun} by {noun}.",
)
_BACK_ALONE = (
    "The end is the key: it shows {content}, and from there I can undo the {noun}s.",
    "Let me note the {noun}s first; {content} can be read only at the end.",
    "First the {noun}s, one after another; then the end, which shows {content}, and the way back.",
    "I write down every {noun} and read {content} at the end; then I go back.",
    "As {content} can be seen only at the end, I note the {noun}s and undo them from there.",
)


@dataclass(frozen=True)
class Subject:
    """Whom a question is about."""

    who: str
    """Their names, "the red circle and the blue star"; empty if they are many, or unnamed."""
    count: int
    in_aim: bool
    """Whether the aim of the question names them all."""


def short_opening(aim: str, subject: Subject, stream: Stream) -> str:
    """The first line of a chain about a short clip."""
    thing = subject.who or "all the shapes"
    if subject.in_aim:
        thing = {1: "it", 2: "both"}.get(subject.count, "all of them")
    who = {
        "who": subject.who,
        "matter": "matters" if subject.count == 1 else "matter",
        "them": "it" if subject.count == 1 else "them",
    }
    way = stream.uniform()
    if way < 0.42:
        text = f"{stream.choice(_LEADS)}{stream.choice(_fitting(_WATCHING, thing))}."
    elif way < 0.68:
        text = f"{stream.choice(_PURPOSES)}{stream.choice(_fitting(_WATCH_TO, thing))}."
    elif way < 0.76:
        text = f"{stream.choice(_FRONTED)}."
    else:
        text = stream.choice(_WATCHED if subject.who else _UNNAMED)
    return _filled(text, aim, object=thing, **who)


def long_opening(aim: str, content: str, noun: str, stream: Stream, *, forward: bool) -> str:
    """The first line of a chain about a long clip, whose state can be read at one end.

    Args:
        content: what there is to read, in the plural: "the cards".
        noun: what an operation is called.
        forward: whether it can be read at the beginning.
    """
    way = stream.uniform()
    if way < 0.6:
        text = f"{stream.choice(_LEADS)}{stream.choice(_FORWARD if forward else _BACK)}"
    elif way < 0.85:
        text = f"{stream.choice(_PURPOSES)}{stream.choice(_FORWARD_TO if forward else _BACK_TO)}"
    else:
        text = stream.choice(_FORWARD_ALONE if forward else _BACK_ALONE)
    return _filled(text, aim, content=content, Content=upper(content), noun=noun)


def _fitting(forms: Sequence[str], thing: str) -> list[str]:
    """Forms in which a list does not run into another "and"."""
    return [form for form in forms if not (" and " in thing and "{object} and" in form)]


def _filled(text: str, aim: str, **words: str) -> str:
    return text.format(aim=aim, Aim=upper(aim), **words)


def upper(text: str) -> str:
    """A text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
