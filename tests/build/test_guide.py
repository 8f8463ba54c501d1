"""The guide as a whole, through the program: what is in site/ after a run, and what a run leaves alone."""

from __future__ import annotations

import errno
import posixpath
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from exporter.build.output import _put as put
from tests.conftest import CATEGORY, PLACE, SLUG, asset, content_type, entry, link, locale

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

THREE = [locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar", "en-US")]


def template(guide: Guide, name: str, text: str) -> None:
    path = guide.root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def setting(guide: Guide, lines: str) -> None:
    with (guide.root / "site.yaml").open("a", encoding="utf-8") as file:
        file.write(lines)


def tree(guide: Guide, url: str) -> Any:
    return html.document_fromstring(guide.page(url).encode())


def addresses(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="([^"]*)"', page)


def site_mtimes(guide: Guide) -> dict[str, int]:
    return {path: mtime for path, mtime in guide.mtimes().items() if path.split("/")[0] in ("site", "content")}


def test_every_link_is_relative_and_names_an_existing_file(guide: Guide) -> None:
    guide.build()
    pages = {path: data.decode() for path, data in guide.files("site").items() if path.endswith(".html")}
    dead = [
        (path, link)
        for path, text in pages.items()
        for link in addresses(text)
        if not link.startswith("#") and not (guide.root / posixpath.dirname(path) / link).is_file()
    ]
    assert len(pages) == 12
    assert dead == []
    assert [link for text in pages.values() for link in addresses(text) if link.startswith("/") or ":" in link] == []


def test_language_switcher_leads_to_the_same_page_or_else_to_that_languages_home(guide: Guide) -> None:
    setting(guide, "locales: [en-US, de-DE, ar]\n")
    guide.build()
    links = {
        url: [
            (element.get("href"), element.get("hreflang"))
            for element in tree(guide, url).xpath("//nav[@class='languages']/a")
        ]
        for url in ("/place/mill/", "/de-DE/place/")
    }
    assert links == {
        "/place/mill/": [("index.html", "en-US"), ("../../de-DE/index.html", None), ("../../ar/index.html", None)],
        "/de-DE/place/": [
            *(("../../place/index.html", "en-US"), ("index.html", "de-DE"), ("../../ar/place/index.html", "ar"))
        ],
    }


def test_page_states_its_language_and_direction_and_marks_text_in_another(guide: Guide) -> None:
    guide.build()
    page = tree(guide, "/ar/place/castle/")
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    assert [page.find(f".//{path}").get("lang") for path in ("h1", "div[@class='lead']")] == [None, None]
    body = page.find(".//div[@class='prose']")
    assert (body.get("lang"), body.get("dir")) == ("en-US", "ltr")
    category = next(element for element in page.iter("a") if element.text == "Sights")
    assert (category.get("lang"), category.get("dir")) == ("en-US", "ltr")
    german = tree(guide, "/de-DE/place/castle/")
    assert german.find(".//h1").text == "Die Burg"
    assert german.find(".//*[@class='lead']").get("lang") == "en-US"


def test_list_marks_links_to_pages_in_another_language(guide: Guide) -> None:
    guide.build()
    card = tree(guide, "/ar/place/").xpath("//a[contains(@href, 'mill')]")[0]
    assert card.get("href") == "../../place/mill/index.html"
    assert card.find(".//strong").get("lang") == "en-US"
    assert card.find(".//small").text == "متاح فقط باللغة الإنجليزية"
    assert not (guide.root / "site/ar/place/mill").exists()


def test_null_value_does_not_fall_back(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "tower", slug="tower", title="Tower", summary={"en-US": "Tall.", "de-DE": None}))
    space.put(entry("place", "gate", slug="gate", title={"en-US": "Gate", "de-DE": "Tor"}, summary={"en-US": "Old."}))
    guide.build()
    leads = [element.text for element in tree(guide, "/de-DE/place/").xpath("//a[@class='card']//span/span")]
    assert "Old." in leads
    assert "Tall." not in leads


