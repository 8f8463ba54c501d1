"""The endpoint's responses: a request's path, query and headers in, status and body out. No sockets here."""

from __future__ import annotations

import mimetypes
import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote

from exporter.core.model import Item, Key, link_id, read_content_type, read_locale
from exporter.space.http.faults import Faults
from exporter.space.http.listing import ListedSpace, list_items, single_item
from exporter.space.http.own_urls import with_own_urls
from exporter.space.refusals import Answer, RefusalError, json_answer, whole_number
from exporter.space.states import Filter
from exporter.space.sync import requested_token, sync_page
from exporter.space.tokens import SyncToken, unknown_token, write_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporter.core.encoding import Json
    from exporter.space.changelog import ChangeLog
    from exporter.space.folder import Source
    from exporter.space.states import Logged, State

_TOO_BIG = "Response size too big. Maximum allowed response size: 7340032B."
_SPACE_PATH = re.compile(r"/spaces/([^/]+)(?:/environments/([^/]+))?(?:/([^/]+)(?:/([^/]+))?)?/?")


class Space:
    """A space that answers requests.

    `access_token` is the one to accept, None for any; if it `follows`, every request looks for edits first. With
    `own_urls` the files of assets are at the endpoint, else where the items say. To begin with, only `paths` are
    looked at if they are given and the log is not new.
    """

    def __init__(
        self,
        folder: Source,
        log: ChangeLog,
        access_token: str | None = None,
        faults: Faults | None = None,
        *,
        follows: bool = True,
        own_urls: bool = False,
        paths: Iterable[str] | None = None,
    ) -> None:
        self.folder = folder
        self._log = log
        self._access_token = access_token
        self._faults = faults or Faults()
        self._follows = follows
        self._own_urls = own_urls
        self._environment_moves = 0
        self._listed: tuple[State | None, ListedSpace] | None = None
        self.follow(paths if log.head() is not None else None)
        self.id, self.environment = self._names()

    def _names(self) -> tuple[str, str]:
        """Return the ids of space and environment by the newest item, else the usual ones."""
        head = self._log.head()
        newest = self._log.items(head, Filter(), None, 1) if head else []
        raw = self._read(newest[0].key) if newest else None
        sys = raw[0].sys if raw else {}
        return link_id(sys.get("space")) or "demo", link_id(sys.get("environment")) or "master"

    def answer(self, target: str, authorization: str, base: str) -> Answer:
        """Answer a GET of `target` (path and query). `base` has the scheme, host and port for links."""
        path, _, query = target.partition("?")
        parameters = parse_qs(query, keep_blank_values=True)
        try:
            found = _SPACE_PATH.fullmatch(path)
            if found is None:
                return self._file(path)
            self._authorize(authorization, parameters)
            return self._space(found, parameters, base).with_headers(self._headers())
        except RefusalError as refusal:
            return refusal.answer

    def _headers(self) -> dict[str, str]:
        """Return the service's headers for space and environment; the environment's UUID is a function of the two."""
        if self._faults.hits("environment-uuid"):
            self._environment_moves += 1
        name = f"{self.id}/{self.environment}/{self._environment_moves}"
        return {
            "cf-space-id": quote(self.id),
            "cf-environment-id": quote(self.environment),
            "cf-environment-uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        }

    def _authorize(self, authorization: str, parameters: Mapping[str, list[str]]) -> None:
        given = authorization.removeprefix("Bearer ").strip()
        token = given or "".join(parameters.get("access_token", []))
        if not token or self._access_token not in (None, token):
            raise RefusalError(401, "AccessTokenInvalid", "The access token you sent could not be found or is invalid.")

    def _space(self, place: re.Match[str], query: Mapping[str, list[str]], base: str) -> Answer:
        space, environment, what, identifier = (unquote(part) if part is not None else None for part in place.groups())
        if space != self.id:
            raise _not_found({"sys": {"type": "Space"}})
        if environment not in (None, self.environment):
            raise _not_found({"type": "Environment", "id": environment, "space": self.id})
        values = {name: texts[0] for name, texts in query.items() if name != "access_token"}
        if what == "sync" and identifier is None:
            return self._json(self._sync(values, base), base)
        return self._json(self._body(what, identifier, values, whole_space=environment is None), base)

    def _json(self, body: Json, base: str) -> Answer:
        return json_answer(with_own_urls(body, base.removeprefix("http://")) if self._own_urls else body)

    def _body(self, what: str | None, identifier: str | None, values: Mapping[str, str], *, whole_space: bool) -> Json:
        """Return the body of a response to anything but a sync."""
        kind = {"entries": "entry", "assets": "asset"}.get(what or "")
        if kind is not None and identifier is not None:
            return single_item(Key(kind, identifier), self._listed_space(), values)
        if kind is not None:
            return list_items(kind, self._listed_space(), values)
        if what == "content_types" and identifier is not None:
            return self._content_type(identifier)
        listing = {"locales": self.folder.locales, "tags": self.folder.tags, "content_types": self.folder.content_types}
        if what in listing and identifier is None:
            return _collection(listing[what](), values, 1000 if what == "locales" else 100)
        if what is None and whole_space:
            locales = [{name: locale.get(name) for name in _LOCALE_NAMES} for locale in self.folder.locales()]
            return {"sys": {"type": "Space", "id": self.id}, "name": self.id, "locales": locales}
        if what is None:
            space = {"sys": {"type": "Link", "linkType": "Space", "id": self.id}}
            return {"sys": {"type": "Environment", "id": self.environment, "space": space}, "name": self.environment}
        raise _not_found()

    def _content_type(self, identifier: str) -> Json:
        for content_type in self.folder.content_types():
            if content_type["sys"]["id"] == identifier:
                return content_type
        details = {"type": "ContentType", "id": identifier, "environment": self.environment, "space": self.id}
        raise _not_found(details)

    def _listed_space(self) -> ListedSpace:
        """Return what listings are answered from, read once for each state of the space."""
        if self._follows:
            self.follow()
        head = self._log.head()
        if self._listed is None or self._listed[0] != head:
            read = (self._read(key) for key in self._log.current_keys())
            items = {found[0].key: found[0] for found in read if found is not None}
            types = {raw["sys"]["id"]: read_content_type(raw) for raw in self.folder.content_types()}
            locales = {raw["code"]: read_locale(raw) for raw in self.folder.locales()}
            self._listed = (head, ListedSpace(items, types, locales, self.id, self.environment))
        return self._listed[1]

    def _sync(self, values: Mapping[str, str], base: str) -> Json:
        """Return a page of an initial sync or of a delta; its link carries a token and nothing else."""
        token = requested_token(values)
        if self._follows:
            self.follow()
        if token.start and self._faults.hits("forget-tokens"):
            raise unknown_token()
        if token.start and not token.after and self._faults.hits("stale"):
            page: tuple[list[Json], SyncToken] = ([], token)
        else:
            page = sync_page(token, self._log, self._read, self._deletion)
        items, following = page
        most = self._faults.limit("too-big")
        if most is not None and len(items) > most:
            raise RefusalError(400, "BadRequest", _TOO_BIG)
        name = "nextPageUrl" if following.after else "nextSyncUrl"
        link = f"{self._link(base)}?sync_token={write_token(following)}"
        return {"sys": {"type": "Array"}, "items": items, name: link}

    def _link(self, base: str) -> str:
        host = "http://cdn.contentful.com" if self._faults.hits("http-links") else base
        inside = "" if self._faults.hits("no-environment") else f"/environments/{quote(self.environment, safe='')}"
        return f"{host}/spaces/{quote(self.id, safe='')}{inside}/sync"

    def follow(self, paths: Iterable[str] | None = None) -> None:
        """Look for changes in the space's files, all of them or those at some paths."""
        self._log.follow(_now(), paths)

    def _read(self, key: Key) -> tuple[Item, bytes] | None:
        """Return an item as it is now, with its digest; None if there is none."""
        current = self._log.find(key)
        found = self.folder.read(current[0]) if current else None
        return found if found is not None and found[0].key == key else None

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
        """Answer with an asset's file at the path of its `file.url`: /SPACE/ASSET/HASH/NAME."""
        parts = path.split("/")
        key = Key("asset", unquote(parts[2])) if len(parts) > 3 else None
        current = self._log.find(key) if key else None
        found = self._read(key) if key else None
        file = self.folder.asset_file(found[0], current[0], path) if found and current else None
        if file is None:
            raise _not_found()
        return Answer(200, file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream")


_LOCALE_NAMES = ("code", "default", "name", "fallbackCode")


def _not_found(details: Json = None) -> RefusalError:
    return RefusalError(404, "NotFound", "The resource could not be found.", details)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _collection(items: list[Json], values: Mapping[str, str], usual: int) -> Json:
    """Return a page of a listing; `usual` is its size if the request names none."""
    skip = whole_number(values, "skip", 0, least=0, largest=10**9)
    limit = whole_number(values, "limit", usual, least=0, largest=1000)
    shown = items[skip : skip + limit]
    return {"sys": {"type": "Array"}, "total": len(items), "skip": skip, "limit": limit, "items": shown}
