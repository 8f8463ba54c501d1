"""Targets of each kind on this machine: where to publish to, and what lies there afterwards."""

from __future__ import annotations

import base64
import email.utils
import hashlib
import hmac
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
import requests
from obstore.store import AzureStore, S3Store

from tests.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ("folder", "sftp", "s3", "az")
SECRET = "A-SECRET-KEY-THAT-NOBODY-MAY-SEE-0123456789"
AZURITE = Path(__file__).parent / "node_modules/azurite/dist/src/blob/main.js"
_ACCOUNT = "devstoreaccount1"
_AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's own, as its documents say."""


@dataclass
class Place:
    """A target for tests: its address, the settings and variables that lead there, and a way to look into it."""

    address: str
    settings: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    store: Any = None
    url: str = ""

    def files(self) -> dict[str, bytes]:
        """Return all that lies there. Moto hands over what it stores in one answer, since each one takes it so long."""
        if self.address.startswith("s3:"):
            return _handed_over(f"{self.url}/-/files", *self.address.removeprefix("s3://").split("/", 1))
        with ThreadPoolExecutor(8) as pool:
            found = zip(paths := self.paths(), pool.map(self.read, paths), strict=True)
            return {path: data for path, data in found if data is not None}

    def read(self, path: str) -> bytes | None:
        """Return the bytes of one file, None if there is none."""
        with suppress(FileNotFoundError):
            if self.folder is not None:
                return (self.folder / path).read_bytes()
            return bytes(obstore.get(self.store, path).bytes())
        return None

    def guide(self) -> dict[str, bytes]:
        """Return the files beside the manifest."""
        return guide_in(self.files())

    def paths(self) -> list[str]:
        if self.folder is not None:
            folders = os.walk(self.folder)  # which takes it well that one goes meanwhile
            found = (Path(folder, name) for folder, _, names in folders for name in names)
            return sorted(path.relative_to(self.folder).as_posix() for path in found)
        return [found["path"] for part in obstore.list(self.store) for found in part]

    def headers(self, path: str) -> dict[str, str]:
        return dict(obstore.get(self.store, path).attributes)

    def put(self, path: str, data: bytes) -> None:
        """Write a file as somebody else would."""
        if self.folder is not None:
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(data)
        else:
            obstore.put(self.store, path, data)

    def send_as(self, path: str, kind: str) -> None:
        """Change the type that an object is sent with, as somebody does in a service's console."""
        if self.address.startswith("az:"):
            url = self.store.config["endpoint"]
            answer = _ask_azure(url, f"guides/a/{path}", {"comp": "properties"}, **{"x-ms-blob-content-type": kind})
            assert answer.status_code == 200, answer.text
        else:
            attributes = {**self.headers(path), "Content-Type": kind}
            obstore.put(self.store, path, self.read(path) or b"", attributes=attributes)

    def remove(self, path: str) -> None:
        if self.folder is not None:
            (self.folder / path).unlink()
        else:
            obstore.delete(self.store, path)

    def clear(self) -> None:
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            with ThreadPoolExecutor(8) as pool:  # azurite answers no bulk delete of thousands in time
                list(pool.map(self.remove, self.paths()))

    def log(self) -> list[dict[str, Any]]:
        """Return the requests to the server; a folder has none, nor Azure without faults."""
        said: list[dict[str, Any]] = requests.get(f"{self.url}/-/log", timeout=10).json()
        return said

    def reset(self, faults: dict[int | str, str] | None = None) -> None:
        """Forget the requests so far, and set the faults of those to come, by number or of `all`."""
        requests.post(f"{self.url}/-/reset", json={str(key): kind for key, kind in (faults or {}).items()}, timeout=10)


