"""Where the next sync starts: at the stored token, or with everything. Pure, so `status` decides as `sync` does."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.mirror.state import SyncState


class Reason(Enum):
    """Why a sync asks for everything."""

    FIRST = "nothing was synced here yet"
    ASKED = "a full sync was asked for"
    NO_TOKEN = "no sync token is stored"  # noqa: S105 - a sentence
    SOURCE_CHANGED = "the source has changed since last time"
    ENVIRONMENT_CHANGED = "the environment has changed since last time (was an alias moved?)"
    CONTENT_CHANGED = "content/ differs from what was last synced (edited, reverted?)"


_EXPECTED = {Reason.FIRST, Reason.ASKED, Reason.NO_TOKEN}
"""Reasons that surprise nobody who runs a sync."""


class Situation(NamedTuple):
    """What the decision depends on.

    `state` is what `.syncstate` says, `source` and `environment_uuid` what is asked now. `full` is the option of that
    name; `searches` says that the source is a search, which has no token. `newer_than` takes the place of the token of
    a source that has none, a preview: what changed since then is all that is asked for.
    """

    state: SyncState | None
    source: Mapping[str, Any]
    environment_uuid: str | None
    full: bool = False
    searches: bool = False
    newer_than: str | None = None


class Start(NamedTuple):
    """Where a sync starts: at `token`, or with everything where that is None, and then for what reason."""

    token: str | None
    reason: Reason | None = None
    searches: bool = False

    @property
    def full(self) -> bool:
        """Whether everything is asked for."""
        return self.token is None

    def after_comparison(self, *, sound: bool) -> Start:
        """Return the start once content/ was compared with the last sync: a delta needs the very items it builds on."""
        return self if sound or self.full else self._replace(token=None, reason=Reason.CONTENT_CHANGED)

    def note(self) -> str | None:
        """Return the sentence that explains a start that is not the expected one."""
        if self.reason is None or self.reason in _EXPECTED:
            return None
        return f"{self.reason.value}: {'a search' if self.searches else 'a full sync'}"


def decide(situation: Situation) -> Start:
    """Decide where a sync starts, before content/ is compared with the last one."""
    reason = _reason_for_everything(situation)
    state = situation.state
    token = _token(state, situation) if state is not None and reason is None else None
    return Start(token, reason, situation.searches)


def _token(state: SyncState, situation: Situation) -> str | None:
    """Return what a delta starts from."""
    return state.token if situation.newer_than is None else situation.newer_than


def _reason_for_everything(now: Situation) -> Reason | None:
    """Return why a delta will not do; None if it will, and for a search that goes on as the last one did."""
    if now.state is None:
        return Reason.FIRST
    if now.full:
        return Reason.ASKED
    if dict(now.state.source) != dict(now.source):
        return Reason.SOURCE_CHANGED
    if now.state.environment_uuid and now.environment_uuid not in (None, now.state.environment_uuid):
        return Reason.ENVIRONMENT_CHANGED
    return Reason.NO_TOKEN if _token(now.state, now) is None and not now.searches else None


def note_after_rejection(message: str) -> str:
    """Return the sentence for a sync token that the service no longer takes."""
    return f"{message}: a full sync instead"


def stops_at_nothing(*, full: bool, searches: bool, allow_empty: bool) -> bool:
    """Whether a space that comes back empty counts as a mistake: searches and deltas may well bring nothing."""
    return full and not searches and not allow_empty
