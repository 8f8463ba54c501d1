"""`.syncstate`: the sync token and what it stands for; replaced last, by one rename."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from exporter.core.encoding import canonical, decode
from exporter.core.errors import GuardError
from exporter.core.files import read_bytes, write_if_different

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = 1


@dataclass(frozen=True)
class SyncState:
    """The last sync of a mirror. Invariant: content/ already holds everything that came before `token`.

    `source` names url, space, environment and filter; `mirror` is the order-free sum of the items' digests; `pending`
    are the ids of assets whose file is still to come.
    """

    source: Mapping[str, Any]
    token: str | None
    mirror: str
    environment_uuid: str | None = None
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    pending: tuple[str, ...] = ()


def read_state(path: Path) -> SyncState | None:
    """Read `.syncstate`; None if there is none yet. Raises GuardError if it is broken or of a newer format."""
    data = read_bytes(path)
    if data is None:
        return None
    try:
        raw = decode(data)
        known = {"format", "source", "token", "mirror", "environment_uuid", "fingerprints", "pending"}
        if raw.pop("format") != FORMAT or not known.issuperset(raw) or not _has_types(raw):
            raise ValueError("an unknown format")
        int(raw["mirror"], 16)
        return SyncState(**{**raw, "pending": tuple(raw["pending"])})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise GuardError(
            "state-broken", f"{path} cannot be read: restore it from git, or delete it for a full sync"
        ) from None


def pending_assets(path: Path) -> frozenset[str]:
    """Return the keys, as texts, of assets whose file is still to come. Raises GuardError."""
    state = read_state(path)
    return frozenset(f"asset:{identifier}" for identifier in state.pending) if state is not None else frozenset()


def _has_types(raw: Mapping[str, Any]) -> bool:
    """Whether each member is of the type that a sync writes. Raises KeyError if one is missing."""
    marks = raw.get("fingerprints", {})
    return (
        isinstance(raw["source"], dict)
        and isinstance(raw["token"], str | None)
        and isinstance(raw["mirror"], str)
        and isinstance(raw.get("environment_uuid"), str | None)
        and isinstance(raw["pending"], list)
        and all(isinstance(asset, str) for asset in raw["pending"])
        and isinstance(marks, dict)
        and all(isinstance(mark, str) for mark in marks.values())
    )


def write_state(path: Path, state: SyncState, scratch: Path) -> bool:
    """Replace the state; return whether anything in it changed."""
    return write_if_different(path, canonical({"format": FORMAT, **asdict(state)}), scratch)