def test_yes_and_no_are_written_in_the_languages_of_the_guide(guide: Guide, space: SpaceFiles) -> None:
    free = {"id": "free", "name": "Free", "type": "Boolean", "localized": False}
    space.put_model(content_type("place", *PLACE["fields"], free), CATEGORY, locales=THREE)
    space.put(entry("place", "gate", slug="gate", title={"en-US": "Gate", "de-DE": "Tor"}, free=True))
    space.put(entry("place", "tower", slug="tower", title={"en-US": "Tower", "de-DE": "Turm"}, free=False))
    guide.build()
    shown = [tree(guide, f"/{path}/").find(".//dd").text.strip() for path in ("place/gate", "de-DE/place/gate")]
    assert shown == ["Yes", "Ja"]
    assert tree(guide, "/de-DE/place/tower/").find(".//dd").text.strip() == "Nein"


def test_removed_entry_takes_its_pages_away_and_no_list_names_it(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.remove("entries/place/castle.json")
    report = guide.build()
    files = guide.files("site")
    assert report["render"]["removed"] == 3 + 3  # the only place left stands for its list
    assert [path for path in files if "castle/" in path] == []
    assert [path for path, data in files.items() if path.endswith(".html") and b"castle" in data.lower()] == []


def test_project_templates_override_and_extend_those_of_the_theme_file_by_file(guide: Guide) -> None:
    template(
        guide, "place.html", '{% extends "theme/entry.html" %}{% block body %}<p>mine</p>{{ super() }}{% endblock %}'
    )
    template(guide, "entry.html", '{% extends "theme/entry.html" %}{% block above %}<p>any</p>{% endblock %}')
    template(guide, "parts/entry.html", "<a>{{ entry|title }}!</a>")
    template(guide, "words.yaml", "type.place: {en: Where, de: Wo}\nskip: {de: Weiter}\n")
    guide.build()
    assert "<p>mine</p>" in guide.page("/place/castle/")
    assert "<strong>old</strong>" in guide.page("/place/castle/")
    assert "<p>any</p>" not in guide.page("/place/castle/")
    assert "<p>any</p>" in guide.page("/category/sights/")
    assert "<a>The mill!</a>" in guide.page("/place/")
    assert [tree(guide, url).find(".//main//h1").text for url in ("/place/", "/de-DE/place/", "/ar/place/")] == [
        *("Where", "Wo", "Where")
    ]
    assert [tree(guide, url).find(".//a[@class='skip']").text for url in ("/", "/de-DE/")] == [
        *("Skip to the text", "Weiter")
    ]


@pytest.mark.parametrize("name", ["home", "list", "base"])
def test_type_named_like_a_template_of_the_theme_shows_its_entries(guide: Guide, space: SpaceFiles, name: str) -> None:
    space.put_model(PLACE, CATEGORY, content_type(name, ("title", "Symbol"), ("body", "Text")), locales=THREE)
    space.put(entry(name, "one", title="The one", body="All of it."))
    guide.build()
    page = tree(guide, f"/{name}/the-one/")
    assert [element.text for element in page.iter("h1")] == ["The one"]
    assert "All of it." in page.text_content()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<p>fine</p>\n{% if %}\n", 2),
        ('{% extends "theme/entry.html" %}\n\n{% block body %}\n{{ 1 // 0 }}\n{% endblock %}\n', 4),
        ("{{ entry|titel }}\n", 1),
        ("one\ntwo\n{{ entry|title(1, 2) }}\n", 3),
        ('<p>fine</p>\n{% include "parts/missing.html" %}\n', 2),
    ],
    ids=["syntax", "in a block", "unknown filter", "wrong call", "missing include"],
)
def test_broken_template_fails_only_its_pages_and_their_last_good_versions_stay(
    guide: Guide, text: str, line: int
) -> None:
    guide.build()
    before = guide.files("site")
    template(guide, "place.html", text)
    setting(guide, "description: Another.\n")
    outcome = guide.run("render", "--json")
    assert (outcome.code, outcome.json["ok"], outcome.json["exit"]) == (1, False, 1)
    assert outcome.json["render"]["failed"] == 4
    failed = [problem for problem in outcome.json["problems"] if problem["code"] == "page-failed"]
    assert {(problem["severity"], problem["item"], problem["locale"]) for problem in failed} == {
        *(("error", "entry:castle", code) for code in ("en-US", "de-DE", "ar")),
        ("error", "entry:mill", "en-US"),
    }
    assert [problem for problem in failed if f"templates/place.html:{line}: " not in problem["message"]] == []
    assert [problem for problem in failed if problem["item"] not in problem["message"]] == []
    assert {(problem["file"], problem["line"]) for problem in failed} == {("templates/place.html", line)}
    after = guide.files("site")
    same = {path for path in after if path.endswith(".html") and after[path] == before[path]}
    assert same == {f"site/{url}/index.html" for url in PLACES}
    shutil.rmtree(guide.root / "templates")
    mended = guide.run("render", "--json").json
    assert (mended["exit"], mended["render"]["written"], mended["problems"]) == (0, 4, [])


