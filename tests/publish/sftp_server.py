"""A server of files over SSH on the loopback interface: one user, one key, one folder.

python -m tests.publish.sftp_server PORT FOLDER KEYS
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial

import asyncssh


async def serve(port: int, folder: str, keys: str) -> None:
    await asyncssh.listen(
        "127.0.0.1",
        port,
        server_host_keys=[f"{keys}/host"],
        authorized_client_keys=f"{keys}/authorized_keys",
        sftp_factory=partial(asyncssh.SFTPServer, chroot=folder.encode()),
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:]))
