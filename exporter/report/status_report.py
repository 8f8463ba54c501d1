"""What the next sync would change, and which files differ from what was synced."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.report.text import one_line, requests_made


@dataclass(frozen=True, slots=True)
class Listed:
    """An item as listed."""

    item: str
    title: str


@dataclass(frozen=True)
class Drift:
    """Paths of files that differ from what was synced.

    `sum_differs` says that the items are not those of the sync token, where only their sum is known.
    """

    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    files_missing: tuple[str, ...] = ()
    sum_differs: bool = False

    def lines(self) -> list[str]:
        """Return a sentence and the paths."""
        words = {
            "edited": self.changed,
            "missing": self.missing,
            "foreign": self.foreign,
            "no file": self.files_missing,
        }
        differences = [f"{len(paths)} {word}" for word, paths in words.items() if paths]
        differences += ["items are older, newer or edited"] if self.sum_differs else []
        sentence = (
            f"content/ differs from what was last synced: {', '.join(differences)}"
            if differences
            else "content/ is as last synced"
        )
        listed = [f"  {word}: {path}" for word, paths in words.items() for path in paths]
        if self.changed or self.missing or self.files_missing or self.sum_differs:
            listed.append(
                "  next: undo edits with `git checkout content .syncstate`, or repair with exporter sync --full"
            )
        return [sentence, *listed]


@dataclass(frozen=True)
class StatusReport:
    """What the next sync would change; `files` are asset files to fetch, `model` are files of the content model.

    `drift` is None if the files were not compared; `search` is true for a search, else None.
    """

    full: bool = False
    requests: int = 0
    sync_requests: int = 0
    new: tuple[Listed, ...] = ()
    changed: tuple[Listed, ...] = ()
    removed: tuple[Listed, ...] = ()
    files: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
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
        counted = ", ".join(f"{len(listed)} {how}" for how, listed in items.items() if listed) or "no items"
        how = "search" if self.search else "full sync" if self.full else "delta"
        return [
            f"the next sync is a {how}: {counted} ({requests_made(self.requests, self.sync_requests, self.search)})",
            *(f"  {how}: {one_line(f'{listed.item} {listed.title}', 200)}" for how in items for listed in items[how]),
            *(f"  {how}: {path}" for how in paths for path in paths[how]),
            *(self.drift.lines() if self.drift else ()),
        ]
