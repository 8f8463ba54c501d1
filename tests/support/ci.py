"""GitHub and GitLab as far as a guide's CI files need them: each command is run by the shell that would run it there.

The actions of others are imitated: checkout, cache, Pages. A published guide is a folder behind a server.
"""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")
_COMPARISON = re.compile(r"(\S+) (==|!=) '([^']*)'")


class StepError(Exception):
    """A step that ended with an error, with what it printed."""


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it prints."""
    identity = [part for name in ("name", "email") for part in ("-c", f"user.{name}=editor@example.org")]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@dataclass
class Remote:
    """A repository on a host and the guide published from it."""

    root: Path
    url: str = ""

    @property
    def bare(self) -> Path:
        """The repository."""
        return self.root / "remote.git"

    @property
    def published(self) -> Path:
        """The folder that is served."""
        return self.root / "published"

    def create(self, guide: Path) -> None:
        """Make the repository from a guide's folder, as its owner's first push does."""
        git(self.root, "init", "--quiet", "--bare", "--initial-branch=main", str(self.bare))
        git(self.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
        git(self.bare, "config", "receive.advertisePushOptions", "true")
        git(guide, "init", "--quiet", "--initial-branch=main")
        git(guide, "add", "--all")
        git(guide, "commit", "--quiet", "-m", "A new guide")
        git(guide, "push", "--quiet", str(self.bare), "main")

    def commits(self) -> list[str]:
        """Return the first lines of the commits' messages, the newest first."""
        return git(self.bare, "log", "--format=%s", "main").splitlines()

    def changed(self) -> list[str]:
        """Return the paths that the newest commit touches."""
        return git(self.bare, "show", "--format=", "--name-only", "main").splitlines()

    def push_meanwhile(self, path: str, text: str) -> None:
        """Push a change of one file from another clone."""
        clone = self.root / "colleague"
        shutil.rmtree(clone, ignore_errors=True)
        git(self.root, "clone", "--quiet", str(self.bare), str(clone))
        (clone / path).write_text(text, "utf-8")
        git(clone, "commit", "--quiet", "-am", f"Edit {path}")
        git(clone, "push", "--quiet", "origin", "main")

    def publish(self, folder: Path) -> None:
        """Serve a copy of a folder from now on."""
        shutil.rmtree(self.published, ignore_errors=True)
        shutil.copytree(folder, self.published)


@contextmanager
def hosting(root: Path) -> Iterator[Remote]:
    """Yield a remote whose published guide is served while the block runs."""
    remote = Remote(root)
    remote.published.mkdir(parents=True)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=remote.published))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    remote.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield remote
    finally:
        server.shutdown()
        server.server_close()


def shell(script: str, folder: Path, variables: Mapping[str, str]) -> str:
    """Run a script as CI does, with nothing of this machine's environment but the path; return what it prints."""
    found = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder.parent), "CI": "true", **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    printed = found.stdout + found.stderr
    if found.returncode:
        raise StepError(printed)
    return printed


def at_once(script: str) -> str:
    """Return a script that does not wait between two tries."""
    return f"sleep() {{ :; }}\n{script}"


