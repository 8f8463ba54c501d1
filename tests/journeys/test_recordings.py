"""Recorded answers of the service, replayed step by step, give a mirror equal to a fold of their pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import NO_RECORDINGS, RECORDINGS, Guide, Outcome, locale
from tests.support.stub import Reply, Request, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=NO_RECORDINGS)


@dataclass(frozen=True)
class Chain:
    """Sync answers that follow each other, one per step."""

    name: str
    pages: tuple[Any, ...]
    first_token: str | None = None


def read(name: str) -> Any:
    return json.loads((RECORDINGS / f"{name}.json").read_text("utf-8-sig"))


def token_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["sync_token"][0]


def recorded_chains(name: str) -> Iterator[Chain]:
    """Split a recording into chains: an initial sync and the deltas requested with its tokens."""
    chain: Chain | None = None
    for interaction in read(name)["interactions"]:
        if not urlsplit(interaction["url"]).path.endswith("/sync"):
            continue
        token = parse_qs(urlsplit(interaction["url"]).query).get("sync_token", [None])[0]
        body = interaction["body"] if isinstance(interaction["body"], dict) else json.loads(interaction["body"])
        if chain and token is not None and token == token_of(chain.pages[-1]["nextSyncUrl"]):
            chain = Chain(chain.name, (*chain.pages, body), chain.first_token)
            continue
        if chain:
            yield chain
        chain = Chain(f"{name}: {interaction['url'][:90]}", (body,), token)
    if chain:
        yield chain


def chains() -> list[Chain]:
    if not RECORDINGS.is_dir():
        return []
    watermark = ("fix_wcc_sync", "fix_wcc_sync_continue", "fix_wcc_sync_deleted_asset")
    return [
        *recorded_chains("rec_objc_sync_delta_chain"),
        *recorded_chains("rec_php_sync"),
        Chain("watermark", tuple(map(read, watermark))),
        Chain("rich text", (read("fix_java_rich_text_sync_initial"),)),
    ]


def fold(mirror: dict[str, Any], items: list[Any]) -> dict[str, Any]:
    """Apply the items of a page to a mirror, whose items are keyed by path."""
    mirror = dict(mirror)
    for item in items:
        sys = item["sys"]
        if sys["type"].startswith("Deleted"):
            folder = "entries/" if sys["type"] == "DeletedEntry" else "assets/"
            mirror = {
                path: raw
                for path, raw in mirror.items()
                if not (path.startswith(folder) and path.endswith(f"/{sys['id']}.json"))
            }
        elif sys["type"] == "Entry":
            mirror[f"entries/{sys['contentType']['sys']['id']}/{sys['id']}.json"] = item
        else:
            mirror[f"assets/{sys['id']}.json"] = item
    return mirror


def mirrored(content: Path) -> dict[str, Any]:
    files = (file for top in ("entries", "assets") for file in (content / top).rglob("*.json"))
    return {file.relative_to(content).as_posix(): json.loads(file.read_bytes()) for file in files}


def locales_in(pages: tuple[Any, ...]) -> list[Any]:
    """Derive the locales of a recording that has none from its values."""
    fields = (field for page in pages for item in page["items"] for field in item.get("fields", {}).values())
    codes = sorted({code for field in fields for code in field})
    return [locale(code, default=code == codes[0]) for code in codes] or [locale("en-US", default=True)]


def test_all_recordings_are_present() -> None:
    assert [len(chain.pages) for chain in chains()] == [6, 2, 1, 1, 1, 1, 3, 1]


@pytest.mark.parametrize("chain", chains(), ids=lambda chain: chain.name)
def test_recording_replays_to_the_fold_of_its_pages(
    chain: Chain, tmp_path: Path, call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = list(chain.pages)
    if chain.first_token is not None:
        pages.insert(0, page(token=chain.first_token).body)
    steps = iter(pages)
    expected_token: list[str | None] = [None]

    def script(request: Request) -> Reply:
        if request.last != "sync":
            return listing(*(locales_in(chain.pages) if request.last == "locales" else ()))
        assert request.query.get("sync_token") == expected_token[0]
        assert (request.query.get("initial") == "true") is (expected_token[0] is None)
        body = next(steps)
        expected_token[0] = token_of(body["nextSyncUrl"])
        return Reply(body)

    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", "b4c0n73n7fu1")
    with serve(script) as stub:
        (tmp_path / "site.yaml").write_text(
            f"title: Replay\nsource: {{space: s, url: '{stub.url}'}}\ncontent: {{assets: link}}\n", "utf-8"
        )
        guide = Guide(tmp_path, call)
        expected: dict[str, Any] = {}
        for body in pages:
            before = len(stub.requests_for("sync"))
            expected = fold(expected, body["items"])
            outcome = guide.run("sync", "--json")
            assert outcome.code == 0, outcome
            assert len(stub.requests_for("sync")) == before + 1
            assert mirrored(tmp_path / "content") == expected
            state = json.loads((tmp_path / ".syncstate").read_text("utf-8"))
            assert state["token"] == token_of(body["nextSyncUrl"])
