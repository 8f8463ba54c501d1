"""The Sync API of the endpoint: what a request asks for, and the page that it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from exporter.space.refusals import RefusalError, unknown_paths, whole_number
from exporter.space.states import Filter
from exporter.space.tokens import SyncToken, read_token, unknown_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporter.core.encoding import Json
    from exporter.core.model import Item, Key
    from exporter.space.changelog import ChangeLog
    from exporter.space.states import Logged

_TYPES = {
    "all": Filter(),
    "Entry": Filter("entry", "standing"),
    "Asset": Filter("asset", "standing"),
    "Deletion": Filter("", "gone"),
    "DeletedEntry": Filter("entry", "gone"),
    "DeletedAsset": Filter("asset", "gone"),
}
_KNOWN = {"initial", "sync_token", "type", "content_type", "limit", "locale"}
_NOTHING_BESIDE = (
    "When passing a sync token you can not pass any other parameters. "
    'If you want to sync only a specific type or content_type start a new sync with "initial".'
)
_NO_TYPE = "The type you reqested for syncing is not valid. Try syncing without a type or consult the documentation."


def requested_token(values: Mapping[str, str]) -> SyncToken:
    """Return the token that a request comes with, or that of the start of an initial sync.

    Raises RefusalError with the service's own texts, their typing error included.
    """
    unknown = sorted(set(values) - _KNOWN)
    if unknown:
        raise unknown_paths(unknown)
    if "sync_token" in values:
        if len(values) > 1:
            raise RefusalError(400, "BadRequest", _NOTHING_BESIDE)
        return read_token(values["sync_token"])
    if values.get("initial") != "true":
        raise RefusalError(400, "BadRequest", "Please start a sync with initial=true or with a sync_token.")
    wanted = _TYPES.get(values.get("type", "all"))
    if wanted is None:
        raise RefusalError(400, "BadRequest", _NO_TYPE)
    if "content_type" in values:
        if values.get("type") != "Entry":
            raise RefusalError(400, "BadRequest", "When passing a content_type the type must be set to Entry.")
        wanted = replace(wanted, content_type=values["content_type"])
    return SyncToken(whole_number(values, "limit", 100, least=1, largest=1000), only=wanted)


def sync_page(
    token: SyncToken,
    log: ChangeLog,
    read: Callable[[Key], tuple[Item, bytes] | None],
    deletion: Callable[[Logged], Json],
) -> tuple[list[Json], SyncToken]:
    """Return a page's items and the token of what follows.

    `read` returns an item as it is now, with its digest; `deletion` the record of a deleted one. All pages of a run
    show the state that it began with. Only the bytes of an item as it is now are at hand, though: one that has changed
    since is sent as it is now unless the reader holds that already, the token notes what the reader got instead, and
    the next delta starts from there.
    """
    goal = log.state(token.goal) if token.goal else log.head()
    start = log.state(token.start) if token.start else None
    if goal is None or (token.start and start is None):
        raise unknown_token()
    held = dict(token.held)
    if start is None:
        found = log.items(goal, token.only, token.after, token.limit + 1)
    else:
        found = log.changes(start, held, goal, token.only, token.after, token.limit + 1)
    shown, sent = found[: token.limit], dict(token.sent)
    items: list[Json] = []
    for logged in shown:
        had = log.held_digest(start, held, logged.key) if start is not None else None
        more, holds = _send(logged, had, token, log, read, deletion)
        items += more
        if holds != logged.digest:
            sent[logged.key] = holds
    if len(found) > token.limit:
        return items, replace(token, goal=goal.sum, after=shown[-1].cursor, sent=tuple(sent.items()))
    return items, SyncToken(token.limit, token.only, start=goal.sum, held=tuple(sent.items()))


def _send(
    logged: Logged,
    had: bytes | None,
    token: SyncToken,
    log: ChangeLog,
    read: Callable[[Key], tuple[Item, bytes] | None],
    deletion: Callable[[Logged], Json],
) -> tuple[list[Json], bytes | None]:
    """Return what is sent of an item, and the digest that the reader, who `had` another, holds after that."""
    current = read(logged.key)
    holds = current[1] if current is not None else None
    if current is not None and token.only.state != "gone":
        return ([current[0].raw] if holds != had else []), holds
    if logged.digest is None:
        return [deletion(logged)], holds
    if had is None:
        return [], holds
    gone = log.newest(logged.key)  # it was deleted after the run began
    if gone is not None and gone.is_of(token.only):
        return [deletion(gone)], None
    return [], had
