"""The device's own functions, run in Node, unpack what the publisher packs."""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.reader.browser.small_publisher import Guide, since

HERE = Path(__file__).parent
SIZES = (0, 1, 60, 5000, 16384, 32768, 70000, 200000)


def text(size: int, chance: random.Random) -> bytes:
    """Return bytes of words that differ from call to call."""
    return (
        " ".join(f"wörd{chance.randrange(9999)}" for _ in range(size // 9 + 1))
        .encode()[:size]
        .decode(errors="ignore")
        .encode()
    )


def encode(data: bytes) -> str:
    """Return bytes encoded as text."""
    return base64.b64encode(data).decode()


def case(seed: int, size: int) -> dict[str, Any]:
    """Return a since-file between two random states, what the device has before, and the pages after."""
    chance = random.Random(seed)
    slots = tuple(text(40, chance) for _ in range(chance.choice((1, 3, 300))))
    records = {
        f"p{n}/index.html": text(size, chance) + bytes([0xF5 + (n % len(slots) >> 8), n % len(slots) & 255])
        for n in range(4)
    }
    old = Guide(slots, records)
    changed = {
        path: record[: len(record) // 3] + text(chance.choice((0, 5, 20000)), chance) + record[len(record) // 2 :]
        for path, record in records.items()
        if chance.random() < 0.7
    }
    added = {"new/index.html": text(size, chance) + records["p0/index.html"][:100].decode(errors="ignore").encode()}
    texts = tuple(text(50, chance) if chance.random() < 0.3 else slot for slot in slots)
    new = replace(old, slots=texts, records={**records, **changed, **added})
    file, packs = since(old, new)
    assert not packs
    return {
        "name": f"seed {seed}, records of {size} bytes",
        "file": encode(file),
        "slots": [encode(slot) for slot in slots],
        "records": {path: encode(record) for path, record in records.items()},
        "pages": {path: encode(new.page(path)) for path in new.records},
    }


def test_node_restores_the_pages_of_all_since_files(tmp_path: Path) -> None:
    cases = [case(seed * 100 + size, size) for size in SIZES for seed in range(6)]
    (tmp_path / "cases.json").write_text(json.dumps(cases), "utf-8")
    environment = os.environ | {"CASES": str(tmp_path / "cases.json")}
    done = subprocess.run(
        ["node", "--test", str(HERE / "delta.test.js")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert f"# pass {len(cases) + 3}" in done.stdout
