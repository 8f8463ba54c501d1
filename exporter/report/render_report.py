"""What a render did."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.report.text import counted


@dataclass(frozen=True)
class RenderReport:
    """What a render did; `rendered` is the number of templates that ran, for `pages` and for feeds and the like.

    `evaluated` pages had their recorded reads compared. The work done: files of content/ `read`, questions `asked`,
    `rows` of the index written. `stopped` says whether an error kept everything from being written, None without
    --strict.
    """

    pages: int = 0
    evaluated: int = 0
    rendered: int = 0
    written: int = 0
    removed: int = 0
    failed: int = 0
    read: int = 0
    asked: int = 0
    rows: int = 0
    seconds: float = 0.0
    stopped: bool | None = None

    def sentence(self) -> str:
        """Return the summary, in one line."""
        if self.stopped:
            return f"render: errors, so site/ is as it was: {counted(self.pages, 'page')}, {self.failed} failed"
        failed = f", {self.failed} failed" if self.failed else ""
        return (
            f"render: {counted(self.pages, 'page')}, {counted(self.written, 'file')} written, "
            f"{self.removed} removed{failed} ({self.seconds:.1f} s)"
        )
