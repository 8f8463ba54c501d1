"""`init` on the disk and on the command line: a guide that builds at once, and nothing overwritten."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from exporter import __version__
from exporter.scaffold import run as scaffold
from exporter.scaffold.plan import ACTION, GITLAB, REQUIREMENTS, WORKFLOW
from tests.conftest import ACCESS_TOKEN, PLACE, Guide, Outcome, SpaceFiles, asset, content_type, locale
from tests.support.stub import Reply, Request, listing, serve

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def new(tmp_path: Path, call: Callable[..., Outcome]) -> Guide:
    """A folder that is not there yet."""
    return Guide(tmp_path / "new", call)


def init(guide: Guide, *arguments: str) -> Outcome:
    return guide.call("init", str(guide.root), "--yes", *arguments)


def test_new_guide_builds_at_once_and_is_in_order(new: Guide) -> None:
    outcome = init(new)
    assert (outcome.code, outcome.err) == (0, "")
    assert new.build()["problems"] == []
    assert new.run("check", "--strict").code == 0
    page = new.page("/place/a-brasileira/")
    assert '<p class="above">' not in page, "a place has a template of its own"
    assert "<dt>Opening hours</dt>" in page
    assert '<p class="above">' in new.page("/neighbourhood/alfama/")


def test_report_lists_what_was_written_and_what_was_there(new: Guide) -> None:
    new.root.mkdir()
    (new.root / "README.md").write_text("mine\n")
    report = init(new, "--json").json
    assert (report["command"], report["ok"], report["init"]["kept"]) == ("init", True, ["README.md"])
    assert sorted(report["init"]["written"]) == sorted(path for path in new.files(".") if path != "README.md")
    assert (new.root / "README.md").read_text() == "mine\n"


def test_second_run_writes_nothing(new: Guide) -> None:
    init(new)
    before = new.mtimes()
    report = init(new, "--json").json
    assert report["init"]["written"] == []
    assert len(report["init"]["kept"]) == 13
    assert new.mtimes() == before


def test_link_in_place_of_a_file_is_kept_and_its_target_untouched(new: Guide, tmp_path: Path) -> None:
    new.root.mkdir()
    (new.root / ".gitignore").symlink_to(tmp_path / "nowhere")
    report = init(new, "--json").json
    assert report["init"]["kept"] == [".gitignore"]
    assert not (tmp_path / "nowhere").exists()


def test_link_in_place_of_a_folder_stops_before_anything_is_written(new: Guide, tmp_path: Path) -> None:
    new.root.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (new.root / ".github").symlink_to(elsewhere)
    outcome = init(new)
    assert outcome.code == 4
    assert f"{new.root}/.github is a link" in outcome.err
    assert list(elsewhere.iterdir()) == []
    assert [path.name for path in new.root.iterdir()] == [".github"]


def test_file_that_could_not_be_written_whole_is_not_left_behind(new: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_disk(path: str, data: bytes, **_: bool) -> None:
        is_last = path.endswith(".gitignore")
        Path(path).write_bytes(data[:5] if is_last else data)
        if is_last:
            raise OSError(28, "No space left on device", path)

    monkeypatch.setattr(scaffold, "write_bytes", fill_disk)
    assert init(new).code == 4
    assert not (new.root / ".gitignore").exists()
    monkeypatch.undo()
    assert ".gitignore" in init(new, "--json").json["init"]["written"]


HOTEL = content_type("hotel", ("title", "Symbol"), ("body", "Text"), ("stars", "Integer"), ("address", "Symbol"))


def answer(request: Request) -> Reply:
    """Answer for the model of a space of hotels and places."""
    if request.last == "locales":
        return listing(locale("en-US", default=True))
    return listing(*([HOTEL, PLACE] if request.last == "content_types" else []))


def test_guide_on_a_real_space_gets_a_template_with_the_fields_of_its_own_type(
    new: Guide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", ACCESS_TOKEN)
    with serve(answer) as stub:
        monkeypatch.setattr("exporter.scaffold.plan.EU_URL", stub.url)
        assert init(new, "--space", "abc", "--environment", "test", "--eu").code == 0
        paths = [request.path for request in stub.requests]
    assert sorted(paths) == [f"/spaces/abc/environments/test/{name}" for name in ("content_types", "locales", "tags")]
    template = (new.root / "templates/hotel.html").read_text("utf-8")
    assert ("{{ entry.address }}" in template, "{{ entry.body|html }}" in template) == (True, True)
    assert [path for path in new.files(".") if ACCESS_TOKEN.encode() in new.files(".")[path]] == []


def test_space_that_cannot_be_read_leaves_no_folder_behind(new: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (init(new, "--space", "abc").code, new.root.exists()) == (2, False)
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", ACCESS_TOKEN)
    with serve(lambda _request: Reply({}, 401)) as stub:
        monkeypatch.setattr("exporter.scaffold.plan.EU_URL", stub.url)
        assert (init(new, "--space", "abc", "--eu").code, new.root.exists()) == (3, False)


def test_access_token_in_place_of_the_space_is_written_nowhere(new: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", "abcdefgh12345678")
    outcome = init(new, "--space", "abcdefgh12345678")
    assert (outcome.code, new.root.exists()) == (2, False)
    assert "this is the access token" in outcome.err


def test_site_yaml_that_is_there_says_what_the_template_is_made_of(new: Guide, guide: Guide) -> None:
    shutil.copytree(guide.root, new.root)
    assert init(new).code == 0
    assert "{{ entry.body|html }}" in (new.root / "templates/place.html").read_text("utf-8")
    assert new.build()["problems"] == []


NO_ADDRESS = "so CI cannot install it"


def test_address_that_ci_installs_from_is_asked_for_only_where_there_is_ci(new: Guide) -> None:
    assert NO_ADDRESS not in init(new, "--host", "nginx").out
    assert NO_ADDRESS not in init(new, "--host", "s3").out
    assert NO_ADDRESS in init(new, "--host", "netlify").out


def test_tag_that_was_not_named_is_told(new: Guide) -> None:
    assert f"CI installs v{__version__}" in init(new, "--from", "https://git.example.org/x/y").out
    assert "names no tag" not in init(new, "--from", "https://git.example.org/x/y@main").out


def test_wheel_at_hand_is_copied_into_the_guide_for_ci(new: Guide, tmp_path: Path) -> None:
    wheel = tmp_path / f"contentful_exporter-{__version__}-py3-none-any.whl"
    assert "there is no file" in init(new, "--from", str(wheel)).err
    wheel.write_bytes(b"PK")
    inside = f"wheels/{wheel.name}"
    report = init(new, "--from", str(wheel), "--json").json["init"]
    assert (inside in report["written"], report["notes"]) == (True, ["commit wheels/: CI installs exporter from there"])
    assert (new.root / inside).read_bytes() == b"PK"
    assert (new.root / REQUIREMENTS).read_text("utf-8").splitlines()[1:] == [inside]
    assert new.run("init", "--update").code == 0, "an update keeps it"
    newer = tmp_path / "contentful_exporter-9.0-py3-none-any.whl"
    newer.write_bytes(b"PK9")
    assert new.run("init", "--update", "--yes", "--from", str(newer)).code == 0
    assert (new.root / "wheels" / newer.name).read_bytes() == b"PK9"
    assert f"wheels/{newer.name}" in (new.root / REQUIREMENTS).read_text("utf-8")
    newer.write_bytes(b"PK10")
    assert new.run("init", "--update", "--from", str(newer)).code == 1
    assert new.run("init", "--update", "--yes", "--from", str(newer), "--json").json["init"]["updated"] == [
        f"wheels/{newer.name}"
    ]
    assert (new.root / "wheels" / newer.name).read_bytes() == b"PK10"
    stranger = tmp_path / "exporter-1.0-py3-none-any.whl"
    stranger.write_bytes(b"PK")
    assert "is not a wheel of exporter" in init(new, "--from", str(stranger)).err


def test_files_that_an_export_lacks_are_told_before_the_first_build(new: Guide, space: SpaceFiles) -> None:
    assert "are not among" not in init(new, "--local", str(space.root)).out
    shutil.rmtree(new.root)
    space.put(asset("pic2", "two.jpg", 9_000_000))
    out = init(new, "--local", str(space.root)).out
    assert "1 of 2 files of assets are not among the space's files: export it with --download-assets, or" in out
    assert new.run("build").code == 3
    codes = {problem["code"] for problem in new.run("check", "--json").json["problems"]}
    assert not codes & {"file-too-large", "image-size-missing"}, "sizes are of files that are there"


def test_host_whose_list_of_moves_a_kept_site_yaml_does_not_ask_for_is_named(guide: Guide) -> None:
    outcome = init(guide, "--host", "nginx")
    assert "add the line `host: nginx` to site.yaml" in outcome.out


def test_guide_in_a_folder_of_a_repository_is_told_where_ci_files_are_read(new: Guide) -> None:
    (new.root.parent / ".git").mkdir()
    assert f"which is {new.root.parent}: move them there" in init(new).out
    assert "move them there" not in init(new, "--host", "nginx").out


def test_file_in_place_of_the_folder_is_named(new: Guide) -> None:
    new.root.write_text("mine\n")
    outcome = init(new)
    assert (outcome.code, new.root.read_text()) == (4, "mine\n")
    assert str(new.root) in outcome.err


def terminal(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Sit at a terminal and type some lines."""
    left = list(lines)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _text: left.pop(0))


