"""A server of files over SFTP, by asyncssh: host keys, agents and keys as OpenSSH has them in `~/.ssh`."""

from __future__ import annotations

import asyncio
import secrets
import stat
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from exporter.core.encoding import digest
from exporter.core.errors import missing_package
from exporter.publish.manifest import FOLDER
from exporter.publish.stores.store import ABSENT, ConditionError, Found, Listed, StoreError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from exporter.publish.stores.store import Headers
    from exporter.publish.stores.target import Target

T = TypeVar("T")
_PART = "part-"


class SftpStore:
    """A folder of a server; a tag is the digest of a file's bytes. No link below the folder is followed for writing.

    One connection serves all threads: it lives in an event loop of its own, and is made anew where it was lost.
    """

    bulk = 1
    keeps_headers = False
    tags_tell_headers = False
    is_conditional = False

    def __init__(self, target: Target, timeout: float) -> None:
        try:
            import asyncssh
        except ImportError:
            raise missing_package("extra-missing", "sftp://", "asyncssh", "publish") from None
        self.name = target.shown
        self._api: Any = asyncssh
        self._target = target
        self._root = target.prefix
        self._timeout = timeout
        self._folders: set[str] = set()
        self._unmoved: set[str] = set()
        self._connection: Any = None
        self._client: Any = None
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda *_: None)  # a lost connection ends requests that nobody waits for
        self._connecting = asyncio.Lock()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def get(self, path: str, most: int) -> Found | None:
        """Return a file."""
        return self._run(partial(self._get, path, most))

    def headers(self, path: str) -> Headers | None:  # noqa: ARG002
        """Return None: the web server there sets them."""
        return None

    def put(self, path: str, data: bytes, headers: Headers, only_if: str | None = None) -> str:  # noqa: ARG002
        """Write a file: next to the manifest, then moved into place."""
        return self._run(partial(self._put, path, data, only_if))

    def delete(self, paths: Sequence[str]) -> None:
        """Delete files, and the folders that they leave empty."""
        for path in paths:
            self._run(partial(self._delete, path))

    def listing(self) -> Iterator[Listed]:
        """Yield every file, and whatever is neither a file nor a folder."""
        left = [""]
        while left:
            folder = left.pop()
            for name, is_folder, size in sorted(self._run(partial(self._listed, folder))):
                if is_folder:
                    left.append(f"{folder}{name}/")
                else:
                    yield Listed(f"{folder}{name}", size, "")

    def tidy(self) -> None:
        """Remove files that were not moved into place."""
        for name, is_folder, _ in self._run(partial(self._listed, f"{FOLDER}/")):
            if name.startswith(_PART) and not is_folder:
                self._run(partial(self._delete, f"{FOLDER}/{name}"))

    def close(self) -> None:
        """Remove what could not be moved into place, then close the connection and the loop."""
        with suppress(Exception):  # whatever it is: the next publisher tidies up, and the connection goes anyway
            asyncio.run_coroutine_threadsafe(self._remove_unmoved(), self._loop).result(5)
        self._lose()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self, request: Callable[[], Awaitable[T]]) -> T:
        """Make a request in the loop. Raises StoreError in words of our own, ConditionError."""

        async def bounded() -> T:
            return await asyncio.wait_for(request(), self._timeout)

        try:
            return asyncio.run_coroutine_threadsafe(bounded(), self._loop).result()
        except (ConditionError, StoreError):
            raise
        except (self._api.HostKeyNotVerifiable, self._api.KeyExchangeFailed):
            advice = "compare it, then add it with ssh-keyscan to ~/.ssh/known_hosts"
            raise StoreError(f"{self.name}: the server's host key is not known: {advice}") from None
        except self._api.PermissionDenied:
            raise StoreError(f"{self.name}: no key of ~/.ssh or of the agent lets this user in") from None
        except self._api.SFTPPermissionDenied:
            raise StoreError(f"{self.name}: this user may not do that there") from None
        except (self._api.SFTPConnectionLost, self._api.SFTPNoConnection, TimeoutError, OSError):
            self._lose()
            raise StoreError(f"{self.name}: the server does not answer, or broke off", passing=True) from None
        except self._api.SFTPError as error:
            raise StoreError(f"{self.name}: the server refuses ({type(error).__name__.removeprefix('SFTP')})") from None
        except self._api.Error:
            self._lose()
            raise StoreError(f"{self.name}: the connection failed", passing=True) from None

    def _lose(self) -> None:
        with suppress(Exception):  # it is lost already
            asyncio.run_coroutine_threadsafe(self._disconnect(), self._loop).result(5)

    async def _remove_unmoved(self) -> None:
        for part in self._unmoved:
            with suppress(self._api.SFTPNoSuchFile, self._api.SFTPNoSuchPath):
                await (await self._sftp()).remove(part)

    async def _disconnect(self) -> None:
        connection, self._connection, self._client = self._connection, None, None
        self._folders.clear()
        if connection is not None:
            connection.abort()

    async def _sftp(self) -> Any:
        """Return the client, connecting first if there is no connection."""
        async with self._connecting:
            if self._client is None:
                named: dict[str, Any] = {"username": self._target.user} if self._target.user else {}
                named |= {"port": self._target.port} if self._target.port else {}
                self._connection = await self._api.connect(self._target.host, login_timeout=self._timeout, **named)
                self._client = await self._connection.start_sftp_client()
            return self._client

    async def _look(self, path: str) -> Any:
        """Return what is at a path itself; None if nothing is."""
        sftp = await self._sftp()
        try:
            return await sftp.lstat(f"{self._root}/{path}")
        except (self._api.SFTPNoSuchFile, self._api.SFTPNoSuchPath):
            return None

    async def _get(self, path: str, most: int) -> Found | None:
        found = await self._look(path)
        if found is None or not _is(found, stat.S_ISREG):
            return None
        size = int(found.size or 0)
        if size > most:
            raise TooLargeError(f"{self.name}: {path} has more than {most} bytes")
        sftp = await self._sftp()
        try:
            async with sftp.open(f"{self._root}/{path}", "rb") as file:
                data = await file.read(size) if size else b""
        except (self._api.SFTPNoSuchFile, self._api.SFTPNoSuchPath):
            return None
        return Found(data, digest(data).hex())

    async def _put(self, path: str, data: bytes, only_if: str | None) -> str:
        await self._make(path.rpartition("/")[0])
        await self._make(FOLDER)
        if only_if:
            standing = await self._get(path, len(data) + (1 << 26))
            if standing is None or standing.tag != only_if:
                raise ConditionError
        part = f"{self._root}/{FOLDER}/{_PART}{secrets.token_hex(8)}"
        self._unmoved.add(part)
        sftp = await self._sftp()
        async with sftp.open(part, "wb") as file:
            await file.write(data)
        await self._move(part, path, only_if)
        self._unmoved.discard(part)
        return digest(data).hex()

    async def _move(self, part: str, path: str, only_if: str | None) -> None:
        """Move a file into place. Raises ConditionError where something is in the way."""
        sftp, target = await self._sftp(), f"{self._root}/{path}"
        try:
            if only_if == ABSENT:
                await sftp.rename(part, target)
            else:
                await sftp.posix_rename(part, target)
        except self._api.SFTPError:
            standing = await self._look(path)
            if standing is not None and (only_if == ABSENT or _is(standing, stat.S_ISDIR)):
                raise ConditionError from None
            raise

    async def _make(self, folder: str) -> None:
        """Make a folder and those above it. Raises ConditionError where a link or a file is in the way."""
        if folder in self._folders:
            return
        if folder:
            await self._make(folder.rpartition("/")[0])
        sftp, found = await self._sftp(), await self._look(folder)
        if not folder:
            if found is None:
                await sftp.makedirs(self._root, exist_ok=True)
        elif found is None:
            with suppress(self._api.SFTPFailure, self._api.SFTPFileAlreadyExists):  # another request made it meanwhile
                await sftp.mkdir(f"{self._root}/{folder}")
        elif not _is(found, stat.S_ISDIR):
            raise ConditionError
        self._folders.add(folder)

    async def _delete(self, path: str) -> None:
        sftp = await self._sftp()
        parts = path.split("/")[:-1]
        for folder in ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1)):
            found = None if folder in self._folders else await self._look(folder)
            if folder not in self._folders and (found is None or not _is(found, stat.S_ISDIR)):
                return  # what is behind a link is not ours
            self._folders.add(folder)
        try:
            await sftp.remove(f"{self._root}/{path}")
        except (self._api.SFTPNoSuchFile, self._api.SFTPNoSuchPath):
            return
        folder = path.rpartition("/")[0]
        while folder:
            try:
                await sftp.rmdir(f"{self._root}/{folder}")
            except self._api.SFTPError:
                return
            self._folders.discard(folder)
            folder = folder.rpartition("/")[0]

    async def _listed(self, folder: str) -> list[tuple[str, bool, int]]:
        sftp = await self._sftp()
        try:
            names = await sftp.readdir(f"{self._root}/{folder}")
        except (self._api.SFTPNoSuchFile, self._api.SFTPNoSuchPath):
            return []
        return [
            (str(name.filename), _is(name.attrs, stat.S_ISDIR), int(name.attrs.size or 0))
            for name in names
            if name.filename not in (".", "..")
        ]


def _is(attributes: Any, kind: Callable[[int], bool]) -> bool:
    """Whether what was looked at is of a kind."""
    return bool(attributes.permissions is not None and kind(attributes.permissions))
