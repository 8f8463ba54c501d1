"""The browser's code of search, run by Node."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.conftest import PROJECT

CLIENT = PROJECT / "exporter" / "search" / "client"


def run(scripts: list[str], expression: str, value: Any) -> Any:
    """Return what an expression comes to behind the scripts of these names, in which `given` is a value."""
    code = "\n".join((CLIENT / name).read_text("utf-8") for name in scripts)
    code += "\nconst given = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
    code += f"\nPromise.resolve({expression}).then(found => process.stdout.write(JSON.stringify(found)));"
    done = subprocess.run(
        ["node", "-e", code], input=json.dumps(value).encode(), capture_output=True, check=True, timeout=120
    )
    return json.loads(done.stdout)
