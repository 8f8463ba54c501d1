"""What a bundle came to."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.report.text import counted, sized


@dataclass(frozen=True)
class BundleReport:
    """The file that was written, with its size in bytes and its digest, and the locales that it has.

    `pages` and `files` are in a ZIP, EPUB or ZIM. Of SQLite, `items` are in it, `changes` are its rows of changes since
    an earlier bundle, and `beside` names the files of the full text.
    """

    format: str
    file: str
    bytes: int
    sha256: str
    locales: tuple[str, ...] = ()
    pages: int | None = None
    files: int | None = None
    items: int | None = None
    changes: int | None = None
    beside: tuple[str, ...] = ()
    seconds: float = 0.0

    def lines(self) -> list[str]:
        """Return the summary for people."""
        counts = {"page": self.pages, "file": self.files, "item": self.items, "change": self.changes}
        inside = [counted(number, noun) for noun, number in counts.items() if number is not None]
        languages = counted(len(self.locales), "language")
        said = f"bundle: {self.file}, {sized(self.bytes)}: {', '.join([*inside, languages])} ({self.seconds:.1f} s)"
        return [said, *(f"  beside it: {name}" for name in self.beside)]
