"""Access tokens taken out of texts that are about to be shown, in every form in which a service may repeat them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHORTEST = 8
"""Characters: a shorter value is no real token, and words that merely contain it would vanish from every sentence."""
_GAP = "…"


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Return a text without some secrets: plain, in base64, percent-encoded, escaped, or cut off by an ellipsis."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            text = _without(text, secret)
    return text


def _without(text: str, secret: str) -> str:
    for form in (secret, json.dumps(secret)[1:-1], *_in_base64(secret)):
        text = text.replace(form, _GAP)
    if "%" in text or "\\" in text:
        text = re.sub("".join(map(_escaped, secret)), _GAP, text)
    if _GAP in text:
        for length in range(len(secret) - 1, _SHORTEST - 1, -1):
            text = text.replace(secret[:length] + _GAP, _GAP)
    return text


def _in_base64(secret: str) -> Iterator[str]:
    """Yield what a secret looks like in base64, wherever in the encoded text it begins.

    Three bytes make four characters, so there are three ways; the characters at both ends that depend on its neighbours
    are left out.
    """
    import base64  # imported here: few runs have a secret to look for

    data = secret.encode("utf-8", "surrogatepass")
    for before in range(3):
        first, last = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        encoded = base64.b64encode(bytes(before) + data).decode()[first:last]
        yield encoded
        yield encoded.translate({ord("+"): "-", ord("/"): "_"})


def _escaped(character: str) -> str:
    """Return a pattern for a character: itself, behind a backslash, or percent-encoded any number of times."""
    encoded = "".join(f"%(?:25)*(?i:{byte:02x})" for byte in character.encode("utf-8", "surrogatepass"))
    return rf"(?:\\?{re.escape(character)}|{encoded})"
