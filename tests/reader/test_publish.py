"""What the publisher writes: how much, when, and what stays."""

from __future__ import annotations

import copy
import hashlib
import random
import shutil
import zlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from exporter.core.errors import ConfigError, SourceError
from exporter.core.files import write_atomic
from exporter.reader.encoding import inflate, load_object
from exporter.reader.folder import publish_farewell, withdraw_updates
from exporter.reader.head import load_members
from exporter.reader.model import Keeping
from exporter.reader.publish import publish_updates
from exporter.reader.since import decode
from exporter.reader.takeover.previous import is_site_path, take_previous
from tests.reader.device import Device
from tests.reader.guides import LOCALE, Guide, guide_pages, page, words

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.reader.folder import ChainFolder
    from exporter.reader.head import Head
    from exporter.reader.model import Member

WORD = "place/p00007/index.html"


def edited(pages: dict[str, bytes], path: str, text: str) -> dict[str, bytes]:
    return {**pages, path: pages[path].replace(b"</main>", f"<p>{text}</p>\n</main>".encode(), 1)}


def installed(guide: Guide) -> Device:
    device = Device(guide.updates, guide.site)
    device.install()
    return device


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_ino) for path in found}


def cost(device: Device) -> tuple[int, int]:
    before = device.received, device.requests
    device.update()
    return device.received - before[0], device.requests - before[1]


def test_an_unchanged_rebuild_writes_nothing(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path), guide_pages(250)
    guide.publish(pages)
    guide.publish(edited(pages, WORD, "More."))
    before = tree(tmp_path)
    assert not guide.publish(guide.pages).chains
    assert tree(tmp_path) == before


def test_the_same_guide_has_the_same_names_on_every_machine(tmp_path: Path) -> None:
    one, other = Guide(tmp_path / "a"), Guide(tmp_path / "b")
    pages = guide_pages(250)
    one.publish(pages)
    other.publish(dict(sorted(pages.items(), reverse=True)))
    assert list(tree(one.updates)) == list(tree(other.updates))


def test_edits_cost_the_edit(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path), guide_pages(1000)
    guide.publish(pages)
    device = installed(guide)
    limits = {
        "word": (edited(pages, WORD, "more"), 200),
        "foot": (guide_pages(1000, foot="  <p>Kept by the friends of the harbour.</p>"), 800),
        "navigation": (guide_pages(1000, nav='  <a href="../walk/index.html">Walk</a>'), 2000),
        "title of the guide": (guide_pages(1000, guide="The friends of the harbour"), 2500),
    }
    for what, (new, most) in limits.items():
        guide.publish(new)
        received, requests = cost(device)
        assert (received <= most, requests) == (True, 1), (what, received)
        assert device.pages() == new


def test_a_new_page_costs_at_most_half_more_than_its_record(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path), guide_pages(300)
    guide.publish(pages)
    device = installed(guide)
    guide.publish({**pages, "place/new/index.html": page(5000)})
    received, _ = cost(device)
    assert received <= 1.5 * len(zlib.compress(device.records["place/new/index.html"], 9))


def test_work_grows_with_the_change_and_not_with_the_guide(tmp_path: Path) -> None:
    written = {}
    for count in (300, 3000):
        guide, pages = Guide(tmp_path / str(count)), guide_pages(count)
        guide.publish(pages)
        for number in range(5):
            pages = edited(pages, WORD, f"More {number}.")
            report = guide.publish(pages).chains[LOCALE]
        since = sum(path.stat().st_size for path in (guide.updates / "since").iterdir())
        written[count] = report.written, since
    assert written[300][0] == written[3000][0]
    assert abs(written[300][1] - written[3000][1]) < 100


def test_away_for_long_costs_few_requests_and_few_files_are_written(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path, Keeping()), guide_pages(1000)
    rnd = random.Random(4)
    guide.publish(pages)
    beside, devices = [], {}
    for left in range(200, 0, -1):
        if left in (180, 30, 1):
            devices[left] = installed(guide)
        for path in rnd.sample(sorted(pages)[:-2], 5):
            pages = edited(pages, path, words(rnd, 6))
        before = tree(guide.updates / "since")
        guide.publish(pages)
        after = tree(guide.updates / "since")
        beside.append(sum(after[name] != before.get(name) for name in after) - 30)
    assert sum(beside) / len(beside) <= 4
    assert sum(path.stat().st_size for path in (guide.updates / "history").iterdir()) <= 80_000
    for left, most, requests in ((180, 55_000, 12), (30, 9_000, 1), (1, 600, 1)):
        received, asked = cost(devices[left])
        assert (received <= most, asked <= requests) == (True, True), (left, received, asked)
        assert devices[left].updates_taken[-1] == "step"
        assert devices[left].pages() == pages
    packs = sum(path.stat().st_size for path in (guide.updates / "packs").iterdir())
    assert sum(path.stat().st_size for path in guide.updates.rglob("*") if path.is_file()) < 2 * packs


