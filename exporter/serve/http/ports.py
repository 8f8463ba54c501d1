"""The port that a server listens on: the default one moves on when it is taken, a port that was asked for does not."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from exporter.core.errors import ConfigError
from exporter.core.web_access import OwnNames
from exporter.serve.http.server import Server

if TYPE_CHECKING:
    from exporter.serve.http.server import Served

DEFAULT_PORT = 8000
_MOST_TRIED = 20
_LISTENING = "0A"
"""The state of a socket that listens, in Linux's table."""


def open_server(host: str, port: int | None, allowed: tuple[str, ...], served: Served) -> Server:
    """Return a server that listens on a host; `port` None takes the default or the next that is free, 0 any.

    Raises ConfigError for a port that is taken or a host that this machine does not have.
    """
    for number in range(DEFAULT_PORT, DEFAULT_PORT + _MOST_TRIED) if port is None else (port,):
        try:
            return _listen(host, number, allowed, served)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or (port is not None):
                raise ConfigError("port-taken", _refusal(host, number, error)) from None
    message = f"the ports {DEFAULT_PORT} to {DEFAULT_PORT + _MOST_TRIED - 1} are all taken: name a free one with --port"
    raise ConfigError("port-taken", message)


def _listen(host: str, port: int, allowed: tuple[str, ...], served: Served) -> Server:
    class Listening(Server):
        """A server of the host's address family that never shares its port."""

        address_family = socket.AF_INET6 if _is_v6(host) else socket.AF_INET
        allow_reuse_address = os.name != "nt"  # which on Windows would take a port that somebody else has

    server = Listening((host, port), OwnNames(port, host, allowed), served)
    server.names = OwnNames(int(server.server_address[1]), host, allowed)
    return server


def _is_v6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).version == 6
    except ValueError:
        return False


def _refusal(host: str, port: int, error: OSError) -> str:
    """Return why a port cannot be had, with who has it where that can be told."""
    if error.errno == errno.EADDRINUSE:
        holder = holder_of(port)
        return f"port {port} is taken{f' by {holder}' if holder else ''}: stop that, or choose another with --port"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"port {port} may not be used by this user: choose one from 1024 on with --port"
    return f"{host} port {port} is not available ({error.strerror or error}): check --host and --port"


def holder_of(port: int) -> str:
    """Return which process listens on a port, as `python3 (process 123)`; "" where the system does not tell."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for node in _nodes_listening(table, port):
            for process in _processes():
                if node in _sockets_of(process):
                    return f"{_name_of(process)} (process {process.name})"
    return ""


def _nodes_listening(table: str, port: int) -> list[str]:
    try:
        rows = [line.split() for line in Path(table).read_text("ascii").splitlines()[1:]]
    except OSError:
        return []
    return [row[9] for row in rows if row[3] == _LISTENING and int(row[1].rpartition(":")[2], 16) == port]


def _processes() -> list[Path]:
    return [path for path in Path("/proc").iterdir() if path.name.isdigit()]


def _sockets_of(process: Path) -> set[str]:
    links = []
    with suppress(OSError):
        for path in (process / "fd").iterdir():
            with suppress(OSError):  # of one that was closed meanwhile
                links.append(os.readlink(path))  # noqa: PTH115 - a socket has no path
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def _name_of(process: Path) -> str:
    try:
        return (process / "comm").read_text("utf-8", "replace").strip()
    except OSError:
        return "another program"
