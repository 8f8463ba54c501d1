from __future__ import annotations

import hashlib
import json
import statistics
from typing import TYPE_CHECKING, Any

from tests.benchmarks.corpus import texts
from tests.benchmarks.corpus.answers import answers, write_answers
from tests.benchmarks.corpus.items import DEFAULT, all_items, place
from tests.benchmarks.corpus.places import CATEGORIES, Corpus, slug
from tests.benchmarks.corpus.trees import write_trees

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SMALL = Corpus(30)
DIGEST = "ef9ab8715a99f2d33e7eb41a3c386527"
"""Of all answers of the small corpus. A change of it makes older figures of the benchmarks those of another guide."""


def targets(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the type and id of every Link to an item in a value."""
    if isinstance(value, list):
        for one in value:
            yield from targets(one)
    elif isinstance(value, dict):
        sys = value.get("sys")
        if isinstance(sys, dict) and sys.get("type") == "Link":
            yield sys["linkType"], sys["id"]
        for one in value.values():
            yield from targets(one)


def test_corpus_is_the_same_on_every_machine() -> None:
    digest = hashlib.blake2b(digest_size=16)
    for name, answer in answers(SMALL):
        digest.update(f"{name} {json.dumps(answer, sort_keys=True)}\n".encode())
    assert digest.hexdigest() == DIGEST


def test_equal_places_make_equal_files(tmp_path: Path) -> None:
    made = [write_answers(SMALL, tmp_path / name) for name in ("first", "second")]
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "second")
    )
    assert first == second
    assert made[0] == made[1]
    assert (made[0]["items"], made[0]["pages"]) == (30 + CATEGORIES + 10 + 15, 1)


def test_every_link_leads_to_an_item() -> None:
    items = list(all_items(SMALL))
    known = {(raw["sys"]["type"], raw["sys"]["id"]) for raw in items}
    linked = {target for raw in items for target in targets(raw["fields"])}
    assert len(known) == len(items) == SMALL.items
    assert linked <= known
    assert {kind for kind, _ in linked} == {"Entry", "Asset"}


def test_items_come_newest_first_as_the_service_sends_them() -> None:
    published = [raw["sys"]["updatedAt"] for raw in all_items(SMALL)]
    assert published == sorted(published, reverse=True)


def test_bodies_have_the_length_and_the_markdown_that_the_figures_are_for() -> None:
    for locale, least, most in (("en-US", 3_150, 3_450), ("de-DE", 3_500, 3_800)):
        bodies = [texts.body(number, locale) for number in range(200)]
        assert least < statistics.mean(map(len, bodies)) < most
        for mark, average in (("\n## ", 2), ("**", 9), ("](https://", 2), ("\n- ", 5), ("\n1. ", 0.5), ("```", 0.3)):
            assert average / 2 < statistics.mean(body.count(mark) for body in bodies) < average * 2, (locale, mark)


def test_peers_get_the_texts_of_the_space(tmp_path: Path) -> None:
    trees = {"hugo": "content", "eleventy": "content", "mkdocs": "docs", "zensical": "docs"}
    write_trees(SMALL, {tmp_path / kind: kind for kind in trees})
    for kind, folder in trees.items():
        assert len(list((tmp_path / kind / folder / "place").glob("*.md"))) == SMALL.places
        assert not [path for path in (tmp_path / kind).rglob("*.*") if "NAVIGATION" in path.read_text("utf-8")]
        for number in (0, 29):
            fields = place(SMALL, number)["fields"]
            written = (tmp_path / kind / folder / f"place/{slug('place', number)}.md").read_text("utf-8")
            head, body = written.removeprefix("---\n").split("---\n", 1)
            values = {name: json.loads(value) for name, value in (line.split(": ", 1) for line in head.splitlines())}
            assert body == fields["body"][DEFAULT]
            assert (values["title"], values["rating"]) == (fields["title"][DEFAULT], fields["rating"][DEFAULT])
            assert len(values["images"]) == len(fields["images"][DEFAULT])
