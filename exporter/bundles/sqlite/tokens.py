"""The tokens that a text is found by: folded words, and pairs of characters where a script puts no spaces."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")


def fold(text: str) -> str:
    """Return a text without what typing leaves out: case, accents, width, Arabic vowels and forms."""
    plain = unicodedata.normalize("NFKD", text.replace("İ", "i").replace("ı", "i")).casefold()
    return "".join(char for char in plain if not unicodedata.combining(char))


def tokens_of(text: str) -> Iterator[str]:
    """Yield the tokens of a text in their order."""
    for run in _RUN.findall(fold(text)):
        if re.match(f"[{_UNSPACED}]", run) and len(run) > 1:
            yield from (run[at : at + 2] for at in range(len(run) - 1))
        else:
            yield run
