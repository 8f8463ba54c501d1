"""Make a target equal to a site: look, plan, claim, upload, move the manifest, delete.

What a crash leaves at any moment is said by the root that was written before, so that the next publish goes on.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.errors import GuardError
from exporter.publish.buckets import pack_rows
from exporter.publish.claim import Session, new_claim, remove_dead_lock, wait_for
from exporter.publish.headers import MANIFEST_HEADERS
from exporter.publish.look import (
    Known,
    first_look,
    forget_buckets,
    keep_bucket,
    read_known,
    read_known_root,
    verified,
    without_doubt,
)
from exporter.publish.manifest import is_bucket
from exporter.publish.plan import (
    Plan,
    goes_unnamed,
    plan_publish,
    removes_too_much,
    state_of,
    with_intent,
    without_deleted,
)
from exporter.publish.stores.store import StoreError
from exporter.publish.upload import Sender, Sent
from exporter.report.text import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from exporter.publish.claim import Timing
    from exporter.publish.manifest import Claim, Root, Row
    from exporter.publish.site_files import Site
    from exporter.publish.stores.store import Requests


class PublishChoices(NamedTuple):
    """How to publish.

    `dry_run` writes nothing. `verify` lists what is there and compares. `adopt` takes over a target that has files and
    no manifest, or one that cannot be used. `force` publishes after a failed build, and removes over half of what is
    there. `invalidate` is a command that is given the changed paths. `uploads` are made at once; `deadline` is in
    seconds, for each attempt of a request.
    """

    dry_run: bool = False
    verify: bool = False
    adopt: bool = False
    force: bool = False
    invalidate: str | None = None
    uploads: int = 8
    deadline: float = 120.0


@dataclass(frozen=True)
class Delivery:
    """What is to be delivered: `output` is site/, `cache` a folder that may be empty, `guide` stands for the guide.

    `planned` is called with the paths that will not be the same afterwards, before the first of them changes;
    `advance` with the bytes of each file that is there.
    """

    requests: Requests
    output: Path
    cache: Path
    guide: str
    choices: PublishChoices
    timing: Timing
    compressed: bool = False
    claim: Claim = field(default_factory=new_claim)
    planned: Callable[[Plan], None] = lambda _plan: None
    advance: Callable[[int], None] = lambda _size: None


@dataclass(frozen=True)
class Delivered:
    """What became of it. `foreign` are files there that are not the guide's; `sent` is empty after a dry run."""

    plan: Plan
    sent: Sent = field(default_factory=Sent)
    removed: int = 0
    waiting: int = 0
    foreign: tuple[str, ...] = ()


def deliver(job: Delivery, site: Site) -> Delivered:
    """Make the target equal to the site, but for what a later publish deletes and for what is not the guide's.

    Files that failed are told, and nothing after them went. Raises GuardError, StoreError.
    """
    known = _look(job, site)
    leaving = known.root.leaving
    if known.root.state == state_of(site.files):
        if not job.choices.dry_run:
            remove_dead_lock(job.requests, job.claim)
        return Delivered(
            Plan(unchanged=len(site.files)), waiting=sum(not is_bucket(path) for path in leaving), foreign=known.foreign
        )
    settled = bool(known.root.state)
    plan = plan_publish(known.rows, leaving, site.files, site.newest, settled=settled, unnamed=known.unnamed)
    gone, there = removes_too_much(known.rows, leaving, site.files)
    if gone and not job.choices.force:
        where = job.requests.store.name
        sentence = f"this would remove {gone} of {counted(there, 'file')} from {where}: check site/, then use --force"
        raise GuardError("removes-too-much", sentence)
    if job.choices.dry_run:
        return Delivered(plan, removed=len(plan.deletes), waiting=len(plan.stays_once), foreign=known.foreign)
    job.planned(plan)
    return _Run(job, site, known, plan).carry_out()


