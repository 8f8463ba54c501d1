"""The dev server: what changed is what reloads, errors are shown until mended, site/ is as a build would leave it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from exporter.core.errors import ConfigError, GuardError
from exporter.serve import dev_server, watching
from exporter.serve.dev_server import LATE, QUIET_BEFORE_PUBLISHING
from tests.conftest import PICTURE, asset, entry, link
from tests.serve.conftest import assert_as_from_scratch, edit, pages_of, serving, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles
    from tests.serve.conftest import Events, Serving

CASTLE, MILL = "place/castle/index.html", "place/mill/index.html"


def shows(served: Serving, words: str) -> bool:
    return words in served.ask("/place/castle/").text


def has_heard(events: Events) -> bool:
    return CASTLE in events.changed


def started(guide: Guide, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, as another terminal does."""
    command = [sys.executable, "-m", "exporter", "-C", str(guide.root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_pages_are_served_with_the_script_and_files_without_it(served: Serving) -> None:
    page = served.ask("/place/castle/")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert f'data-page="{CASTLE}"' in page.text
    assert "</script>\n</head>" in page.text
    on_disk = (served.guide.root / "site" / CASTLE).read_text("utf-8")
    start, end = page.text.index('<script src="/-/'), page.text.index("</head>")
    assert page.text[:start] + page.text[end:] == on_disk
    assert served.ask("/style.css").body == (served.guide.root / "site/style.css").read_bytes()
    assert served.ask("/files/pic/castle.svg").headers["Content-Type"] == "image/svg+xml"
    for name in ("client.js", "worker.js"):
        assert served.ask(f"/-/{name}").headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_folder_without_a_slash_leads_to_its_page_and_nothing_to_a_404(served: Serving) -> None:
    moved = served.ask("/place/castle?a=b")
    assert (moved.status, moved.headers["Location"]) == (302, "/place/castle/?a=b")
    missing = served.ask("/place/nowhere/")
    assert missing.status == 404
    assert 'data-page="place/nowhere/index.html"' in missing.text
    assert served.ask("/style.css/").status == 404
    head = served.ask("/place/castle/", "HEAD")
    assert (head.status, head.body) == (200, b"")


def files_written(served: Serving) -> int:
    """Return how many files all rounds after the first have written; an edit may end a round, and another goes on."""
    lines = "\n".join(served.lines.shown[1:])
    return sum(int(number) for number in re.findall(r"(\d+) files? written", lines))


def test_edited_template_reloads_the_open_pages_whose_bytes_changed(served: Serving) -> None:
    with served.events(CASTLE, "index.html") as events:
        edit(served.guide, "{{ entry.title }} again")
        until(lambda: CASTLE in events.changed, "the page")
        assert events.changed == {CASTLE}
        assert "The castle again" in served.ask("/place/castle/").text
    until(lambda: files_written(served) == 4)
    assert_as_from_scratch(served.guide)


def test_page_whose_bytes_stay_is_not_reloaded(served: Serving) -> None:
    edit(served.guide, "{{ entry.title }}")
    until(lambda: files_written(served) == 4)
    with served.events(CASTLE) as events:
        edit(served.guide, "{{ entry.title }}{# nothing that shows #}")
        until(lambda: "templates/place.html: no file of site/ differs" in "".join(served.lines.shown))
        assert events.changed == set()


def test_edited_entry_of_a_local_space_reloads_its_page(served: Serving, space: SpaceFiles) -> None:
    with served.events(MILL) as events:
        space.put(entry("place", "mill", 2, title="The old mill", slug="mill", category=link("Entry", "sights")))
        until(lambda: MILL in events.changed, "the page")
        assert "The old mill" in served.ask("/place/mill/").text
    assert_as_from_scratch(served.guide)


def test_style_and_picture_are_told_of_without_a_page(served: Serving, space: SpaceFiles) -> None:
    with served.events("index.html") as events:
        edit(served.guide, "body { color: teal }", "static/style.css")
        until(lambda: "style.css" in events.changed, "the style")
        space.write("files/pic/castle.svg", PICTURE.replace(b"h3v2H0z", b"h2v1H0z"))
        space.put(asset("pic", "castle.svg", len(PICTURE), 2))  # which makes it a change of the space
        until(lambda: "files/pic/castle.svg" in events.changed, "the picture")
        assert "index.html" not in events.changed
    assert served.ask("/style.css").text == "body { color: teal }"


def test_new_page_is_never_a_404_once_its_entry_is_saved(served: Serving, space: SpaceFiles) -> None:
    path = "place/tower/index.html"
    assert served.ask("/place/tower/").status == 404
    with served.events(path, epoch=served.epoch("/place/tower/")) as events:
        space.put(entry("place", "tower", title="The tower", slug="tower"))
        until(lambda: path in events.changed, "the page")
        assert served.ask("/place/tower/").status == 200
        space.remove("entries/place/tower.json")
        until(lambda: len(events.told) > 2 and served.ask("/place/tower/").status == 404)
    assert_as_from_scratch(served.guide)


def test_nothing_is_missed_between_the_load_of_a_page_and_its_stream(served: Serving) -> None:
    epoch = served.epoch("/place/castle/")
    edit(served.guide, "{{ entry.title }} again")
    until(lambda: "again" in served.ask("/place/castle/").text)
    with served.events(CASTLE, epoch=epoch) as events:
        until(lambda: CASTLE in events.changed, "the change from before the stream")
    with served.events(CASTLE) as events:
        assert events.changed == set()


def test_page_of_an_earlier_server_is_told_that_anything_may_have_changed(served: Serving) -> None:
    with served.events(CASTLE, epoch=1) as events:
        assert events.told[0]["everything"] is True


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("one\n{{ nonsense() }}", 2, "'nonsense' is undefined"),
        ("one\ntwo\n{% if %}", 3, "Expected an expression"),
        ("{% include 'no.html' %}", 1, "there is no template no.html"),
    ],
)
def test_broken_template_is_shown_with_its_lines_until_it_is_mended(
    served: Serving, text: str, line: int, words: str
) -> None:
    good = served.ask("/place/castle/").text
    with served.events(CASTLE) as events:
        assert events.failures == []
        edit(served.guide, text)
        until(lambda: events.failures, "the failure")
        failure = until(lambda: [found for found in events.failures if "pages failed" in found["message"]])[0]
        assert (failure["file"], failure["line"]) == ("templates/place.html", line)
        assert words in failure["message"]
        assert [line, text.splitlines()[line - 1]] in failure["lines"]
        assert any(failure["message"] in wrong for wrong in until(lambda: served.lines.wrong))
        assert served.ask("/place/castle/").text == good
        edit(served.guide, "{{ entry.title }} mended")
        until(lambda: events.failures == [], "the end of the failure")
        assert CASTLE in events.changed


