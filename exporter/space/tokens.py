"""Sync tokens: opaque, URL-safe text without padding that holds all that the next response depends on."""

from __future__ import annotations

import base64
import binascii

import msgspec

from exporter.core.encoding import digest
from exporter.core.model import Key
from exporter.space.refusals import RefusalError
from exporter.space.states import Cursor, Filter

_GUARD = 6
Held = tuple[tuple[Key, bytes | None], ...]


class SyncToken(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a reader is.

    A page has `limit` items, `only` those that pass a filter. `start` is the state that the reader has (empty in an
    initial sync), except for the items in `held`. Within a run of several pages `goal` is the state that it leads to,
    `after` the last item of the last page, and `sent` the items that were sent in another form than the goal's.
    """

    limit: int
    only: Filter = Filter()
    start: str = ""
    held: Held = ()
    goal: str = ""
    after: Cursor | None = None
    sent: Held = ()


def write_token(token: SyncToken) -> str:
    """Return a token as text; the digest in front exposes a damaged one."""
    data = msgspec.json.encode(token)
    return base64.urlsafe_b64encode(digest(data)[:_GUARD] + data).decode().rstrip("=")


def read_token(text: str) -> SyncToken:
    """Read a token. Raises RefusalError for text that this program has not written."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if digest(data[_GUARD:])[:_GUARD] != data[:_GUARD]:
            raise unknown_token()
        token = msgspec.json.decode(data[_GUARD:], type=SyncToken)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise unknown_token() from None
    if token.limit < 1:
        raise unknown_token()
    return token


def unknown_token() -> RefusalError:
    """Return the refusal of a token that is not known here."""
    return RefusalError(400, "BadRequest", "The sync token is not known here. Start a new sync with initial=true.")