def test_what_the_last_three_lists_name_stays(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path), guide_pages(250)
    named: list[set[str]] = []
    for number in range(6):
        guide.publish(edited(pages, WORD, f"More {number}."))
        names = set(tree(guide.updates))
        for earlier in named[-2:]:
            assert earlier <= names
        device = Device(guide.updates, guide.site)
        device.install()
        named.append({name for name in device.asked if name.startswith(("packs", "chrome"))})
    assert not named[0] <= names


def test_every_moment_of_publishing_leaves_devices_a_whole_guide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide, pages = Guide(tmp_path / "start"), guide_pages(230)
    devices = []
    for number in range(3):
        guide.publish(edited(pages, WORD, f"More {number}."))
        devices.append(installed(guide))
    rnd = random.Random(6)
    changed = [path for path in pages if path.endswith(".html")][:60]
    new = {**pages, **{path: edited(pages, path, words(rnd, 90))[path] for path in changed}}
    new["place/new/index.html"] = new.pop("place/p00100/index.html")
    for left in range(100):
        shutil.copytree(tmp_path / "start", tmp_path / str(left))
        one = replace(guide, root=tmp_path / str(left))
        with monkeypatch.context() as context:
            context.setattr("exporter.reader.folder.write_atomic", Dying(left).write)
            try:
                one.publish(new)
                break
            except KilledError:
                pass
        for device in (*map(copy.deepcopy, devices), Device(one.updates, one.site)):
            device.updates, device.site = one.updates, one.site
            if device.token:
                device.update()
            else:
                device.install()
            assert device.pages() in (guide.pages, new), left
    assert left > 10


class KilledError(Exception):
    """The publisher is killed."""


@dataclass
class Dying:
    """Writes so many files, and is killed before the next."""

    left: int

    def write(self, path: Path, data: bytes, scratch: Path) -> None:
        self.left -= 1
        if self.left < 0:
            raise KilledError
        write_atomic(path, data, scratch)


def test_a_bulk_travels_in_change_packs_that_all_since_files_name(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path), guide_pages(600)
    guide.publish(pages)
    devices = [installed(guide)]
    rnd = random.Random(1)
    for number in range(3):
        pages = edited(pages, f"place/p{number:05}/index.html", "before")
        guide.publish(pages)
        devices.append(installed(guide))
    pages = {
        path: edited(pages, path, words(rnd, 60))[path] if path.endswith(".html") else pages[path] for path in pages
    }
    guide.publish(pages)
    pages = edited(pages, WORD, "after")
    guide.publish(pages)
    assert (guide.updates / "changes").is_dir()
    since = sum(path.stat().st_size for path in (guide.updates / "since").iterdir())
    assert since < 20_000
    for device in devices:
        device.update()
        assert device.updates_taken[1:] == ["step"]
        assert device.pages() == pages


def test_builds_after_a_bulk_of_new_pages_read_no_packs_for_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []

    def counted(folder: ChainFolder, head: Head, leaf: str, taken: Any) -> dict[str, Member]:
        loaded.append(leaf)
        return load_members(folder, head, leaf, taken)

    monkeypatch.setattr("exporter.reader.chain.load_members", counted)
    guide, pages = Guide(tmp_path), guide_pages(600)
    guide.publish(pages)
    devices = [installed(guide)]
    rnd = random.Random(2)
    fresh = {f"place/n{number:05}/index.html": page(9000 + number, text=words(rnd, 60)) for number in range(80)}
    pages = {**pages, **fresh}
    guide.publish(pages)
    assert (guide.updates / "changes").is_dir()
    reads = []
    for number in range(3):
        loaded.clear()
        pages = edited(pages, WORD, f"after {number}")
        guide.publish(pages)
        devices.append(installed(guide))
        reads.append(len(loaded))
    assert reads[0] > 0
    assert reads[1:] == [0, 0]
    for device in devices:
        device.update()
        assert device.pages() == pages


