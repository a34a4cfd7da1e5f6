"""What lies beside the rows: the reward with its scorer, settings, a launch file and a README.

The files of a kit are in `kits/<format>`, as they come, but for `{{name}}` in them: numbers and paths of
this export. The scorer is `synrl.scoring` with all that it imports, copied: it needs nothing but Python, so
the reward runs in the trainer's environment, and on all of its machines, with nothing to install there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from synrl.output import write_whole

_PACKAGE = Path(__file__).parents[1]
_KITS = Path(__file__).parent / "kits"
_NAMED = re.compile(r"\{\{(\w+)\}\}")


def write_kit(folder: Path, name: str, rewards: Mapping[str, str], settings: Mapping[str, str]) -> None:
    """Write the files that a format comes with.

    Args:
        rewards: modules of `synrl.rewards`, by the paths that they get.
        settings: what the files of the kit name.
    """
    for source in sorted(path for path in (_KITS / name).rglob("*") if path.is_file()):
        text = source.read_text(encoding="utf-8")
        _write(folder / source.relative_to(_KITS / name), _NAMED.sub(lambda found: settings[found[1]], text))
    for path, module in rewards.items():
        _write(folder / path, (_PACKAGE / "rewards" / f"{module}.py").read_text(encoding="utf-8"))
        write_scorer((folder / path).parent / "scorer")


def write_scorer(folder: Path) -> None:
    """Write the files that judge answers, as a package `synrl` inside a folder."""
    for source in sorted(_needed(_PACKAGE / "scoring.py", set())):
        path = source.relative_to(_PACKAGE.parent)
        _write(folder / path, source.read_text(encoding="utf-8"))


def _needed(source: Path, found: set[Path]) -> set[Path]:
    """A module's file and those of all modules of ours that it imports as it is loaded, with packages."""
    if source not in found:
        found |= {source, *(_PACKAGE.joinpath(*part, "__init__.py") for part in _packages(source))}
        for module in _imported(source):
            _needed(module, found)
    return found


def _packages(source: Path) -> Iterator[tuple[str, ...]]:
    parts = source.relative_to(_PACKAGE).parts[:-1]
    return (parts[:length] for length in range(len(parts) + 1))


def _imported(source: Path) -> Iterator[Path]:
    """What stands under `if TYPE_CHECKING:` is no statement of the module itself."""
    for statement in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").split(".")[0] == "synrl":
            place = _PACKAGE.parent.joinpath(*str(statement.module).split("."))
            if place.with_suffix(".py").is_file():
                yield place.with_suffix(".py")
            else:
                yield from (place / f"{alias.name}.py" for alias in statement.names)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
