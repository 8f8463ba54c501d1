"""What runs on another machine: it renders one shard into its file, as often as it is asked to.

It needs the guide's folder at the same path as the run that asks, on a disk that both share. It reads content/,
templates and a snapshot of the index there, and writes the file of its shard and nothing else. It may be ended at any
moment, and another may do the same again.
"""

from __future__ import annotations

import gc
import hashlib
import pickle
import platform
import sqlite3
import threading
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from exporter.build.program_stamp import content_of_program
from exporter.build.shards.file import Header, write_shard
from exporter.build.shards.merge import foreign_sentence
from exporter.build.shards.shard import Shard  # noqa: TC001 - msgspec needs the types at run time
from exporter.build.shards.versions import Versions, templates_digest
from exporter.build.tasks import open_page_tasks
from exporter.core.encoding import pack, unpacker
from exporter.core.errors import ExporterError, GuardError
from exporter.guide.index.guide_index import GuideIndex

if TYPE_CHECKING:
    from exporter.workers.worker import Tasks

SNAPSHOT = "index.db"
PLAN = "plan"
"""Names of files in the folder of a run: a snapshot of its index; project and guide model, pickled."""

VERSIONS = "versions"
"""The name under which a snapshot remembers, packed, what it was planned from."""


class Request(NamedTuple):
    """A shard that a run asks for: the `pages` of it, by their numbers in the snapshot.

    `folder` is that of the run, with the snapshot, the plan (whose SHA-256 is `plan`) and the files of shards.
    """

    folder: str
    plan: bytes
    versions: Versions
    shard: Shard
    pages: list[int]


class Reply(NamedTuple):
    """What a worker answers: who it is, which shard it did, and code and sentence of the error if it could not."""

    worker: str
    shard: Shard
    code: str = ""
    message: str = ""


_ALONE = threading.Lock()
"""Held while a shard is rendered: a process renders one at a time, however many threads its worker has."""


class _Opened(threading.local):
    """What a thread holds open: the tasks of the run that it worked for last."""

    run: tuple[str, bytes] | None = None
    tasks: Tasks
    closing: ExitStack


_opened = _Opened()


def render_request(data: bytes) -> bytes:
    """Render the shard that a packed request asks for into its file; return a packed reply."""
    request = unpacker(Request)(data)
    reply = Reply(platform.node(), request.shard)
    try:
        with _ALONE:
            _render(request)
    except ExporterError as error:
        reply = reply._replace(code=error.code, message=error.message)
    except (OSError, sqlite3.Error, ValueError) as error:
        reply = reply._replace(code="cluster-lost", message=f"the worker {reply.worker}: {error}")
    return pack(reply)


def read_reply(data: bytes) -> Reply:
    """Return what a worker answered. Raises GuardError for bytes that are no reply."""
    try:
        return unpacker(Reply)(data)
    except (TypeError, ValueError):
        raise GuardError("cluster-lost", "--on: a worker answered something else than it was asked for") from None


def _render(request: Request) -> None:
    _check(request, request.versions._replace(program=content_of_program()))
    outcomes = _tasks_of(request)["render apart"](request.pages)
    write_shard(Path(request.folder) / request.shard.file_name, Header(request.shard, request.versions), outcomes)


def _tasks_of(request: Request) -> Tasks:
    """Return the tasks of a run, opened once a thread."""
    run = request.folder, request.plan
    if _opened.run != run:
        if _opened.run is not None:
            _opened.run = None
            _opened.closing.close()
        gc.set_threshold(50_000, 20, 100)  # as in a run of its own
        with ExitStack() as opened:
            _opened.tasks = _open(request, opened)
            _opened.closing = opened.pop_all()
        _opened.run = run
    return _opened.tasks


def _open(request: Request, opened: ExitStack) -> Tasks:
    folder = Path(request.folder)
    try:
        plan = (folder / PLAN).read_bytes()
    except FileNotFoundError:
        message = f"the worker {platform.node()} has no {folder}: all machines need the guide's folder at one path"
        raise GuardError("cluster-lost", message) from None
    if hashlib.sha256(plan).digest() != request.plan:
        raise GuardError("shard-foreign", f"{folder / PLAN} is not what the run wrote: run again")
    project, guide = pickle.loads(plan)  # noqa: S301 - its digest came from the run, which may have any code run here
    with closing(GuideIndex(folder / SNAPSHOT, read_only=True, unchanging=True)) as index:
        planned = unpacker(Versions)(index.meta(VERSIONS) or b"")
    _check(request, planned._replace(templates=templates_digest(project.root / "templates")))
    return opened.enter_context(open_page_tasks(project, guide, folder / SNAPSHOT, unchanging=True))


def _check(request: Request, own: Versions) -> None:
    """Raise GuardError where what is here is not what the run has."""
    if own != request.versions:
        who, advice = f"the worker {platform.node()}", "bring it up to date, then run again"
        raise GuardError("shard-foreign", foreign_sentence(who, own, request.versions, advice))
