"""What `offline:` in site.yaml gives readers: what they need to keep the guide, or what takes it off their devices."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from PIL import Image

from exporter.build.client_files import CLIENT
from tests.conftest import DEMO, entry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

ACTIONS = {"install", "pause", "resume", "update", "remove"}
ICONS = {"icon-192.png": 192, "icon-512.png": 512, "apple-touch-icon.png": 180}


def set_offline(guide: Guide, value: str, more: str = "") -> None:
    path = guide.root / "site.yaml"
    kept = [line for line in path.read_text("utf-8").splitlines() if not line.startswith(("offline:", "theme:"))]
    path.write_text("\n".join([*kept, f"offline: {value}", more]), "utf-8")


class Attributes(HTMLParser):
    """The values of an attribute in a page."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.name, self.found = name, list[str]()
        self.feed(text)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == self.name]


@pytest.mark.parametrize("earlier", [True, False], ids=["after an offline guide", "on an empty disk"])
def test_guide_that_is_not_offered_has_only_a_worker_that_removes_itself(guide: Guide, earlier: bool) -> None:
    if earlier:
        set_offline(guide, "true")
        guide.build()
        assert (guide.root / "site/updates/chains.json").is_file()
    set_offline(guide, "false")
    guide.build()
    files = guide.files("site")
    assert files["site/sw.js"] == (CLIENT / "farewell.js").read_bytes()
    set_offline(guide, "true")
    guide.build()
    for_readers = set(guide.files("site")) - set(files)
    assert {path.split("/")[1] for path in for_readers} >= {"updates", "offline", "manifest.webmanifest", *ICONS}
    assert not [path for path, data in files.items() if b"offline/" in data or b"data-guide" in data]


@pytest.mark.parametrize(
    ("value", "to"), [("true", None), ("https://new.example.org/a/", "https://new.example.org/a/")]
)
def test_farewell_is_all_that_is_published_for_readers(guide: Guide, value: str, to: str | None) -> None:
    set_offline(guide, "true")
    guide.build()
    set_offline(guide, f'{{farewell: "{value}"}}')
    guide.build()
    files = guide.files("site")
    updates = {path: json.loads(data) for path, data in files.items() if path.startswith("site/updates/")}
    assert updates == {"site/updates/farewell.json": {"v": 1, "to": to}}
    told = json.dumps(to if to is not None else True)
    assert f"const FAREWELL = {told};".encode() in files["site/sw.js"]
    assert not [path for path in files if path.startswith("site/offline/")]


def test_page_about_reading_offline_has_every_action_in_every_locale_and_every_footer_links_it(guide: Guide) -> None:
    set_offline(guide, "true")
    guide.build()
    site = guide.root / "site"
    for prefix in ("", "de-DE/", "ar/"):
        page = (site / prefix / "offline/index.html").read_text("utf-8")
        assert set(Attributes("data-guide-action", page).found) == ACTIONS
        assert Attributes("data-guide", page).found == ["none"]
    pages = {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in site.rglob("*.html")}
    for path, text in pages.items():
        prefix = next((top for top in ("de-DE/", "ar/") if path.startswith(top)), "")
        links = {urljoin("/" + path, href) for href in Attributes("href", text[text.index("<footer") :]).found}
        assert f"/{prefix}offline/index.html" in links, path


def test_manifest_works_under_any_path_and_has_icons_made_from_the_title(guide: Guide) -> None:
    set_offline(guide, "true", 'theme: {accent: "#123456"}\n')
    guide.build()
    site = guide.root / "site"
    manifest = json.loads((site / "manifest.webmanifest").read_bytes())
    assert {manifest[key] for key in ("id", "start_url", "scope")} == {"./"}
    assert manifest["display"] == "standalone"
    assert all(not PurePosixPath(icon["src"]).is_absolute() for icon in manifest["icons"])
    assert all((site / icon["src"]).is_file() for icon in manifest["icons"])
    for name, size in ICONS.items():
        with Image.open(site / name) as icon:
            assert icon.size == (size, size)
            assert icon.convert("RGB").getpixel((0, 0)) == (0x12, 0x34, 0x56)
    assert 'href="../../manifest.webmanifest"' in guide.page("/place/castle/")


def test_icons_are_made_from_the_logo(guide: Guide) -> None:
    logo = BytesIO()
    Image.new("RGB", (64, 64), "#ff0000").save(logo, "PNG")
    (guide.root / "templates/static").mkdir(parents=True)
    (guide.root / "templates/static/logo.png").write_bytes(logo.getvalue())
    set_offline(guide, "true", "theme: {logo: logo.png}\n")
    guide.build()
    for name, size in ICONS.items():
        with Image.open(guide.root / "site" / name) as icon:
            colours = icon.convert("RGB")
            assert (colours.getpixel((0, 0)), colours.getpixel((size // 2, size // 2))) == (
                (255, 255, 255),
                (255, 0, 0),
            )


def test_report_and_summary_say_what_readers_of_a_locale_pay(
    guide: Guide, space: SpaceFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    set_offline(guide, "true")
    guide.build()
    space.put(entry("place", "mill", 2, title="The mill", slug="mill", body="It turns again."))
    updates = guide.root / "site/updates"
    old = json.loads((updates / "chains.json").read_bytes())["chains"]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    report = guide.build()
    chains = json.loads((updates / "chains.json").read_bytes())["chains"]
    changed = {code: chain for code, chain in chains.items() if chain["token"] != old[code]["token"]}
    assert {*changed} <= {*chains}
    assert {"en-US", "de-DE"} <= {*changed}
    assert {code: (part["token"], part["install"]) for code, part in report["reader"].items()} == {
        code: (chain["token"], chain["bytes"]) for code, chain in changed.items()
    }
    assert {code: part["bytes"] for code, part in report["reader"].items()} == {
        code: (updates / code / f"since/{old[code]['token']}.bin").stat().st_size for code in changed
    }
    for code, chain in chains.items():
        kinds = ("chrome", "packs")
        files = [path for kind in kinds for path in (updates / code / kind).iterdir()]
        assert chain["bytes"] <= sum(path.stat().st_size for path in (updates / code / "list.bin", *files))
    text = summary.read_text("utf-8")
    assert text.count("to install") == len(changed)


def test_demo_is_offered_offline_without_a_word_in_site_yaml(guide: Guide) -> None:
    (guide.root / "site.yaml").write_text(f"title: Lisbon\nsource: {{local: {DEMO}}}\n", "utf-8")
    guide.build()
    assert (guide.root / "site/updates/chains.json").is_file()
    assert (guide.root / "site/sw.js").read_bytes() == (CLIENT / "sw.js").read_bytes()
