"""Which letters are easily taken for each other when they are small."""

from __future__ import annotations

_DIGITS = {
    **{"0": "689", "1": "7", "2": "7", "3": "589", "5": "368"},
    **{"6": "058", "7": "12", "8": "0369", "9": "038"},
}


def mistaken(number: str) -> tuple[str, ...]:
    """The numbers for which a number may be taken: one of its digits is another."""
    return tuple(
        number[:place] + other + number[place + 1 :]
        for place, digit in enumerate(number)
        for other in _DIGITS.get(digit, "")
    )
