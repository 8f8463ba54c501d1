"""What items are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from exporter.guide.schema.guide_model import GuideModel

Found = tuple[str, str, str, str]
"""Code, locale, field and sentence of a problem; the sentence goes on after the item's name."""


@dataclass(frozen=True)
class Rules:
    """What items are judged by: the frame of the guide, the codes that are not off, the locales that pages show.

    `moved` is the record of earlier addresses.
    """

    guide: GuideModel
    codes: AbstractSet[str]
    shown: AbstractSet[str]
    moved: Mapping[str, Mapping[str, Mapping[str, list[str]]]]


def make_rules(
    guide: GuideModel, codes: AbstractSet[str], moved: Mapping[str, Mapping[str, Mapping[str, list[str]]]]
) -> Rules:
    """Make the rules for a guide; it shows its own locales, those that they fall back to and the space's default."""
    chains = (guide.chains.get(code, (code,)) for code in guide.locales)
    return Rules(guide, codes, {guide.default, *(code for chain in chains for code in chain)}, moved)
