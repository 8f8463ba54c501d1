"""The pictures of a guide: what is made of them, for which pages, and when."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from exporter.build.pictures import looking, variants
from exporter.pictures import facts, making
from tests.conftest import asset, entry, link
from tests.support.pictures import corners, encoded, plain

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles


def put_picture(space: SpaceFiles, name: str, data: bytes, revision: int = 2, kind: str = "image/png") -> None:
    space.put(asset(name, f"{name}.png", len(data), revision, kind=kind), file=data)


def put_place(space: SpaceFiles, name: str, picture: str, revision: int = 2, **fields: Any) -> None:
    values = {"title": name.title(), "slug": name, "picture": link("Asset", picture), **fields}
    space.put(entry("place", name, revision, **values))


def template(guide: Guide, name: str, text: str) -> None:
    path = guide.root / "templates" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


def made(guide: Guide) -> dict[str, bytes]:
    return {path.rpartition("/")[2]: data for path, data in guide.files("site").items() if "/pictures/" in path}


def sizes(guide: Guide, within: str = "") -> set[tuple[int, int, str | None]]:
    """Return width, height and format of the variants; those that a page names, where one is given."""
    opened = [Image.open(BytesIO(data)) for name, data in made(guide).items() if not within or name in within]
    return {(*picture.size, picture.format) for picture in opened}


def picture_of(page: str) -> str:
    """Return the first picture's name, which all of its variants begin with."""
    found = re.search(r"pictures/([0-9a-f]{16})", page)
    assert found is not None
    return found[1]