PLACES = ("place/castle", "place/mill", "de-DE/place/castle", "ar/place/castle")


def test_folder_not_made_by_the_program_is_refused_and_kept(guide: Guide) -> None:
    assert guide.run("sync").code == 0
    (guide.root / "site").mkdir()
    (guide.root / "site/thesis.txt").write_text("years of work", "utf-8")
    before = guide.files("site", "content")
    for arguments in (["render"], ["render", "--clean"], ["build", "--clean"]):
        outcome = guide.run(*arguments, "--json")
        assert (outcome.code, outcome.json["error"]["code"]) == (4, "output-foreign")
    assert guide.files("site", "content") == before


def test_interrupted_first_render_does_not_block_the_next(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    assert guide.run("sync").code == 0
    renames = iter(range(100))

    def full_disk(part: str, target: str) -> None:
        if next(renames) >= 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        put(part, target)

    with monkeypatch.context() as patched:
        patched.setattr("exporter.build.output._put", full_disk)
        outcome = guide.run("render")
    assert (outcome.code, outcome.err.count("no space is left on the disk")) == (4, 1)
    assert 0 < len([path for path in guide.files("site") if path.endswith(".html")]) < 15
    outcome = guide.run("render")
    assert (outcome.code, outcome.err) == (0, "")


def test_moved_page_leaves_a_redirect_until_another_page_takes_its_old_address(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put(entry("place", "mill", 2, title="The mill", slug="windmill"))
    guide.build()
    moved = html.fromstring(guide.page("/place/mill/"))
    assert moved.xpath("//meta[@http-equiv='refresh']/@content") == ["0; url=../windmill/index.html"]
    assert moved.xpath("//a/@href") == ["../windmill/index.html"]
    space.put(entry("place", "new", title="A new mill", slug="mill"))
    guide.build()
    assert "A new mill" in guide.page("/place/mill/")
    assert "windmill" not in html.fromstring(guide.page("/place/mill/")).xpath("string(//main)")


def test_redirect_comes_back_with_an_entry_that_is_published_again(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put(entry("place", "mill", 2, title="The mill", slug="windmill"))
    guide.build()
    redirect = guide.page("/place/mill/")
    space.remove("entries/place/mill.json")
    guide.build()
    assert not (guide.root / "site/place/mill/index.html").exists()
    space.put(entry("place", "mill", 3, title="The mill", slug="windmill"))
    guide.build()
    assert guide.page("/place/mill/") == redirect


def test_summary_that_is_markdown_is_rendered_on_its_page_and_plain_on_cards(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(
        content_type("place", ("title", "Symbol"), SLUG, ("summary", "Text")), locales=[locale("en-US", default=True)]
    )
    space.put(
        entry("place", "mill", 2, title="The mill", slug="mill", summary="Near [the castle](/place/castle/), *old*.")
    )
    guide.build()
    page = html.fromstring(guide.page("/place/mill/"))
    assert page.xpath("//*[@class='lead']//a/@href") == ["../castle/index.html"]
    assert page.xpath("//meta[@name='description']/@content") == ["Near the castle, old."]
    card = html.fromstring(guide.page("/place/")).xpath("//a[contains(@href, 'mill')]")[0].text_content()
    assert "Near the castle, old." in " ".join(card.split())


def test_static_file_of_the_project_never_replaces_pages(guide: Guide) -> None:
    template(guide, "static/place", "a file where a folder of pages lies")
    report = guide.build()
    assert [problem["code"] for problem in report["problems"]] == ["static-hidden"]
    assert "The mill" in guide.page("/place/mill/")


def test_folder_is_replaced_by_a_file_of_its_name(guide: Guide) -> None:
    template(guide, "static/own/page.txt", "first a folder")
    guide.build()
    shutil.rmtree(guide.root / "templates")
    template(guide, "static/own", "then a file")
    guide.build()
    assert (guide.root / "site/own").read_text("utf-8") == "then a file"


def test_run_with_nothing_new_writes_nothing(guide: Guide) -> None:
    template(guide, "static/img/own.svg", "<svg/>")
    guide.build()
    before = site_mtimes(guide)
    for command in ("render", "build"):
        report = guide.run(command, "--json").json["render"]
        assert (report["written"], report["removed"], report["failed"]) == (0, 0, 0)
    assert site_mtimes(guide) == before


def test_change_rewrites_only_the_pages_that_show_it(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    before = site_mtimes(guide)
    space.put(entry("place", "mill", 2, title="The mill", slug="mill", body="Still.", category=link("Entry", "sights")))
    assert guide.build()["render"]["written"] == 1
    after = site_mtimes(guide)
    assert [path for path in after if path.endswith(".html") and after[path] != before[path]] == [
        *("site/place/mill/index.html",)
    ]


def test_guide_has_the_same_bytes_in_any_folder_and_after_any_history(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put(entry("place", "gate", slug="gate", title="Gate", picture=link("Asset", "pic")))
    space.remove("entries/place/mill.json")
    guide.build()
    other = type(guide)(guide.root.parent / "quite another folder", guide.call)
    other.root.mkdir()
    shutil.copy(guide.root / "site.yaml", other.root)
    other.build()
    assert other.files("site") == guide.files("site")
    assert str(guide.root).encode() not in b"".join(guide.files("site").values())


def test_static_files_of_the_project_replace_the_themes_and_are_removed_with_their_source(guide: Guide) -> None:
    template(guide, "static/style.css", "body{}")
    template(guide, "static/img/own.svg", "<svg/>")
    guide.build()
    files = guide.files("site")
    assert (files["site/style.css"], files["site/img/own.svg"]) == (b"body{}", b"<svg/>")
    shutil.rmtree(guide.root / "templates")
    assert guide.build()["render"]["removed"] == 1
    assert not (guide.root / "site/img").exists()
    assert b"@layer" in guide.files("site")["site/style.css"]


def test_static_file_of_the_project_and_a_page_do_not_overwrite_each_other(guide: Guide) -> None:
    template(guide, "static/place/mill/index.html", "mine")
    guide.run("build")
    assert guide.run("render", "--json").json["render"]["written"] == 0


def test_clean_gives_the_same_guide_and_keeps_the_history_of_updates(guide: Guide) -> None:
    settings = guide.root / "site.yaml"
    settings.write_text(settings.read_text("utf-8").replace("offline: false", "offline: true"), "utf-8")
    guide.build()
    before = guide.files("site")
    (guide.root / "site/stray.html").write_text("old", "utf-8")
    (guide.root / "site/place/castle/index.html").write_text("spoilt", "utf-8")
    (guide.root / "site/updates").mkdir(exist_ok=True)
    (guide.root / "site/updates/kept.json").write_text("{}", "utf-8")
    report = guide.run("render", "--clean", "--json").json
    assert report["render"]["written"] >= report["render"]["pages"] == 15
    assert guide.files("site") == before | {"site/updates/kept.json": b"{}"}


def test_edit_by_hand_in_site_is_repaired_by_the_next_run(guide: Guide) -> None:
    guide.build()
    before = guide.files("site")
    (guide.root / "site/index.html").write_text("spoilt", "utf-8")
    (guide.root / "site/style.css").unlink()
    (guide.root / "site/stray.html").write_text("old", "utf-8")
    report = guide.build()["render"]
    assert (report["written"], report["removed"]) == (2, 1)
    assert guide.files("site") == before


def test_assets_left_at_the_source_are_links_and_never_loaded(guide: Guide, space: SpaceFiles) -> None:
    space.put(asset("paper", "paper.pdf", 3, kind="application/pdf"), file=b"pdf")
    space.put(entry("place", "gate", slug="gate", title="Gate", picture=link("Asset", "paper")))
    setting(guide, "content: {assets: link}\n")
    guide.build()
    page = guide.page("/place/castle/")
    assert "<img" not in page
    assert [link for link in addresses(page) if ":" in link] == [
        f"https://images.ctfassets.net/small/pic/{1:032x}/castle.svg"
    ]
    assert f"https://images.ctfassets.net/small/paper/{1:032x}/paper.pdf" in addresses(guide.page("/place/gate/"))
    assert [path for path in guide.files() if "/files/" in path] == []
