"""A server of files over SSH on the loopback interface: one user, one key, one folder; any operation can fail.

    python -m tests.publish.sftp_server PORT FOLDER KEYS CONTROL-PORT

Faults are failure and denied (as a full disk or a folder of somebody else's answers), slow, refused (the connection
breaks, nothing is done), cut (it breaks once that is done), and stuck: nothing is done, ever, nor answered.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from typing import TYPE_CHECKING, Any

import asyncssh

from tests.publish.faults import SLOW, Faults

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

_OPERATIONS = ("open", "read", "write", "close", "lstat", "stat", "mkdir", "rmdir", "remove", "rename", "posix_rename")
_FAILURES = {"failure": asyncssh.SFTPFailure, "denied": asyncssh.SFTPPermissionDenied}


class FaultyServer(asyncssh.SFTPServer):
    """A server of a folder whose operations meet faults."""

    def __init__(self, channel: Any, folder: str, faults: Faults) -> None:
        super().__init__(channel, chroot=folder.encode())
        self._faults = faults

    async def meet(self, operation: str, path: Any) -> str:
        """Fail, or take long, before an operation; return the fault."""
        fault = self._faults.meet({"method": operation, "path": str(path)})
        if fault in _FAILURES:
            raise _FAILURES[fault]("no")
        if fault == "slow":
            await asyncio.sleep(SLOW)
        if fault == "refused":
            self.break_off()
        if fault == "stuck":
            await asyncio.Event().wait()
        return fault

    def break_off(self) -> None:
        """Break the connection, so that nothing is answered."""
        self.connection.abort()
        raise asyncssh.SFTPConnectionLost("broken off")

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        await self.meet("scandir", path)
        async for name in super().scandir(path):
            yield name


def _faulty(operation: str) -> Callable[..., Awaitable[Any]]:
    plain = getattr(asyncssh.SFTPServer, operation)

    async def met(server: FaultyServer, *arguments: Any) -> Any:
        fault = await server.meet(operation, arguments[0])
        found = plain(server, *arguments)
        found = await found if inspect.isawaitable(found) else found
        if fault == "cut":
            server.break_off()
        return found

    return met


for _operation in _OPERATIONS:
    setattr(FaultyServer, _operation, _faulty(_operation))


async def serve(port: int, folder: str, keys: str, control: int) -> None:
    faults = Faults()
    faults.listen(control)
    await asyncssh.listen(
        "127.0.0.1",
        port,
        server_host_keys=[f"{keys}/host"],
        authorized_client_keys=f"{keys}/authorized_keys",
        sftp_factory=lambda channel: FaultyServer(channel, folder, faults),
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
