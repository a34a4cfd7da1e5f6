"""The gallery of the documentation: one example of each family at each level, made by the code it shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from synrl.dataset.rows import make_row
from synrl.preview.page import write_page
from synrl.tasks import families

SPLIT = "gallery"


def write_gallery(path: Path, *, progress: bool = True) -> int:
    """Write the page and return the number of examples.

    Raises:
        OutputError: the page can't be written there.
    """
    return write_page(_examples(progress), path, title="SynRL: every family at every level")


def _examples(progress: bool) -> Iterator[dict[str, Any]]:
    # As scheduled, levels come first.
    wanted = [(family.name, index) for family in families().values() for index in range(len(family.levels))]
    for name, index in tqdm(wanted, unit="row", disable=not progress):
        yield make_row(name, split=SPLIT, seed=0, index=index).to_dict()
