"""What the endpoint answers: a request's path, query and headers in, status and body out; no sockets here."""

from __future__ import annotations

import mimetypes
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

from msgspec.structs import replace

from exporter.model import Item, Json, Key, link_id
from exporter.space.refusals import Answer, RefusalError, json_answer
from exporter.space.tokens import SyncToken, read_token, unknown_token, write_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.space.changelog import ChangeLog, Logged
    from exporter.space.folder import SpaceFolder

_SPACE_PATH = re.compile(r"/spaces/([^/]+)(?:/environments/([^/]+))?(?:/([^/]+))?/?")
_DEFAULT_LIMIT, _LARGEST_LIMIT = 100, 1000
_NOTHING_BESIDE = (
    "When passing a sync token you can not pass any other parameters. "
    'If you want to sync only a specific type or content_type start a new sync with "initial".'
)


class Space:
    """A space that answers. `access_token` is the one to accept, None accepts any."""

    def __init__(self, folder: SpaceFolder, log: ChangeLog, access_token: str | None = None) -> None:
        self.folder = folder
        self._log = log
        self._access_token = access_token
        log.follow(_now())
        self.id, self.environment = self._names()

    def _names(self) -> tuple[str, str]:
        """Give the ids of space and environment that the items themselves name."""
        head = self._log.head()
        newest = self._log.items(head, None, 1) if head else []
        raw = self._read(newest[0].key) if newest else None
        sys = raw[0].sys if raw else {}
        return link_id(sys.get("space")) or "demo", link_id(sys.get("environment")) or "master"

    def answer(self, target: str, authorization: str, base: str) -> Answer:
        """Answer a GET of `target`, path and query. `base` is the scheme, host and port that links are made with."""
        path, _, query = target.partition("?")
        parameters = parse_qs(query, keep_blank_values=True)
        try:
            found = _SPACE_PATH.fullmatch(path)
            if found is None:
                return self._file(path)
            self._authorize(authorization, parameters)
            return self._space(found[1], found[2], found[3], parameters, base)
        except RefusalError as refusal:
            return refusal.answer

    def _authorize(self, authorization: str, parameters: Mapping[str, list[str]]) -> None:
        given = authorization.removeprefix("Bearer ").strip()
        token = given or "".join(parameters.get("access_token", []))
        if not token or self._access_token not in (None, token):
            raise RefusalError(401, "AccessTokenInvalid", "The access token you sent could not be found or is invalid.")

    def _space(
        self, space: str, environment: str | None, what: str | None, query: Mapping[str, list[str]], base: str
    ) -> Answer:
        if unquote(space) != self.id:
            raise RefusalError(404, "NotFound", "The resource could not be found.", {"sys": {"type": "Space"}})
        if environment is not None and unquote(environment) != self.environment:
            details = {"type": "Environment", "id": unquote(environment), "space": self.id}
            raise RefusalError(404, "NotFound", "The resource could not be found.", details)
        values = {name: each[0] for name, each in query.items() if name != "access_token"}
        if what == "sync":
            return self._sync(values, base)
        listing = {"locales": self.folder.locales, "tags": self.folder.tags, "content_types": self.folder.content_types}
        if what in listing:
            return json_answer(_collection(listing[what](), values))
        if what is None and environment is None:
            locales = [{name: each.get(name) for name in _LOCALE_NAMES} for each in self.folder.locales()]
            return json_answer({"sys": {"type": "Space", "id": self.id}, "name": self.id, "locales": locales})
        raise RefusalError(404, "NotFound", "The resource could not be found.")

    def _sync(self, values: Mapping[str, str], base: str) -> Answer:
        """Answer a page of an initial sync or of a delta; its link carries a token and nothing else."""
        if "sync_token" in values:
            if len(values) > 1:
                raise RefusalError(400, "BadRequest", _NOTHING_BESIDE)
            token = read_token(values["sync_token"])
        elif values.get("initial") == "true":
            token = SyncToken(_whole_number(values, "limit", _DEFAULT_LIMIT, 1))
        else:
            raise RefusalError(400, "BadRequest", "Please start a sync with initial=true or with a sync_token.")
        self._log.follow(_now())
        items, following = self._page(token)
        name = "nextPageUrl" if following.after else "nextSyncUrl"
        place = f"{base}/spaces/{self.id}/environments/{self.environment}/sync"
        link = f"{place}?sync_token={write_token(following)}"
        return json_answer({"sys": {"type": "Array"}, "items": items, name: link})

    def _page(self, token: SyncToken) -> tuple[list[Json], SyncToken]:
        """Give a page's items and the token of what follows.

        All pages of a run are of the state that it began with. An item that has changed since comes as it is now; the
        token notes that the reader holds it so, and the next delta goes on from there.
        """
        head = self._log.head()
        goal = self._log.state(token.goal) if token.goal else head
        start = self._log.state(token.start) if token.start else None
        if goal is None or (token.start and start is None):
            raise unknown_token()
        if start is None:
            found = self._log.items(goal, token.after, token.limit + 1)
        else:
            found = self._log.changes(start, dict(token.held), goal, token.after, token.limit + 1)
        shown, sent = found[: token.limit], dict(token.sent)
        items = []
        for each in shown:
            raw, digest = self._wire(each)
            items += [raw] if raw is not None else []
            if digest != each.digest:
                sent[each.key] = digest
        if len(found) > token.limit:
            following = replace(token, goal=goal.sum, after=shown[-1].cursor, sent=tuple(sent.items()))
        else:
            following = SyncToken(token.limit, start=goal.sum, held=tuple(sent.items()))
        return items, following

    def _read(self, key: Key) -> tuple[Item, bytes] | None:
        standing = self._log.find(key)
        return self.folder.read(standing[0]) if standing else None

    def _wire(self, logged: Logged) -> tuple[Json | None, bytes | None]:
        """Give an item as it stands in its file and its digest.

        One that is gone in the reader's run comes as a mark; one that has gone since its state comes not at all.
        """
        found = self._read(logged.key)
        if found is not None and found[0].key == logged.key:
            return found[0].raw, found[1]
        return (self._deletion(logged) if logged.digest is None else None), None

    def _deletion(self, logged: Logged) -> Json:
        link = {"Space": self.id, "Environment": self.environment}
        return {
            "sys": {
                "type": {"entry": "DeletedEntry", "asset": "DeletedAsset"}[logged.key.kind],
                "id": logged.key.id,
                **{
                    kind.lower(): {"sys": {"type": "Link", "linkType": kind, "id": name}} for kind, name in link.items()
                },
                "revision": logged.revision,
                **dict.fromkeys(("createdAt", "updatedAt", "deletedAt"), logged.time),
            }
        }

    def _file(self, path: str) -> Answer:
        """Answer an asset file at the path of its `file.url`: /SPACE/ASSET/HASH/NAME."""
        parts = unquote(path).split("/")
        key = Key("asset", parts[2]) if len(parts) > 3 else None
        standing = self._log.find(key) if key else None
        found = self._read(key) if key else None
        file = self.folder.asset_file(found[0], standing[0], path) if found and standing else None
        if file is None:
            raise RefusalError(404, "NotFound", "The resource could not be found.")
        return Answer(200, file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream")


_LOCALE_NAMES = ("code", "default", "name", "fallbackCode")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _collection(items: list[Json], values: Mapping[str, str]) -> Json:
    skip = _whole_number(values, "skip", 0, 0)
    limit = _whole_number(values, "limit", _DEFAULT_LIMIT, 0)
    shown = items[skip : skip + limit]
    return {"sys": {"type": "Array"}, "total": len(items), "skip": skip, "limit": limit, "items": shown}


def _whole_number(values: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = values.get(name, str(default))
    if (
        not text.isascii()
        or not text.isdigit()
        or not least <= int(text[:9]) <= (_LARGEST_LIMIT if name == "limit" else 10**9)
    ):
        message = (
            "The query you sent was invalid. Probably a filter or ordering specification is not applicable "
            "to the type of a field."
        )
        details = {"errors": [{"name": "invalid", "path": [name], "value": text[:100]}]}
        raise RefusalError(400, "InvalidQuery", message, details)
    return int(text)
