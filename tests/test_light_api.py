"""The names of ``import textmine`` stay what they are, whatever is imported beside them."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import textmine as tm


def test_no_module_hides_a_name_of_the_package() -> None:
    for module in pkgutil.iter_modules(tm.__path__):
        assert module.name not in tm.__all__, f"textmine.{module.name} would hide tm.{module.name} once it is imported"


def test_names_are_no_modules_after_use() -> None:
    importlib.import_module("textmine.summary.build")
    for name in tm.__all__:
        assert not isinstance(getattr(tm, name), ModuleType), name
