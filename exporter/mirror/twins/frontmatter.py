"""Front matter: values as YAML, byte for byte as PyYAML writes them, but most of them without PyYAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE_CHARACTERS = 1 << 16
"""Lines are never folded below this length."""
_LETTERS = "A-Za-z\u00c0-\u024f"
_PLAIN = re.compile(
    f"(?!(?i:true|false|yes|no|on|off|null|y|n)$)[{_LETTERS}](?:[{_LETTERS}0-9 .,;()'/+_-]{{0,120}}[{_LETTERS}0-9.)])?"
)
"""Texts that never need quotes: Latin letters, one line, no character with a meaning in YAML, no boolean."""


def front_matter(values: Mapping[str, Any]) -> str:
    """Write values in their order as a YAML mapping. Two of them may not share a list or mapping."""
    written: list[str] = []
    rest: dict[str, Any] = {}
    for name, value in values.items():
        text = _quick(value) if _PLAIN.fullmatch(name) else None
        if text is None:
            rest[name] = value
            continue
        if rest:
            written.append(_dumped(rest))
            rest = {}
        written.append(f"{name}:{text}\n")
    return "".join((*written, _dumped(rest))) if rest else "".join(written)


def _quick(value: Any) -> str | None:
    """Write what follows a name and its colon, without the last line end; None for what PyYAML has to write."""
    if type(value) is list and value:
        texts = [_scalar(member) for member in value]
        return None if None in texts else "".join(f"\n-{text}" for text in texts)
    if type(value) is dict and value and all(map(_PLAIN.fullmatch, value)):
        texts = [_scalar(member) for member in value.values()]
        pairs = zip(value, texts, strict=True)
        return None if None in texts else "".join(f"\n  {name}:{text}" for name, text in pairs)
    return _scalar(value)


def _scalar(value: Any) -> str | None:
    kind = type(value)
    if kind is str:
        return f" {value}" if _PLAIN.fullmatch(value) else None
    if kind is bool:
        return " true" if value else " false"
    if kind is int or (kind is float and (not value or 1e-4 <= abs(value) < 1e16)):
        return f" {value}"
    return None


def _dumped(values: Mapping[str, Any]) -> str:
    import yaml  # imported here: most runs write nothing that needs it

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(values, Dumper=dumper, allow_unicode=True, sort_keys=False, width=_LINE_CHARACTERS))
