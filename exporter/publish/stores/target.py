"""A target as it is named: an address like s3://bucket/prefix, or a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from exporter.core.errors import ConfigError
from exporter.publish.manifest import is_safe

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.config.settings import Project

SCHEMES = ("s3", "gs", "az", "sftp")
_LIKE = "expected s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, az://CONTAINER/PREFIX, sftp://HOST/PATH or a folder"


@dataclass(frozen=True)
class Target:
    """Where to publish to. Invariant: no part of it holds a secret, and `prefix` has no `..`.

    `host` is the bucket, the container or the server; `prefix` what all paths begin with, without slashes at its ends
    but for the one that an absolute path of a server begins with. A folder has `folder`, and `named` as it was named.
    """

    scheme: str
    host: str = ""
    prefix: str = ""
    user: str = ""
    port: int = 0
    folder: Path | None = None
    named: str = ""
    endpoint: str | None = None
    region: str | None = None

    @property
    def shown(self) -> str:
        """How sentences name it."""
        if self.folder is not None:
            return self.named
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{user}{self.host}{port}/{self.prefix.lstrip('/')}".rstrip("/")


def find_target(project: Project, named: str | None) -> Target:
    """Return the target that the command line names, else the one of site.yaml. Raises ConfigError."""
    chosen = project.site.publish
    where = named if named is not None else chosen.target
    if not where:
        advice = "name one, as in exporter publish s3://BUCKET/PREFIX, or set publish.target in site.yaml"
        raise ConfigError("target-missing", f"there is no target to publish to: {advice}")
    if "://" not in where:
        return Target("folder", folder=_folder(project, where), named=where)
    return read_address(where, chosen.endpoint, chosen.region)


def read_address(where: str, endpoint: str | None = None, region: str | None = None) -> Target:
    """Return the target of an address. Raises ConfigError, which never shows what may be a password."""
    try:
        parts = urlsplit(where)
        port = parts.port or 0
    except ValueError:
        raise ConfigError("target-invalid", f"the target is no address: {_LIKE}") from None
    if parts.scheme not in SCHEMES:
        raise ConfigError("target-invalid", f"{parts.scheme}:// is not a supported target: {_LIKE}")
    if parts.password is not None or parts.query or parts.fragment or ("@" in parts.netloc and parts.scheme != "sftp"):
        advice = "credentials belong into the environment (docs/publish.md says which)"
        raise ConfigError("target-invalid", f"the target may have no password, no query and no fragment: {advice}")
    host = parts.hostname or ""
    prefix = unquote(parts.path).strip("/")
    if not host or (prefix and not is_safe(prefix)) or (port and parts.scheme != "sftp"):
        raise ConfigError("target-invalid", f"the target is no address, or its path has an empty part or ..: {_LIKE}")
    if parts.scheme != "sftp":
        return Target(parts.scheme, parts.netloc, prefix, endpoint=endpoint, region=region)
    if not prefix:
        raise ConfigError("target-invalid", "sftp:// needs the path of a folder: sftp://HOST/var/www/guide")
    if prefix.startswith("~/"):
        return Target("sftp", host, prefix[2:], parts.username or "", port)
    return Target("sftp", host, f"/{prefix}", parts.username or "", port)


def _folder(project: Project, where: str) -> Path:
    """Return a folder, seen from that of the guide. Raises ConfigError where publishing would write into the guide."""
    folder = (project.root / where).resolve()
    own = [project.output, project.content, project.cache, project.root / "templates"]
    inside = [place for place in own if folder.is_relative_to(place.resolve())]
    if inside or project.output.resolve().is_relative_to(folder):
        why = f"is in {inside[0]}" if inside else "holds the guide itself"
        raise ConfigError("target-invalid", f"{folder} {why}: name a folder of its own to publish to")
    if folder.exists() and not folder.is_dir():
        raise ConfigError("target-invalid", f"{folder} is a file: name a folder to publish to")
    return folder
