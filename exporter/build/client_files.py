"""The browser's code, which is copied into the guide as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import exporter
from exporter.core.files import write_if_different

CLIENT = Path(exporter.__file__).parent / "reader" / "client"
CLIENT_FILES = ("delta.js", "store.js", "install.js", "update.js", "page.js", "offline.css")
SEARCH_CLIENT = Path(exporter.__file__).parent / "search" / "client"
SEARCH_FILES = (
    *("open.js", "page.js", "tokens.js", "document.js", "engine.js", "shards.js", "device.js", "worker.js", "store.js"),
    *("near.js", "search.css"),
)
_NOTHING = "const FAREWELL = null;"


def farewell_worker(cache: Path, farewell: str | Literal[True] | None) -> Path:
    """Return the file of a worker that removes itself and this guide's store from the device.

    `farewell` is the guide's new address, True for one that is only given up; with None it says nothing.
    """
    source = CLIENT / "farewell.js"
    if farewell is None:
        return source
    text = source.read_text("utf-8")
    made = cache / "farewell.js"
    constant = f"const FAREWELL = {json.dumps(farewell)};".replace("</", "<\\/")
    write_if_different(made, text.replace(_NOTHING, constant, 1).encode(), cache)
    return made