def test_change_packs_stay_for_two_more_builds_once_no_since_file_names_them(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path, Keeping(recent=1, within_packs=False)), guide_pages(200)
    guide.publish(pages)
    guide.publish(edited(pages, WORD, "first"), timedelta())
    rnd = random.Random(8)
    bulk = {
        path: edited(pages, path, words(rnd, 60))[path] if path.endswith(".html") else pages[path] for path in pages
    }
    guide.publish(bulk, timedelta())
    [pack] = files(guide.updates / "changes")
    there = []
    for number in range(5):
        guide.publish(pages if number == 0 else edited(pages, WORD, f"{number}"), timedelta())  # the bulk is taken back
        named = any(pack.stem in {name for name, _, _ in decode(one.read_bytes()).packs} for one in since_files(guide))
        there.append((named, pack.is_file()))
    assert there == [(False, True), (False, True), (False, False), (False, False), (False, False)]


def since_files(guide: Guide) -> list[Path]:
    return files(guide.updates / "since")


@pytest.mark.parametrize("bulk", [False, True], ids=["a word", "a bulk"])
def test_report_says_what_the_device_receives(tmp_path: Path, bulk: bool) -> None:
    guide, pages = Guide(tmp_path), guide_pages(200)
    guide.publish(pages)
    device = installed(guide)
    rnd = random.Random(2)
    some = [path for path in pages if path.endswith(".html")] if bulk else [WORD]
    report = guide.publish({**pages, **{path: edited(pages, path, words(rnd, 60))[path] for path in some}})
    assert (guide.updates / "changes").is_dir() == bulk
    assert cost(device)[0] == report.chains[LOCALE].bytes


@pytest.mark.parametrize("count", [3, 60])
@pytest.mark.parametrize("bulk", [False, True], ids=["a word", "all texts"])
def test_updates_stay_below_twice_their_packs(tmp_path: Path, count: int, bulk: bool) -> None:
    guide, pages = Guide(tmp_path, Keeping()), guide_pages(count)
    rnd = random.Random(3)
    report = guide.publish(pages)
    device = installed(guide)
    for number in range(12):
        chosen = [path for path in pages if path.endswith(".html")] if bulk else ["place/p00001/index.html"]
        new = {path: page(count + number, text=words(rnd, 700 if bulk else 7)) for path in chosen}
        report = guide.publish({**guide.pages, **new}, timedelta(hours=7))
        sizes = {kind: sum(path.stat().st_size for path in files(guide.updates / kind)) for kind in ("", "packs")}
        assert sizes[""] < 2 * sizes["packs"], number
        received, _ = cost(device)
        assert device.pages() == guide.pages
        if device.updates_taken[-1] == "step":
            assert received == report.chains[LOCALE].bytes
    assert bulk or set(device.updates_taken[1:]) == {"step"}


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_build_that_returns_to_earlier_pages_has_their_token_and_records(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path), guide_pages(250)
    token = guide.publish(pages).chains[LOCALE].token
    early = installed(guide)
    guide.publish(guide_pages(250, foot="  <p>A mistake.</p>", nav="<b>x</b>"))
    late = installed(guide)
    assert guide.publish(pages).chains[LOCALE].token == token
    for device in (early, late):
        device.update()
        assert device.pages() == pages
    assert early.records == late.records
    new = edited(pages, WORD, "More.")
    guide.publish(new)
    for device in (early, late):
        assert cost(device)[1] == 1
        assert device.pages() == new


def test_no_step_leads_from_a_token_that_was_dropped_and_came_back(tmp_path: Path) -> None:
    guide, first = Guide(tmp_path, Keeping(recent=1)), guide_pages(250)
    guide.publish(first)
    early = edited(first, WORD, "early")
    states = [early, *(guide_pages(250, foot=f"  <p>Foot {number}.</p>") for number in range(3)), early]
    devices, tokens = [], []
    for pages in states:
        tokens.append(guide.publish(pages, timedelta()).chains[LOCALE].token)
        devices.append(installed(guide))
    assert tokens[0] == tokens[-1]
    assert not (guide.updates / "since" / f"{tokens[1]}.bin").exists()
    for device in (devices[0], devices[-1]):
        assert (cost(device)[1], device.pages()) == (1, early)  # nothing is new
    new = guide_pages(250, foot="  <p>The last foot.</p>", nav="<b>x</b>")
    guide.publish(new, timedelta())
    assert not (guide.updates / "since" / f"{tokens[0]}.bin").exists()
    for device in devices:
        device.update()
        assert device.pages() == new
    newest = edited(new, WORD, "newest")
    guide.publish(newest, timedelta())
    for device in devices:
        device.update()
        assert device.pages() == newest


