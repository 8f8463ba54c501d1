"""Console examples, run as somebody would who follows the document from its beginning.

The blocks of a document are one session. A block's lines that begin with `$ ` are commands; the lines below one are
what it prints. Figures that differ from run to run (times, sizes, hours) are not compared; a line that ends in `…` is
compared up to there. A server keeps running until the end of the document, on a free port in place of the one shown.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

_SERVERS = re.compile(r"exporter (?:-C \S+ )?(?:serve|watch|space serve)\b")
_VARYING = re.compile(r"\b\d[\d,]*(?:\.\d+)? (?:s|B|kB|MB)\b|\b\d\d:\d\d:\d\d\b")
_PROGRESS = re.compile(r"making pictures: .* \(\d+ s\)")
"""What is printed only where a machine is slow."""
_PORT = re.compile(r"(?<=--port )\d+|(?<=localhost:)\d+|(?<=127\.0\.0\.1:)\d+|(?<=http\.server )\d+")
_PATIENCE = 60.0
"""Seconds to wait for what a server prints."""


def steps(block: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a block, each with the lines that it prints."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def differences(expected: list[str], printed: list[str]) -> list[tuple[str | None, str | None]]:
    """Return the pairs of lines that are not the same."""
    longest = max(len(expected), len(printed))
    pairs = zip(
        [*expected, *[None] * (longest - len(expected))], [*printed, *[None] * (longest - len(printed))], strict=True
    )
    return [pair for pair in pairs if not _same(*pair)]


def _same(expected: str | None, printed: str | None) -> bool:
    if expected is None or printed is None:
        return False
    if expected.endswith("…"):
        return printed.startswith(expected[:-1])
    return _VARYING.sub("N", expected) == _VARYING.sub("N", printed.rstrip())


def _rounds_with_causes(lines: list[str]) -> list[str]:
    """Return what a server said without the rounds that wrote nothing.

    A round that had begun for something else may take an edit along: the next one names the file and has nothing left
    to write. Such two are shown as one.
    """
    found: list[str] = []
    for line in lines:
        clock, _, said = line.partition(" ")
        cause, nothing, _ = said.partition("no file of site/ differs")
        if nothing and cause and found and re.match(r"\S+ \d+ files? written", found[-1]):
            found[-1] = f"{clock} {cause}{found[-1].partition(' ')[2]}"
        elif not nothing:
            found.append(line)
    return found


@dataclass
class _Server:
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None

    def read(self) -> None:
        """Collect what the server prints, until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))


def _wait_until_idle(pid: int) -> None:
    """Wait until a process has used no time for a second, as somebody does who reads what it printed."""
    if not Path("/proc").is_dir():
        time.sleep(3)
        return
    end, before = time.monotonic() + _PATIENCE, ""
    while time.monotonic() < end:
        used = " ".join(Path(f"/proc/{pid}/stat").read_text("utf-8").split()[13:15])
        if used == before:
            return
        before = used
        time.sleep(1)


@dataclass
class Session:
    """A shell in a folder; `environment` are its variables."""

    folder: Path
    environment: dict[str, str]
    servers: list[_Server] = field(default_factory=list)
    ports: dict[str, str] = field(default_factory=dict)
    _read: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for server in self.servers:
            os.killpg(server.process.pid, signal.SIGTERM)
            server.process.wait(_PATIENCE)
            if server.reader is not None:
                server.reader.join(_PATIENCE)
            if server.process.stdout is not None:
                server.process.stdout.close()

    def play(self, block: str) -> list[tuple[str, list[tuple[str | None, str | None]]]]:
        """Run the commands of a block; return those that print something else, with the lines that differ."""
        wrong = []
        for command, expected in steps(_PORT.sub(self._free_port, block)):
            if command.startswith("cd "):
                self.folder /= command[3:]
                continue
            printed = self._serve(command, expected) if _SERVERS.match(command) else self._run(command, expected)
            if found := differences(expected, printed):
                wrong.append((command, found))
        return wrong

    def _free_port(self, shown: re.Match[str]) -> str:
        """Return the port that stands for one that is shown, the same one in all blocks."""
        if shown[0] not in self.ports:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.ports[shown[0]] = str(probe.getsockname()[1])
        return self.ports[shown[0]]

    def _start(self, command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def _run(self, command: str, expected: list[str]) -> list[str]:
        """Run a command to its end, or a server of another program in the background; return what is printed.

        What a server of ours says of an edit is printed below the edit.
        """
        process = self._start(command)
        if command.endswith("&"):
            self.servers.append(_Server(process))
            return self._wait_for_port(command)
        lines = process.communicate(timeout=120)[0].splitlines()
        printed = [line for line in lines if not _PROGRESS.fullmatch(line)]
        if self.servers and not printed and expected:
            return self._last_news(expected)
        return printed

    def _wait_for_port(self, command: str) -> list[str]:
        (port,) = (port for port in self.ports.values() if re.search(rf"\b{port}\b", command))
        probe = f"for i in $(seq 100); do (: > /dev/tcp/127.0.0.1/{port}) 2>/dev/null && exit; sleep 0.1; done; exit 1"
        subprocess.run(["bash", "-c", probe], check=True, timeout=_PATIENCE)
        return []

    def _serve(self, command: str, expected: list[str]) -> list[str]:
        """Start a server; return the first lines that it prints."""
        server = _Server(self._start(f"exec {command} 2>/dev/null"))
        self.servers.append(server)
        server.reader = threading.Thread(target=server.read, daemon=True)
        server.reader.start()
        printed = self._news(len(expected))
        _wait_until_idle(server.process.pid)
        return printed

    def _last_news(self, expected: list[str]) -> list[str]:
        """Wait until the last lines of the last server are as expected: a slow machine may make two edits of one.

        A round that wrote nothing, for the second half of an edit, does not count.
        """
        end = time.monotonic() + _PATIENCE
        while True:
            lines = _rounds_with_causes(self.servers[-1].lines)
            if not differences(expected, lines[-len(expected) :]) or time.monotonic() >= end:
                break
            time.sleep(0.05)
        self._read = len(self.servers[-1].lines)
        return lines[-len(expected) :]

    def _news(self, number: int) -> list[str]:
        """Wait for so many lines of the last server; return them."""
        lines = self.servers[-1].lines
        end = time.monotonic() + _PATIENCE
        first = self._read if len(self.servers) == 1 else 0
        while len(lines) < first + number and time.monotonic() < end:
            time.sleep(0.05)
        self._read = first + number
        return lines[first : self._read]
