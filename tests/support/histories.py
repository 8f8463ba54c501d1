"""Random histories of a space and of a guide over it: hypothesis picks rules that change them.

A space in files, an endpoint over it in this process, a guide's folder, runs in processes of their own. What must hold
at the end of a history stands in one place, `settle`. A test of more than the mirror takes `Histories` as it is, with
another `command`, with what that builds (`built`), and with rules of its own.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from exporter.core.encoding import canonical, decode
from exporter.core.files import remove
from exporter.core.model import Item, Key, Upsert, read_change
from exporter.core.naming import MOVED_PATH, TAGS_PATH, asset_files, item_path, twin_paths
from exporter.space.folder import SpaceFolder
from exporter.space.http.faults import Fault
from exporter.space.http.server import Endpoint, Listening, open_endpoint
from tests.conftest import CATEGORY, PICTURE, PLACE, SLUG, SpaceFiles, content_type, entry, link, locale
from tests.support.killer import KILLED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exporter.space.refusals import Answer
    from tests.conftest import Outcome
    from tests.support.forks import Forks

IDS = ("a", "A", "b", "B", "c", "con", "../é")
"""Ids that are valid file names, that are not, and that differ only by case."""

MODELS = (
    (PLACE, CATEGORY),
    (content_type("place", *reversed(PLACE["fields"])), CATEGORY),
    (content_type("place", ("title", "Symbol"), SLUG, ("body", "Symbol")), CATEGORY, content_type("walk")),
)
LOCALES = (("de-DE", "ar"), ("de-DE",), ())
"""Besides en-US."""

SITES: tuple[dict[str, Any], ...] = (
    {},
    {"source": {"only": ["place"]}},
    {"source": {"limit": 1000}},
    {"content": {"formats": ["json"]}},
    {"content": {"assets": "link"}},
)
PASSING = {
    "unavailable": (1, 40),
    "cut": (1, 40),
    "rate-limit": (1, 1),
    "too-big": (1, 2),
    "forget-tokens": (1, 2),
    "stale": (1, 1),
    "environment-uuid": (1, 1),
    "http-links": (1, 40),
    "no-environment": (1, 40),
}
"""The endpoint's faults, without `slow`, which only delays, and how many requests a fault affects: a few, or all."""

LAST_OPERATION = 120
"""The last file operation to kill a run at; a run on so small a space may end before that."""

BLOCK = 4096
"""Bytes of a disk that are lost together."""

MOVED = f"content/{MOVED_PATH}"
SCRATCH = {"space.db", "lock", "mirror.db", "settings.json"}
"""The files in .export/ when no run is under way."""


class Edit(NamedTuple):
    """An edit in the space: the item, and the number of its new state (0: deleted)."""

    kind: str
    id: str
    now: int
    content_type: str = ""

    @property
    def key(self) -> Key:
        """The item's key."""
        return Key(self.kind, self.id)


class Space:
    """A space in files that editors work in, and its items."""

    def __init__(self, root: Path) -> None:
        self.files = SpaceFiles(root)
        self.items: dict[Key, Any] = {}
        self._paths: dict[Key, list[str]] = {}
        self._revisions: dict[Key, int] = {}
        self.set_model(0, 0, 0)

    def set_model(self, types: int, locales: int, tags: int) -> None:
        """Set content types, locales and tags by their numbers."""
        codes = [
            locale(code, None if code == "en-US" else "en-US", default=code == "en-US") for code in LOCALES[locales]
        ]
        self.files.put_model(*MODELS[types], locales=codes)
        named = {f"tag{n}": {"name": f"Tag {n}", "sys": {"type": "Tag", "id": f"tag{n}"}} for n in range(tags)}
        self.files.write(TAGS_PATH, canonical(named))

    def edit(self, edit: Edit) -> None:
        """Publish or delete an item; one published again may count its revisions from 1 again."""
        existed = self.items.pop(edit.key, None) is not None
        for path in self._paths.pop(edit.key, ()):
            (self.files.root / path).unlink()
        if not edit.now:
            return
        starts_over = not existed and edit.now % 2
        revision = self._revisions[edit.key] = 1 if starts_over else self._revisions.get(edit.key, 0) + 1
        raw = self.items[edit.key] = _entry(edit, revision) if edit.kind == "entry" else _asset(edit, revision)
        path = item_path(edit.key, edit.content_type, clash=True)
        found = [] if edit.kind == "entry" else asset_files(Item(edit.key, raw), path)
        written = {path: canonical(raw), **{file.path: _file_bytes(file.url) for file in found}}
        for name, data in written.items():
            self.files.write(name, data)
        self._paths[edit.key] = list(written)


