"""Records ↔ plain data that msgpack and JSON can carry."""

from __future__ import annotations

import types
from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def pack(record: Any, *, without: tuple[str, ...] = ()) -> Any:
    """Return a record as dictionaries, lists and plain values.

    >>> from textmine.records import Field
    >>> pack(Field("2022", "2022年", "title"), without=("start", "end"))
    {'value': '2022', 'raw': '2022年', 'origin': 'title'}
    """
    if record is None or isinstance(record, str | int | float):
        return record
    if isinstance(record, tuple | list):
        return [pack(item) for item in record]
    names = _names(cast(Hashable, type(record)))
    if names is None:
        return record
    return {name: pack(getattr(record, name)) for name in names if name not in without}


@cache
def _names(kind: Hashable) -> tuple[str, ...] | None:
    return tuple(item.name for item in fields(kind)) if is_dataclass(kind) else None


def unpack(kind: type[T], data: Any) -> T:
    """Return the record that was packed.

    >>> from textmine.records import Metadata, Field
    >>> found = Metadata(year=Field("2022", "2022年", "title"))
    >>> unpack(Metadata, pack(found)) == found
    True
    """
    hints = _hints(cast(Hashable, kind))
    return kind(**{name: _build(hints[name], value) for name, value in data.items()})


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return get_type_hints(cast(type, kind))


def _build(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _build(next(one for one in arguments if one is not type(None)), value)
    if origin is tuple:
        inner = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_build(one, item) for one, item in zip(inner, value, strict=True))
    if isinstance(hint, type) and is_dataclass(hint):
        return unpack(hint, value)
    return value
