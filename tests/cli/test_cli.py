"""The command line: every failure ends in one clear sentence with its exit code, and nothing is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from exporter import __version__
from tests.conftest import ACCESS_TOKEN, PICTURE, Guide, Outcome, SpaceFiles, asset, entry, locale
from tests.support.stub import Reply, Request, error, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable


def answers(*pages: Reply) -> Callable[[Request], Reply]:
    """Return a script that answers for a small space, its sync pages one after the other."""
    left = list(pages)

    def script(request: Request) -> Reply:
        if request.last == "sync":
            return left.pop(0)
        if request.path.endswith(".svg"):
            return Reply(PICTURE)
        return listing(*([locale("en-US", default=True)] if request.last == "locales" else []))

    return script


def test_pages_are_requested_by_token_only_at_the_configured_url(remote: Callable[[str], Guide]) -> None:
    first, second = (entry("place", name, title=name) for name in ("a", "b"))
    with serve(answers(page(first, token="p2", last=False), page(second, token="s1"))) as stub:
        guide = remote(stub.url)
        assert guide.run("sync").code == 0
        requests = stub.requests_for("sync")
    assert [request.path for request in requests] == ["/spaces/far/environments/master/sync"] * 2
    assert [request.query for request in requests] == [{"initial": "true", "limit": "1000"}, {"sync_token": "p2"}]
    assert {request.headers["Authorization"] for request in requests} == {f"Bearer {ACCESS_TOKEN}"}
    assert requests[0].headers["X-Contentful-User-Agent"].startswith(f"app contentful-exporter/{__version__}; ")
    assert json.loads((guide.root / ".syncstate").read_text("utf-8"))["token"] == "s1"


def test_newest_revision_of_an_item_wins_within_a_run(remote: Callable[[str], Guide]) -> None:
    new, old = (entry("place", "a", revision, title=f"revision {revision}") for revision in (3, 2))
    gone = {"sys": {"type": "DeletedEntry", "id": "b", "revision": 2, "deletedAt": "2026-02-01T00:00:00.000Z"}}
    back = entry("place", "b", 1, title="older than its deletion")
    with serve(answers(page(new, gone, token="p", last=False), page(old, back, token="s"))) as stub:
        guide = remote(stub.url)
        assert guide.run("sync").code == 0
    names = {path: data for path, data in guide.files("content").items() if path.endswith(".json")}
    assert b"revision 3" in names["content/entries/place/a.json"]
    assert "content/entries/place/b.json" not in names


def test_access_token_is_in_no_file_and_no_output(remote: Callable[[str], Guide]) -> None:
    raw = asset("pic", "a.svg", len(PICTURE))
    raw["fields"]["file"]["en-US"]["url"] = "/far/pic/1/a.svg"
    with serve(answers(page(raw, entry("place", "a", title="A"), token="s"), page(token="s"))) as stub:
        guide = remote(stub.url)
        outcomes = [guide.run("build", "-v"), guide.run("build", "--json")]
        files = [request for request in stub.requests if request.path.endswith(".svg")]
    assert [outcome.code for outcome in outcomes] == [0, 0]
    assert [request.headers.get("Authorization") for request in files] == [None]
    assert [outcome for outcome in outcomes if ACCESS_TOKEN in outcome.out + outcome.err] == []
    assert [
        path for path in guide.root.rglob("*") if path.is_file() and ACCESS_TOKEN.encode() in path.read_bytes()
    ] == []


def test_error_that_repeats_the_tokens_is_reported_without_them(remote: Callable[[str], Guide]) -> None:
    def script(request: Request) -> Reply:
        if request.last == "sync" and "sync_token" not in request.query:
            return page(entry("place", "a", title="A"), token="sync-token-of-the-mirror")
        if request.last == "sync":
            return error(422, "Odd", f"{request.headers['Authorization']} and {request.query['sync_token']} are odd")
        if refusing and request.last == "locales":
            return error(400, "BadRequest", f"odd header {request.headers['Authorization']}")
        return listing(*([locale("en-US", default=True)] if request.last == "locales" else []))

    refusing = False
    with serve(script) as stub:
        guide = remote(stub.url)
        outcomes = [guide.run("sync"), guide.run("sync", "-v")]
        refusing = True
        outcomes += [guide.run("sync"), guide.run("sync", "--json")]
    assert [outcome.code for outcome in outcomes] == [0, 0, 3, 3]
    assert "are odd" in outcomes[1].out
    assert "odd header Bearer …" in outcomes[2].err
    printed = "".join(outcome.out + outcome.err for outcome in outcomes)
    assert [secret for secret in (ACCESS_TOKEN, "sync-token-of-the-mirror") if secret in printed] == []


REFUSALS: list[tuple[Reply, str, str]] = [
    (error(401, "AccessTokenInvalid"), "unauthorized", "CONTENTFUL_ACCESS_TOKEN"),
    (error(403, "AccessDenied", details={"reasons": ["no"]}), "forbidden", "CONTENTFUL_ACCESS_TOKEN"),
    (error(404, "NotFound", details={"sys": {"type": "Space"}}), "not-found", "space far"),
    (error(404, "NotFound", details={"type": "Environment", "id": "master"}), "not-found", "environment master"),
    (error(429, "RateLimitExceeded"), "rate-limit", "run again"),
    (Reply(b"<html>between bytes timeout</html>", 503), "refused", "503"),
    (Reply(b"<html>", 200), "malformed", "no JSON"),
    (Reply({}, 302, {"Location": "http://127.0.0.1:9/elsewhere"}), "redirected", "source.url"),
]


@pytest.mark.parametrize(
    ("refusal", "code", "message"), REFUSALS, ids=[f"{refusal[0].status}-{refusal[2]}" for refusal in REFUSALS]
)
def test_refused_request_says_where_to_look_and_changes_nothing(
    remote: Callable[[str], Guide], refusal: Reply, code: str, message: str
) -> None:
    with serve(lambda _request: refusal) as stub:
        guide = remote(stub.url)
        outcome = guide.run("build", "--json", "--deadline", "1")
        spoken = guide.run("build", "--deadline", "1")
    assert (outcome.code, outcome.json["ok"], outcome.json["exit"]) == (3, False, 3)
    assert outcome.json["error"]["code"] == code
    assert message in outcome.json["error"]["message"]
    assert (spoken.code, spoken.out, spoken.err.count("\n")) == (3, "", 1)
    assert guide.files() == {}


def test_refused_connection_is_reported_at_once_in_one_sentence(remote: Callable[[str], Guide]) -> None:
    outcome = remote("http://127.0.0.1:9").run("sync")
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err == "error: 127.0.0.1:9 could not be asked: Connection refused; check source.url\n"


def test_page_that_is_too_big_is_requested_again_in_smaller_ones(remote: Callable[[str], Guide]) -> None:
    limits = []

    def script(request: Request) -> Reply:
        if request.last != "sync":
            return listing(*([locale("en-US", default=True)] if request.last == "locales" else []))
        if "sync_token" in request.query:
            return error(400, "BadRequest", "Response size too big. Maximum allowed response size: 7340032B.")
        limits.append(int(request.query["limit"]))
        if limits[-1] > 300:
            return error(400, "BadRequest", "Response size too big. Maximum allowed response size: 7340032B.")
        return page(entry("place", "a", len(limits), title="A"), token=f"s{len(limits)}")

    with serve(script) as stub:
        guide = remote(stub.url)
        assert guide.run("sync").code == 0
        assert limits == [1000, 666, 444, 296]
        outcome = guide.run("sync")
    assert (outcome.code, limits[4:]) == (0, [666, 444, 296])
    assert "a full sync with 296 items a page instead" in outcome.out


def test_failure_on_a_later_page_leaves_content_and_token_unchanged(remote: Callable[[str], Guide]) -> None:
    first, second = (entry("place", "a", revision, title=f"{revision}") for revision in (1, 2))
    script = answers(page(first, token="s1"), page(second, token="p2", last=False), error(403, "AccessDenied"))
    with serve(script) as stub:
        guide = remote(stub.url)
        assert guide.run("build").code == 0
        before = guide.files()
        assert guide.run("build").code == 3
    assert guide.files() == before


def test_rejected_sync_token_is_reported_and_leads_to_a_full_sync(remote: Callable[[str], Guide]) -> None:
    old, new = (entry("place", name, title=name) for name in ("old", "new"))
    script = answers(page(old, token="s1"), error(400, "BadRequest", "unknown token"), page(new, token="s2"))
    with serve(script) as stub:
        guide = remote(stub.url)
        assert guide.run("sync").code == 0
        outcome = guide.run("sync")
    assert outcome.code == 0
    assert "no longer knows the sync token" in outcome.out
    assert [path for path in guide.files("content") if path.endswith(("old.json", "new.json"))] == [
        "content/entries/place/new.json"
    ]


def test_missing_token_is_named(guide: Guide) -> None:
    (guide.root / "site.yaml").write_text("title: T\nsource: {space: abc}\n", "utf-8")
    outcome = guide.run("sync")
    assert (outcome.code, outcome.out) == (2, "")
    assert "CONTENTFUL_ACCESS_TOKEN" in outcome.err


def test_wrong_key_in_site_yaml_is_named_with_its_line(guide: Guide) -> None:
    (guide.root / "site.yaml").write_text("titel: T\ntitle: T\nsource: {local: demo}\n", "utf-8")
    outcome = guide.run("build", "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (2, "config-invalid")
    assert outcome.json["error"]["message"].endswith("site.yaml:1: unknown key titel: did you mean title?")


def test_folder_without_site_yaml_is_reported(tmp_path: Path, call: Callable[..., Outcome]) -> None:
    outcome = call("-C", str(tmp_path), "build")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "site.yaml" in outcome.err
    assert list(tmp_path.glob("*/*")) == []


def test_render_without_a_mirror_says_which_command_to_run(guide: Guide) -> None:
    outcome = guide.run("render")
    assert outcome.code == 4
    assert "run sync" in outcome.err


@pytest.mark.parametrize("arguments", [["bild"], ["build", "--ful"], ["build", "-C"], []])
def test_wrong_usage_ends_with_2(call: Callable[..., Outcome], arguments: list[str]) -> None:
    assert call(*arguments).code == 2


def test_options_are_accepted_before_and_after_the_command(guide: Guide, call: Callable[..., Outcome]) -> None:
    root = str(guide.root)
    assert call("--json", "-C", root, "build").json["ok"] is True
    assert call("build", "-C", root, "--json").json["ok"] is True
    assert call("-q", "build", "-C", root) == Outcome(0, "", "")
    (guide.root / "site.yaml").rename(guide.root / "other.yaml")
    assert call("-C", root, "build", "--config", "other.yaml", "-q").code == 0


def test_version_is_that_of_the_package(call: Callable[..., Outcome]) -> None:
    assert call("--version").out == f"exporter, version {__version__}\n"


PROGRAMS = Path(sys.executable).parent


@pytest.mark.parametrize("start", [[PROGRAMS / "export"], [PROGRAMS / "exporter"], [sys.executable, "-m", "exporter"]])
def test_program_starts_by_each_of_its_names(start: list[str], guide: Guide) -> None:
    command = [*start, "-C", str(guide.root), "build", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["ok"], done.stderr) == (0, True, "")


def test_second_run_in_the_same_folder_names_the_running_process(guide: Guide) -> None:
    guide.build()
    code = (
        "import sys; from pathlib import Path; from exporter.core.files import exclusive_lock\n"
        "with exclusive_lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(guide.root / ".export/lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        outcome = guide.run("build")
        other.kill()
    assert outcome.code == 4
    assert f"process {other.pid} is running" in outcome.err
    guide.build()


def test_space_serve_prints_its_address_first_and_serves_until_it_is_stopped(space: SpaceFiles, tmp_path: Path) -> None:
    import urllib.request

    arguments = [sys.executable, "-m", "exporter", "space", "serve", str(space.root), "--state", str(tmp_path / "log")]
    with subprocess.Popen([*arguments, "--token", "t"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        url = server.stdout.readline().decode().strip()
        with urllib.request.urlopen(f"{url}/spaces/small/sync?initial=true&access_token=t") as answer:
            body: dict[str, Any] = json.load(answer)
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 130
    assert len(body["items"]) == 4
    assert (tmp_path / "log/space.db").is_file()