def _look(job: Delivery, site: Site) -> Known:
    """Return what is known of the target, no more of it than is needed."""
    choices = job.choices
    root, tag = read_known_root(job.requests, job.guide, adopt=choices.adopt)
    if root is None:
        return first_look(job.requests, tag, job.guide, site.files, adopt=choices.adopt)
    if root.state == state_of(site.files) and not choices.verify:
        return Known(root, tag)
    try:
        known = read_known(job.requests, root, tag, job.cache)
    except GuardError:
        if not choices.adopt:
            raise
        return first_look(job.requests, tag, job.guide, site.files, adopt=True)
    if root.claim is not None and not choices.dry_run:
        wait_for(job.requests, root.claim, job.claim, tag, job.timing)
    if choices.verify:
        return verified(job.requests, known, choices.uploads)
    return without_doubt(job.requests, known, choices.uploads)


class _Run:
    """The writing part of a delivery."""

    def __init__(self, job: Delivery, site: Site, known: Known, plan: Plan) -> None:
        self._job = job
        self._known = known
        self._plan = plan
        self._site = site
        self._state = state_of(site.files)
        self._contents = known.contents
        self._session = Session(job.requests, known.root, known.tag, job.claim, job.timing)
        self._sender = Sender(job.requests, self._session, job.output, job.choices.uploads, job.compressed, job.advance)

    def carry_out(self) -> Delivered:
        """Claim the target, upload, move the manifest, delete; what went before a failure need not go again."""
        try:
            return self._carry_out()
        finally:
            self._session.stop()

    def _carry_out(self) -> Delivered:
        plan, sent = self._plan, Sent()
        known = self._known
        intent = with_intent(known.rows, known.root.leaving, plan, self._site.files, known.unnamed)
        self._write(self._session.begin, intent, "", known.root.leaving)
        try:
            self._sender.send(plan.uploads, sent)
        except (GuardError, KeyboardInterrupt):
            with suppress(GuardError, StoreError):
                self._give_up(intent, sent)
            raise
        if sent.ended_early:
            self._give_up(intent, sent)
            return Delivered(plan, sent, foreign=(*known.foreign, *sorted(sent.foreign)))
        self._settle({**known.rows, **sent.rows})
        forget_buckets(self._job.cache, {bucket.name for bucket in self._session.root.buckets})
        return Delivered(plan, sent, len(plan.deletes), len(plan.stays_once), known.foreign)

    def _give_up(self, intent: Mapping[str, Row], sent: Sent) -> None:
        """Let go of the claim; the root goes on saying what is not known."""
        self._session.check()
        first = {
            upload.path for upload in self._plan.all_uploads if intent[upload.path].maybe and goes_unnamed(upload.path)
        }
        unnamed = first if first - sent.rows.keys() else set()
        done = {path: row for path, row in sent.rows.items() if path not in unnamed}
        rows = {path: row for path, row in {**intent, **done}.items() if path not in sent.foreign}
        self._write(self._session.end, rows, "", self._known.root.leaving)

    def _settle(self, rows: Mapping[str, Row]) -> None:
        """Write the manifest, then delete, also the buckets that only said what was intended."""
        plan, waits = self._plan, self._plan.stays_once
        intended = {bucket.name for bucket in self._session.root.buckets if bucket not in self._known.root.buckets}
        old = [*plan.old_buckets, *sorted(intended - {""})]
        if not (plan.deletes or old):
            self._write(self._session.end, rows, self._state, waits)
            return
        self._write(self._session.write, without_deleted(rows, plan), "", waits)
        named = {bucket.name for bucket in self._session.root.buckets}
        going = [*plan.deletes, *(path for path in old if path not in named)]
        self._sender.delete(going)
        left = {path: row for path, row in rows.items() if path not in going}
        self._write(self._session.end, left, self._state, waits, deleted=frozenset(going))

    def _write(
        self,
        move: Callable[[Root], None],
        rows: Mapping[str, Row],
        state: str,
        leaving: frozenset[str],
        *,
        deleted: frozenset[str] = frozenset(),
    ) -> None:
        """Write the buckets that changed, then move the root; buckets that it names no more leave with the next one."""
        root = self._session.root
        packed = pack_rows(rows, root.buckets, self._contents)
        for path, data in packed.written.items():
            self._job.requests.put(path, data, MANIFEST_HEADERS)
            keep_bucket(self._job.cache, path, data)
        dropped = {path for path in root.leaving if is_bucket(path)} | packed.dropped
        stays = (leaving | dropped) - deleted - {bucket.name for bucket in packed.buckets}
        move(replace(root, state=state, buckets=packed.buckets, changes=packed.changes, leaving=stays))
        self._contents = packed.contents
