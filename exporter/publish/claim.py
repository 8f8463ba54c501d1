"""One publisher at a time: a claim in the target's root, which is moved by conditional writes alone.

A claim says who publishes, and counts up while that publisher lives. Whoever meets one that stands still for a while,
or whose process on this machine is gone, takes it over: that publisher was killed. No clock is compared.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.errors import GuardError
from exporter.publish.headers import MANIFEST_HEADERS
from exporter.publish.manifest import LARGEST, LOCK, ROOT, Claim, read_root, write_root
from exporter.publish.stores.store import ABSENT, ATTEMPTS, ConditionError, StoreError
from exporter.reader.encoding import BrokenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.publish.manifest import Root
    from exporter.publish.stores.store import Requests

_MOST_LOCK = 4096


class Timing(NamedTuple):
    """How often a publisher says that it lives (0: never), and how long one stands still that was killed. Seconds."""

    beat: float = 10.0
    stale: float = 30.0
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


USUAL_TIMING = Timing()


def new_claim() -> Claim:
    """Return a claim of this process."""
    host = socket.gethostname()
    return Claim(f"process {os.getpid()} on {host}"[:200], _machine(host), os.getpid(), secrets.token_hex(8))


@cache
def _machine(host: str) -> str:
    """Return what stands for this machine, as long as it runs, and for the processes that see each other on it."""
    known = [host]
    with suppress(OSError):
        known += [Path("/proc/sys/kernel/random/boot_id").read_text("ascii"), str(Path("/proc/self/ns/pid").readlink())]
    return sha256("\n".join(known).encode()).hexdigest()[:16] if len(known) == 3 else ""


def is_gone(claim: Claim, own: Claim) -> bool:
    """Whether the process that made a claim is known to be gone, which can be told on its own machine alone."""
    if not claim.machine or claim.machine != own.machine:
        return False
    if claim.process == own.process:
        return claim.run != own.run  # one process publishes once at a time
    try:
        os.kill(claim.process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


class Session:
    """The claim of this publisher, from the first write of the root to the last.

    Invariant: each root follows the one that this publisher read or wrote last, else nothing is written and the run
    ends. `check` raises where somebody else may have taken over, so that nothing is uploaded then.
    """

    def __init__(self, requests: Requests, root: Root, tag: str, claim: Claim, timing: Timing) -> None:
        self.root = root
        self._requests = requests
        self._tag = tag
        self._claim = claim
        self._timing = timing
        self._confirmed = timing.clock()
        self._lost: GuardError | None = None
        self._unanswered: set[bytes] = set()
        self._holds_lock = False
        self._lock = threading.RLock()
        self._ended = threading.Event()

    def begin(self, root: Root) -> None:
        """Claim the target with a root that says what is about to be written. Raises GuardError if it is claimed."""
        if not self._requests.store.is_conditional:
            self._take_lock()
        try:
            self.write(root)
        except (GuardError, StoreError):
            with suppress(StoreError):
                self._release()
            raise
        if self._timing.beat:
            threading.Thread(target=self._beat, daemon=True).start()

    def write(self, root: Root) -> None:
        """Move the root on, keeping the claim."""
        with self._lock:
            self._swap(root.claimed(self._claim._replace(beat=root.serial + 1)))

    def check(self) -> None:
        """Raise GuardError where the claim was lost; make sure of it if it has not been confirmed for a while."""
        if self._lost is None and self._timing.clock() - self._confirmed > self._timing.stale / 2:
            with suppress(StoreError):
                self.write(self.root)
        if self._lost is None and self._timing.clock() - self._confirmed > self._timing.stale * 0.8:
            self._lost = GuardError(
                "target-lost",
                f"{self._where} could not be reached for too long: run publish again; it continues where it stopped",
            )
        if self._lost is not None:
            raise self._lost

    def stop(self) -> None:
        """Say no longer that this publisher lives."""
        self._ended.set()

    def end(self, root: Root | None) -> None:
        """Let go of the claim with a last root; None where that is not to be written any more."""
        self.stop()
        with self._lock:
            if root is not None:
                self._swap(root.claimed(None))
            self._release()

    def _release(self) -> None:
        if self._holds_lock:
            self._requests.delete([LOCK])
            self._holds_lock = False

    @property
    def _where(self) -> str:
        return self._requests.store.name

    def _beat(self) -> None:
        while not self._ended.wait(self._timing.beat):
            with suppress(GuardError, StoreError), self._lock:
                if not self._ended.is_set():
                    self.write(self.root)

    def _swap(self, root: Root) -> None:
        """Put a root in place of the last one. Raises GuardError if there is another one by now."""
        data = write_root(root)
        for attempt in range(1, ATTEMPTS + 1):
            began = self._timing.clock()
            try:
                self._tag = self._requests.put_once(ROOT, data, MANIFEST_HEADERS, self._tag)
                break
            except ConditionError:
                found = self._requests.get(ROOT, LARGEST)
                if found is None or found.data not in self._unanswered:
                    self._lost = self._busy(found.data if found is not None else b"")
                    raise self._lost from None
                self._tag = found.tag  # it was this publisher's own write, whose answer got lost
                if found.data == data:
                    break
            except StoreError as error:
                self._unanswered.add(data)
                if not error.passing or attempt == ATTEMPTS:
                    raise
            self._requests.pause_before(attempt)
        self._unanswered.clear()
        self.root, self._confirmed = root, began

    def _busy(self, data: bytes) -> GuardError:
        other = None
        with suppress(BrokenError):
            other = read_root(data).claim
        return _busy(self._where, other.holder if other is not None else "another publisher")

    def _take_lock(self) -> None:
        """Create the lock, which names its holder; take the place of one whose publisher was killed."""
        data = json.dumps(self._claim._asdict()).encode()
        for last in (False, True):
            try:
                self._create_lock(data)
                return
            except ConditionError:
                standing = _locked_by(self._requests)
                other = _read_lock(standing)
                if not last:
                    wait_for(self._requests, other, self._claim, self._tag, self._timing)
                if last or _locked_by(self._requests) != standing:
                    raise _busy(self._where, other.holder) from None
                self._requests.delete([LOCK])

    def _create_lock(self, data: bytes) -> None:
        """Create the lock in several attempts. Raises ConditionError where somebody else has it."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._requests.put_once(LOCK, data, MANIFEST_HEADERS, ABSENT)
                break
            except ConditionError:
                if attempt == 1 or _locked_by(self._requests) != data:
                    raise
                break  # it was this publisher's own attempt, whose answer got lost
            except StoreError as error:
                if not error.passing or attempt == ATTEMPTS:
                    raise
            self._requests.pause_before(attempt)
        self._holds_lock = True
        with suppress(StoreError):
            self._requests.store.tidy()


