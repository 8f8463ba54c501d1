"""Parts rendered by several runs and put together: the guide is that of one run, whatever the cut and the order."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.build.outcome import Outcome
from exporter.build.shards import file as shard_file
from exporter.build.shards.file import read_header, read_outcomes, write_shard
from exporter.build.shards.merge import find_shards
from exporter.build.shards.shard import Shard, read_shard
from exporter.build.tasks import open_page_tasks
from exporter.config.settings import load_project
from exporter.core.errors import GuardError
from exporter.guide.index.guide_index import INDEX, GuideIndex
from exporter.guide.schema.read_model import read_guide_model
from exporter.jobs import RenderChoices, render
from tests.conftest import Guide, asset, entry, link
from tests.support.pictures import plain
from tests.support.shards import clone, put_places, recorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Outcome as Ended
    from tests.conftest import SpaceFiles


@pytest.fixture
def big(guide: Guide, space: SpaceFiles) -> Guide:
    """The small guide with more places, synced and not rendered yet."""
    put_places(space, 12)
    assert guide.run("sync").code == 0
    return guide


def parts_of(guide: Guide, of: int, folder: Path) -> Path:
    for number in range(1, of + 1):
        outcome = guide.run("render", "--shard", f"{number}/{of}", "--output", str(folder))
        assert outcome.code == 0, outcome
    return folder


@settings(max_examples=12)
@given(data=st.data())
def test_any_cut_in_any_order_with_shards_done_twice_equals_one_run(
    big: Guide, tmp_path: Path, data: st.DataObject
) -> None:
    of = data.draw(st.integers(1, 6), "shards")
    runs = [(number, "shared") for number in data.draw(st.permutations(range(1, of + 1)), "order")]
    again = data.draw(st.lists(st.sampled_from(range(1, of + 1))), "done twice")
    runs = data.draw(st.permutations([*runs, *((number, f"alone-{number}-{of}") for number in again)]), "folders")
    folders = [shard_in(big, tmp_path, Shard(number, of), where) for number, where in dict.fromkeys(runs)]
    shutil.rmtree(tmp_path / "merged", ignore_errors=True)
    merged, one = clone(big, tmp_path / "merged"), tmp_path / "one"
    if not one.exists():
        render(load_project(clone(big, one).root), RenderChoices(jobs=1))
    report = render(load_project(merged.root), RenderChoices(jobs=1, parts=folders)).render
    assert merged.files() == Guide(one, big.call).files()
    assert recorded(merged) == recorded(Guide(one, big.call))
    assert report is not None
    assert report.rendered == report.pages
    report = render(load_project(merged.root)).render
    assert report is not None
    assert (report.rendered, report.written) == (0, 0)


def shard_in(guide: Guide, root: Path, shard: Shard, where: str) -> Path:
    """Return the folder with the file of a shard that was rendered in a clone, once for all examples."""
    worker, folder = root / where, root / f"parts of {where}" / shard.file_name
    if not worker.exists():
        clone(guide, worker)
    if not folder.exists():
        report = render(load_project(worker), RenderChoices(jobs=1, shard=(shard, folder)))
        assert report.exit_code == 0
        assert not (worker / "site").exists()
    return folder


def test_deltas_after_a_merge_render_as_much_as_after_one_run(big: Guide, space: SpaceFiles, tmp_path: Path) -> None:
    merged, one = clone(big, tmp_path / "merged"), clone(big, tmp_path / "one")
    parts = parts_of(big, 3, tmp_path / "parts")
    assert merged.run("render", "--merge", str(parts)).code == one.run("render").code == 0
    for change in (
        entry("category", "sights", 2, title={"en-US": "Views", "de-DE": "Orte"}, slug="sights"),
        entry("place", "p3", 2, title="Third", slug="third", body="It moved."),
    ):
        space.put(change)
        reports = [guide.build()["render"] for guide in (merged, one)]
        counts = [
            {name: report[name] for name in ("evaluated", "rendered", "written", "removed")} for report in reports
        ]
        assert counts[0] == counts[1]
        assert counts[0]["rendered"] > 0
        assert merged.files() == one.files()


@pytest.fixture
def pictured(big: Guide, space: SpaceFiles) -> Guide:
    """The same with two places that show one picture, in several widths."""
    data = plain(700, 400)
    space.put(asset("view", "view.png", len(data), 2, kind="image/png"), file=data)
    for name in ("bridge", "tower"):
        space.put(entry("place", name, title=name.title(), slug=name, picture=link("Asset", "view")))
    assert big.run("sync").code == 0
    return big


def test_pictures_of_pages_in_shards_are_those_of_one_run(pictured: Guide, tmp_path: Path) -> None:
    one, merged = clone(pictured, tmp_path / "one"), clone(pictured, tmp_path / "merged")
    parts = parts_of(pictured, 3, tmp_path / "parts")
    assert one.run("render").code == 0
    assert merged.run("render", "--merge", str(parts)).code == 0
    assert merged.files() == one.files()
    assert any(path.endswith(".webp") for path in merged.files("site"))


def test_shard_with_another_file_of_a_picture_is_refused(pictured: Guide, tmp_path: Path) -> None:
    merged = clone(pictured, tmp_path / "merged")
    (file,) = (pictured.root / "content/files/view").glob("*.png")
    file.write_bytes(plain(600, 400))
    parts = parts_of(pictured, 2, tmp_path / "parts")
    outcome = merged.run("render", "--json", "--merge", str(parts))
    assert (outcome.code, outcome.json["error"]["code"]) == (4, "shard-foreign")
    assert "has other content" in outcome.json["error"]["message"]


def test_shard_that_a_worker_renders_again_has_its_pictures_again(pictured: Guide) -> None:
    assert pictured.run("render").code == 0
    project = load_project(pictured.root)
    guide = read_guide_model(project.content, project.site)
    with open_page_tasks(project, guide, project.cache / INDEX) as tasks:
        with closing(GuideIndex(project.cache / INDEX, read_only=True)) as index:
            numbers = [number for number, _ in index.pages.all()]
        first, again = (
            {row.number for outcome in tasks["render apart"](numbers) for row in outcome.new_offers} for _ in range(2)
        )
    assert first
    assert again == first


def test_merge_over_a_guide_that_stands_takes_only_what_is_stale(big: Guide, space: SpaceFiles, tmp_path: Path) -> None:
    assert big.run("render").code == 0
    space.put(entry("place", "p3", 2, title="Third", slug="third", body="It moved."))
    assert big.run("sync").code == 0
    parts = parts_of(clone(big, tmp_path / "other"), 2, tmp_path / "parts")
    one = clone(big, tmp_path / "one")
    assert one.run("render").code == 0
    report = big.run("render", "--json", "--merge", str(parts)).json["render"]
    assert 0 < report["rendered"] < report["pages"]
    assert report["removed"] > 0
    assert big.files("site") == one.files("site")
    found, expected = recorded(big), recorded(one)
    assert expected.pop("arguments") <= found.pop("arguments")
    assert found == expected


def test_shard_leaves_what_it_finds_stale_to_the_next_render(big: Guide, space: SpaceFiles, tmp_path: Path) -> None:
    assert big.run("render").code == 0
    before = big.files("site")
    space.put(entry("place", "p3", 2, title="Third", slug="third", body="It moved."))
    space.remove("entries/place/p5.json")
    assert big.run("sync").code == 0
    parts_of(big, 2, tmp_path / "parts")
    assert big.files("site") == before
    one = clone(big, tmp_path / "one")
    assert big.run("render").code == one.run("render").code == 0
    assert big.files("site") == one.files("site")


def test_missing_shard_is_named_before_anything_is_written(big: Guide, tmp_path: Path) -> None:
    parts = parts_of(big, 3, tmp_path / "parts")
    (parts / "shard-2-of-3.pages").unlink()
    outcome = big.run("render", "--clean", "--merge", str(parts))
    assert outcome.code == 4
    assert "shard 2/3 is missing" in outcome.err
    assert not (big.root / "site").exists()
    (parts / "shard-3-of-3.pages").unlink()
    assert "shards 2/3, 3/3 are missing" in big.run("render", "--merge", str(parts)).err
    parts_of(big, 2, parts)
    assert "are parts of different runs" in big.run("render", "--merge", str(parts)).err


def change_program(_guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporter.build.shards.versions.content_of_program", lambda: "another")


def change_templates(guide: Guide, _monkeypatch: pytest.MonkeyPatch) -> None:
    (guide.root / "templates").mkdir()
    (guide.root / "templates/place.html").write_text("{{ entry.title }}", "utf-8")


def change_settings(guide: Guide, _monkeypatch: pytest.MonkeyPatch) -> None:
    file = guide.root / "site.yaml"
    file.write_text(file.read_text("utf-8").replace("Small guide", "Another"), "utf-8")


def change_content(guide: Guide, _monkeypatch: pytest.MonkeyPatch) -> None:
    file = guide.root / "content/entries/place/p3.json"
    file.write_bytes(file.read_bytes().replace(b"Place 3", b"Place 33"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (change_program, "another version of the program"),
        (change_templates, "other templates"),
        (change_settings, "another site.yaml"),
        (change_content, "other content"),
    ],
)
def test_shard_of_something_else_is_refused_with_what_differs(
    big: Guide,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Guide, pytest.MonkeyPatch], None],
    words: str,
) -> None:
    parts = parts_of(big, 2, tmp_path / "parts")
    change(big, monkeypatch)
    outcome = big.run("render", "--merge", str(parts))
    assert outcome.code == 4
    assert words in outcome.err
    assert "shard-1-of-2.pages" in outcome.err
    assert [name for name in big.files("site") if name.endswith(".html")] == []


def cut_off(data: bytes) -> bytes:
    return data[:-1]


def flip_a_bit(data: bytes) -> bytes:
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]


def of_another_format(data: bytes) -> bytes:
    return data.replace(b"shard 1", b"shard 9", 1)


@pytest.mark.parametrize("harm", [cut_off, flip_a_bit, of_another_format, lambda _: b"", lambda data: data[:200]])
def test_file_that_is_not_whole_is_an_error_that_names_it(
    big: Guide, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    parts = parts_of(big, 2, tmp_path / "parts")
    file = parts / "shard-2-of-2.pages"
    whole = file.read_bytes()
    file.write_bytes(harm(whole))
    outcome = big.run("render", "--merge", str(parts))
    assert outcome.code == 4
    assert f"{file} is no whole shard" in outcome.err
    file.write_bytes(whole)
    one = clone(big, tmp_path / "one")
    assert big.run("render", "--merge", str(parts)).code == one.run("render").code == 0
    assert big.files("site") == one.files("site")


def test_frame_with_other_values_than_pages_is_refused(big: Guide, tmp_path: Path) -> None:
    parts = parts_of(big, 1, tmp_path / "parts")
    file = parts / "shard-1-of-1.pages"
    header, outcomes = read_header(file), list(read_outcomes(file))
    write_shard(file, header, [outcomes[0]._replace(page="no page"), *outcomes[1:]])  # type: ignore[arg-type]
    with pytest.raises(GuardError, match="no whole shard"):
        list(read_outcomes(file))


def test_killed_write_leaves_no_file_under_the_name(big: Guide, tmp_path: Path) -> None:
    parts = parts_of(big, 1, tmp_path / "parts")
    file = parts / "shard-1-of-1.pages"
    header, outcomes = read_header(file), read_outcomes(file)

    def breaking_off() -> Any:
        yield next(outcomes)
        raise KeyboardInterrupt

    other = tmp_path / "other/shard-1-of-1.pages"
    other.parent.mkdir()
    with pytest.raises(KeyboardInterrupt):
        write_shard(other, header, breaking_off())
    assert list(other.parent.iterdir()) == []


def test_failed_page_is_a_problem_of_its_shard_and_of_the_merge(big: Guide, tmp_path: Path) -> None:
    (big.root / "templates").mkdir()
    (big.root / "templates/place.html").write_text("{{ entry.title }}{{ 1 // (entry.slug != 'p3') }}", "utf-8")
    codes = []
    for number in (1, 2):
        ended: Ended = big.run("render", "--json", "--shard", f"{number}/2", "--output", str(tmp_path / "parts"))
        codes.append(ended.code)
        assert ended.json["render"]["shard"] == f"{number}/2"
        assert (ended.json["render"]["failed"] > 0) == (ended.code == 1)
    assert sorted(codes) == [0, 1]
    strict = big.run("render", "--strict", "--json", "--merge", str(tmp_path / "parts"))
    assert (strict.code, strict.json["render"]["stopped"], (big.root / "site").exists()) == (1, True, False)
    merged = big.run("render", "--json", "--merge", str(tmp_path / "parts"))
    one = clone(big, tmp_path / "one").run("render", "--json")
    assert merged.code == one.code == 1
    assert merged.json["problems"] == one.json["problems"]
    assert big.files("site") == Guide(tmp_path / "one", big.call).files("site")


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "1/0", "a/b", "1/100001", " 1/2", "1/2/3", "١/٣"])
def test_shard_that_there_cannot_be_is_a_usage_error(guide: Guide, text: str) -> None:
    outcome = guide.run("render", "--shard", text, "--output", "parts")
    assert outcome.code == 2
    assert "such as 3/16" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--shard", "1/2"], "--shard needs --output"),
        (["--output", "x"], "--output needs --shard"),
        (["--merge"], "name the folders"),
        (["folder"], "takes no further argument"),
        (["--shard", "1/2", "--output", "x", "--strict"], "--strict is for the run that merges"),
        (["--shard", "1/2", "--output", "x", "--merge", "y"], "--merge is for the run that merges"),
        (["--shard", "1/2", "--output", "x", "--clean"], "--clean is for the run that merges"),
        (["--shard", "1/2", "--output", "x", "--previous", "y"], "--previous is for the run that merges"),
    ],
)
def test_options_that_do_not_fit_are_usage_errors(guide: Guide, arguments: list[str], words: str) -> None:
    outcome = guide.run("render", *arguments)
    assert outcome.code == 2
    assert words in outcome.err


def test_folders_without_shards_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(GuardError, match="there is no folder"):
        find_shards([tmp_path / "none"])
    with pytest.raises(GuardError, match="there is no file shard"):
        find_shards([tmp_path])


def test_every_page_is_in_one_shard_with_its_translations(big: Guide) -> None:
    assert big.run("render").code == 0
    with closing(GuideIndex(big.root / ".export" / INDEX, read_only=True)) as index:
        owners, pages = index.pages.owners(), dict(index.pages.all())
    shards = [Shard(number, 4) for number in range(1, 5)]
    homes = {number: [shard for shard in shards if shard.holds(owner)] for number, owner in owners.items()}
    assert all(len(home) == 1 for home in homes.values())
    by_key: dict[str, set[Shard]] = {}
    for number, page in pages.items():
        if page.key:
            by_key.setdefault(page.key, set()).update(homes[number])
    assert len(by_key) > 10
    assert all(len(home) == 1 for home in by_key.values())


def test_file_holds_all_members_of_an_outcome() -> None:
    assert shard_file._Row._fields == Outcome._fields


def test_shard_is_written_as_it_is_read() -> None:
    assert str(read_shard("3/16")) == "3/16"
    assert read_shard("3/16").file_name == "shard-3-of-16.pages"
