"""All methods there are: one file in `methods` each."""

import pkgutil
from functools import cache
from importlib import import_module

from core.errors import HepatoScopeError
from core.explainers import methods as folder
from core.explainers.attribution import Method


@cache
def methods() -> dict[str, Method]:
    """List the methods by name, in the order of their ranks."""
    modules = [import_module(f"{folder.__name__}.{found.name}") for found in _files()]
    return {m.name: m for m in sorted((module.METHOD for module in modules), key=lambda m: m.rank)}


def published() -> Method:
    """Return the first in rank, which the publication explains by, and we unless told otherwise."""
    return next(iter(methods().values()))


def method_named(name: str) -> Method:
    """Look a method up; HepatoScopeError names the known ones."""
    known = methods()
    if name not in known:
        raise HepatoScopeError(
            f"There is no method “{name}” to explain with; choose one of: {', '.join(known)}."
        )
    return known[name]


def _files() -> list[pkgutil.ModuleInfo]:
    return list(pkgutil.iter_modules(folder.__path__))
