"""The workflow for GitHub: each of its commands is run, against a space that `space serve` serves."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ACCESS_TOKEN, PICTURE, asset, entry, link
from tests.support.ci import GitHub, git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scaffold.conftest import Served
    from tests.support.ci import Remote

SUCCESS = {"check": "skipped", "sync": "success", "build": "success", "deploy": "success"}


@pytest.fixture
def github(remote: Remote) -> GitHub:
    """GitHub with the access token among its secrets."""
    return GitHub(remote, {"CONTENTFUL_ACCESS_TOKEN": ACCESS_TOKEN})


def edit_and_delete(served: Served) -> None:
    """Publish a change of one place and delete another one."""
    served.files.put(entry("place", "mill", 2, title="The mill", slug="mill", body="It turns fast."))
    served.files.remove("entries/place/castle.json")
    served.await_revision("mill", 2)
    served.await_revision("castle", None)


def test_each_change_of_the_space_is_one_commit_and_one_deployment(github: GitHub, served: Served) -> None:
    remote = github.remote
    assert github.run("push") == SUCCESS, github.printed
    assert remote.commits() == ["1 category new, 2 places new, 1 asset new", "A new guide"]
    assert "It turns." in (remote.published / "place/mill/index.html").read_text("utf-8")
    assert "previous-missing" in github.printed["build"]
    first = json.loads((remote.published / "updates/chains.json").read_text("utf-8"))

    edit_and_delete(served)
    assert github.run("schedule") == SUCCESS, github.printed
    assert remote.commits()[0] == "1 place changed, 1 removed"
    places = "content/entries/place"
    assert remote.changed() == [
        ".syncstate",
        f"{places}/castle.ar.md",
        f"{places}/castle.de-DE.md",
        f"{places}/castle.en-US.md",
        f"{places}/castle.json",
        f"{places}/mill.en-US.md",
        f"{places}/mill.json",
    ]
    assert "It turns fast." in (remote.published / "place/mill/index.html").read_text("utf-8")
    assert not (remote.published / "place/castle/index.html").exists()
    assert "previous-missing" not in github.printed["build"], "readers' updates go on from the published guide"
    assert json.loads((remote.published / "updates/chains.json").read_text("utf-8")) != first
    assert ACCESS_TOKEN not in "".join(github.printed.values())


def test_run_in_which_nothing_came_commits_nothing_and_deploys_the_same_guide(github: GitHub) -> None:
    assert github.run("push") == SUCCESS, github.printed
    commits, pages = github.remote.commits(), (github.remote.published / "index.html").read_bytes()
    assert github.run("repository_dispatch") == SUCCESS, github.printed
    assert github.remote.commits() == commits
    assert (github.remote.published / "index.html").read_bytes() == pages


def test_rejected_push_is_rebased_on_what_came_meanwhile(github: GitHub) -> None:
    pushed: list[str] = []

    def push_once(job: str, action: str) -> None:
        if (job, action) == ("sync", "actions/checkout") and not pushed:
            pushed.append(job)
            github.remote.push_meanwhile("templates/entry.html", '{% extends "theme/entry.html" %}\n{# edited #}\n')

    github.after = push_once
    assert github.run("schedule") == SUCCESS, github.printed
    assert github.remote.commits()[1:] == ["Edit templates/entry.html", "A new guide"]
    assert "[rejected]" in github.printed["sync"]
    built = github.remote.root / "run-1-build/work"
    assert git(built, "rev-parse", "HEAD") == git(github.remote.bare, "rev-parse", "main")
    assert "edited" in (built / "templates/entry.html").read_text("utf-8")


def test_commit_that_was_just_made_is_built_whatever_is_pushed_after_it(github: GitHub) -> None:
    def push_later(job: str, action: str) -> None:
        if (job, action) == ("sync", "./.github/actions/build"):
            github.remote.push_meanwhile("templates/entry.html", "{% broken\n")

    github.after = push_later
    assert github.run("schedule") == SUCCESS, github.printed
    built = git(github.remote.root / "run-1-build/work", "rev-parse", "HEAD")
    assert built == github.outputs["sync"]["commit"] == git(github.remote.bare, "rev-parse", "main~1")


def test_branch_that_takes_no_push_fails_the_run_after_three_more_tries(github: GitHub) -> None:
    hook = github.remote.bare / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho tried >> tries\nexit 1\n")
    hook.chmod(0o755)
    assert github.run("schedule") == {"check": "skipped", "sync": "failure", "build": "skipped", "deploy": "skipped"}
    assert (github.remote.bare / "tries").read_text() == "tried\n" * 4
    assert "::error::main does not accept the commit" in github.printed["sync"]
    hook.unlink()
    assert github.run("schedule") == SUCCESS, github.printed


def test_guide_over_a_preview_host_is_not_deployed(github: GitHub) -> None:
    """Its drafts do not even come: the workflow hands on the token of the delivery host alone."""
    site = "title: T\nsource: {space: small, url: 'https://preview.contentful.com'}\n"
    github.remote.push_meanwhile("site.yaml", site)
    assert github.run("push") == {"check": "skipped", "sync": "failure", "build": "skipped", "deploy": "skipped"}
    assert "set CONTENTFUL_PREVIEW_TOKEN" in github.printed["sync"]
    assert github.remote.commits() == ["Edit site.yaml", "A new guide"]


def test_failed_deployment_is_healed_by_the_next_run_although_nothing_came(github: GitHub) -> None:
    github.broken = {"actions/deploy-pages"}
    assert github.run("push") == {**SUCCESS, "deploy": "failure"}
    commits = github.remote.commits()
    assert not (github.remote.published / "index.html").exists()
    github.broken = set()
    assert github.run("schedule") == SUCCESS, github.printed
    assert github.remote.commits() == commits
    assert (github.remote.published / "index.html").exists()


def test_proposed_change_is_rendered_and_checked_without_a_secret(github: GitHub) -> None:
    assert github.run("push") == SUCCESS, github.printed
    github.secrets = {}
    only_check = {"check": "success", "sync": "skipped", "build": "skipped", "deploy": "skipped"}
    assert github.run("pull_request") == only_check, github.printed
    github.remote.push_meanwhile("templates/entry.html", "{% broken\n")
    assert github.run("pull_request")["check"] == "failure"
    assert "entry.html" in github.printed["check"]


def test_outputs_name_the_version_for_readers_the_change_and_the_commit(github: GitHub) -> None:
    assert github.run("push") == SUCCESS, github.printed
    commit = git(github.remote.bare, "rev-parse", "main")
    assert github.outputs["sync"] == {"commit": commit}
    folder = github.remote.root / "run-1-build/work"
    action, secrets = folder / ".github/actions/build", {"CONTENTFUL_ACCESS_TOKEN": ACCESS_TOKEN}
    found = github.composite("own", folder, action, {"command": "render --clean -j 1"}, secrets)
    published = json.loads((folder / "site/updates/chains.json").read_text("utf-8"))["chains"]
    assert found == {"token": published["en-US"]["token"], "changed": "true", "commit": commit}
    again = github.composite("own", folder, action, {"command": "render"}, secrets)
    assert again == {**found, "changed": "false"}


def test_action_works_in_the_folder_that_its_path_names(github: GitHub, tmp_path: Path) -> None:
    assert github.run("push") == SUCCESS, github.printed
    root = tmp_path / "other"
    (root / "temp").mkdir(parents=True)
    (root / "temp/exporter").symlink_to(sys.prefix)
    git(root, "clone", "--quiet", str(github.remote.bare), "work/guide")
    action = root / "work/guide/.github/actions/build"
    found = github.composite("own", root / "work", action, {"command": "render", "path": "guide"}, {})
    assert found["changed"] == "true"
    assert (root / "work/guide/site/index.html").is_file()


def test_file_that_does_not_come_fails_the_run_after_what_came_is_committed(github: GitHub, served: Served) -> None:
    lost = asset("lost", "lost.svg", len(PICTURE))
    served.files.put(lost, file=PICTURE)
    (served.files.root / "files/lost/lost.svg").unlink()
    served.files.put(entry("place", "inn", 1, title="The inn", slug="inn", picture=link("Asset", "lost")))
    served.await_revision("inn", 1)
    assert github.run("push")["sync"] == "failure"
    assert github.remote.commits()[0] == "1 category new, 3 places new, 2 assets new"
    served.files.put(lost, file=PICTURE)
    assert github.run("schedule") == SUCCESS, github.printed
    assert (github.remote.published / "files/lost/lost.svg").is_file()