def test_page_that_never_rendered_has_an_error_page_that_goes_away(guide: Guide) -> None:
    edit(guide, "{{ nonsense() }}")
    with serving(guide) as served:
        answer = served.ask("/place/castle/")
        assert answer.status == 500
        assert "data-epoch" in answer.text
        with served.events(CASTLE, epoch=served.epoch("/place/castle/")) as events:
            assert "nonsense" in events.failures[0]["message"]
            edit(guide, "{{ entry.title }}")
            until(lambda: CASTLE in events.changed, "the page")
            until(lambda: events.failures == [], "the end of the failure")
        assert served.ask("/place/castle/").status == 200


def test_mistake_in_site_yaml_is_shown_with_its_line_and_goes_away(served: Serving) -> None:
    file = served.guide.root / "site.yaml"
    good = file.read_text("utf-8")
    with served.events("index.html") as events:
        file.write_text(f"{good}titel: x\n", "utf-8")
        failure = until(lambda: events.failures, "the failure")[0]
        assert (failure["file"], failure["line"]) == ("site.yaml", 4)
        assert "titel" in failure["message"]
        assert [4, "titel: x"] in failure["lines"]
        assert any(failure["message"] in line for line in served.lines.wrong)
        assert served.ask("/").status == 200
        file.write_text(good.replace("Small guide", "Smaller guide"), "utf-8")
        until(lambda: events.failures == [], "the end of the failure")
        until(lambda: "index.html" in events.changed, "the page")


