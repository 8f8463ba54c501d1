"""Printed output: no access token in any form, no error if nobody reads it, only errors with -q."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.conftest import ACCESS_TOKEN, Guide, entry, link
from tests.support.stub import Reply, Request, error, listing, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Outcome, SpaceFiles

ODD_TOKEN = "CFPAT/odd+token=with-signs_0123456789"
REPEATED = {
    "plain": lambda token: f"Bearer {token}",
    "percent": lambda token: quote(token, safe=""),
    "every character": lambda token: "".join(f"%{ord(char):02x}" for char in token),
    "base64": lambda token: base64.b64encode(f"Bearer {token}".encode()).decode(),
    "base64 in an address": lambda token: base64.urlsafe_b64encode(f"x:{token}".encode()).decode(),
}


def parts(token: str) -> list[str]:
    """Return the strings that no output may contain: the token and parts of its encoded forms."""
    encoded = [base64.b64encode(b"?" * before + token.encode()).decode()[4:-4] for before in range(3)]
    return [token, quote(token, safe=""), token[4:20], *encoded, *(quote(text, safe="") for text in encoded)]


@pytest.mark.parametrize("form", REPEATED)
@pytest.mark.parametrize("token", [ACCESS_TOKEN, ODD_TOKEN])
def test_token_that_the_service_repeats_is_in_no_output(
    remote: Callable[[str], Guide], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, token: str
) -> None:
    def script(request: Request) -> Reply:
        return error(400, "BadRequest", f"odd header {REPEATED[form](token)} end") if request.last else listing()

    summary = tmp_path / "summary.md"
    with serve(script) as stub:
        guide = remote(stub.url)
        monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", token)
        outcomes = [guide.run("build"), guide.run("build", "--json", "-v"), guide.run("status")]
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
        outcomes += [guide.run("sync"), guide.run("sync", "--json")]
    printed = "".join(outcome.out + outcome.err for outcome in outcomes) + summary.read_text("utf-8")
    assert [outcome.code for outcome in outcomes] == [3] * 5
    assert "odd header" in printed
    assert [part for part in parts(token) if part in printed or part in printed.replace("\\", "")] == []


def test_token_in_the_env_file_is_in_no_output(remote: Callable[[str], Guide], monkeypatch: pytest.MonkeyPatch) -> None:
    other = "CFPAT-another-token-that-is-not-used-0123"
    with serve(lambda _request: error(400, "BadRequest", f"odd {other} and {ACCESS_TOKEN}")) as stub:
        guide = remote(stub.url)
        monkeypatch.delenv("CONTENTFUL_ACCESS_TOKEN")
        (guide.root / ".env").write_text(
            f"CONTENTFUL_ACCESS_TOKEN={ACCESS_TOKEN}\nCONTENTFUL_PREVIEW_TOKEN='{other}' # not used\n", "utf-8"
        )
        outcome = guide.run("sync")
    assert (outcome.code, "odd … and …" in outcome.err) == (3, True)
    assert (ACCESS_TOKEN in outcome.err, other in outcome.err) == (False, False)


def test_token_at_the_end_of_a_long_message_is_not_cut_in_half(remote: Callable[[str], Guide]) -> None:
    with serve(lambda _request: error(400, "BadRequest", "x" * 280 + f" {ACCESS_TOKEN}")) as stub:
        outcome = remote(stub.url).run("sync")
    assert outcome.code == 3
    assert ACCESS_TOKEN[:8] not in outcome.err


@pytest.mark.parametrize("options", [(), ("--json",), ("-v",)])
def test_token_in_place_of_the_space_is_refused_by_every_command(
    remote: Callable[[str], Guide], options: tuple[str, ...]
) -> None:
    with serve(lambda _request: listing()) as stub:
        guide = remote(stub.url)
        text = f"title: T\nsource:\n  url: {stub.url}\n  space: ${{CONTENTFUL_ACCESS_TOKEN}}\n"
        (guide.root / "site.yaml").write_text(text, "utf-8")
        outcomes = [guide.run(command, *options) for command in ("build", "sync", "render", "status", "check")]
    printed = "".join(outcome.out + outcome.err for outcome in outcomes)
    assert [outcome.code for outcome in outcomes] == [2] * 5
    assert printed.count("site.yaml:4: source.space: this is the access token: put the id of the space here") == 5
    assert (ACCESS_TOKEN in printed, stub.requests, guide.files()) == (False, [], {})


def test_defect_of_the_program_is_reported_without_tokens(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import os, sys, exporter.jobs; from exporter.cli import commands\n"
        "def broken(*_, **__): raise RuntimeError('odd ' + os.environ['CONTENTFUL_ACCESS_TOKEN'])\n"
        "exporter.jobs.check = broken\n"
        "commands.main()"
    )
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", ACCESS_TOKEN)
    command = [sys.executable, "-c", code, "check", "-C", str(guide.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "RuntimeError: odd …"
    assert ACCESS_TOKEN not in done.stderr


def unread(guide: Guide, *arguments: str, both: bool = False) -> tuple[int, str]:
    """Run the program with nobody reading its output; return its exit code and its standard error."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "exporter", "-C", str(guide.root), *arguments]
    done = subprocess.run(command, stdout=writer, stderr=writer if both else subprocess.PIPE, text=True, check=False)
    os.close(writer)
    return done.returncode, done.stderr or ""