@dataclass
class GitHub:
    """A runner of one workflow.

    `broken` are actions that fail. `after` is called with the name of a job after each step that names an action.
    """

    remote: Remote
    secrets: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    after: Callable[[str, str], None] = lambda _job, _action: None
    printed: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    runs: int = 0

    def run(self, event: str) -> dict[str, str]:
        """Run the workflow of the branch's newest commit for an event; return what became of each job."""
        self.runs += 1
        self.printed.clear()
        self.outputs.clear()
        text = git(self.remote.bare, "show", "main:.github/workflows/guide.yml")
        results: dict[str, str] = {}
        for name, job in yaml.safe_load(text)["jobs"].items():
            results[name] = self._run_job(name, job, event, results)
        return results

    def _run_job(self, name: str, job: Mapping[str, Any], event: str, results: Mapping[str, str]) -> str:
        context: dict[str, Any] = {
            "github.event_name": event,
            "github.ref": "refs/heads/main",
            "github.run_id": str(self.runs),
            "github.run_attempt": "1",
            **{f"secrets.{key}": value for key, value in self.secrets.items()},
            **{
                f"needs.{job}.outputs.{key}": text for job, found in self.outputs.items() for key, text in found.items()
            },
        }
        needs = job.get("needs")
        if (needs and results[needs] != "success") or not self._holds(job.get("if", ""), context):
            return "skipped"
        root = self.remote.root / f"run-{self.runs}-{name}"
        (root / "temp").mkdir(parents=True)
        (root / "temp/exporter").symlink_to(sys.prefix)
        try:
            for step in job["steps"]:
                self._action(name, step, root, context)
        except StepError as failed:
            self.printed[name] = self.printed.get(name, "") + str(failed)
            return "failure"
        self.outputs[name] = {key: _filled(text, context) for key, text in job.get("outputs", {}).items()}
        return "success"

    def _holds(self, condition: str, context: Mapping[str, Any]) -> bool:
        if not condition:
            return True
        found = _COMPARISON.fullmatch(condition)
        assert found is not None, condition
        return (context[found[1]] == found[3]) is (found[2] == "==")

    def _action(self, job: str, step: Mapping[str, Any], root: Path, context: dict[str, Any]) -> None:
        """Do what a step's action does."""
        action = step["uses"].partition("@")[0]
        if action in self.broken:
            raise StepError(action)
        given = {key: _filled(str(value), context) for key, value in step.get("with", {}).items()}
        folder, cache, artifact = root / "work", self.remote.root / "cache", self.remote.root / "artifact"
        found: dict[str, str] = {}
        if action == "actions/checkout":
            self._check_out(folder, given.get("ref", "refs/heads/main"))
        elif action.startswith("actions/cache") and cache.is_dir():
            shutil.copytree(cache, folder / ".export")
        elif action == "actions/configure-pages":
            found["base_url"] = self.remote.url
        elif action == "actions/upload-pages-artifact":
            shutil.rmtree(artifact, ignore_errors=True)
            shutil.copytree(folder / given["path"], artifact)
            shutil.rmtree(cache, ignore_errors=True)
            shutil.copytree(folder / ".export", cache)
        elif action == "actions/deploy-pages":
            self.remote.publish(artifact)
        elif action.startswith("./"):
            variables = {key: _filled(str(value), context) for key, value in step.get("env", {}).items()}
            found = self.composite(job, folder, folder / action, given, variables)
        else:
            assert action.startswith(("actions/setup-python", "actions/cache")), action
        context |= {f"steps.{step.get('id')}.outputs.{key}": value for key, value in found.items()}
        self.after(job, action)

    def _check_out(self, folder: Path, ref: str) -> None:
        folder.mkdir()
        git(folder, "init", "--quiet", "--initial-branch=main")
        git(folder, "remote", "add", "origin", str(self.remote.bare))
        git(folder, "fetch", "--quiet", "--depth=1", f"file://{self.remote.bare}", ref)
        git(folder, "checkout", "--quiet", "--detach", "FETCH_HEAD")

    def composite(
        self, job: str, folder: Path, action: Path, given: Mapping[str, str], variables: Mapping[str, str]
    ) -> dict[str, str]:
        """Run the steps of a composite action and return its outputs."""
        definition = yaml.safe_load((action / "action.yml").read_text("utf-8"))
        inputs = {key: str(given.get(key, value["default"])) for key, value in definition["inputs"].items()}
        context: dict[str, Any] = {f"inputs.{key}": value for key, value in inputs.items()}
        context["github.action_path"] = str(action)
        temp = folder.parent / "temp"
        for step in definition["runs"]["steps"]:
            output = temp / "output"
            output.write_text("")
            own = {key: _filled(str(value), context) for key, value in step.get("env", {}).items()}
            runner = {"RUNNER_TEMP": str(temp), "GITHUB_OUTPUT": str(output), "GITHUB_REF_NAME": "main"}
            runner |= {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(temp / "summary")}
            printed = shell(
                at_once(step["run"]),
                folder / _filled(step.get("working-directory", "."), context),
                {**runner, **variables, **own},
            )
            self.printed[job] = self.printed.get(job, "") + printed
            lines = (line.partition("=") for line in output.read_text("utf-8").splitlines())
            context |= {f"steps.{step.get('id')}.outputs.{key}": value for key, _, value in lines}
        return {key: _filled(value["value"], context) for key, value in definition["outputs"].items()}


