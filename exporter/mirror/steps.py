"""The steps of an apply, and their rows in the staging database."""

from __future__ import annotations

import json
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.model import Key
from exporter.mirror.index import Row

if TYPE_CHECKING:
    from exporter.core.naming import AssetFile


class Phase(IntEnum):
    """The phases of an apply, in their order. Nothing under content/ changes before the third."""

    FETCH = 0
    KEEP = 1
    REMOVE = 2
    PUT = 3
    INDEX = 4


class Step(NamedTuple):
    """One step; paths are relative to content/.

    FETCH: the asset file `path` from the network, `source` says asset, URL and size. KEEP: the file `path` from the
    file `source`, where it lies now. REMOVE: the file `path`. PUT: the file `path` from the staged file `source`; there
    is none for a file that lies in a folder which is put in place as a whole, under the name that it gets.
    INDEX: the row of the key `path`; `source` says folder, path and digest, nothing for an item that is gone.
    """

    phase: Phase
    path: str
    source: str = ""


def _row_step(key: Key, folder: str, path: str, digest: bytes) -> Step:
    return Step(Phase.INDEX, str(key), f"{folder} {path} {digest.hex()}")


def read_row(step_path: str, source: str) -> Row:
    """Read the row of an INDEX step."""
    kind, _, identifier = step_path.partition(":")
    folder, path, digest = source.split(" ")  # which no name under content/ holds
    return Row(Key(kind, identifier), folder, path, bytes.fromhex(digest))


def _fetch(key: Key, file: AssetFile) -> Step:
    return Step(Phase.FETCH, file.path, json.dumps([key.id, file.url, file.size]))
