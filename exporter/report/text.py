"""Texts of a report: one line, without what could turn it around; numbers with their nouns."""

from __future__ import annotations

import re
import unicodedata

_PLACE = re.compile(r"(?P<file>(?:[A-Za-z]:\\)?[^\n:]*\.[A-Za-z]+):(?P<line>[0-9]+): ")
_CONTROLS = {"Cc", "Cs"}
_DIRECTIONS = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


def one_line(text: str, length: int = 100) -> str:
    """Return a text as one line of at most `length` characters, without control and text direction characters."""
    kept = (char for char in " ".join(text.split()) if unicodedata.category(char) not in _CONTROLS)
    line = "".join(char for char in kept if char not in _DIRECTIONS).strip()
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def place_of(sentence: str) -> tuple[str, int]:
    """Return the file and the line that a message begins with, as in `site.yaml:3: …`; "" and 0 without them."""
    found = _PLACE.match(sentence)
    return (found["file"], int(found["line"])) if found else ("", 0)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where that is due."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def sized(number: int) -> str:
    """Return a number of bytes for people."""
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        if number >= 1000**power:
            return f"{number / 1000**power:.1f} {unit}"
    return f"{number} B"


def requests_made(requests: int, sync_requests: int, search: bool | None) -> str:
    """Return how many requests were made; a search makes none to /sync."""
    every = counted(requests, "request")
    return every if search else f"{counted(sync_requests, 'sync request')} of {every}"