def test_broken_entry_is_shown_and_goes_away(served: Serving) -> None:
    file = served.guide.root / "content/entries/place/mill.json"
    good = file.read_bytes()
    with served.events("index.html") as events:
        file.write_bytes(b"{")
        failure = until(lambda: events.failures, "the failure")[0]
        assert failure["message"].startswith("content/entries/place/mill.json:1: not JSON: ")
        assert failure["lines"] == [[1, "{"]]
        assert served.ask("/place/mill/").status == 200
        file.write_bytes(good)
        until(lambda: events.failures == [], "the end of the failure")


@pytest.mark.parametrize("later", [0.0, 2 * LATE])
def test_entry_edited_amid_the_round_of_a_sync_is_not_taken_for_a_part_of_it(
    served: Serving, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch, later: float
) -> None:
    """It is edited by hand after the round has planned: at once, when the sync's own files are reported, or later."""
    import exporter.jobs as api

    mill = served.guide.root / "content/entries/place/mill.json"
    render, edits = api.render, [mill.read_text("utf-8").replace("The mill", "By hand")]

    def and_it_is_edited(*arguments: Any, **options: Any) -> Any:
        done = render(*arguments, **options)
        if edits and done.render is not None and done.render.written:
            time.sleep(later)
            mill.write_text(edits.pop(), "utf-8")
            time.sleep(later)
        return done

    monkeypatch.setattr(api, "render", and_it_is_edited)
    monkeypatch.setattr(dev_server, "QUIET_BEFORE_PUBLISHING", 3600.0)  # a round that would make up for it
    space.put(entry("place", "castle", 2, title="Another castle", slug="castle"))
    until(lambda: "By hand" in served.ask("/place/mill/").text)