def _entry(edit: Edit, revision: int) -> dict[str, Any]:
    """Make an entry; the number chooses its slug, languages, text and links."""
    now = edit.now
    texts = {"en-US": f"Title {now}", **({"de-DE": "Titel"} if now % 2 else {}), **({"ar": "برج"} if now % 3 else {})}
    links = {"category": link("Entry", IDS[now % len(IDS)]), "picture": link("Asset", IDS[-now % len(IDS)])}
    return entry(
        edit.content_type, edit.id, revision, title=texts, slug=f"slug-{now // 2}", body="Text. " * now, **links
    )


def _asset(edit: Edit, revision: int) -> dict[str, Any]:
    """Make an asset; the number chooses its files (two of them from 5 on) and their names.

    The same URL always has the same bytes, though under different names and with different metadata.
    """
    raw = entry("", edit.id, revision, title=f"Revision {revision}")
    raw["sys"] |= {"type": "Asset"}
    del raw["sys"]["contentType"]
    files = {}
    for code in ("en-US", "de-DE") if edit.now > 4 else ("en-US",):
        url = f"/small/{edit.id}/{code}{edit.now // 2}/file.svg"
        details = {"size": len(_file_bytes(url)), "image": {"width": 30, "height": 20}}
        name = ("file.svg", "File.svg", "../é.svg")[edit.now % 3]
        files[code] = {"url": url, "fileName": name, "contentType": "image/svg+xml", "details": details}
    raw["fields"]["file"] = files
    return raw


def _file_bytes(url: str) -> bytes:
    return PICTURE + url.encode()


class Snapshot(NamedTuple):
    """A commit of the guide: the files under version control, and whether they had been edited by hand."""

    files: dict[str, bytes]
    by_hand: bool


ENTRIES = st.builds(
    Edit, st.just("entry"), st.sampled_from(IDS), st.integers(0, 7), st.sampled_from(("place", "category"))
)
ASSETS = st.builds(Edit, st.just("asset"), st.sampled_from(IDS[:5]), st.integers(0, 7), st.just(""))
EDITS = st.lists(ENTRIES | ASSETS, min_size=1, max_size=4)
OPTIONS = st.sets(st.sampled_from(("--full", "--allow-empty", "--downloads=1")))
FAULTS = st.sampled_from(sorted(PASSING)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(PASSING[name])))


