"""What a model's eye makes of a frame: nothing is exactly where it seems to be.

A vision tower cuts a frame into squares, each of which becomes one token, and tells where things are from
what it remembers of these. We take it that it places the middle of a shape to within a tenth of a square's
edge in x and in y, its direction to within `DEGREES` and its size to within `SHARE`, on every frame anew;
people judge no better at a glance. The error is even between these bounds and independent from frame to
frame and from shape to shape, so a long look helps, as it would a model. Whether a shape can be seen at all,
and what is written on it, is never in doubt: texts must be tall enough for that (`LEAST_TEXT`).

A frame that is shown smaller has fewer squares, so that its errors are larger in the clip's own pixels.
"""

from __future__ import annotations

from dataclasses import replace

from synrl.evidence import Evidence, Eye, Track
from synrl.seeds import Stream

TOKEN = 32
"""Px along the edge of the square that becomes one token of Qwen3-VL; 28 for Qwen2.5-VL, no worse."""
PLACE = 0.1
"""Of that edge."""
DEGREES, SHARE = 5.0, 0.05
LEAST_TEXT = 8.0
"""Px, as shown, of the height of a capital letter or digit that must be read."""


def eye_at(scale: float) -> Eye:
    """The eye for a clip whose frames are shown at `scale` times their size, in the clip's own pixels."""
    return Eye(PLACE * TOKEN / scale, DEGREES, SHARE)


def disturbed(evidence: Evidence, eye: Eye, stream: Stream) -> Evidence:
    """The same evidence, as an eye sees it: the same for every frame, whichever other frames are seen.

    Args:
        evidence: of all frames of a clip, undisturbed.
        stream: that of the row for this purpose, not drawn from before.
    """
    count = evidence.num_frames
    tracks = {}
    for name, track in evidence.tracks.items():
        x, y, angle, size = 2 * stream.uniforms(4 * count).reshape(4, count) - 1
        tracks[name] = Track(
            x=track.x + eye.px * x,
            y=track.y + eye.px * y,
            angle=track.angle + eye.degrees * angle,
            size=track.size * (1 + eye.share * size),
            visible=track.visible,
        )
    return replace(evidence, tracks=tracks, eye=eye, telling=evidence.telling_to(eye))
