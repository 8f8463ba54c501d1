"""What a run did, printed as text or as one JSON object."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.report.reader_part import ReaderPart

_CONTROLS = {"Cc", "Cs"}
_DIRECTIONS = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


def one_line(text: str, length: int = 100) -> str:
    """Return a text as one line of at most `length` characters, without control and text direction characters."""
    kept = (char for char in " ".join(text.split()) if unicodedata.category(char) not in _CONTROLS)
    line = "".join(char for char in kept if char not in _DIRECTIONS).strip()
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the content or the guide that someone should look at.

    `file` is a path in the guide's folder, `line` counts from 1, `link` is a link of that file as written there.
    """

    severity: str
    code: str
    message: str
    item: str = ""
    locale: str = ""
    field: str = ""
    file: str = ""
    line: int = 0
    link: str = ""

    def as_json(self) -> dict[str, str | int]:
        """Return the problem's members that are not empty."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass
class SyncReport:
    """What a sync changed. `bytes` are those of HTTP bodies as transferred, `seconds` are wall time.

    `search` is true for a search, else None; `rounds` is the number of rounds, None without --wait-for.
    """

    full: bool = False
    requests: int = 0
    sync_requests: int = 0
    bytes: int = 0
    upserted: int = 0
    deleted: int = 0
    unchanged: int = 0
    assets_downloaded: int = 0
    assets_failed: int = 0
    token_moved: bool = False
    seconds: float = 0.0
    search: bool | None = None
    rounds: int | None = None

    def followed_by(self, later: SyncReport) -> SyncReport:
        """Return the sum of the rounds of a wait; only the failures of the last one count."""
        counts = {name: getattr(self, name) + getattr(later, name) for name in _COUNTS}
        once = {name: getattr(self, name) or getattr(later, name) for name in ("full", "token_moved")}
        return replace(later, rounds=(self.rounds or 0) + 1, **counts, **once)

    def sentence(self) -> str:
        """Return the summary, in one line."""
        if not (self.upserted or self.deleted or self.assets_downloaded or self.assets_failed):
            said = ["nothing new"]
        else:
            said = [f"{self.upserted} new or changed", f"{self.deleted} removed"]
            said += [f"{self.assets_downloaded} files downloaded"] if self.assets_downloaded else []
            said += [f"{self.assets_failed} files failed"] if self.assets_failed else []
        how = "search" if self.search else "full sync" if self.full else "delta sync"
        asked = (f"{_count(self.rounds, 'round')}, " if self.rounds else "") + _asked(self)
        return f"{how}: {', '.join(said)} ({asked}, {_size(self.bytes)}, {self.seconds:.1f} s)"


_COUNTS = ("requests", "sync_requests", "bytes", "upserted", "deleted", "unchanged", "assets_downloaded")


@dataclass
class RenderReport:
    """What a render did; `rendered` is the number of pages whose template ran.

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
            return f"render: errors, so site/ is as it was: {_count(self.pages, 'page')}, {self.failed} failed"
        failed = f", {self.failed} failed" if self.failed else ""
        return (
            f"render: {_count(self.pages, 'page')}, {_count(self.written, 'file')} written, "
            f"{self.removed} removed{failed} ({self.seconds:.1f} s)"
        )


@dataclass
class CheckReport:
    """What a check looked at and found; `pages` is None without a site/.

    `coverage`: by content type and locale, the percentage of filled localised fields that have a value there.
    """

    items: int = 0
    pages: int | None = None
    errors: int = 0
    warnings: int = 0
    coverage: dict[str, dict[str, int]] = field(default_factory=dict)
    seconds: float = 0.0

    def sentence(self) -> str:
        """Return the summary, in one line."""
        looked = _count(self.items, "item") + (f", {_count(self.pages, 'page')}" if self.pages is not None else "")
        found = f"{_count(self.errors, 'error')}, {_count(self.warnings, 'warning')}"
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


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What a sync does to an item.

    `how` is new, changed or removed; `item` its key as text, `type` the name of its content type, or Asset.
    """

    how: str
    item: str
    type: str
    title: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An item as listed."""

    item: str
    title: str