@pytest.fixture
def _long_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit is over after a second, since this machine may pause amid one."""
    monkeypatch.setattr(watching, "_QUIET", 1.0)


@pytest.mark.usefixtures("_long_quiet")
def test_save_by_rename_is_one_build(served: Serving) -> None:
    edit(served.guide, "{{ entry.title }}")
    until(lambda: files_written(served) == 4)
    before = len(served.lines.shown)
    folder = served.guide.root / "templates"
    (folder / "4913").write_text("", "utf-8")
    (folder / "4913").unlink()
    (folder / "place.html").rename(folder / "place.html~")
    (folder / "place.html").write_text("{{ entry.title }} renamed", "utf-8")
    (folder / "place.html~").unlink()
    until(lambda: "renamed" in served.ask("/place/castle/").text)
    until(lambda: len(served.lines.shown) > before)
    until(lambda: files_written(served) >= 8)
    assert files_written(served) == 8


@pytest.mark.usefixtures("_long_quiet")
def test_checkout_of_many_files_is_one_build(served: Serving) -> None:
    content = served.guide.root / "content/entries/place"
    castle = (content / "castle.json").read_text("utf-8")
    for number in range(300):
        text = castle.replace('"castle"', f'"castle{number}"').replace("The castle", f"Castle {number}")
        (content / f"castle{number}.json").write_text(text, "utf-8")
    until((served.guide.root / "site/place/castle299/index.html").exists)
    until(lambda: any("files written" in line for line in served.lines.shown[2:]))
    assert len([line for line in served.lines.shown[2:] if "files written" in line]) == 1


def test_folder_of_templates_that_comes_later_is_watched(guide: Guide) -> None:
    with serving(guide) as served:
        edit(guide, "{{ entry.title }} first")
        until(partial(shows, served, "first"))
        edit(guide, "{{ entry.title }} second")
        until(partial(shows, served, "second"))
        shutil.rmtree(guide.root / "templates")
        until(lambda: not shows(served, "second"))
        edit(guide, "{{ entry.title }} third")
        until(partial(shows, served, "third"))


def test_files_are_polled_where_that_is_asked_for(guide: Guide) -> None:
    with serving(guide, poll=True) as served, served.events(CASTLE) as events:
        edit(guide, "{{ entry.title }} polled")
        until(lambda: CASTLE in events.changed, "the page")
        (guide.root / "templates/place.html").unlink()
        until(lambda: "polled" not in served.ask("/place/castle/").text)


def test_deleted_site_comes_back_with_the_next_request(served: Serving) -> None:
    before = pages_of(served.guide)
    (served.guide.root / "site").rename(served.guide.root / "gone")  # at once, whatever the server writes meanwhile
    assert served.ask("/place/castle/").status == 200
    until(lambda: pages_of(served.guide) == before, "site/")


def test_installed_guide_is_taken_off_the_browser_unless_it_is_asked_for(guide: Guide) -> None:
    (guide.root / "site.yaml").write_text((guide.root / "site.yaml").read_text("utf-8").replace("false", "true"))
    with serving(guide) as served:
        worker = served.ask("/sw.js")
        assert worker.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert "unregister" in worker.text
        assert worker.body != (guide.root / "site/sw.js").read_bytes()
    with serving(guide, offline=True) as served:
        assert served.ask("/sw.js").body == (guide.root / "site/sw.js").read_bytes()


def test_server_writes_no_updates_for_readers_and_the_next_build_brings_them(guide: Guide) -> None:
    offer_offline(guide)
    with serving(guide) as served:
        for text in ("one", "two"):
            edit(guide, f"{{{{ entry.title }}}} {text}")
            until(partial(shows, served, f"The castle {text}"))
        time.sleep(QUIET_BEFORE_PUBLISHING + 0.5)
        assert not (guide.root / "site/updates").exists()
    assert guide.build()["render"]["written"] == 0
    assert (guide.root / "site/updates/chains.json").is_file()


def offer_offline(guide: Guide) -> None:
    """Let a guide be kept on devices."""
    file = guide.root / "site.yaml"
    file.write_text(file.read_text("utf-8").replace("false", "true"), "utf-8")


def test_readers_updates_follow_once_it_is_quiet_if_the_guide_is_served_as_an_offline_one(guide: Guide) -> None:
    offer_offline(guide)
    with serving(guide, offline=True) as served:
        chains = guide.root / "site/updates/chains.json"
        before = chains.read_bytes()
        edit(guide, "{{ entry.title }} for readers")
        until(lambda: "for readers" in served.ask("/place/castle/").text)
        until(lambda: chains.read_bytes() != before, "the update")
    assert guide.build()["render"]["written"] == 0


def test_build_beside_a_server_is_no_harm_and_reloads_what_is_open(served: Serving) -> None:
    for number in range(3):
        edit(served.guide, f"{{{{ entry.title }}}} {number}")
        while (done := started(served.guide, "build")).returncode == 4:
            assert "is running in this folder" in done.stderr
        assert done.returncode == 0
        until(partial(shows, served, f"The castle {number}"))
    assert_as_from_scratch(served.guide)


def test_server_waits_for_another_run_and_says_so_once(served: Serving) -> None:
    holder = (
        "import sys, time; from pathlib import Path; from exporter.core.files import exclusive_lock\n"
        "from exporter.core.errors import GuardError\n"
        "while True:\n"
        "    try:\n"
        "        with exclusive_lock(Path(sys.argv[1])): print(flush=True); time.sleep(60)\n"
        "    except GuardError: time.sleep(0.01)\n"
    )
    command = [sys.executable, "-c", holder, str(served.guide.root / ".export/lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        edit(served.guide, "{{ entry.title }} later")
        until(lambda: served.lines.wrong)
        time.sleep(2)
        assert [f"process {other.pid} is running in this folder" in line for line in served.lines.wrong] == [True]
        other.kill()
    until(partial(shows, served, "later"))


def test_second_server_in_a_folder_names_the_first(served: Serving) -> None:
    done = started(served.guide, "serve", "--port", "0")
    assert done.returncode == 4
    assert done.stderr == (
        f"error: this guide is being served already at http://localhost:{served.port}/: open that, or stop it first\n"
    )


def test_default_port_moves_on_and_a_named_one_does_not(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"port {port} is taken by .* \(process {os.getpid()}\): stop that"):
            serving(guide, port=port).__enter__()
        assert not (guide.root / "site").exists()
        monkeypatch.setattr("exporter.serve.http.ports.DEFAULT_PORT", port)
        with serving(guide, port=None) as served:
            assert port < served.port < port + 20


def test_listening_everywhere_is_said(guide: Guide) -> None:
    with serving(guide, host="0.0.0.0") as served:
        assert "everybody on this machine's networks can read the guide" in served.lines.wrong[0]
        assert served.ask("/", Host=f"127.0.0.1:{served.port}").status == 200
        assert served.ask("/", Host=f"10.11.12.13:{served.port}").status == 403


def test_name_that_is_allowed_is_answered(guide: Guide) -> None:
    with serving(guide, allowed=("tunnel.example",)) as served:
        assert served.ask("/", Host="tunnel.example").status == 200
        assert served.ask("/", Host="other.example").status == 403


def test_folder_that_is_not_a_guides_is_not_served(guide: Guide) -> None:
    (guide.root / "site").mkdir()
    (guide.root / "site/diary.txt").write_text("mine", "utf-8")
    with pytest.raises(GuardError, match="holds files but not the mark"):
        serving(guide).__enter__()
    assert [path.name for path in (guide.root / "site").iterdir()] == ["diary.txt"]


UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "bytes": (lambda file: file.write_bytes(b"\xff\xfe"), "place.html is not text in UTF-8"),
    **({"mode": (lambda file: file.chmod(0), "may not be used")} if os.name != "nt" and os.geteuid() != 0 else {}),
}
"""How a template becomes unreadable, and what is said; root may read every file."""


@pytest.mark.parametrize("how", UNREADABLE)
def test_unreadable_template_is_one_sentence(served: Serving, how: str) -> None:
    spoil, words = UNREADABLE[how]
    edit(served.guide, "{{ entry.title }}")
    until(lambda: files_written(served) == 4)
    with served.events(CASTLE) as events:
        spoil(served.guide.root / "templates/place.html")
        assert words in until(lambda: events.failures, "the failure")[0]["message"]
        (served.guide.root / "templates/place.html").chmod(0o644)
        edit(served.guide, "{{ entry.title }} again")
        until(lambda: events.failures == [], "the end of the failure")


def test_full_disk_is_one_sentence_and_the_old_guide_stays(served: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    import exporter.build.output as module

    def full(path: str, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", path)

    before = served.ask("/place/castle/").text
    with served.events(CASTLE) as events:
        with monkeypatch.context() as patched:
            patched.setattr(module, "write_bytes", full)
            edit(served.guide, "{{ entry.title }} more")
            failure = until(lambda: events.failures, "the failure")[0]
            assert failure["message"].startswith("no space is left on the disk")
            assert served.ask("/place/castle/").text == before
        edit(served.guide, "{{ entry.title }} even more")
        until(lambda: events.failures == [], "the end of the failure")
        assert "even more" in served.ask("/place/castle/").text


def test_eight_pages_hear_of_their_changes(served: Serving) -> None:
    from contextlib import ExitStack

    with ExitStack() as stack:
        opened = [stack.enter_context(served.events(CASTLE)) for _ in range(8)]
        edit(served.guide, "{{ entry.title }} for all")
        for events in opened:
            until(partial(has_heard, events))
    assert threading.active_count() < 60


def test_lines_are_only_shown_for_what_was_done(served: Serving) -> None:
    assert served.lines.shown[1:] == [f"serving http://localhost:{served.port}/ (Ctrl-C ends it)"]
    assert served.lines.wrong == []


def test_edit_ends_the_publishing_of_the_one_before_and_nothing_is_lost(
    guide: Guide, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers' updates are brought up to date by a process of its own; here it holds the folder until it is ended."""
    offer_offline(guide)
    holder = (
        "import sys, time; from pathlib import Path; from exporter.core.files import exclusive_lock\n"
        "with exclusive_lock(Path(sys.argv[1])): Path(sys.argv[2]).touch(); time.sleep(60)"
    )
    held = guide.root.with_name("held")
    with serving(guide, offline=True) as served, monkeypatch.context() as patched:
        command = [sys.executable, "-c", holder, str(guide.root / ".export/lock"), str(held)]
        patched.setattr(served.server._publisher, "_command", command)
        edit(guide, "{{ entry.title }} one")
        until(held.exists, "the process")
        with served.events(CASTLE) as events:
            edit(guide, "{{ entry.title }} two")
            until(partial(has_heard, events), "the page")
            assert not any(news["everything"] for news in events.told)
        assert "two" in served.ask("/place/castle/").text
    assert guide.build()["reader"]["en-US"]["changed"] > 0