def test_terminal_is_asked_what_no_option_says(new: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch, "Porto", "", "nginx, s3")
    assert new.call("init", str(new.root)).code == 0
    assert 'title: "Porto"' in (new.root / "site.yaml").read_text("utf-8")
    assert (new.root / "hosts/nginx.conf").is_file()
    assert not (new.root / GITLAB).exists()


def test_wrong_host_is_asked_for_again_and_there_may_be_none(new: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch, "", "", "gitub", "none")
    outcome = new.call("init", str(new.root))
    assert outcome.code == 0
    assert "gitub is not a known host: did you mean github?" in outcome.out + outcome.err
    assert not (new.root / GITLAB).exists()
    assert not (new.root / WORKFLOW).exists()


def test_guide_is_called_like_its_folder(new: Guide) -> None:
    root = new.root.parent / "porto_by-night"
    assert new.call("init", str(root), "--yes").code == 0
    assert 'title: "Porto by night"' in (root / "site.yaml").read_text("utf-8")


def test_without_a_terminal_nothing_is_asked(new: Guide) -> None:
    assert new.call("init", str(new.root)).code == 0
    assert (new.root / GITLAB).is_file()


def outdate(guide: Guide) -> None:
    """Make the CI files those of an older version."""
    for path in (WORKFLOW, ACTION):
        file = guide.root / path
        file.write_text(
            file.read_text("utf-8").replace("persist-credentials: false", "").replace("--quiet", "-q"), "utf-8"
        )