def test_an_unknown_token_costs_the_pages_that_differ(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path), guide_pages(600)
    guide.publish(pages)
    device = installed(guide)
    new = edited(edited(pages, WORD, "one"), "place/p00009/index.html", "two")
    guide.publish(new)
    (guide.updates / "since" / f"{device.token}.bin").unlink()
    cost(device)
    assert device.updates_taken[-1] == "reconcile"
    assert device.foreign == {WORD, "place/p00009/index.html"}
    newest = edited(new, WORD, "three")
    guide.publish(newest)
    device.update()
    assert device.pages() == newest


def test_other_files_are_listed_and_gone_when_they_are_gone(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path), guide_pages(10)
    picture = b"\xff\xd8picture"
    guide.publish({**pages, "pictures/a.jpg": picture, "sitemap.xml": b"<x/>", "feed.xml": b"<x/>", "robots.txt": b"x"})
    device = installed(guide)
    assert device.files == {"pictures/a.jpg": (len(picture), hashlib.sha256(picture).hexdigest()[:24])}
    assert not {"sitemap.xml", "feed.xml", "robots.txt"} & set(device.records)
    guide.publish(pages)
    device.update()
    assert not device.files


def test_device_keeps_one_variant_of_each_picture(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path), guide_pages(10)
    name, picture = "0123456789abcdef", b"RIFFpicture"
    kept, others = f"pictures/{name}.webp", [f"pictures/{name}-320.webp", f"pictures/{name}-00112233-640.jpg"]
    guide.publish({**pages, kept: picture, **dict.fromkeys(others, picture)})
    device = installed(guide)
    assert set(device.files) == {kept}
    guide.publish({**pages, kept: picture, others[0]: b"RIFFanother"})
    device.update()
    assert set(device.files) == {kept}


def test_lost_updates_begin_a_new_history_with_a_warning(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path), guide_pages(50)
    guide.publish(pages)
    device = installed(guide)
    guide.lose("updates")
    report = guide.publish(edited(pages, WORD, "More."))
    assert [code for code, _ in report.warnings] == ["updates-missing"]
    device.update()
    assert device.pages() == guide.pages


def test_an_empty_disk_goes_on_from_the_published_guide(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path), guide_pages(600)
    guide.publish(pages)
    device = installed(guide)
    for number in range(3):
        pages = edited(pages, WORD, f"More {number}.")
        guide.publish(pages)
    published = tmp_path / "published"
    shutil.copytree(guide.site, published)
    guide.lose("state")
    guide.lose("updates")
    pages = edited(pages, WORD, "The last.")
    change = guide.build(pages)
    assert take_previous(str(published), guide.publication(), guide.listing()) == ()
    publish_updates(change, guide.publication())
    received, requests = cost(device)
    assert (received < 500, requests, device.pages()) == (True, 1, pages)


def test_an_unchanged_guide_on_an_empty_disk_has_all_files_again(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path), guide_pages(300)
    guide.publish(pages)
    pages = edited(pages, WORD, "More.")
    guide.publish(pages)
    published = tmp_path / "published"
    shutil.copytree(guide.site, published)
    guide.lose("state")
    guide.lose("updates")
    take_previous(str(published), guide.publication(), guide.listing())
    guide.publish(pages)
    kinds = ("since", "index", "history", "list", "sizes")
    wanted = {name for name in tree(published / "updates" / LOCALE) if name.startswith(kinds)}
    retired = {name for name in wanted if name.startswith("index")} - set(tree(guide.updates))
    assert wanted - retired <= set(tree(guide.updates))
    device = installed(guide)
    for leaf in load_object(inflate((guide.updates / "list.bin").read_bytes()))["buckets"]:
        assert (guide.updates / "index" / f"{leaf[1]}.bin").is_file()
    assert device.pages() == pages


