"""The writer that needs no model: reasoning composed from a row's own clip, in varied words.

A chain opens with what it looks for (`openings`), tells what is seen in order, draws a comparison, a sum or
a count from it where the question calls for one, may rule options out, and ends in the answer. Short clips
are told event by event (`short`), long ones from the end that can be read (`long`). The higher the level, the
more of this there is. Words are drawn from a stream of the row's own key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synrl.cot.long import LongWriter
from synrl.cot.short import ShortWriter
from synrl.prompts import completion_text
from synrl.seeds import Streams


def write(row: Mapping[str, Any]) -> str:
    """A chain of thought for a row (JSON columns decoded), with its answer, as `synrl.prompts` has it."""
    config = row["config"]
    stream = Streams(row["family"], config["split"], row["seed"], config["index"]).reasoning
    writer = LongWriter(row, stream) if row["operations"] else ShortWriter(row, stream)
    return completion_text(row["answer"], "\n".join(writer.sentences()))
