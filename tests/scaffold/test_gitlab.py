"""The pipeline for GitLab: each of its commands is run, against a space that `space serve` serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import ACCESS_TOKEN
from tests.scaffold.test_github import edit_and_delete
from tests.support.ci import GitLab

if TYPE_CHECKING:
    from tests.scaffold.conftest import Served
    from tests.support.ci import Remote

SUCCESS = {"sync": "success", "pages": "success", "check": "skipped"}


@pytest.fixture
def gitlab(remote: Remote) -> GitLab:
    """GitLab with the access token among its variables."""
    return GitLab(remote, {"CONTENTFUL_ACCESS_TOKEN": ACCESS_TOKEN})


def test_each_change_of_the_space_is_one_commit_and_one_deployment(gitlab: GitLab, served: Served) -> None:
    remote = gitlab.remote
    assert gitlab.run("push") == SUCCESS, gitlab.printed
    assert "pip install --quiet -r requirements.txt" in gitlab.printed["sync"]
    assert remote.commits() == ["1 category new, 2 places new, 1 asset new", "A new guide"]
    edit_and_delete(served)
    assert gitlab.run("schedule") == SUCCESS, gitlab.printed
    assert remote.commits()[0] == "1 place changed, 1 removed"
    assert {path.split("/")[-1].split(".")[0] for path in remote.changed()} == {"", "castle", "mill"}
    assert "It turns fast." in (remote.published / "place/mill/index.html").read_text("utf-8")
    assert "previous-missing" not in gitlab.printed["pages"]


def test_run_in_which_nothing_came_heals_a_failed_deployment_and_commits_nothing(gitlab: GitLab) -> None:
    gitlab.pages_fail = True
    assert gitlab.run("push") == {**SUCCESS, "pages": "failure"}
    commits = gitlab.remote.commits()
    gitlab.pages_fail = False
    assert gitlab.run("schedule") == SUCCESS, gitlab.printed
    assert gitlab.remote.commits() == commits
    assert (gitlab.remote.published / "index.html").exists()


def test_rejected_push_is_rebased_on_what_came_meanwhile(gitlab: GitLab) -> None:
    hook = gitlab.remote.bare / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\ntest -e tried && exit 0\ntouch tried\nexit 1\n")
    hook.chmod(0o755)
    text = '{% extends "theme/entry.html" %}\n{# edited #}\n'

    def push_before(job: str) -> None:
        if job == "sync":
            hook.rename(hook.with_suffix(".kept"))
            gitlab.remote.push_meanwhile("templates/entry.html", text)
            hook.with_suffix(".kept").rename(hook)

    gitlab.after_checkout = push_before
    assert gitlab.run("schedule") == SUCCESS, gitlab.printed
    assert gitlab.remote.commits()[1:] == ["Edit templates/entry.html", "A new guide"]
    assert (gitlab.remote.bare / "tried").exists()


def test_branch_that_takes_no_push_fails_the_pipeline_before_pages(gitlab: GitLab) -> None:
    hook = gitlab.remote.bare / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert gitlab.run("schedule") == {"check": "skipped", "sync": "failure", "pages": "skipped"}
    assert "main does not accept the commit" in gitlab.printed["sync"]


def test_proposed_change_is_rendered_and_checked_without_the_access_token(gitlab: GitLab) -> None:
    assert gitlab.run("push") == SUCCESS, gitlab.printed
    gitlab.variables.clear()
    assert gitlab.run("merge_request_event") == {"check": "success", "sync": "skipped", "pages": "skipped"}
