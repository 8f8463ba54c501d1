"""What people read of many problems: one line for one cause, one for what is the same in several languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.report.problems import Problem, one_for_all, problem_lines
from tests.conftest import Guide, SpaceFiles, asset, entry, link

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.stub import Reply, Request


def dead(locale: str, message: str) -> Problem:
    return Problem("warning", "link-dead", message, "entry:a", locale, "body")


def test_same_warning_in_several_languages_stands_once_and_names_them() -> None:
    found = [dead(code, f"entry:a, body ({code}) links to /x") for code in ("en", "de", "ar")]
    assert [one.message for one in one_for_all(found, by_cause=True)] == ["entry:a, body (en, de, ar) links to /x"]
    found = [dead(code, "entry:a in body: no such page") for code in ("en", "de")]
    assert [one.message for one in one_for_all(found, by_cause=False)] == ["entry:a in body: no such page (in en, de)"]
    found = [dead(code, f"entry:a has no Title in {code}: translate it") for code in ("en", "en-GB")]
    assert [one.message for one in one_for_all(found, by_cause=True)] == [
        "entry:a has no Title in en, en-GB: translate it"
    ]


def test_warnings_that_say_something_else_in_each_language_stay() -> None:
    found = [dead("en", "entry:a, body (en) links to /x"), dead("de", "entry:a, body (de) links to /y")]
    assert one_for_all(found, by_cause=True) == found
    assert one_for_all(found[:1] * 2, by_cause=True) == found[:1]


def test_problems_of_one_cause_are_counted_in_one_line_unless_all_are_asked_for() -> None:
    cause = "pages failed: it"
    found = [Problem("error", "page-failed", f"entry:{n}: it", f"entry:{n}", "en", cause=cause) for n in "abc"]
    assert problem_lines(found, verbose=False) == ["error: 3 pages failed: it (the first: entry:a in en) [page-failed]"]
    assert len(problem_lines(found, verbose=True)) == 3
    assert problem_lines(found[:1], verbose=False) == ["error: entry:a: it [page-failed]"]


def test_template_that_fails_on_every_page_is_one_line(guide: Guide, space: SpaceFiles) -> None:
    for number in range(30):
        space.put(entry("place", f"p{number}", title=f"P {number}", slug=f"p{number}"))
    (guide.root / "templates").mkdir()
    (guide.root / "templates/place.html").write_text("a\n{{ entry.title|nofilter }}\n", "utf-8")
    outcome = guide.run("build")
    assert outcome.code == 1
    [line] = [line for line in outcome.err.splitlines() if "place.html" in line]
    assert line.startswith("error: 34 pages failed: templates/place.html:2: No filter named 'nofilter'")
    assert len(guide.run("render", "-v").err.splitlines()) == 32
    problems = guide.run("render", "--json").json["problems"]
    assert len([one for one in problems if one["code"] == "page-failed"]) == 34


def test_files_that_one_cause_keeps_away_are_one_line(guide: Guide, space: SpaceFiles) -> None:
    for number in range(20):
        space.put(asset(f"a{number}", "a.svg", 5))
    outcome = guide.run("sync")
    assert outcome.code == 3
    [line] = outcome.err.splitlines()
    assert line.startswith("error: 20 files of assets are not among the space's files: ")
    assert "--download-assets" in line
    assert "assets: link" in line


def test_files_of_a_host_that_is_down_are_one_line(remote: Callable[[str], Guide]) -> None:
    import socket

    from tests.support.stub import listing, page, serve

    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # taken, so that nobody else listens there
        host = f"127.0.0.1:{deaf.getsockname()[1]}"
        files = [asset(f"a{number}", "a.svg", 5) for number in range(62)]
        for raw in files:
            raw["fields"]["file"]["en-US"]["url"] = f"//{host}/{raw['sys']['id']}/a.svg"

        def script(request: Request) -> Reply:
            return page(*files, token="t") if request.last == "sync" else listing()

        with serve(script) as stub:
            outcome = remote(stub.url).run("sync", "--deadline", "1")
    assert outcome.code == 3
    [line] = outcome.err.splitlines()
    assert line.startswith(f"error: 62 files of {host} did not come: ")
    assert "refused" in line or "secure" in line


def test_link_that_is_dead_in_every_language_is_one_warning(guide: Guide, space: SpaceFiles) -> None:
    body = {code: f"{code}: [there](/place/nowhere/)" for code in ("en-US", "de-DE", "ar")}
    space.put(entry("place", "gate", title="Gate", slug="gate", body=body, category=link("Entry", "sights")))
    guide.run("build")
    lines = [line for line in guide.run("check").err.splitlines() if "link-dead" in line and "entry:gate" in line]
    assert len(lines) == 1
    assert all(code in lines[0] for code in body)
