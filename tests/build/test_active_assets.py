"""Assets that browsers would run as pages of the guide: their names, where links lead, what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import PICTURE, asset, entry, link

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.conftest import Guide, SpaceFiles

RUNS = b"document.documentElement.setAttribute('data-ran', '1'); window.ran = 1;"
HTML = b"<!DOCTYPE html><title>x</title><script>" + RUNS + b"</script>"
XML = b'<?xml version="1.0"?><d><script xmlns="http://www.w3.org/1999/xhtml">' + RUNS + b"</script></d>"
SVG = PICTURE.replace(b"</svg>", b"<script>" + RUNS + b"</script></svg>").replace(b"<path", b'<path onclick="x()"')
ASSETS = {
    "page": ("page.html", "text/html", HTML),
    "code": ("code.js", "text/javascript", RUNS),
    "data": ("data.xml", "application/xml", XML),
    "pic": ("castle.svg", "image/svg+xml", SVG),
    "track": ("walk.gpx", "application/gpx+xml", XML),
    "letter": ("letter.txt", "text/plain", RUNS),
    "old": ("page.html.bak", "application/octet-stream", HTML),
    "script": ("run.php.txt", "text/plain", RUNS),
}
DOUBLED = ("asset:old", "asset:script")
NAMES = [
    "code/code.js.txt",
    "data/data.xml.txt",
    "letter/letter.txt",
    "old/page.html.bak.txt",
    "page/page.html.txt",
    "pic/castle.svg",
    "script/run-php.txt",
    "track/walk.gpx",
]


@pytest.fixture
def active(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide with assets of every active kind, all linked from the mill."""
    for identifier, (name, kind, data) in ASSETS.items():
        space.put(asset(identifier, name, len(data), 2, kind=kind), file=data)
    body = " ".join(f"[{name}](asset/{identifier})" for identifier, (name, *_) in ASSETS.items())
    space.put(entry("place", "mill", 2, title="The mill", slug="mill", body=body, picture=link("Asset", "page")))
    guide.build()
    return guide


def published(guide: Guide) -> list[str]:
    return sorted(path.removeprefix("site/files/") for path in guide.files("site") if path.startswith("site/files/"))


def keep(guide: Guide) -> None:
    with (guide.root / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("content: {active: keep}\n")


def test_names_links_and_copies_agree(active: Guide) -> None:
    assert published(active) == NAMES
    page = active.page("/place/mill/")
    for name in NAMES:
        assert f'href="../../files/{name}"' in page
    assert 'page.html"' not in page
    codes = {problem["code"] for problem in active.run("check", "--json").json["problems"]}
    assert "page-link-dead" not in codes


def test_no_bytes_and_no_name_of_an_active_asset_run(active: Guide) -> None:
    files = active.files("site/files")
    for name in ("pic/castle.svg", "track/walk.gpx"):
        assert b"script" not in files[f"site/files/{name}"]
        assert b"ran" not in files[f"site/files/{name}"]
    assert b'<path d="M0 0h3v2H0z"/>' in files["site/files/pic/castle.svg"]
    assert files["site/files/page/page.html.txt"] == HTML


def test_opened_active_asset_does_not_run(active: Guide, browser: Browser) -> None:
    opened = browser.new_page()
    try:
        for name in (name for name in NAMES if not name.endswith(".gpx")):  # which Chromium downloads
            opened.goto((active.root / "site/files" / name).as_uri())
            assert opened.evaluate("window.ran") is None
        keep(active)
        assert active.run("render").code == 0
        for name in ("page/page.html", "data/data.xml", "pic/castle.svg"):
            opened.goto((active.root / "site/files" / name).as_uri())
            assert opened.evaluate("window.ran") == 1, "the test sees what runs"
    finally:
        opened.close()


def test_check_names_every_active_asset_and_what_happens_to_it(active: Guide) -> None:
    found = [problem for problem in active.run("check", "--json").json["problems"] if problem["code"] == "asset-active"]
    messages = {problem["item"]: problem["message"] for problem in found}
    assert set(messages) == {"asset:page", "asset:code", "asset:data", "asset:pic", "asset:track", *DOUBLED}
    assert "files/script/run-php.txt" in messages["asset:script"]
    assert "files/page/page.html.txt" in messages["asset:page"]
    assert "scripts are left out" in messages["asset:pic"]
    assert "empty" in messages["asset:track"]
    assert {problem["severity"] for problem in found} == {"warning"}
    keep(active)
    kept = [problem for problem in active.run("check", "--json").json["problems"] if problem["code"] == "asset-active"]
    assert {problem["item"] for problem in kept} == set(messages)
    assert all("its scripts run" in problem["message"] for problem in kept)


def test_picture_without_active_content_is_no_problem(guide: Guide) -> None:
    guide.build()
    assert "asset-active" not in guide.run("check").out + guide.run("check").err


def test_switching_the_option_and_back_gives_the_same_guide(active: Guide) -> None:
    before = {path: data for path, data in active.files("site").items() if "/updates/" not in path}
    keep(active)
    assert active.run("render").code == 0
    files = active.files("site/files")
    assert {path.removeprefix("site/files/"): data for path, data in files.items()} == {
        f"{identifier}/{name}": data for identifier, (name, _, data) in ASSETS.items()
    }
    assert 'href="../../files/page/page.html"' in active.page("/place/mill/")
    text = (active.root / "site.yaml").read_text("utf-8").replace("active: keep", "active: rename")
    (active.root / "site.yaml").write_text(text, "utf-8")
    assert active.run("render").code == 0
    assert {path: data for path, data in active.files("site").items() if "/updates/" not in path} == before


def test_unchanged_picture_is_not_copied_again(active: Guide) -> None:
    mtimes = active.mtimes()
    assert active.build()["render"]["written"] == 0
    assert {path: time for path, time in active.mtimes().items() if path.startswith("site/files")} == {
        path: time for path, time in mtimes.items() if path.startswith("site/files")
    }