def guide_in(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files beside the manifest."""
    return {path: data for path, data in files.items() if not path.startswith(".exporter-publish/")}


def _handed_over(address: str, bucket: str, prefix: str) -> dict[str, bytes]:
    """Return the files that a server of tests hands over: for each one the lengths of its path and bytes, then both."""
    found = {}
    with requests.get(address, params={"bucket": bucket, "prefix": f"{prefix}/"}, stream=True, timeout=600) as answer:
        while head := answer.raw.read(16):
            path, data = (answer.raw.read(length) for length in struct.unpack(">QQ", head))
            found[path.decode()] = data
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """Run a server until the block ends; it answers at a port when the block begins."""
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(300):
                if process.poll() is not None:
                    raise AssertionError(f"{command} ended with {process.returncode}")
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.1)
            yield
        finally:
            process.kill()


@contextmanager
def s3() -> Iterator[Place]:
    """S3 by moto, with a bucket."""
    port = free_port()
    with running([sys.executable, "-W", "ignore", "-m", "tests.publish.s3_server", str(port)], port):
        url = f"http://127.0.0.1:{port}"
        assert requests.put(f"{url}/guides", headers={"x-amz-acl": "public-read"}, timeout=30).ok
        keys = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}
        named = {name.lower(): value for name, value in keys.items()}
        store = S3Store("guides", prefix="a/guide", endpoint=url, client_options={"allow_http": True}, **named)  # type: ignore[arg-type] # names as it knows them
        yield Place("s3://guides/a/guide", f"publish: {{endpoint: '{url}'}}\n", keys, store=store, url=url)


@contextmanager
def az(folder: Path, *, faulty: bool = False) -> Iterator[Place]:
    """Azure's blobs by azurite, with a container; if `faulty`, behind what can fail requests."""
    port = free_port()
    options = ["--skipApiVersionCheck", "--silent", "--blobPort", str(port), "--location", str(folder)]
    with running(["node", str(AZURITE), *options], port):
        url = f"http://127.0.0.1:{port}/{_ACCOUNT}"
        public = {"x-ms-blob-public-access": "blob"}
        assert _ask_azure(url, "guides", {"restype": "container"}, **public).status_code == 201
        keys = {"AZURE_STORAGE_ACCOUNT_NAME": _ACCOUNT, "AZURE_STORAGE_ACCOUNT_KEY": _AZURE_KEY}
        store = AzureStore(
            "guides",
            prefix="a",
            endpoint=url,
            account_name=_ACCOUNT,
            account_key=_AZURE_KEY,
            client_options={"allow_http": True},
        )
        if not faulty:
            yield Place("az://guides/a", f"publish: {{endpoint: '{url}'}}\n", keys, store=store)
            return
        before = free_port()
        with running([sys.executable, "-m", "tests.publish.fault_proxy", str(before), str(port)], before):
            settings = f"publish: {{endpoint: 'http://127.0.0.1:{before}/{_ACCOUNT}'}}\n"
            yield Place("az://guides/a", settings, keys, store=store, url=f"http://127.0.0.1:{before}")


def _ask_azure(url: str, path: str, query: dict[str, str], **more: str) -> requests.Response:
    """Make a request that changes something without a body, signed with the account's key."""
    headers = {"x-ms-date": email.utils.formatdate(usegmt=True), "x-ms-version": "2021-08-06", **more}
    lines = "".join(f"{key}:{value}\n" for key, value in sorted(headers.items()))
    asked = "".join(f"\n{key}:{value}" for key, value in sorted(query.items()))
    signed = f"PUT{chr(10) * 12}{lines}/{_ACCOUNT}/{_ACCOUNT}/{path}{asked}"
    digest = hmac.new(base64.b64decode(_AZURE_KEY), signed.encode(), hashlib.sha256).digest()
    headers["Authorization"] = f"SharedKey {_ACCOUNT}:{base64.b64encode(digest).decode()}"
    return requests.put(f"{url}/{path}", params=query, headers=headers, timeout=30)


@contextmanager
def sftp(folder: Path) -> Iterator[Place]:
    """A server over SSH, whose user has the only key that it lets in; HOME is where that key is."""
    import asyncssh

    keys, home, root = folder / "keys", folder / "home", folder / "root"
    for made in (keys, home / ".ssh", root):
        made.mkdir(parents=True)
    host, user = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    host.write_private_key(keys / "host")
    user.write_private_key(home / ".ssh/id_ed25519")
    (keys / "authorized_keys").write_bytes(user.export_public_key())
    port = free_port()
    known = f"[127.0.0.1]:{port} {host.export_public_key().decode()}"
    (home / ".ssh/known_hosts").write_text(known, "ascii")
    command = [sys.executable, "-m", "tests.publish.sftp_server", str(port), str(root), str(keys)]
    control = free_port()
    with running([*command, str(control)], port):
        address, url = f"sftp://reader@127.0.0.1:{port}/www/guide", f"http://127.0.0.1:{control}"
        yield Place(address, variables={"HOME": str(home)}, folder=root / "www/guide", url=url)


@contextmanager
def place(kind: str, folder: Path, *, faulty: bool = False) -> Iterator[Place]:
    """A target of a kind; if `faulty`, of one whose requests can fail, which a folder's cannot."""
    if kind == "folder":
        yield Place(str(folder / "published"), folder=folder / "published")
    elif kind == "sftp":
        with sftp(folder) as found:
            yield found
    elif kind == "s3":
        with s3() as found:
            yield found
    else:
        with az(folder, faulty=faulty) as found:
            yield found


def has_azurite() -> bool:
    return AZURITE.is_file() and shutil.which("node") is not None