def test_closed_output_is_no_error(guide: Guide, space: SpaceFiles) -> None:
    assert unread(guide, "status") == (1, "")
    assert unread(guide, "build", "-v") == (0, "")
    assert (guide.root / "site/index.html").is_file()
    assert unread(guide, "status", "--json") == (0, "")
    assert unread(guide, "--help") == (0, "")
    assert unread(guide, "--version") == (0, "")
    space.put(entry("place", "gate", title="Gate", slug="gate", category=link("Entry", "gone")))
    assert unread(guide, "build", both=True)[0] == 0
    assert unread(guide, "check", "--strict", both=True)[0] == 1


def test_head_may_read_only_the_first_lines(guide: Guide) -> None:
    shell = f'"{sys.executable}" -m exporter -C "{guide.root}" status | head -n 1'
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False)
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device here")  # noqa: PTH110 - a device
def test_output_that_cannot_be_written_is_an_error(guide: Guide) -> None:
    command = [sys.executable, "-m", "exporter", "-C", str(guide.root), "status"]
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - a device
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr.startswith("error: no space is left on the disk for standard output: free some")


def test_quiet_prints_only_errors(guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    space.put(entry("place", "gate", title="Gate", slug="gate", category=link("Entry", "gone")))
    space.put(entry("place", "mill", title="The mill"))
    assert guide.run("build", "-q").err == ""
    outcome = guide.run("check", "-q")
    assert (outcome.code, outcome.out) == (1, "")
    assert [row.partition(":")[0] for row in outcome.err.splitlines()] == ["error"]
    assert {row.partition(":")[0] for row in guide.run("check").err.splitlines()} == {"error", "warning"}
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    outcome = guide.run("check", "-q")
    assert [row.partition(" ")[0] for row in outcome.err.splitlines()] == ["::error"]


@pytest.mark.parametrize("name", [".export", ".syncstate", "content", "content/entries", "content/moved.json"])
def test_obstacle_at_a_path_of_the_program_is_named(guide: Guide, name: str) -> None:
    path = guide.root / name
    path.parent.mkdir(exist_ok=True)
    is_folder = name in (".export", "content", "content/entries")
    path.write_text("mine", "utf-8") if is_folder else (path / "mine").mkdir(parents=True)
    outcome = guide.run("sync")
    assert outcome.code == 4, outcome
    wrong, needed = ("file", "folder") if is_folder else ("folder", "file")
    assert outcome.err == (
        f"error: {path} is a {wrong} where a {needed} is needed: move it away, then run again; nothing is lost\n"
    )


def test_no_token_is_read_if_nothing_is_printed(call: Callable[..., Outcome], guide: Guide) -> None:
    (guide.root / ".env").write_bytes(b"\xff")
    assert call("-C", str(guide.root), "-q", "build").code == 0
