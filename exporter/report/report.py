"""What a run did, printed as text or as one JSON object."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from exporter.report.text import counted, sized

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.report.changes import Changes
    from exporter.report.check_report import CheckReport
    from exporter.report.init_report import InitReport
    from exporter.report.problems import Problem
    from exporter.report.reader_part import ReaderPart
    from exporter.report.render_report import RenderReport
    from exporter.report.status_report import StatusReport
    from exporter.report.sync_report import SyncReport


PARTS = ("sync", "render", "status", "check", "init")
"""The parts of a report, of which every command has one or more."""


@dataclass(frozen=True)
class Report:
    """A whole run: the part of each step that was taken, what is wrong, and notes of one line.

    `stages` are the seconds that each stage took, and `changes` what changed by title, if that was asked for.
    """

    command: str
    sync: SyncReport | None = None
    render: RenderReport | None = None
    status: StatusReport | None = None
    check: CheckReport | None = None
    init: InitReport | None = None
    reader: Mapping[str, ReaderPart] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    stages: Mapping[str, float] = field(default_factory=dict)
    changes: Changes | None = None

    @property
    def has_errors(self) -> bool:
        """Whether any problem is an error."""
        return any(problem.severity == "error" for problem in self.problems)

    @property
    def exit_code(self) -> int:
        """The exit code.

        3 where an asset file could not be fetched; 1 for any other error, a status that differs, or an update of the
        guide's own files that was only shown.
        """
        if self.sync and self.sync.assets_failed:
            return 3
        if self.command == "status" and self.status and self.status.differs:
            return 1
        if self.init and self.init.outdated:
            return 1
        return int(self.has_errors)

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        code = self.exit_code
        found = {name: getattr(self, name) for name in PARTS}
        parts = {name: _members(part) for name, part in found.items() if part is not None}
        return {
            "command": self.command,
            "ok": code == 0,
            "exit": code,
            **parts,
            **({"reader": {code: asdict(part) for code, part in self.reader.items()}} if self.reader else {}),
            "problems": [problem.as_json() for problem in self.problems],
            **({"stages": dict(self.stages)} if self.stages else {}),
        }

    def sentences(self) -> list[str]:
        """Return one line for each step."""
        done = [part.sentence() for part in (self.sync, self.render, self.check) if part is not None]
        return [*done, *self._reader_lines(), *(self.status.lines()[:1] if self.status else ())]

    def lines(self) -> list[str]:
        """Return the short summary for people."""
        done = [part.sentence() for part in (self.sync, self.render) if part is not None]
        lists = (part.lines() for part in (self.status, self.check, self.init) if part is not None)
        return [*done, *self._reader_lines(), *(line for lines in lists for line in lines), *self._stage_lines()]

    def _stage_lines(self) -> list[str]:
        """Return where the time went."""
        spent = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in self.stages.items())
        return [f"time: {spent}"] if spent else []

    def _reader_lines(self) -> list[str]:
        """Return what readers with the guide on their device pay, by locale."""
        return [
            f"reader {code}: {counted(part.changed, 'file')} changed, {part.removed} removed, "
            f"{sized(part.bytes)} to update, {sized(part.install)} to install"
            for code, part in self.reader.items()
        ]


def _members(part: SyncReport | RenderReport | StatusReport | CheckReport | InitReport) -> dict[str, Any]:
    """Return the members of a part that are not None."""
    return {name: value for name, value in asdict(part).items() if value is not None}