def test_a_guide_that_was_never_published_is_missing_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path / "a"), guide_pages(300)
    guide.publish(pages)
    published = tmp_path / "published"
    shutil.copytree(guide.site, published)
    other = Guide(tmp_path / "b")
    other.build(pages)
    missing = take_previous(str(tmp_path / "nowhere"), other.publication(), other.listing())
    assert [code for code, _ in missing] == ["previous-missing"]
    (published / "updates" / LOCALE / "list.bin").write_bytes(b"<!doctype html>")
    with pytest.raises(SourceError, match="could not be taken over"):
        take_previous(str(published), other.publication(), other.listing())
    assert not other.updates.exists()


def test_history_that_does_not_give_the_pages_of_its_token_is_cut(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path / "a"), guide_pages(40)
    guide.publish(pages)
    for number in range(4):
        guide.publish(edited(pages, WORD, f"More {number}."))
    history = sorted((guide.updates / "history").glob("[0-9a-f]*.bin"))
    tampered = history[0].read_bytes()
    for path in history[1:]:
        path.write_bytes(tampered)
    other = Guide(tmp_path / "b")
    change = other.build(guide.pages)
    take_previous(str(guide.site), other.publication(), other.listing())
    publish_updates(change, other.publication())
    assert len(list((other.updates / "since").iterdir())) < 4


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a//b", "a/../b", "a\\b", "", "con", "a/.git/x", "a\0"])
def test_paths_that_lead_elsewhere_are_none_of_a_site(path: str) -> None:
    assert not is_site_path(path)


def test_a_url_with_a_password_is_refused(tmp_path: Path) -> None:
    guide = Guide(tmp_path)
    with pytest.raises(ConfigError):
        take_previous("https://user:secret@guide.example.org/", guide.publication(), ())


def test_a_locale_that_is_gone_takes_its_chain_away(tmp_path: Path) -> None:
    guide = Guide(tmp_path, locales=(LOCALE, "de-DE"))
    guide.publish(guide_pages(5))
    assert (guide.site / "updates" / "de-DE").is_dir()
    guide.locales = (LOCALE,)
    guide.publish(edited(guide.pages, "place/p00001/index.html", "x"))
    assert not (guide.site / "updates" / "de-DE").exists()


def test_a_farewell_is_all_that_stays(tmp_path: Path) -> None:
    guide = Guide(tmp_path)
    guide.publish(guide_pages(5), timedelta())
    assert publish_farewell(guide.site, tmp_path, "https://guide.example.org/new/")
    assert list(tree(guide.site / "updates")) == ["farewell.json"]
    assert not publish_farewell(guide.site, tmp_path, "https://guide.example.org/new/")
    assert withdraw_updates(guide.site)
    assert not (guide.site / "updates").exists()


def test_pages_named_in_any_script_reach_devices_and_a_history_taken_over(tmp_path: Path) -> None:
    guide, pages = Guide(tmp_path / "here"), guide_pages(30)
    names = ["place/東京/index.html", "place/ｶﾞ/index.html", "place/𠀋/index.html", "place/القلعة/index.html"]
    pages |= {name: page(100 + number) for number, name in enumerate(names)}
    guide.publish(pages)
    device = installed(guide)
    guide.publish(edited({path: data for path, data in pages.items() if path != names[1]}, names[0], "Rain."))
    device.update()
    assert device.pages() == guide.pages
    other = Guide(tmp_path / "there")
    change = other.build(guide.pages)
    take_previous(str(guide.site), other.publication(), change.listing())
    publish_updates(change, other.publication())
    assert {path.name for path in (other.updates / "since").iterdir()} == {
        path.name for path in (guide.updates / "since").iterdir()
    }
    assert installed(other).pages() == guide.pages


@pytest.mark.parametrize("name", ["東京", "x" * 255, "東" * 85, "a~0123456789", "ar", ".guide"])
def test_name_that_this_program_makes_can_be_in_a_pack(name: str) -> None:
    assert is_site_path(f"place/{name}/index.html")


@pytest.mark.parametrize(
    "name", ["東" * 86, "x" * 256, "か\u3099", "é", "a b", "con.東京", "東\ud800", "東.", "東\u202e"]
)
def test_name_that_no_page_has_can_be_in_no_pack(name: str) -> None:
    assert not is_site_path(f"place/{name}/index.html")
