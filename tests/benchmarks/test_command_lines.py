"""Every benchmark runs from its command line, here with a guide so small that its figures say nothing.

Those with other programs beside the exporter are long: the test command installs none of them.
"""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks import cluster, pictures, publish, reader, render, serve, servers, sync
from tests.benchmarks.peers import ELEVENTY, HUGO, MKDOCS, ZENSICAL, installed
from tests.benchmarks.rounds import RESULTS
from tests.conftest import CHROMIUM, PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.peers import Peer


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the spaces are kept, so that they are made only once."""
    return tmp_path_factory.mktemp("spaces")


def need(*peers: Peer) -> None:
    for peer in peers:
        if peer.version() is None:
            pytest.skip(f"{peer.name} is not installed: {peer.install}")


def run(name: str, *arguments: object) -> list[str]:
    """Run a benchmark, which leaves the results as they are; return the first cells of its tables' rows."""
    before = RESULTS.read_bytes()
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *map(str, arguments)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done
    assert RESULTS.read_bytes() == before
    print(done.stdout)
    return re.findall(r"^\| ([^|]*\S) \|", done.stdout, re.MULTILINE) or done.stdout.splitlines()


@pytest.mark.long
def test_render_has_a_row_of_every_peer(data: Path) -> None:
    need(HUGO, ELEVENTY, MKDOCS, ZENSICAL)
    rows = run("render", "--places", 20, "--rounds", 1, "--data", data)
    peers = {peer.name for peer in (HUGO, ELEVENTY, MKDOCS, ZENSICAL)}
    assert {*peers, render.FULL, render.FULL_ONE, render.HUGO_ONE, render.THEME, render.BEFORE} <= {*rows}


def test_peer_that_is_not_installed_is_named_and_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    absent = replace(ZENSICAL, version=lambda: None)
    present = replace(MKDOCS, version=lambda: "1")
    assert installed(present, absent) == [present]
    assert capsys.readouterr().err.startswith("Zensical is not installed and left out: run pip install")


def test_sync_compares_the_official_clients(data: Path) -> None:
    if shutil.which("node") is None or not (sync.BROWSER / "node_modules/contentful").is_dir():
        pytest.skip("the Node packages are not installed: npm ci in tests/browser")
    lines = run("sync", "--places", 10, "--rounds", 1, "--only", "initial", "--data", data)
    for row in (sync.OURS_JSON, sync.OURS_TWINS, sync.JAVASCRIPT, sync.PYTHON):
        assert [line for line in lines if re.match(rf"{re.escape(row)} +\d", line)], lines
    assert sum("limit" in line for line in lines) == 3


def test_sync_weighs_the_largest_space(data: Path) -> None:
    lines = run("sync", "--places", 10, "--only", "memory", "--data", data)
    assert sum("100 places: peak" in line for line in lines) == 2


@pytest.mark.long
def test_serve_has_a_row_of_every_edit(data: Path) -> None:
    need(HUGO, ELEVENTY)
    rows = run("serve", "--places", 20, "--rounds", 1, "--pause", 0.05, "--data", data)
    assert [row for row in rows if row in servers.EDITS] == list(servers.EDITS)
    assert sum("20 places, seconds" in row for row in rows) == len(serve.MOST)


@pytest.mark.long
def test_cluster_compares_bytes_and_works_out_more_workers(data: Path) -> None:
    rows = run("cluster", "--places", cluster.FEWEST, "--rounds", 1, "--data", data)
    assert {cluster.HERE, cluster.ON_TWO, cluster.ON_FOUR, *map(str, cluster.MANY)} <= {*rows}


@pytest.mark.long
def test_reader_compares_bytes() -> None:
    if not (reader.WORKBOX / "package.json").is_file():
        pytest.skip(f"Workbox is not installed: {ELEVENTY.install}")
    rows = run("reader", "--places", 20, "--edits", 1, "--only", "bytes")
    assert {"install", "word", "word, bytes"} <= {*rows}


@pytest.mark.long
def test_reader_compares_times(data: Path) -> None:
    need(HUGO)
    rows = run("reader", "--places", 20, "--rounds", 1, "--only", "time", "--data", data)
    assert {HUGO.name, reader.FULL, reader.WITHOUT, reader.CHANGE, reader.NOTHING} <= {*rows}


@pytest.mark.long
def test_reader_opens_first_pages() -> None:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    rows = run("reader", "--places", 20, "--rounds", 1, "--only", "first-page")
    assert {"worker stopped, a page", "worker stopped, a list", "browser restarted, a page"} <= {*rows}


@pytest.mark.long
def test_pictures_are_compared_with_those_of_eleventy_img() -> None:
    if not pictures.ELEVENTY_IMG.is_dir():
        pytest.skip(f"eleventy-img is not installed: {ELEVENTY.install}")
    rows = run("pictures", "--pictures", 2, "--width", 400)
    assert {pictures.OURS, pictures.NOTHING, pictures.THEIRS} <= {*rows}


def test_endpoint_delta_compares_two_sizes() -> None:
    lines = run("endpoint_delta", "--rounds", 1, 5, 10)
    assert [line.split(":")[0].strip() for line in lines] == ["5 items", "10 items", "median of paired ratios"]


def test_every_table_says_how_to_repeat_it() -> None:
    _, *sections = re.split(r"^## (?=\w)", RESULTS.read_text("utf-8"), flags=re.MULTILINE)
    found = [re.search(r"`python -m (tests\.benchmarks\.\w+)((?: \S+)*)`", section) for section in sections]
    for section, command in zip(sections, found, strict=True):
        assert command, f"no command: {section[:40]}"
        documented = importlib.import_module(command[1]).__doc__ or ""
        options = re.findall(r"--[\w-]+", command[2])
        assert [option for option in options if option not in documented] == [], section[:40]


@pytest.mark.long
def test_publish_counts_what_each_costs() -> None:
    need(HUGO)
    rows = run("publish", "--places", 10, 20)
    assert {publish.EXPORTER, publish.COLD, publish.NOTHING, publish.DEPLOY} <= {*rows}
