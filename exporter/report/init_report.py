"""What `init` made of a folder."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.report.text import counted


@dataclass(frozen=True)
class InitReport:
    """The files of a new guide, by path: those written, and those kept because something was there.

    After an update: the files brought up to date, or those `outdated` that are not yet. `notes` say what is left to do.
    """

    folder: str
    written: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return the summary for people."""
        words = {"wrote": self.written, "kept": self.kept, "updated": self.updated, "to be updated": self.outdated}
        listed = [f"  {word} {path}" for word, paths in words.items() for path in paths]
        counts = [f"{word} {counted(len(paths), 'file')}" for word, paths in words.items() if paths]
        sentence = f"{self.folder}: {', '.join(counts) or 'nothing to do'}"
        return [sentence, *listed, *self.notes, *self._next()]

    def _next(self) -> list[str]:
        if self.written:
            return [f"next: exporter {'' if self.folder == '.' else f'-C {self.folder} '}build"]
        return ["init --update --yes writes these changes"] if self.outdated else []
