"""What a new guide is to be: the answers to `init`'s questions, checked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from exporter import __version__
from exporter.core.errors import ConfigError
from exporter.core.suggestions import or_known

if TYPE_CHECKING:
    from collections.abc import Iterable

DISTRIBUTION = "contentful-exporter"
EU_URL = "https://cdn.eu.contentful.com"
HOSTS = ("github", "gitlab", "netlify", "s3", "nginx")
DEFAULT_HOSTS = ("github", "gitlab")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_TAG = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./+-]*")
_GIT_SCHEMES = ("https", "ssh", "file")
_WHEEL = re.compile(r"contentful_exporter-[0-9][A-Za-z0-9._+!-]*\.whl")
_PUBLIC = ("source", "repository", "code")
"""Labels of `[project.urls]` that name the repository, in lower case."""


@dataclass(frozen=True)
class Origin:
    """What CI installs the program from: its `line` in requirements.txt, and what is to be said of it.

    The line is a git address with a tag (`git+URL@TAG`), or the path of a `wheel` that is copied into the guide.
    """

    line: str
    notes: tuple[str, ...] = ()
    wheel: Path | None = None


@dataclass(frozen=True)
class Answers:
    """What a new guide is to be; without a `space` and a `local` one, a guide on the bundled one.

    `local` is the path of a space in files, relative to the guide's folder, with slashes. `hosts` are some of HOSTS.
    `origin` is what CI installs the program from; None while it has no public address. `name` is that of the folder, as
    `folder_name` has it.
    """

    title: str = "My guide"
    space: str | None = None
    environment: str = "master"
    eu: bool = False
    hosts: tuple[str, ...] = DEFAULT_HOSTS
    origin: Origin | None = None
    local: str | None = None
    name: str = "guide"

    def check(self, tokens: Iterable[str] = ()) -> Answers:
        """Return these answers. Raises ConfigError for one that cannot be, or that is an access token."""
        if self.space is not None and self.local is not None:
            raise ConfigError("init-space", "--space and --local name two sources: give one of them")
        if self.space is None and (self.eu or self.environment != "master"):
            raise ConfigError("init-space", "--environment and --eu belong to a space: name it with --space ID")
        for name, value in (("space", self.space or "demo"), ("environment", self.environment)):
            if value in tokens:
                raise ConfigError("init-space", f"--{name}: this is the access token: give the id of the {name}")
            if not _ID.fullmatch(value):
                raise ConfigError("init-space", f"--{name}: expected an id of letters, digits, '.', '_' and '-'")
        for host in self.hosts:
            if host not in HOSTS:
                raise ConfigError(
                    "init-host", f"--host: {host} is not a known host: {or_known(host, HOSTS, has='expected one of')}"
                )
        if {"netlify", "nginx"} <= {*self.hosts}:
            raise ConfigError("init-host", "--host: a build lists the pages that moved for netlify or nginx: name one")
        return self

    @property
    def is_demo(self) -> bool:
        """Whether the guide is one of the bundled space."""
        return self.space is None and self.local is None

    @property
    def extras(self) -> str:
        """The extras that `publish` needs for the hosts, as pip takes them: `[publish]`, or empty."""
        return "[publish]" if {"s3", "nginx"} & {*self.hosts} else ""

    @property
    def redirects(self) -> str | None:
        """The host, if any, for which the build lists the pages that moved."""
        return next((host for host in self.hosts if host in ("netlify", "nginx")), None)


def read_origin(text: str) -> Origin:
    """Return what `URL`, `URL@TAG` or the path of a wheel names; by default the tag is that of this version.

    Raises ConfigError. The address is committed, so it may not contain a password.
    """
    if text.lower().endswith(".whl") and "://" not in text:
        wheel = _wheel(text)
        return Origin(f"wheels/{wheel.name}", ("commit wheels/: CI installs exporter from there",), wheel)
    url = text.removeprefix("git+")
    notes: tuple[str, ...] = ()
    address, at, tag = url.rpartition("@")
    if not at or "/" not in address.partition("://")[2]:  # the @ belongs to the user, as in ssh://git@host/path
        address, tag = url, f"v{__version__}"
        notes = (f"--from names no tag, so CI installs {tag}, which has to exist there: URL@TAG names another",)
    try:
        parts = urlsplit(address)
        wrong = parts.scheme not in _GIT_SCHEMES or not (parts.hostname or parts.scheme == "file")
        wrong = wrong or parts.password is not None or (parts.scheme == "https" and parts.username is not None)
    except ValueError:
        wrong = True
    if wrong or not _TAG.fullmatch(tag) or not re.fullmatch(r"[!-~]+", address):
        raise ConfigError(
            "init-from",
            "--from: expected an address like https://host/owner/repository@TAG, no password, or the path of a wheel",
        )
    return Origin(f"git+{address}@{tag}", notes)


def _wheel(text: str) -> Path:
    """Return the file of a wheel. Raises ConfigError."""
    wheel = Path(text)
    if not wheel.is_file():
        raise ConfigError("init-from", f"--from: there is no file {wheel}: give the path of the wheel on this disk")
    if not _WHEEL.fullmatch(wheel.name):
        raise ConfigError(
            "init-from", f"--from: {wheel.name} is not a wheel of exporter: give contentful_exporter-….whl"
        )
    return wheel


def folder_name(folder: Path) -> str:
    """Return the name of a guide's folder as hosts can take it, in letters and digits joined by hyphens."""
    words = re.findall(r"[a-z0-9]+", folder.resolve().name.lower())
    return "-".join(words) if words and words[0][0].isalpha() else "-".join(["guide", *words])


def title_of(folder: Path) -> str:
    """Return the title that the name of a guide's folder proposes: `my-lisbon` is *My lisbon*."""
    words = " ".join(re.split(r"[\s_-]+", folder.resolve().name)).strip()
    return words[:1].upper() + words[1:] or Answers.title


def public_origin() -> Origin | None:
    """Return the program's public address with this version's tag, from `[project.urls]`; None while it has none."""
    try:
        urls = metadata.metadata(DISTRIBUTION).get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return None
    for entry in urls:
        label, _, url = str(entry).partition(",")
        if label.strip().lower() in _PUBLIC:
            return replace(read_origin(url.strip()), notes=())
    return None
