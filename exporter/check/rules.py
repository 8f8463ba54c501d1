"""The rules that items are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from exporter.guide.schema.guide_model import GuideModel

Found = tuple[str, str, str, str]
"""Code, locale, field and message of a problem; the message continues after the item's name."""


@dataclass(frozen=True)
class Rules:
    """What items are judged by: the guide's model, the codes that are not off, the locales whose values pages show."""

    guide: GuideModel
    codes: AbstractSet[str]
    shown: AbstractSet[str]


def make_rules(guide: GuideModel, codes: AbstractSet[str]) -> Rules:
    """Make the rules for a guide: it shows its own locales, those they fall back to, and the space's default."""
    chains = (guide.chains.get(code, (code,)) for code in guide.locales)
    return Rules(guide, codes, {guide.default, *(code for chain in chains for code in chain)})