def test_update_shows_what_it_would_change_and_changes_nothing(new: Guide) -> None:
    init(new, "--from", "https://git.example.org/us/exporter")
    assert new.run("init", "--update").code == 0
    outdate(new)
    before = new.mtimes()
    outcome = new.run("init", "--update")
    assert outcome.code == 1
    assert f"--- {WORKFLOW}\n+++ {WORKFLOW}" in outcome.out
    assert "+          persist-credentials: false" in outcome.out
    assert f"to be updated {ACTION}" in outcome.out
    assert new.mtimes() == before


def test_update_with_yes_brings_the_ci_files_up_to_date(new: Guide) -> None:
    init(new, "--from", "https://git.example.org/us/exporter")
    before = new.files(".")
    outdate(new)
    (new.root / GITLAB).unlink()
    report = new.run("init", "--update", "--yes", "--json").json
    assert report["init"]["updated"] == [WORKFLOW, ACTION]
    assert {**new.files("."), GITLAB: before[GITLAB]} == before, "what was removed is not written again"
    assert new.run("init", "--update").code == 0


def test_update_writes_once_the_terminal_agrees(new: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    init(new)
    terminal(monkeypatch, "n")
    assert new.run("init", "--update", "--from", "https://git.example.org/x/y").code == 1
    terminal(monkeypatch, "y")
    assert new.run("init", "--update", "--from", "https://git.example.org/x/y").code == 0
    assert "git+https://git.example.org/x/y@v" in (new.root / REQUIREMENTS).read_text("utf-8")


def test_update_needs_a_guide_and_takes_no_answers(new: Guide) -> None:
    assert new.call("init", str(new.root), "--update").code == 2
    assert new.call("init", str(new.root), "--update", "--host", "nginx").code == 2


@pytest.mark.usefixtures("space")
@pytest.mark.parametrize("folder", ["new", "deep/er/new"])
def test_guide_on_a_space_in_files_names_it_from_its_own_folder(
    tmp_path: Path, call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.chdir(tmp_path)
    guide = Guide(tmp_path / folder, call)
    assert call("init", folder, "--yes", "--local", "space").code == 0
    up = "../" * len(Path(folder).parts)
    assert f'  local: "{up}space"' in (guide.root / "site.yaml").read_text("utf-8")
    assert f"`{up}space`" in (guide.root / "README.md").read_text("utf-8")
    assert guide.build()["problems"] == []
    assert "<dt>Category</dt>" in guide.page("/place/castle/"), "the template has the space's own fields"
    other = call("-C", str(tmp_path), "init", "other", "--yes", "--local", "space", "--json").json
    assert "templates/place.html" in other["init"]["written"]


def test_two_sources_are_refused_and_files_that_are_not_there_named(new: Guide) -> None:
    both = init(new, "--local", "x", "--space", "y")
    assert (both.code, both.err) == (2, "error: --space and --local name two sources: give one of them\n")
    missing = init(new, "--local", str(new.root.parent / "nothing.json"))
    assert (missing.code, "nothing.json" in missing.err, new.root.exists()) == (2, True, False)
