"""The tree of shards: the same from nothing and by changes, and a change touches few of them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from exporter.search import shards
from exporter.search.shards import Changes, Tree, bits, document_id, document_number, low_name, posting
from tests.search.scripts import run

if TYPE_CHECKING:
    from collections.abc import Mapping

Documents = dict[str, dict[str, int]]
Rows = dict[str, dict[str, str]]


@pytest.fixture(autouse=True)
def _small_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "LARGEST", 400)
    monkeypatch.setattr(shards, "MANY", 6)


def changes(before: Documents, after: Documents) -> dict[str, Changes]:
    """Return by token what leads from some documents to others."""
    found: dict[str, Changes] = {}
    for path in before.keys() | after.keys():
        name = document_id(document_number(path))
        old, new = before.get(path, {}), after.get(path, {})
        for token, weight in old.items() - new.items():
            found.setdefault(token, Changes([], [])).gone.append(posting(name, weight))
        for token, weight in new.items() - old.items():
            found.setdefault(token, Changes([], [])).new.append(posting(name, weight))
    return found


def apply(rows: Rows, changed: Mapping[str, Changes]) -> tuple[Tree, Rows]:
    """Return the tree and its leaves after some changes."""
    sizes = {prefix: (sum(map(shards._size, leaf.items())), len(leaf)) for prefix, leaf in rows.items()}
    tree = Tree(sizes, rows.__getitem__)
    tree.apply(changed)
    return tree, {**{prefix: leaf for prefix, leaf in rows.items() if prefix not in tree.dropped}, **tree.written}


def vocabulary(rng: random.Random) -> list[str]:
    """Return words of several scripts, many of which begin alike."""
    return ["".join(rng.choice("abceéñ東京\U00020000") for _ in range(rng.randint(1, 6))) for _ in range(300)]


@pytest.mark.parametrize("seed", range(8))
def test_leaves_of_a_history_are_those_from_nothing(seed: int) -> None:
    rng = random.Random(seed)
    words = vocabulary(rng)
    documents: Documents = {}
    rows: Rows = {}
    for _ in range(120):
        after = dict(documents)
        for _ in range(rng.randint(1, 3)):
            path = f"place/{rng.randint(0, 40)}/index.html"
            after[path] = {rng.choice(words): rng.randint(1, 9) for _ in range(rng.choice((0, 3, 40)))}
        tree, rows = apply(rows, changes(documents, after))
        documents = after
        fresh, wanted = apply({}, changes({}, documents))
        assert (rows, tree.names) == (wanted, fresh.names)


def test_a_leaf_holds_the_tokens_of_its_prefix_and_is_small_or_holds_one() -> None:
    rng = random.Random(3)
    documents = {f"{number}": dict.fromkeys(rng.sample(vocabulary(rng), 60), 1) for number in range(60)}
    _, rows = apply({}, changes({}, documents))
    assert len(rows) > 20
    for prefix, leaf in rows.items():
        assert all(bits(token).ljust(len(prefix), "0").startswith(prefix) for token in leaf)
        assert len(leaf) == 1 or sum(map(shards._size, leaf.items())) <= shards.LARGEST


def test_names_of_leaves_are_in_the_order_of_their_tokens() -> None:
    rng = random.Random(4)
    documents = {f"{number}": dict.fromkeys(rng.sample(vocabulary(rng), 60), 1) for number in range(60)}
    tree, rows = apply({}, changes({}, documents))
    assert tree.names == sorted(set(tree.names))
    for prefix, leaf in rows.items():
        for token in leaf:
            name = token.encode().hex().rstrip("0")
            assert max(low for low in tree.names if low <= name or low == "0") == low_name(prefix)


def test_one_token_more_changes_one_leaf_and_adds_one_at_most() -> None:
    rng = random.Random(5)
    words = vocabulary(rng)
    documents = {f"{number}": dict.fromkeys(rng.sample(words, 60), 1) for number in range(60)}
    _, rows = apply({}, changes({}, documents))
    for number in range(200):
        after = {**documents, "0": {**documents["0"], f"{rng.choice(words)}{number}": 1}}
        _, new = apply(rows, changes(documents, after))
        names = {low_name(prefix): leaf for prefix, leaf in rows.items()}
        written = [low_name(prefix) for prefix, leaf in new.items() if names.get(low_name(prefix)) != leaf]
        assert len([name for name in written if name in names]) <= 1
        assert len(written) <= 2


def test_browser_reads_the_postings_that_the_publisher_writes() -> None:
    rng = random.Random(6)
    given, wanted = [], []
    for size in (1, 5, 6, 300, 5000):
        names = [document_id(number) for number in {0, *rng.sample(range(1 << 24), size)}]
        found = sorted(posting(name, rng.choice((1, 3, 14, 33))) for name in names)
        given.append(shards.changed_postings("", [], found))
        wanted.append([len(found), found])
        assert shards.changed_postings(given[-1], found[::2], []) == shards.changed_postings("", [], found[1::2])
    read = "[...guideEngine.read(text)].map(([weight, id]) => weight.toString(36) + id).sort()"
    expression = f"given.map(text => [guideEngine.countOf(text), {read}])"
    assert run(["tokens.js", "engine.js"], expression, given) == wanted
