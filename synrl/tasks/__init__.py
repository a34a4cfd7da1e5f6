"""The registry: every module of this package that defines `FAMILY` is a task family.

To add a family, add its module; no other code has to be edited (see CONTRIBUTING.md).
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from synrl.errors import ConfigError, allowed, shown
from synrl.tasks.base import Family

HORIZONS = ("short", "long")


@cache
def families() -> dict[str, Family]:
    """All families by name, short before long."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    found: list[Family] = [module.FAMILY for module in modules if hasattr(module, "FAMILY")]
    return {
        family.name: family
        for family in sorted(found, key=lambda family: (HORIZONS.index(family.horizon), family.name))
    }


def get_family(name: str) -> Family:
    """The family of that name.

    Raises:
        ConfigError: there is none.
    """
    if name not in families():
        raise ConfigError(f"no task family {shown(name)}; {allowed(families(), name)}")
    return families()[name]