@pytest.fixture
def pictured(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide of two places with a picture each, and a third picture that no page shows."""
    for name, colour in (("tower", (10, 120, 10)), ("bridge", (120, 10, 10)), ("unused", (1, 2, 3))):
        put_picture(space, name, plain(1500, 1000, colour, "JPEG"), kind="image/jpeg")
    put_place(space, "tower", "tower")
    put_place(space, "bridge", "bridge")
    template(guide, "place.html", "{{ entry.picture|image(width=640) }}")
    guide.build()
    return guide


def test_picture_is_offered_in_several_widths_beside_a_fallback_and_never_larger_than_it_is(pictured: Guide) -> None:
    widths = {(320, 213), (480, 320), (640, 427), (960, 640), (1280, 853)}
    page = pictured.page("/place/tower/")
    assert sizes(pictured, page) == {*((*size, "WEBP") for size in widths), (640, 427, "JPEG")}
    assert max(width for width, *_ in sizes(pictured)) <= 1500
    assert len([name for name in made(pictured) if name in page]) == 6
    assert len({name[:16] for name in made(pictured)}) == 2


def test_element_says_size_words_and_how_it_is_loaded(pictured: Guide) -> None:
    name = picture_of(pictured.page("/place/tower/"))
    folder = f"../../pictures/{name}"
    assert pictured.page("/place/tower/") == (
        f'<picture><source type="image/webp" srcset="{folder}-320.webp 320w, {folder}-480.webp 480w, '
        f'{folder}-640.webp 640w, {folder}.webp 960w, {folder}-1280.webp 1280w" '
        f'sizes="(max-width: 640px) 100vw, 640px"><img src="{folder}-640.jpg" width="640" height="427" '
        f'class="ground-020" alt="tower" fetchpriority="high"></picture>'
    )


def test_only_the_first_picture_of_a_page_is_loaded_at_once(pictured: Guide) -> None:
    template(pictured, "place.html", "{{ entry.picture|image }}{{ entry|image(width=320, ratio='1:1', alt='') }}")
    pictured.build()
    page = pictured.page("/place/tower/")
    assert page.count("fetchpriority") == 1
    assert page.index("fetchpriority") < page.index('loading="lazy"')


def test_small_picture_is_offered_as_it_is(guide: Guide, space: SpaceFiles) -> None:
    put_picture(space, "dot", plain(1, 1))
    put_place(space, "tower", "dot")
    guide.build()
    assert sizes(guide) == {(1, 1, "WEBP"), (1, 1, "PNG")}


def test_second_run_makes_no_picture_and_opens_none(pictured: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError

    for module, name in ((looking, "read_facts"), (variants, "make_missing"), (making, "make_variants")):
        monkeypatch.setattr(module, name, forbidden)
    monkeypatch.setattr(facts, "read_facts", forbidden)
    before = pictured.mtimes()
    report = pictured.build()
    assert report["render"]["written"] == 0
    assert {path: mtime for path, mtime in pictured.mtimes().items() if path.startswith("site")} == {
        path: mtime for path, mtime in before.items() if path.startswith("site")
    }


def test_changed_file_renders_the_pages_that_show_it_and_makes_its_own_variants(
    pictured: Guide, space: SpaceFiles
) -> None:
    before = made(pictured)
    old, other = (picture_of(pictured.page(f"/place/{name}/")) for name in ("tower", "bridge"))
    put_picture(space, "tower", plain(1500, 1000, (200, 200, 10), "JPEG"), 3, "image/jpeg")
    pictured.build()
    now = made(pictured)
    new = picture_of(pictured.page("/place/tower/"))
    assert new != old
    assert {name for name in now if name not in before} == {name for name in now if name.startswith(new)}
    assert not [name for name in now if name.startswith(old)]
    assert {name: data for name, data in now.items() if name.startswith(other)} == {
        name: data for name, data in before.items() if name.startswith(other)
    }


def test_picture_whose_file_alone_changes_renders_what_shows_it(pictured: Guide) -> None:
    (file,) = (pictured.root / "content/files/tower").iterdir()
    file.write_bytes(plain(1500, 1000, (200, 200, 10), "JPEG"))
    outcome = pictured.run("render", "--json")
    new = picture_of(pictured.page("/place/tower/")).encode()
    showing = [path for path, data in pictured.files("site").items() if path.endswith(".html") and new in data]
    assert outcome.json["render"]["rendered"] == len(showing) > 1
    assert 'class="ground-440"' in pictured.page("/place/tower/")


def test_variants_that_no_page_shows_are_deleted(pictured: Guide, space: SpaceFiles) -> None:
    gone, kept = (picture_of(pictured.page(f"/place/{name}/")) for name in ("tower", "bridge"))
    space.remove("entries/place/tower.json")
    pictured.build()
    assert {name[:16] for name in made(pictured)} == {kept}
    assert not list((pictured.root / ".export/pictures").glob(f"{gone}*"))


def test_another_width_makes_the_variants_that_are_missing_and_no_others(pictured: Guide) -> None:
    before = made(pictured)
    template(pictured, "place.html", "{{ entry.picture|image(width=960) }}")
    pictured.build()
    now = made(pictured)
    assert {size[:2] for size in sizes(pictured)} >= {(960, 640), (1500, 1000)}
    assert {name for name in before if name.endswith(".webp")} <= set(now)


def test_incremental_result_is_that_of_a_build_from_nothing(pictured: Guide, space: SpaceFiles) -> None:
    put_picture(space, "tower", encoded(corners(1400, 700), "JPEG"), 3, "image/jpeg")
    put_place(space, "mill", "unused")
    template(pictured, "place.html", "{{ entry.picture|image(width=320, ratio='3:2') }}{{ entry.picture|url }}")
    pictured.build()
    incremental = pictured.files("site")
    assert pictured.run("render", "--clean").code == 0
    assert pictured.files("site") == incremental


@pytest.mark.parametrize("lost", ["site/pictures", ".export/pictures", ".export/guide.db", ".export/pictures.db"])
def test_what_is_lost_is_made_again(pictured: Guide, lost: str) -> None:
    whole = pictured.files("site")
    path = pictured.root / lost
    for file in [path] if path.is_file() else list(path.iterdir()):
        file.unlink()
    pictured.build()
    assert pictured.files("site") == whole


def test_variants_lost_in_site_and_cache_are_made_again_by_workers(pictured: Guide) -> None:
    whole = pictured.files("site")
    for folder in ("site/pictures", ".export/pictures"):
        for file in (pictured.root / folder).iterdir():
            file.unlink()
    pictured.build("-j", "2")
    assert pictured.files("site") == whole


def test_own_file_of_a_picture_is_published_where_a_page_links_to_it(pictured: Guide) -> None:
    assert not (pictured.root / "site/files/tower/tower.png").exists()
    template(pictured, "place.html", "{{ entry.picture|image }}<a href='{{ entry.picture|url }}'>whole</a>")
    pictured.build()
    assert (pictured.root / "site/files/tower/tower.png").exists()
    assert not (pictured.root / "site/files/unused/unused.png").exists()
    template(pictured, "place.html", "{{ entry.picture|image }}")
    pictured.build()
    assert not (pictured.root / "site/files/tower/tower.png").exists()


def test_avif_is_offered_first_where_site_yaml_asks_for_it(pictured: Guide) -> None:
    with (pictured.root / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("pictures: {avif: true}\n")
    pictured.build()
    page = pictured.page("/place/tower/")
    assert page.index("image/avif") < page.index("image/webp")
    assert {kind for *_, kind in sizes(pictured)} == {"AVIF", "WEBP", "JPEG"}


def test_ratio_that_is_none_fails_the_page_with_a_sentence(pictured: Guide) -> None:
    template(pictured, "place.html", "{{ entry.picture|image(ratio='wide') }}")
    outcome = pictured.run("render")
    assert outcome.code == 1
    assert "expected a ratio like '3:2', found 'wide'" in outcome.err


@pytest.mark.parametrize("data", [b"This is a text.", b"", plain(400, 300, kind="JPEG")[:-900], b"\x89PNG\r\n\x1a\n"])
def test_picture_that_is_none_is_reported_and_linked_to(guide: Guide, space: SpaceFiles, data: bytes) -> None:
    space.put(asset("bad", "bad.jpg", len(data), 2, kind="image/jpeg"), file=data)
    put_place(space, "tower", "bad")
    report = guide.build()
    assert '<a class="file" href="../../files/bad/bad.jpg">' in guide.page("/place/tower/")
    assert (guide.root / "site/files/bad/bad.jpg").read_bytes() == data
    found = [problem for problem in report["problems"] if problem["code"] == "picture-broken"]
    assert [problem["item"] for problem in found] == ["asset:bad"]


def test_two_assets_of_the_same_bytes_share_their_variants(guide: Guide, space: SpaceFiles) -> None:
    for name in ("one", "two"):
        put_picture(space, name, plain(400, 300))
        put_place(space, name, name)
    guide.build()
    assert picture_of(guide.page("/place/one/")) == picture_of(guide.page("/place/two/"))
    space.remove("entries/place/one.json")
    guide.build()
    assert picture_of(guide.page("/place/two/")) in {name[:16] for name in made(guide)}


def test_parameters_of_an_address_in_a_text_are_honoured(guide: Guide, space: SpaceFiles) -> None:
    raw = asset("view", "view.png", 9, 2, kind="image/png")
    space.put(raw, file=encoded(corners(1200, 800)))
    url = raw["fields"]["file"]["en-US"]["url"]
    body = f"![A view]({url}?w=300&h=300&fit=fill&f=face) and [the file]({url}?w=60&fm=jpg)"
    space.put(entry("place", "tower", 2, title="Tower", slug="tower", body=body))
    report = guide.build()
    page = guide.page("/place/tower/")
    assert re.search(r'<img src="[^"]*-300\.png" width="300" height="300"[^<>]* alt="A view"', page)
    linked = re.search(r'<a href="../../(pictures/[^"]*-60\.jpg)">the file</a>', page)
    assert linked is not None
    with Image.open(guide.root / "site" / linked[1]) as opened:
        assert (opened.format, opened.size) == ("JPEG", (60, 40))
    assert (300, 300, "WEBP") in sizes(guide)
    assert "f=face takes the centre" in next(
        problem["message"] for problem in report["problems"] if problem["code"] == "picture-request"
    )
    assert not (guide.root / "site/files/view").exists()


def test_shared_page_has_a_picture_of_the_size_that_services_show(guide: Guide, space: SpaceFiles) -> None:
    with (guide.root / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("base_url: https://guide.example.org/\n")
    put_picture(space, "tower", encoded(corners(2000, 1500)))
    put_place(space, "tower", "tower")
    guide.build()
    page = guide.page("/place/tower/")
    shared = re.search(r'property="og:image" content="https://guide.example.org/(pictures/[^"]*)"', page)
    assert shared is not None
    assert 'property="og:image:width" content="1200"' in page
    with Image.open(guide.root / "site" / shared[1]) as opened:
        assert (opened.format, opened.size) == ("JPEG", (1200, 630))


def test_download_says_its_kind_its_size_and_its_pages(guide: Guide, space: SpaceFiles) -> None:
    data = b"%PDF-1.4\n1 0 obj <</Type /Pages /Kids [2 0 R 3 0 R] /Count 2>> endobj\n%%EOF"
    space.put(asset("leaflet", "leaflet.pdf", 1_234_567, 2, kind="application/pdf"), file=data)
    put_place(space, "tower", "leaflet")
    template(guide, "place.html", "{{ entry.picture|file_kind }}{{ entry.picture|image }}")
    guide.build()
    assert guide.page("/place/tower/") == "PDF · 1.2 MB · Pages: 2"


@pytest.mark.parametrize(("point", "red"), [({"x": 10, "y": 10}, True), ({"x": 0.99, "y": 0.99}, False)])
def test_cut_is_made_around_the_focal_point(
    guide: Guide, space: SpaceFiles, point: dict[str, float], *, red: bool
) -> None:
    data = encoded(corners(1200, 400))
    raw = asset("tower", "tower.png", len(data), 2, kind="image/png")
    raw["fields"]["file"]["en-US"]["details"]["image"] = {"width": 1200, "height": 400, "focalPoint": point}
    space.put(raw, file=data)
    put_place(space, "tower", "tower")
    template(guide, "place.html", "{{ entry.picture|image(width=320, ratio='1:1') }}")
    guide.build()
    (name,) = re.findall(r'<img src="[^"]*/([^"/]*)"', guide.page("/place/tower/"))
    with Image.open(guide.root / "site/pictures" / name) as opened:
        assert opened.size == (320, 320)
        pixel = opened.convert("RGB").getpixel((20, 20))
    assert (pixel[0] > 150) is red  # type: ignore[index] # RGB


def test_query_of_the_filter_takes_the_parameters_of_the_service(guide: Guide, space: SpaceFiles) -> None:
    put_picture(space, "tower", encoded(corners(1200, 800)))
    put_place(space, "tower", "tower")
    template(guide, "place.html", "{{ entry.picture|image(query='w=200&h=100&fit=fill') }}")
    guide.build()
    assert 'width="200" height="100"' in guide.page("/place/tower/")
