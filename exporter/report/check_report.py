"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporter.report.text import counted, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class CheckReport:
    """What a check looked at and found; `pages` is None without a site/.

    `coverage`: by content type and locale, the percentage of filled localised fields that have a value there.
    """

    items: int = 0
    pages: int | None = None
    errors: int = 0
    warnings: int = 0
    coverage: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    seconds: float = 0.0

    def sentence(self) -> str:
        """Return the summary, in one line."""
        looked = counted(self.items, "item") + (f", {counted(self.pages, 'page')}" if self.pages is not None else "")
        found = f"{counted(self.errors, 'error')}, {counted(self.warnings, 'warning')}"
        return f"check: {looked}: {found} ({self.seconds:.1f} s)"

    def table(self) -> list[list[str]]:
        """Return the coverage as rows of texts, the locales first; no rows for a single locale."""
        locales = next(iter(self.coverage.values()), {})
        rows = [
            [one_line(name, 40), *(f"{share} %" for share in found.values())] for name, found in self.coverage.items()
        ]
        return [["translated", *locales], *rows] if len(locales) > 1 else []

    def lines(self) -> list[str]:
        """Return the summary and the coverage in columns."""
        table = self.table()
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        rows = ([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])] for row in table)
        return [self.sentence(), *(f"  {'  '.join(row)}" for row in rows)]
