"""The steps of an apply, as rows of the staging database."""

from __future__ import annotations

import json
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.model import Key
from exporter.mirror.index import Row

if TYPE_CHECKING:
    from exporter.core.naming import AssetFile


class Phase(IntEnum):
    """The phases of an apply, in their order. Nothing under content/ changes before REMOVE."""

    FETCH = 0
    KEEP = 1
    REMOVE = 2
    PUT = 3
    INDEX = 4


class Step(NamedTuple):
    """One step; paths are relative to content/.

    FETCH: the asset file `path` from the network; `source` holds asset, URL and size. KEEP: the file `path` from the
    file `source`, which it is now. REMOVE: the file `path`. PUT: the file `path` from the staged file `source`; a file
    that is moved with its whole folder, under the name it has there, has no such step.
    INDEX: the row of the key `path`; `source` holds folder, path and digest, nothing for an item that is removed.
    """

    phase: Phase
    path: str
    source: str = ""


def row_step(key: Key, folder: str, path: str, digest: bytes) -> Step:
    """Return the step that writes an item's row."""
    return Step(Phase.INDEX, str(key), f"{folder} {path} {digest.hex()}")


def read_row(step_path: str, source: str) -> Row:
    """Read the row of an INDEX step."""
    kind, _, identifier = step_path.partition(":")
    folder, path, digest = source.split(" ")  # no name under content/ holds a space
    return Row(Key(kind, identifier), folder, path, bytes.fromhex(digest))


def fetch_step(key: Key, file: AssetFile) -> Step:
    """Return the step that downloads an asset file."""
    return Step(Phase.FETCH, file.path, json.dumps([key.id, file.url, file.size]))
