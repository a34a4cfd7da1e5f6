"""JSON texts before they are decoded: none may be deeper, longer or stranger than a decoder takes.

`json.loads` meets deep nesting with a RecursionError, a number of thousands of digits with a ValueError of
another kind, and takes NaN and infinity, which no JSON holds. Texts in which any of this could be are found
all at once, by what they contain; only those are looked at one by one.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MAX_DEPTH = 50
"""Of nesting."""
MAX_LENGTH = 1_000_000
"""Bytes of a text."""
MAX_SUM = 4_000_000
"""Bytes of all texts of a column in a row."""
MAX_WHOLE = 2**63 - 1
"""The largest whole number, and the largest distance below 0."""
_RARE = r"NaN|Infinity|[0-9]{19}|[0-9][eE]|\\u[dD][89abAB]"
"""What the strange ones have: NaN, infinity, many digits, an exponent, half a character."""
_STRING = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)', re.DOTALL)


def strange(texts: pa.Array) -> tuple[int, str] | None:
    """The number of the first text that must not be decoded, and why; None if all may be."""
    for number in np.flatnonzero(_suspect(texts)).tolist():
        if why := _objection(texts[number].as_py()):
            return number, why
    return None


def _suspect(texts: pa.Array) -> np.ndarray:
    """Which texts have something of which a strange one is made."""
    opening = pc.add(pc.count_substring(texts, "{"), pc.count_substring(texts, "["))
    suspect: np.ndarray = opening.to_numpy(zero_copy_only=False) > MAX_DEPTH
    suspect |= pc.binary_length(texts).to_numpy(zero_copy_only=False) > MAX_LENGTH
    suspect |= pc.match_substring_regex(texts, _RARE).to_numpy(zero_copy_only=False)
    return suspect


def _objection(text: str) -> str:
    if len(text.encode()) > MAX_LENGTH:
        return f"at most {MAX_LENGTH} bytes"
    if _depth(text) > MAX_DEPTH:
        return f"nested at most {MAX_DEPTH} deep"
    try:
        value = json.loads(text, parse_constant=_constant, parse_int=_whole, parse_float=_real)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError:
        return ""  # as it is with texts that nobody suspects: whoever decodes them says so
    except UnicodeEncodeError:
        return "whole characters"
    except ValueError as error:
        return str(error)
    return ""


def _depth(text: str) -> int:
    """How deep brackets are nested outside of strings; what closes what is the decoder's to say."""
    marks = np.frombuffer(_STRING.sub("", text).encode(), np.uint8)
    steps = np.isin(marks, list(b"[{")).astype(np.int64) - np.isin(marks, list(b"]}"))
    return int(steps.cumsum().max(initial=0))


def _constant(name: str) -> Any:
    raise ValueError("finite numbers")


def _whole(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > MAX_WHOLE:
        raise ValueError(f"whole numbers of at most {MAX_WHOLE}")
    return int(digits)


def _real(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("finite numbers")
    return value
