"""Records: `join(split(page)) == page`, whatever the page; since-files: what they make is what they were made of."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.reader.encoding import BrokenError, deflate, inflate, read_varint, varint
from exporter.reader.model import Member
from exporter.reader.records.buckets import MOST, bits, prefixes, regroup, token_of
from exporter.reader.records.carry import carry
from exporter.reader.records.chrome import learn
from exporter.reader.records.rebase import gaps_of
from exporter.reader.records.records import Chrome, is_text, slots_used
from exporter.reader.since import Row, Step, apply_piece, decode, encode, make_piece
from tests.reader.guides import guide_pages, minified, page

PAGES = {path: data for path, data in guide_pages(60).items() if path.endswith(".html")}
TEXTS = st.text(st.sampled_from('<>p/ab \n\r="é港'), max_size=60).map(str.encode)
MIXED = st.lists(st.one_of(TEXTS, st.sampled_from(min(PAGES.values()).splitlines(keepends=True)))).map(b"".join)


@pytest.mark.parametrize(
    "pages", [PAGES, {path: minified(data) for path, data in PAGES.items()}], ids=["lines", "tags"]
)
@settings(deadline=None)
@given(data=MIXED)
def test_a_record_gives_any_page_back(pages: dict[str, bytes], data: bytes) -> None:
    chrome = learn(pages)
    assert chrome.join(chrome.split(data)) == data
    assert chrome.join(data) == data


@pytest.mark.parametrize(
    "pages", [PAGES, {path: minified(data) for path, data in PAGES.items()}], ids=["lines", "tags"]
)
@settings(deadline=None)
@given(data=st.data())
def test_a_record_with_its_gaps_filled_gives_the_new_page(pages: dict[str, bytes], data: st.DataObject) -> None:
    chrome = learn(pages)
    old = data.draw(st.one_of(MIXED, st.sampled_from(sorted(pages.values()))))
    places = st.integers(0, len(old))
    first, last = sorted((data.draw(places), data.draw(places)))
    new = old[:first] + data.draw(MIXED) + old[last:]
    record = chrome.split(old)
    after = Chrome(chrome.how, {**chrome.slots, 0: b"", 1: b"<p>"}, chrome.affixes)
    for gap in gaps_of(chrome, record, new):
        assert chrome.join(gap.record(chrome)) == new
    for gap in gaps_of(after, record, new):
        assert after.join(gap.record(after)) == new
        assert (record.startswith(gap.front), record.endswith(gap.back)) == (True, True)


def test_what_pages_share_is_two_bytes() -> None:
    chrome = learn(PAGES)
    records = {path: chrome.split(data) for path, data in PAGES.items()}
    assert all(chrome.join(records[path]) == data for path, data in PAGES.items())
    shared = sum(map(len, PAGES.values())) - sum(map(len, records.values()))
    assert shared > 400 * len(PAGES)


def test_bytes_that_stand_for_slots_make_no_record() -> None:
    assert is_text("é港".encode())
    assert is_text(b"caf\xe9")
    assert not is_text(b"\xf5\x00")


@given(old=st.binary(max_size=300), new=st.binary(max_size=300), repeat=st.integers(1, 300))
def test_a_piece_makes_the_new_from_the_old(old: bytes, new: bytes, repeat: int) -> None:
    old, new = old * repeat, old[:100] + new * repeat + old[100:]
    piece = make_piece(old, new)
    assert apply_piece(old, piece) == new
    step = Step("0123456789abcdef", "e", pages=(Row("a", "a", piece),), sum="s")
    assert decode(encode(step)) == step


@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_since_file_or_broken(data: bytes) -> None:
    good = encode(Step("0123456789abcdef", "e", pages=(Row("a", None, make_piece(b"", b"text" * 9)),), sum="s"))
    for hostile in (data, good[: len(data)], good + data):
        if hostile != good:
            with pytest.raises(BrokenError):
                decode(hostile)


@given(number=st.integers(0, 1 << 34))
def test_numbers_come_back(number: int) -> None:
    assert read_varint(varint(number)) == (number, len(varint(number)))


def test_a_stream_that_inflates_to_more_than_it_may_is_broken() -> None:
    bomb = deflate(bytes(1 << 20))
    assert len(inflate(bomb, 1 << 20)) == 1 << 20
    with pytest.raises(BrokenError):
        inflate(bomb, (1 << 20) - 1)


def test_buckets_are_a_function_of_the_set() -> None:
    rnd = random.Random(3)
    groups: dict[str, dict[str, Member]] = {"": {}}
    counts = {"": 0}
    paths: set[str] = set()
    for number in range(1500):
        new = f"p{number}" if rnd.random() < 0.8 or not paths else None
        path = new or rnd.choice(sorted(paths))
        leaf = next(bits(path)[:depth] for depth in range(17) if bits(path)[:depth] in counts)
        change = {leaf: dict(groups[leaf])}
        if new:
            paths.add(path)
            change[leaf][path] = Member(b"", b"", 0)
        else:
            paths.discard(path)
            del change[leaf][path]
        counts[leaf] = len(change[leaf])
        gone = regroup(change, counts, groups.__getitem__)
        groups = {name: one for name, one in groups.items() if name not in gone} | change
    whole = {"": {path: Member(b"", b"", 0) for path in paths}}
    regroup(whole, {"": len(paths)}, lambda _leaf: {})
    assert {leaf: set(one) for leaf, one in groups.items()} == {leaf: set(one) for leaf, one in whole.items()}
    assert max(map(len, groups.values())) <= MOST
    assert prefixes(len(leaf) for leaf in sorted(groups)) == sorted(groups)


def test_a_token_tells_depths_apart() -> None:
    assert token_of([(1, "00" * 12), (1, "11" * 12)]) != token_of([(2, "00" * 12), (1, "11" * 12)])


def test_a_new_foot_changes_a_slot_and_no_record() -> None:
    old, new = guide_pages(60), guide_pages(60, foot="  <p>Kept by friends.</p>")
    old, new = ({path: data for path, data in pages.items() if path.endswith(".html")} for pages in (old, new))
    chrome = learn(old)
    records = {path: chrome.split(data) for path, data in old.items()}
    uses: dict[int, int] = {}
    for record in records.values():
        for slot in slots_used(record):
            uses[slot] = uses.get(slot, 0) + 1
    after, carried = carry(chrome, records, new, uses, len(records), dict)
    assert {path for path in new if carried[path] != records[path]} <= {"place/index.html"}
    assert all(after.join(carried[path]) == data for path, data in new.items())


def carried(chrome: Chrome, records: dict[str, bytes], new: dict[str, bytes]) -> tuple[Chrome, dict[str, bytes]]:
    """Carry a chrome on to pages of which all that are new or changed were written."""
    uses = {slot: sum(slot in slots_used(record) for record in records.values()) for slot in range(2_816)}
    written = {path: data for path, data in new.items() if chrome.join(records.get(path, b"")) != data}
    known = {path: records[path] for path in written if path in records}
    after, made = carry(chrome, known, written, uses, len(records), dict)
    made = {**records, **made}
    assert all(after.join(made[path]) == data for path, data in new.items())
    return after, made


def test_a_list_of_many_links_takes_an_item_of_the_navigation_as_its_slot_has_it() -> None:
    links = "".join(f'<b><a href="p{number}/index.html">{number}</a></b>' for number in range(30))
    texts = [links if number % 5 == 1 else "Nothing." for number in range(100)]
    item = ' <a href="../walk/index.html">Walk</a>'
    old, new = (
        {f"p{number}.html": minified(page(number, text=text, nav=nav)) for number, text in enumerate(texts)}
        for nav in ("", item)
    )
    chrome = learn(old)
    records = {path: chrome.split(data) for path, data in old.items()}
    assert carried(chrome, records, new)[1] == records


def test_what_an_edit_leaves_alone_stays_in_the_record() -> None:
    old, new = (
        {path: minified(data) for path, data in guide_pages(60, foot=foot).items()} for foot in ("", " <b>F</b>")
    )
    chrome = learn(old)
    records = {path: chrome.split(data) for path, data in old.items()}
    chrome, records = carried(chrome, records, new)
    path = "place/p00007/index.html"
    edited = carried(chrome, records, {**new, path: new[path].replace(b"<p>", b"<p>New ", 1)})[1]
    assert make_piece(records[path], edited[path]).length < 20
    assert {other for other in edited if edited[other] != records[other]} == {path}


def test_pages_that_no_slot_helps_share_their_new_text() -> None:
    kinds = [f"kind{number}" for number in range(26)]
    line = "<p>Kept by the friends of the harbour, of the old bridge and of the market.</p>"
    lists = [
        {f"{kind}.html": f"<!doctype html>\n<h1>{kind}</h1>{foot}</body></html>\n".encode() for kind in kinds}
        for foot in ("", f"{line}\n")
    ]
    old, new = ({**guide_pages(60, foot=foot), **some} for foot, some in zip(("", line), lists, strict=True))
    chrome = learn(guide_pages(60))
    records = {path: chrome.split(data) for path, data in old.items()}
    made = carried(chrome, records, new)[1]
    pieces = [make_piece(records[path], made[path]) for path in lists[0]]
    assert sum(len(piece.payload[0]) for piece in pieces) < 10 * len(pieces)


def test_a_slot_of_pages_that_were_not_written_stays() -> None:
    old = {path: data for path, data in guide_pages(60).items() if path.endswith(".html")}
    chrome = learn(old)
    records = {path: chrome.split(data) for path, data in old.items()}
    uses = {slot: sum(slot in slots_used(record) for record in records.values()) for slot in chrome.slots}
    written = {f"place/p{number:05}/index.html": page(number, foot="  <p>New.</p>") for number in range(20)}
    after, _ = carry(chrome, {path: records[path] for path in written}, written, uses, len(records), dict)
    assert all(after.join(records[path]) == data for path, data in old.items() if path not in written)


def test_the_few_pages_that_keep_the_old_text_get_a_slot_of_their_own() -> None:
    old = {path: data for path, data in guide_pages(200).items() if path.endswith(".html")}
    chrome = learn(old)
    records = {path: chrome.split(data) for path, data in old.items()}
    uses = {slot: sum(slot in slots_used(record) for record in records.values()) for slot in chrome.slots}
    written = {f"place/p{number:05}/index.html": page(number, foot="  <p>New.</p>") for number in range(180)}
    known = {path: records[path] for path in written}
    others = {path: record for path, record in records.items() if path not in written}
    after, carried = carry(chrome, known, written, uses, len(records), lambda: others)
    assert all(carried[path] == records[path] for path in written)
    assert set(carried) == set(records)
    assert all(after.join(carried[path]) == (written.get(path) or data) for path, data in old.items())