class Histories(RuleBasedStateMachine):
    """A space, its endpoint and a guide over it.

    `forks` runs the program and must be set. `command` is what runs; `built` are the folders that it makes besides
    content/, each with a slash at the end: they are compared, but not under version control.
    """

    forks: ClassVar[Forks]
    command: ClassVar[str] = "sync"
    built: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self.root = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.guide = self.root / "guide"
        self.guide.mkdir()
        self.space = Space(self.root / "space")
        self.site: dict[str, Any] = {}
        self.by_hand = False
        self.foreign: dict[str, bytes] = {}
        self.unowned: set[str] = set()
        self.commits: list[Snapshot] = []
        self._meanwhile: dict[int, Sequence[Edit]] = {}
        self._request_count = 0

    @initialize(edits=st.lists(ENTRIES, min_size=2, max_size=6), more=st.lists(ASSETS, max_size=3))
    def open(self, edits: list[Edit], more: list[Edit]) -> None:
        """Serve the space, whose first items give it its id, and publish a few more."""
        self.space.edit(Edit("entry", "a", 1, "place"))
        folder = SpaceFolder(self.space.files.root)
        self.endpoint = self._stack.enter_context(open_endpoint(folder, self.root / "log.db", Listening(keep=False)))
        self.endpoint.space.answer = self._answering(self.endpoint)  # type: ignore[method-assign,assignment] # editors work meanwhile
        self.publish([*edits, *more])
        self.configure(0)

    def _answering(self, endpoint: Endpoint) -> Callable[[str, str, str], Answer]:
        """Return a function that answers as the endpoint does, publishing edits just before some answers."""
        answer = endpoint.space.answer

        def answering(target: str, authorization: str, base: str) -> Answer:
            self._request_count += 1
            for edit in self._meanwhile.pop(self._request_count, ()):
                self.space.edit(edit)
            return answer(target, authorization, base)

        return answering

    @rule(edits=EDITS)
    def publish(self, edits: list[Edit]) -> None:
        """Edit items in the space."""
        for edit in edits:
            self.space.edit(edit)

    @rule(types=st.integers(0, len(MODELS) - 1), locales=st.integers(0, len(LOCALES) - 1), tags=st.integers(0, 2))
    def change_model(self, types: int, locales: int, tags: int) -> None:
        """Change the content model, the locales or the tags."""
        self.space.set_model(types, locales, tags)

    @rule(number=st.integers(0, len(SITES) - 1))
    def configure(self, number: int) -> None:
        """Change site.yaml."""
        source = {"space": "small", "url": self.endpoint.url, "limit": 2}
        own = SITES[number]
        self.site = {"title": "Histories", **own, "source": {**source, **own.get("source", {})}}
        (self.guide / "site.yaml").write_text(json.dumps(self.site), "utf-8")

    @rule(options=OPTIONS)
    def run_well(self, options: set[str]) -> None:
        """Run without faults: the mirror equals the space as it is, or as it was when an interrupted sync began."""
        interrupted = self._is_interrupted()
        outcome = self._run(*options)
        if outcome.code == 4:
            assert "the space came back empty" in outcome.err, outcome
            assert not self._wanted()
            return
        assert outcome.code == 0, outcome
        if not interrupted:
            self._check_items()
        self._commit()

    def _is_interrupted(self) -> bool:
        """Return whether a sync was interrupted, whose remaining pages are of the state at which it began."""
        return (self.guide / ".export/staging/sync.db").exists()

    @rule(options=OPTIONS, at=st.integers(1, LAST_OPERATION))
    def run_killed(self, options: set[str], at: int) -> None:
        """Run and be killed at a file operation."""
        self._run_badly(options, at=at)

    @rule(options=OPTIONS, fault=FAULTS)
    def run_faulty(self, options: set[str], fault: tuple[str, int]) -> None:
        """Run while the endpoint misbehaves."""
        self._run_badly(options, fault=fault)

    @rule(options=OPTIONS, request=st.integers(4, 9), edits=EDITS)
    def run_meanwhile(self, options: set[str], request: int, edits: list[Edit]) -> None:
        """Run while editors publish, just before a request is answered."""
        self._run_badly(options, request=request, edits=edits)

    @rule(options=OPTIONS, at=st.integers(1, LAST_OPERATION), fault=FAULTS, request=st.integers(1, 12), edits=EDITS)
    def run_unluckily(
        self, options: set[str], at: int, fault: tuple[str, int], request: int, edits: list[Edit]
    ) -> None:
        """Run with all of that at once."""
        self._run_badly(options, at, fault, request, edits)

    def _run_badly(
        self,
        options: set[str],
        at: int = 0,
        fault: tuple[str, int] | None = None,
        request: int = 0,
        edits: Sequence[Edit] = (),
    ) -> None:
        if fault is not None:
            self.endpoint.faults.switched_on[fault[0]] = Fault(*fault, 0.0)
        self._meanwhile = {self._request_count + request: edits}
        interrupted = self._is_interrupted()
        outcome = self._run(*options, *(["--deadline=1"] if fault is not None else []), mortal=at)
        self.endpoint.faults.switched_on.clear()
        self._meanwhile.clear()
        event(f"a bad run ended with {outcome.code}")
        assert outcome.code in (0, 3, KILLED) or "the space came back empty" in outcome.err, outcome
        if outcome.code == 0 and not edits and not interrupted and (fault is None or fault[0] != "stale"):
            self._check_items()
            self._commit()

    def _run(self, *options: str, mortal: int = 0, guide: Path | None = None) -> Outcome:
        arguments = ("-C", str(guide or self.guide), self.command, *sorted(options))
        return self.forks.run(*arguments, mortal=mortal)

    def _commit(self) -> None:
        self.commits.append(Snapshot(self._versioned(), self.by_hand))

    def _files(self, guide: Path) -> dict[str, bytes]:
        """Return all files of a guide except its cache."""
        found = (path for path in guide.rglob("*") if path.is_file())
        paths = {path.relative_to(guide).as_posix(): path for path in found}
        return {path: file.read_bytes() for path, file in paths.items() if not path.startswith(".export/")}

    def _versioned(self) -> dict[str, bytes]:
        """Return the guide's files under version control."""
        ignored = (*self.built, *self.foreign)
        return {path: data for path, data in self._files(self.guide).items() if not path.startswith(ignored)}

    @rule(what=st.sampled_from((".export", ".export/mirror.db", ".export/staging", ".syncstate")))
    def lose(self, what: str) -> None:
        """Lose a cache or the token."""
        path = self.guide / what
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    @rule(share=st.floats(0, 1), what=st.sampled_from(("mirror.db", "staging/sync.db")), short=st.booleans())
    def damage(self, share: float, what: str, short: bool) -> None:
        """Truncate a database or lose a block of it."""
        path = self.guide / ".export" / what
        data = path.read_bytes() if path.exists() else b""
        at = int(share * len(data))
        start = at // BLOCK * BLOCK
        if data:
            path.write_bytes(data[:at] if short else data[:start] + bytes(BLOCK) + data[start + BLOCK :])

    @precondition(lambda self: self._editable())
    @rule(place=st.integers(0, 99), how=st.sampled_from(("longer", "empty", "gone")))
    def edit_by_hand(self, place: int, how: str) -> None:
        """Edit or remove a file under content/."""
        found = self._editable()
        name = found[place % len(found)]
        path, stem = self.guide / name, name.removesuffix(".json")
        if how == "longer":
            path.write_bytes(path.read_bytes() + b"\n")
        elif how == "empty":
            path.write_bytes(b"")
            self.unowned.add(name)
        else:
            path.unlink()
        if stem.startswith("content/assets/") and how != "longer":
            self.unowned.add(f"content/files/{stem.removeprefix('content/assets/')}/")
        self.by_hand = True

    @rule(what=st.sampled_from(("entry", "asset", "twin")), identifier=st.sampled_from(IDS))
    def add_by_hand(self, what: str, identifier: str) -> None:
        """Add the file of an item, as if the space had it."""
        edit = Edit("asset", identifier, 1) if what == "asset" else Edit("entry", identifier, 1, "place")
        name = item_path(edit.key, edit.content_type)
        data = canonical(_asset(edit, 1) if what == "asset" else _entry(edit, 1))
        if what == "twin":
            name = twin_paths(name, ["xx"])["xx"]
            data = f"---\nsys:\n  id: {identifier}\n  type: place\n  locale: xx\n---\n".encode()
        if what == "asset":
            self.unowned.add(f"content/files/{name.removeprefix('assets/').removesuffix('.json')}/")
        SpaceFiles(self.guide / "content").write(name, data)
        self.by_hand = True

    @rule(folder=st.sampled_from(("", "/entries/place", "/files", "/files/a", "/model")))
    def add_foreign(self, folder: str) -> None:
        """Put a file that belongs to no item under content/, where it stays."""
        path = f"content{folder}/notes.md"
        SpaceFiles(self.guide).write(path, b"Mine.\n")
        self.foreign[path] = b"Mine.\n"

    def _editable(self) -> list[str]:
        return sorted(
            path for path in self._files(self.guide) if path.startswith("content/") and path not in self.foreign
        )

    @precondition(lambda self: self.commits)
    @rule(place=st.integers(0, 99), whole=st.booleans())
    def check_out(self, place: int, whole: bool) -> None:
        """Check out an older commit, or only its content/; files that are not under version control stay."""
        commit = self.commits[place % len(self.commits)]
        part = ("",) if whole else ("content/",)
        for path in self._versioned():
            if path.startswith(part):
                (self.guide / path).unlink()
        for path, data in commit.files.items():
            if path.startswith(part):
                SpaceFiles(self.guide).write(path, data)
        self.by_hand = commit.by_hand or not whole
        self.site = json.loads((self.guide / "site.yaml").read_bytes())

    def settle(self) -> None:
        """Run once more: the result equals a run from scratch, with nothing left over and nothing left to do.

        An interrupted sync is finished before that: its pages are of the state at which it began.
        """
        if self._is_interrupted():
            outcome = self._run("--allow-empty")
            assert outcome.code in (0, 3), outcome
        outcome = self._run("--allow-empty", *(["--full"] if self.by_hand else []))
        assert outcome.code == 0, outcome
        self.by_hand = False
        fresh = self.root / "fresh"
        for path, data in self._versioned().items():
            if path == MOVED or not path.startswith(("content/", ".syncstate")):
                SpaceFiles(fresh).write(path, data)
        outcome = self._run("--allow-empty", guide=fresh)
        assert outcome.code == 0, outcome
        self._compare(fresh)
        shutil.rmtree(fresh)
        self._check_items()
        before = self._mtimes()
        assert self._run("--allow-empty").code == 0
        after = self._mtimes()
        touched = {path for path in {*before, *after} if before.get(path) != after.get(path)}
        assert not touched, touched
        status = self.forks.run("-C", str(self.guide), "status")
        assert (status.code == 0) == (not self.foreign), status
        self._commit()

    def _compare(self, fresh: Path) -> None:
        """Compare the guide with a fresh one that has the same record of earlier URLs; tokens by their meaning."""
        found, expected = self._files(self.guide), self._files(fresh) | self.foreign
        self._clean(set(found).difference(expected))
        found = {path: data for path, data in found.items() if (self.guide / path).exists()}
        differs = {path for path in {*found, *expected} if found.get(path) != expected.get(path)}
        assert differs <= {".syncstate"}, sorted(differs)
        states = [json.loads(files[".syncstate"]) for files in (found, expected)]
        assert [self._news(state.pop("token")) for state in states] == [[], []]
        assert states[0] == states[1]
        assert {str(key) for key in self._wanted()}.issuperset(decode(found.get(MOVED, b"{}")))
        scratch = {path.name for path in (self.guide / ".export").iterdir()}
        assert scratch == {path.name for path in (fresh / ".export").iterdir()} <= SCRATCH

    def _clean(self, left: set[str]) -> None:
        """Remove files of deleted items that lost their owner in an edit by hand: they stay and `status` lists them."""
        emptied = {path for path in left if self.unowned and not (self.guide / path).stat().st_size}
        orphans = sorted(path for path in left if path in emptied or path.startswith(tuple(self.unowned)))
        status = self.forks.run("-C", str(self.guide), "status")
        for path in orphans:
            assert path in status.out, status
            remove(self.guide / path, self.guide / "content")
        self.unowned.clear()

    def _news(self, token: str) -> list[Any]:
        """Return the changes since a token, which show the state of the space that it stands for."""
        answer = self.endpoint.space.answer(
            f"/spaces/small/environments/master/sync?sync_token={token}", "Bearer t", ""
        )
        body = json.loads(answer.body)
        assert "nextSyncUrl" in body, body
        found: list[Any] = body["items"]
        return found

    def _wanted(self) -> dict[Key, Any]:
        """Return the items of the space that the mirror has to contain."""
        only = self.site["source"].get("only", ("place", "category"))
        types = {
            key: raw["sys"].get("contentType", {}).get("sys", {}).get("id") for key, raw in self.space.items.items()
        }
        return {key: raw for key, raw in self.space.items.items() if types[key] in (None, *only)}

    def _check_items(self) -> None:
        """Compare the mirror's items with those of the space, unless they have been edited by hand."""
        if self.by_hand:
            return
        found = {}
        for top in ("entries", "assets"):
            for file in (self.guide / "content" / top).rglob("*.json"):
                change = read_change(decode(file.read_bytes()))
                assert isinstance(change, Upsert)
                assert change.key not in found, file
                found[change.key] = change.item.raw
        wanted = self._wanted()
        differs = [key for key in sorted({*found, *wanted}) if found.get(key) != wanted.get(key)]
        assert not differs, differs

    def _mtimes(self) -> dict[str, int]:
        return {str(path.relative_to(self.guide)): path.stat().st_mtime_ns for path in self.guide.rglob("*")}

    def teardown(self) -> None:
        """Settle the history unless it has already failed."""
        try:
            if sys.exc_info()[0] is None:
                self.settle()
        finally:
            self._stack.close()