def _filled(text: str, context: Mapping[str, Any]) -> str:
    """Replace each expression by its value; what nothing has set is empty, as on GitHub."""
    return _EXPRESSION.sub(lambda found: str(context.get(found[1], "")), text)


@dataclass
class GitLab:
    """A runner of one pipeline's file. `after_checkout` is called with the name of a job before its script."""

    remote: Remote
    variables: dict[str, str] = field(default_factory=dict)
    after_checkout: Callable[[str], None] = lambda _job: None
    printed: dict[str, str] = field(default_factory=dict)
    pages_fail: bool = False
    runs: int = 0

    def run(self, source: str) -> dict[str, str]:
        """Run the pipeline of the branch's newest commit; return what became of each job."""
        self.runs += 1
        pipeline = yaml.safe_load(git(self.remote.bare, "show", "main:.gitlab-ci.yml"))
        commit = git(self.remote.bare, "rev-parse", "main")
        results: dict[str, str] = {}
        passed: dict[str, str] = {}
        for stage in pipeline["stages"]:
            for name, job in pipeline.items():
                if isinstance(job, dict) and job.get("stage") == stage:
                    results[name] = self._run_job(name, job, pipeline["default"], source, commit, results, passed)
        return results

    def _run_job(
        self,
        name: str,
        job: Mapping[str, Any],
        default: Mapping[str, Any],
        source: str,
        commit: str,
        results: Mapping[str, str],
        passed: dict[str, str],
    ) -> str:
        is_request = any("merge_request_event" in rule["if"] for rule in job["rules"])
        needed = [results[need] for need in job.get("needs", ())]
        if is_request is not (source == "merge_request_event") or needed.count("success") != len(needed):
            return "skipped"
        folder, cache = self.remote.root / f"pipeline-{self.runs}-{name}/work", self.remote.root / "gitlab-cache"
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet")
        git(folder, "fetch", "--quiet", "--depth=20", f"file://{self.remote.bare}", commit)
        git(folder, "checkout", "--quiet", "--detach", commit)
        for path in job.get("cache", {}).get("paths", ()):
            if cache.is_dir():
                shutil.copytree(cache, folder / path)
        self.after_checkout(name)
        try:
            script = "\n".join([*default["before_script"], *job["script"]])
            self.printed[name] = shell(
                at_once(script), folder, {**self._given(folder), **job.get("variables", {}), **passed}
            )
        except StepError as failed:
            self.printed[name] = str(failed)
            return "failure"
        report = job.get("artifacts", {}).get("reports", {}).get("dotenv")
        if report:
            passed |= dict(line.split("=", 1) for line in (folder / report).read_text("utf-8").splitlines())
        if name == "pages":
            shutil.rmtree(cache, ignore_errors=True)
            shutil.copytree(folder / ".export", cache)
            if self.pages_fail:
                return "failure"
            self.remote.publish(folder / "public")
        return "success"

    def _given(self, folder: Path) -> dict[str, str]:
        """Return the variables of every job; `pip` only notes what it was asked to install."""
        tools = folder.parent / "tools"
        tools.mkdir(exist_ok=True)
        (tools / "pip").write_text('#!/bin/sh\necho "pip $*"\n')
        (tools / "pip").chmod(0o755)
        path = f"{tools}:{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}"
        given = {"PATH": path, "CI_COMMIT_BRANCH": "main", "CI_REPOSITORY_URL": f"file://{self.remote.bare}"}
        return {**given, "CI_PAGES_URL": self.remote.url, **self.variables}
