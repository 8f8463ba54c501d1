"""What the endpoint answers: a request's path, query and headers in, status and body out; no sockets here."""

from __future__ import annotations

import base64
import binascii
import json
import mimetypes
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from exporter.model import Item, Json, Key, decode, digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.space.changelog import ChangeLog, Logged
    from exporter.space.folder import SpaceFolder

_VENDOR_JSON = "application/vnd.contentful.delivery.v1+json"
_SPACE_PATH = re.compile(r"/spaces/([^/]+)(?:/environments/([^/]+))?(?:/([^/]+))?/?")
_DEFAULT_LIMIT, _LARGEST_LIMIT = 100, 1000
_NOTHING_BESIDE = (
    "When passing a sync token you can not pass any other parameters. "
    'If you want to sync only a specific type or content_type start a new sync with "initial".'
)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = _VENDOR_JSON


class RefusalError(Exception):
    """An error answer in the service's own form."""

    def __init__(self, status: int, identifier: str, message: str, details: Json = None) -> None:
        super().__init__(message)
        body = {"sys": {"type": "Error", "id": identifier}, "message": message, "requestId": "local"}
        self.answer = _json_answer(body | ({"details": details} if details is not None else {}), status)


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
        newest = self._log.items(None, 1)
        sys = item.sys if newest and (item := self._read(newest[0])) else {}
        names = (sys.get(name) for name in ("space", "environment"))
        found = [each["sys"]["id"] if isinstance(each, dict) else None for each in names]
        return found[0] or "demo", found[1] or "master"

    def answer(self, target: str, headers: Mapping[str, str], base: str) -> Answer:
        """Answer a GET. `base` is the scheme, host and port that links are made with."""
        path, _, query = target.partition("?")
        parameters = parse_qs(query, keep_blank_values=True)
        try:
            found = _SPACE_PATH.fullmatch(path)
            if found is None:
                return self._file(path)
            self._authorize(headers, parameters)
            return self._space(found[1], found[2], found[3], parameters, base)
        except RefusalError as refusal:
            return refusal.answer

    def _authorize(self, headers: Mapping[str, str], parameters: Mapping[str, list[str]]) -> None:
        given = headers.get("Authorization", "").removeprefix("Bearer ").strip()
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
            return _json_answer(_collection(listing[what](), values))
        if what is None and environment is None:
            locales = [{name: each.get(name) for name in _LOCALE_NAMES} for each in self.folder.locales()]
            return _json_answer({"sys": {"type": "Space", "id": self.id}, "name": self.id, "locales": locales})
        raise RefusalError(404, "NotFound", "The resource could not be found.")

    def _sync(self, values: Mapping[str, str], base: str) -> Answer:
        """Answer a page of an initial sync or of a delta; its link carries a token and nothing else."""
        if "sync_token" in values:
            if len(values) > 1:
                raise RefusalError(400, "BadRequest", _NOTHING_BESIDE)
            token = _read_token(values["sync_token"])
        elif values.get("initial") == "true":
            token = {"limit": _whole_number(values, "limit", _DEFAULT_LIMIT, 1)}
        else:
            raise RefusalError(400, "BadRequest", "Please start a sync with initial=true or with a sync_token.")
        if "after" not in token:
            self._log.follow(_now())
        items, following = self._page(token)
        name = "nextPageUrl" if "after" in following else "nextSyncUrl"
        place = f"{base}/spaces/{self.id}/environments/{self.environment}/sync"
        return _json_answer(
            {
                "sys": {"type": "Array"},
                "items": [self._wire(each) for each in items],
                name: f"{place}?sync_token={_write_token(following)}",
            }
        )

    def _page(self, token: dict[str, Any]) -> tuple[list[Logged], dict[str, Any]]:
        """Give a page's items and the token of what follows.

        A token holds the page `limit`, the state that the reader has (`from`, none for an initial sync), and within a
        paged run the state that it leads `to` and the last item `after` which to go on.
        """
        head = self._log.head()
        limit = token["limit"]
        goal = self._log.state(token["to"]) if "to" in token else head
        start = self._log.state(token["from"]) if "from" in token else None
        if goal is None or ("from" in token and start is None):
            raise _unknown_token()
        after = tuple(token["after"]) if "after" in token else None
        if start is None:
            found = self._log.items(after, limit + 1)
        else:
            changed = self._log.changes(start.seq, goal.seq) if start.sum != goal.sum else []
            found = [each for each in changed if after is None or _cursor(each) < after][: limit + 1]
        if len(found) <= limit:
            return found, {"limit": limit, "from": goal.sum}
        following = {**token, "to": goal.sum, "after": _cursor(found[limit - 1])}
        return found[:limit], following

    def _read(self, logged: Logged) -> Item | None:
        found = self.folder.read(logged.path) if logged.path is not None else None
        return found[0] if found else None

    def _wire(self, logged: Logged) -> Json:
        """Give an item as it stands in its file, or the mark of one that is gone."""
        item = self._read(logged)
        if item is not None:
            return item.raw
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
        logged = self._log.item(Key("asset", parts[2])) if len(parts) > 3 else None
        item = self._read(logged) if logged else None
        file = self.folder.asset_file(item, logged.path, path) if item and logged and logged.path else None
        if file is None:
            raise RefusalError(404, "NotFound", "The resource could not be found.")
        return Answer(200, file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream")


_LOCALE_NAMES = ("code", "default", "name", "fallbackCode")


def _unknown_token() -> RefusalError:
    return RefusalError(400, "BadRequest", "The sync token is not known here. Start a new sync with initial=true.")


def _cursor(logged: Logged) -> tuple[str, str, str]:
    return (logged.time, *logged.key)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _write_token(token: Mapping[str, Any]) -> str:
    """Write a token as URL-safe text without padding; a digest tells a damaged one."""
    data = json.dumps(token, sort_keys=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(digest(data)[:6] + data).decode().rstrip("=")


def _read_token(text: str) -> dict[str, Any]:
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise _unknown_token() from None
    if digest(data[6:])[:6] != data[:6]:
        raise _unknown_token()
    token: dict[str, Any] = decode(data[6:])
    return token


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


def _json_answer(body: Json, status: int = 200) -> Answer:
    return Answer(status, json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode())