@dataclass
class Drift:
    """Paths of files that differ from what was synced.

    `sum_differs` says that the items are not those of the sync token, where only their sum is known.
    """

    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    files_missing: list[str] = field(default_factory=list)
    sum_differs: bool = False

    def lines(self) -> list[str]:
        """Return a sentence and the paths."""
        words = {
            "edited": self.changed,
            "missing": self.missing,
            "foreign": self.foreign,
            "no file": self.files_missing,
        }
        said = [f"{len(paths)} {word}" for word, paths in words.items() if paths]
        said += ["items are older, newer or edited"] if self.sum_differs else []
        sentence = (
            f"content/ differs from what was last synced: {', '.join(said)}" if said else "content/ is as last synced"
        )
        return [sentence, *(f"  {word}: {path}" for word, paths in words.items() for path in paths)]


@dataclass
class StatusReport:
    """What the next sync would change; `files` are asset files to fetch, `model` are files of the content model.

    `drift` is None where the files were not compared; `search` is true for a search, else None.
    """

    full: bool = False
    requests: int = 0
    sync_requests: int = 0
    new: list[Listed] = field(default_factory=list)
    changed: list[Listed] = field(default_factory=list)
    removed: list[Listed] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    model: list[str] = field(default_factory=list)
    drift: Drift | None = None
    search: bool | None = None

    @property
    def differs(self) -> bool:
        """Whether there is anything to sync, or a file that differs from what was synced."""
        drifted = self.drift is not None and any(vars(self.drift).values())
        return drifted or any((self.new, self.changed, self.removed, self.files, self.model))

    def lines(self) -> list[str]:
        """Return a sentence, the items and the paths."""
        items = {"new": self.new, "changed": self.changed, "removed": self.removed}
        paths = {"model": self.model, "fetch": self.files}
        said = ", ".join(f"{len(listed)} {how}" for how, listed in items.items() if listed) or "no items"
        how = "search" if self.search else "full sync" if self.full else "delta"
        return [
            f"the next sync is a {how}: {said} ({_asked(self)})",
            *(f"  {how}: {one_line(f'{listed.item} {listed.title}', 200)}" for how in items for listed in items[how]),
            *(f"  {how}: {path}" for how in paths for path in paths[how]),
            *(self.drift.lines() if self.drift else ()),
        ]


@dataclass(frozen=True)
class Report:
    """A whole run: the part of each step that was taken, what is wrong, and notes of one line."""

    command: str
    sync: SyncReport | None = None
    render: RenderReport | None = None
    status: StatusReport | None = None
    check: CheckReport | None = None
    reader: Mapping[str, ReaderPart] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Whether any problem is an error."""
        return any(problem.severity == "error" for problem in self.problems)

    @property
    def exit_code(self) -> int:
        """The exit code: 3 where an asset file could not be fetched, 1 for any other error or a status that differs."""
        if self.sync and self.sync.assets_failed:
            return 3
        if self.command == "status" and self.status and self.status.differs:
            return 1
        return int(self.has_errors)

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        code = self.exit_code
        found = {"sync": self.sync, "render": self.render, "status": self.status, "check": self.check}
        parts = {name: _members(part) for name, part in found.items() if part is not None}
        return {
            "command": self.command,
            "ok": code == 0,
            "exit": code,
            **parts,
            **({"reader": {code: asdict(part) for code, part in self.reader.items()}} if self.reader else {}),
            "problems": [problem.as_json() for problem in self.problems],
        }

    def sentences(self) -> list[str]:
        """Return one line for each step."""
        done = [part.sentence() for part in (self.sync, self.render, self.check) if part is not None]
        return [*done, *self._reader_lines(), *(self.status.lines()[:1] if self.status else ())]

    def lines(self) -> list[str]:
        """Return the short summary for people."""
        done = [part.sentence() for part in (self.sync, self.render) if part is not None]
        lists = (part.lines() for part in (self.status, self.check) if part is not None)
        return [*done, *self._reader_lines(), *(line for lines in lists for line in lines)]

    def _reader_lines(self) -> list[str]:
        """Return what readers with the guide on their device pay, by locale."""
        return [
            f"reader {code}: {_count(part.changed, 'page')} changed, {part.removed} removed, "
            f"{_size(part.bytes)} to update, {_size(part.install)} to install"
            for code, part in self.reader.items()
        ]


def _members(part: SyncReport | RenderReport | StatusReport | CheckReport) -> dict[str, Any]:
    """Return the members of a part that are not None."""
    return {name: value for name, value in asdict(part).items() if value is not None}


def _asked(part: SyncReport | StatusReport) -> str:
    """Return how many requests were made; a search makes none to /sync."""
    asked = _count(part.requests, "request")
    return asked if part.search else f"{_count(part.sync_requests, 'sync request')} of {asked}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _size(number: int) -> str:
    return f"{number} B" if number < 1000 else f"{number / 1000:.1f} kB"
