"""What stops a publish, what it says of that, and what it leaves as it was."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from exporter.config.settings import load_project
from exporter.core.errors import ConfigError
from exporter.publish.claim import USUAL_TIMING, new_claim
from exporter.publish.manifest import FOLDER, LOCK, ROOT
from exporter.publish.stores.target import find_target, read_address
from tests.conftest import entry
from tests.publish.conftest import write_site
from tests.publish.servers import SECRET

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles


@pytest.fixture
def host(guide: Guide, space: SpaceFiles, tmp_path: Path) -> Path:
    """A folder to which the small guide was published."""
    write_site(guide, space)
    guide.build()
    folder = tmp_path / "host"
    assert guide.run("publish", str(folder)).code == 0
    return folder


def edited(guide: Guide, space: SpaceFiles, text: str = "It turns no more.") -> None:
    space.put(entry("place", "mill", 2, title="The mill", slug="mill", body=text))
    guide.build()


@pytest.mark.parametrize(
    "address",
    [
        "s3://bucket/a/../b",
        "s3://bucket/a//b",
        "s3://user:SECRET@bucket/a",
        "s3://key@bucket/a",
        "s3://bucket/a?sig=SECRET",
        "s3:///a",
        "ftp://host/a",
        "sftp://host",
        "sftp://user:SECRET@host/a",
        "sftp://host:notaport/a",
        "az://container/.exporter-publish/a",
    ],
)
def test_address_that_is_no_target_is_refused_without_its_secrets(address: str) -> None:
    with pytest.raises(ConfigError) as met:
        read_address(address)
    assert "SECRET" not in met.value.message
    assert met.value.exit_code == 2


def test_addresses_are_read() -> None:
    assert read_address("s3://bucket/a/b/").prefix == "a/b"
    assert read_address("gs://bucket").prefix == ""
    assert read_address("sftp://me@host:2222/var/www").shown == "sftp://me@host:2222/var/www"
    assert read_address("sftp://host/~/www").prefix == "www"


@pytest.mark.parametrize("where", [".", "..", "site", "site/below", "content", ".export/x", "templates/static"])
def test_folder_of_the_guide_itself_is_no_target(guide: Guide, space: SpaceFiles, where: str) -> None:
    write_site(guide, space)
    guide.build()
    before = guide.files()
    outcome = guide.run("publish", where)
    assert outcome.code == 2
    assert "name a folder of its own" in outcome.err
    assert guide.files() == before


def test_target_of_site_yaml_is_used_and_missing_one_is_told(guide: Guide, space: SpaceFiles) -> None:
    write_site(guide, space)
    guide.build()
    assert guide.run("publish").code == 2
    write_site(guide, space, "publish: {target: ../host}\n")
    assert guide.run("publish").code == 0
    assert (guide.root.parent / "host/index.html").is_file()
    assert find_target(load_project(guide.root), None).shown == "../host"


def test_guide_that_was_not_built_is_not_published(guide: Guide, space: SpaceFiles, tmp_path: Path) -> None:
    write_site(guide, space)
    outcome = guide.run("publish", str(tmp_path / "host"), "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (4, "site-missing")


def test_failed_build_is_published_only_if_forced(guide: Guide, host: Path) -> None:
    (guide.root / "templates").mkdir()
    (guide.root / "templates/place.html").write_text("{{ entry.title | nothing_of_the_kind }}", "utf-8")
    assert guide.run("build").code == 1
    before = (host / ROOT).read_bytes()
    outcome = guide.run("publish", str(host), "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (4, "build-unfinished")
    assert "correct the template or the entry that it named, then build again" in outcome.json["error"]["message"]
    assert (host / ROOT).read_bytes() == before
    assert guide.run("publish", str(host), "--force").code == 0


def test_more_than_half_is_removed_only_if_forced(guide: Guide, space: SpaceFiles, host: Path) -> None:
    write_site(guide, space, "offline: false\nlocales: [de-DE]\n")
    guide.build()
    there = sorted(path for path in host.rglob("*") if path.is_file())
    outcome = guide.run("publish", str(host), "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (4, "removes-too-much")
    assert sorted(path for path in host.rglob("*") if path.is_file()) == there
    assert guide.run("publish", str(host), "--force").code == 0


def test_other_publisher_is_named(guide: Guide, space: SpaceFiles, host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edited(guide, space)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        claim = new_claim()._replace(holder="process 7 on elsewhere", process=other.pid)
        (host / LOCK).write_text(json.dumps(claim._asdict()), "utf-8")
        counted = iter(range(100))

        def moves(_seconds: float) -> None:
            (host / LOCK).write_text(json.dumps(claim._replace(beat=next(counted))._asdict()), "utf-8")

        monkeypatch.setattr("exporter.publish.run.USUAL_TIMING", USUAL_TIMING._replace(pause=moves))
        outcome = guide.run("publish", str(host), "--json")
        other.communicate(b"\n")
    assert (outcome.code, outcome.json["error"]["code"]) == (4, "target-busy")
    assert "process 7 on elsewhere" in outcome.json["error"]["message"]
    monkeypatch.setattr("exporter.publish.run.USUAL_TIMING", USUAL_TIMING._replace(pause=lambda _seconds: None))
    assert guide.run("publish", str(host)).code == 0, "the lock of a process that is gone stands in nobody's way"
    assert not (host / LOCK).exists()


def test_link_in_a_folder_is_not_followed(guide: Guide, space: SpaceFiles, host: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "index.html").write_bytes(b"not of the guide")
    for path in sorted((host / "place/mill").iterdir()):
        path.unlink()
    (host / "place/mill").rmdir()
    (host / "place/mill").symlink_to(outside)
    edited(guide, space)
    outcome = guide.run("publish", str(host), "--json")
    assert outcome.code in (3, 4), outcome
    assert (outside / "index.html").read_bytes() == b"not of the guide"
    assert [*outside.iterdir()] == [outside / "index.html"]


def test_name_that_no_target_may_be_given_is_told(guide: Guide, host: Path) -> None:
    (guide.root / "templates/static").mkdir(parents=True)
    (guide.root / "templates/static/a\\b.txt").write_bytes(b"x")
    guide.run("build")
    if not (guide.root / "site/a\\b.txt").exists():
        (guide.root / "site/a\\b.txt").write_bytes(b"x")
    outcome = guide.run("publish", str(host), "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (4, "name-unsafe")


def test_changed_paths_are_told_to_a_command_and_again_after_it_failed(
    guide: Guide, space: SpaceFiles, host: Path, tmp_path: Path
) -> None:
    told = tmp_path / "told.txt"
    tell = f"cat > {shlex.quote(str(told))}"
    assert guide.run("publish", str(host), "--invalidate", tell).code == 0
    assert not told.exists(), "nothing changed"
    edited(guide, space)
    failed = guide.run("publish", str(host), "--json", "--invalidate", "echo no key; exit 7")
    assert (failed.code, failed.json["problems"][0]["code"]) == (3, "invalidate-failed")
    assert "ended with 7: no key" in failed.json["problems"][0]["message"]
    done = guide.run("publish", str(host), "--json", "--invalidate", tell)
    paths = told.read_text("utf-8").splitlines()
    assert done.code == 0
    assert done.json["publish"]["invalidated"] == len(paths) > 3
    assert {"place/mill/index.html", "updates/en-US/list.bin"} <= {*paths}
    assert not any(path.startswith(FOLDER) for path in paths)


def test_dry_run_lists_what_would_go_and_writes_nothing(guide: Guide, space: SpaceFiles, host: Path) -> None:
    edited(guide, space)
    before = {path: path.read_bytes() for path in host.rglob("*") if path.is_file()}
    outcome = guide.run("publish", str(host), "--dry-run")
    assert outcome.code == 0
    size = (guide.root / "site/place/mill/index.html").stat().st_size
    assert f"upload place/mill/index.html ({size / 1000:.1f} kB)" in outcome.out
    total = sum(guide.run("publish", str(host), "--dry-run", "--json").json["publish"]["upload"].values())
    summary = rf"dry run of publish to .*: \d+ to upload \({total / 1000:.1f} kB\), \d+ to remove, "
    assert re.search(summary, outcome.out)
    assert {path: path.read_bytes() for path in host.rglob("*") if path.is_file()} == before


def test_no_secret_is_said_or_written_where_a_host_refuses(
    guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    write_site(guide, space, "publish: {target: 's3://nowhere/guide', endpoint: 'http://127.0.0.1:1'}\n")
    guide.build()
    monkeypatch.setattr("exporter.publish.stores.store.time.sleep", lambda _seconds: None)
    outcome = guide.run("publish", "--json", "-v", "--invalidate", f"echo {SECRET}; exit 1")
    assert (outcome.code, outcome.json["error"]["code"]) == (3, "target-unreachable")
    assert SECRET not in outcome.out + outcome.err
    for folder, _, names in os.walk(guide.root):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123 - names as they are
                assert SECRET.encode() not in file.read(), name


def test_secret_that_a_command_repeats_is_taken_out(
    guide: Guide, space: SpaceFiles, host: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    edited(guide, space)
    outcome = guide.run("publish", str(host), "--json", "--invalidate", f"echo {SECRET}; exit 1")
    assert outcome.code == 3
    assert SECRET not in outcome.out + outcome.err
