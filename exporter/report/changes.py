"""What a run changed, by title: for people who look at it later, as in the summary of a step on GitHub."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.report.text import counted, sized

MOST_LISTED = 50
"""Changes that are listed; of others only their number is told."""


@dataclass(frozen=True, slots=True)
class ListedChange:
    """What became of an item: `how` is new, changed or removed, `item` its key, `type` the name of its content type.

    `url` is the address of its page within the guide, empty if there is none, `size` that of the page's file in bytes.
    """

    how: str
    item: str
    type: str
    title: str
    url: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class SiteChange:
    """How many files of site/ were added, changed and removed, and the bytes of those that were written."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    size: int = 0

    def sentence(self) -> str:
        """Return it in one line."""
        written = f"{counted(self.added, 'file')} added, {self.changed} changed, {self.removed} removed"
        return f"site/: {written} ({sized(self.size)} written)"


@dataclass(frozen=True)
class Changes:
    """What a run changed: items that came or pages that are different, and `more` that are not listed.

    `base_url` is where the guide is published, without a slash at its end; empty if nobody says.
    """

    listed: tuple[ListedChange, ...] = ()
    more: int = 0
    site: SiteChange | None = None
    base_url: str = ""