def test_what_stays_wrong_is_said_once_and_again_after_the_next_edit(served: Serving) -> None:
    sentence = "error: 4 pages failed: templates/place.html:1: the entry has no field 'titel' (the first: "
    for text in ("{{ entry.titel.x() }}", "{{ entry.titel.x() }} still"):
        before = len(served.lines.shown)
        edit(served.guide, text)
        until(partial(is_said, served, before, "templates/place.html: 4 pages failed"), "the failure")
        time.sleep(0.2)  # its sentence follows that line
        shown, wrong = [*served.lines.shown], [*served.lines.wrong]
        assert wrong[-1].startswith(sentence)
        time.sleep(QUIET_BEFORE_PUBLISHING + 1)
        assert (served.lines.shown, served.lines.wrong) == (shown, wrong)


def test_edit_that_is_written_in_two_goes_is_told_once(served: Serving) -> None:
    for _ in range(2):
        before = len(served.lines.shown)
        edit(served.guide, "{{ entry.titel.x() }}")
        until(partial(is_said, served, before, "templates/place.html: 4 pages failed"), "the failure")
    time.sleep(0.2)
    assert len([line for line in served.lines.wrong if "pages failed" in line]) == 1
    before = len(served.lines.shown)
    edit(served.guide, "{{ entry.title }}")
    until(partial(is_said, served, before, "written"), "the good page")
    edit(served.guide, "{{ entry.titel.x() }}")
    until(lambda: len([line for line in served.lines.wrong if "pages failed" in line]) == 2, "the failure again")


def is_said(served: Serving, before: int, words: str) -> bool:
    return any(words in line for line in served.lines.shown[before:])


def test_broken_entry_is_shown_with_its_line_and_the_lines_around_it(served: Serving) -> None:
    file = served.guide.root / "content/entries/place/mill.json"
    good = file.read_text("utf-8")
    with served.events("index.html") as events:
        file.write_text(good.replace('"fields": {', '"fields": ['), "utf-8")
        failure = until(lambda: events.failures, "the failure")[0]
        assert failure["file"] == "content/entries/place/mill.json"
        assert [failure["line"], good.splitlines()[failure["line"] - 1]] in failure["lines"]
        file.write_text(good, "utf-8")
        until(lambda: events.failures == [], "the end of the failure")