def wait_for(requests: Requests, other: Claim, own: Claim, tag: str, timing: Timing) -> None:
    """Wait until it is sure that whoever made a claim was killed. Raises GuardError as soon as the claim moves."""
    if is_gone(other, own):
        timing.pause(timing.stale / 10)  # its last request may still be under way
        return
    seen = tag, _locked_by(requests)
    until = timing.clock() + timing.stale
    while timing.clock() < until:
        timing.pause(timing.stale / 15)
        found = requests.get(ROOT, LARGEST)
        if (found.tag if found is not None else ABSENT, _locked_by(requests)) != seen:
            raise _busy(requests.store.name, other.holder)


def remove_dead_lock(requests: Requests, own: Claim) -> None:
    """Remove the lock of a publisher that is known to be gone, and had nothing left to do but that."""
    standing = _locked_by(requests)
    if standing and is_gone(_read_lock(standing), own):
        requests.delete([LOCK])


def _locked_by(requests: Requests) -> bytes:
    """Return what the lock says; b"" for none, and where none is needed."""
    found = None if requests.store.is_conditional else requests.get(LOCK, _MOST_LOCK)
    return found.data if found is not None else b""


def _busy(where: str, holder: str) -> GuardError:
    return GuardError("target-busy", f"{holder} is publishing to {where}, or just did: run publish again afterwards")


def _read_lock(data: bytes) -> Claim:
    """Return whose lock it is; one that cannot be read is somebody's."""
    with suppress(ValueError, TypeError):
        found = Claim(**json.loads(data))
        if isinstance(found.process, int) and isinstance(found.holder, str) and len(found.holder) <= 200:
            return found
    return Claim("another publisher", "", 0, "")
