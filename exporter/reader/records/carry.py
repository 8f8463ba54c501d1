"""Carry a chrome to the next build: slots keep their numbers and only their texts change, so that records stay.

Invariants: a slot that a page outside `pages` uses is not changed; `join(record) == page` for every record returned.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporter.reader.records.align import proposal
from exporter.reader.records.chrome import path_key
from exporter.reader.records.records import SLOTS, Chrome, parts_of, slots_used

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FEW = 2
"""Pages that a change of a slot must mend."""
_SAMPLES = 64
_MISSES = 6
_ASKED = 400
"""Users of a slot that are asked whether they have its new text; nine in ten must."""
_MANY = 32
"""Pages that are wrong, from which on the parts that they share become slots."""
_LEAST = 16
_SHARE = 256
_SHORTEST = 3


@dataclass
class _Attempt:
    """The chrome so far, and the pages that it gives right."""

    chrome: Chrome
    right: set[str]


def carry(
    chrome: Chrome, records: Mapping[str, bytes], pages: Mapping[str, bytes], uses: Mapping[int, int]
) -> tuple[Chrome, dict[str, bytes]]:
    """Return the chrome and the records for the next build.

    `pages` are those that were written anew, `records` what they had before, `uses` how many records of the whole guide
    use each slot.
    """
    names = sorted(pages, key=path_key)
    known = [path for path in names if path in records]
    right = {path for path in known if chrome.join(records[path]) == pages[path]}
    attempt = _Attempt(chrome, right)
    if len(known) - len(right) >= _FEW:
        _mend(attempt, known, records, pages, uses)
    wrong = [path for path in names if path not in attempt.right]
    chrome = attempt.chrome
    if len(wrong) >= _MANY:
        chrome = _with_shared(chrome, wrong, pages, _free_slots(chrome, uses))
    return chrome, {path: records[path] for path in attempt.right} | {
        path: proven(chrome, pages[path]) for path in wrong
    }


def proven(chrome: Chrome, page: bytes) -> bytes:
    """Return a record that gives the page back: the page itself where the chrome does not."""
    record = chrome.split(page)
    return record if chrome.join(record) == page else page


def _mend(
    attempt: _Attempt,
    known: list[str],
    records: Mapping[str, bytes],
    pages: Mapping[str, bytes],
    uses: Mapping[int, int],
) -> None:
    """Change texts of slots as long as that mends pages, looking at wrong pages in the order of their hash."""
    using = _users(known, records)
    fixed = {slot for slot, users in using.items() if uses.get(slot, 0) > len(users)}
    missed = 0
    for tried, path in enumerate(path for path in known if path not in attempt.right):
        if tried >= _SAMPLES or missed >= _MISSES:
            return
        if path in attempt.right:
            continue
        want = proposal(records[path], attempt.chrome, pages[path], fixed)
        want = {slot: text for slot, text in want.items() if _is_shared(text, using[slot], pages)}
        if want and _accept(attempt, want, using, records, pages):
            fixed |= set(want)
            missed = 0
        else:
            missed += 1


def _users(known: Iterable[str], records: Mapping[str, bytes]) -> dict[int, list[str]]:
    using: dict[int, list[str]] = {}
    for path in known:
        for slot in slots_used(records[path]):
            using.setdefault(slot, []).append(path)
    return using


def _is_shared(text: bytes, users: list[str], pages: Mapping[str, bytes]) -> bool:
    asked = users[:_ASKED]
    return sum(text in pages[path] for path in asked) * 10 >= len(asked) * 9


def _accept(
    attempt: _Attempt,
    want: dict[int, bytes],
    using: dict[int, list[str]],
    records: Mapping[str, bytes],
    pages: Mapping[str, bytes],
) -> bool:
    """Take the new texts unless they break more pages than they mend; tell whether they were taken."""
    trial = replace(attempt.chrome, slots={**attempt.chrome.slots, **want})
    touched = {path for slot in want for path in using[slot]}
    good = {path for path in touched if trial.join(records[path]) == pages[path]}
    lost, won = len(touched & attempt.right - good), len(good - attempt.right)
    if lost > won or (won < _FEW and lost):
        return False
    attempt.chrome, attempt.right = trial, attempt.right - touched | good
    return won > 0


def _free_slots(chrome: Chrome, uses: Mapping[int, int]) -> list[int]:
    """Return the numbers that no record and no affix uses, the lowest first."""
    affixes = {slot for pair in chrome.affixes.values() for slot in pair}
    return [slot for slot in range(SLOTS) if not uses.get(slot) and slot not in affixes]


def _with_shared(chrome: Chrome, wrong: list[str], pages: Mapping[str, bytes], free: list[int]) -> Chrome:
    """Make slots of what many wrong pages share."""
    count: Counter[bytes] = Counter()
    for path in wrong:
        count.update({part for part in parts_of(chrome.how, pages[path]) if part not in chrome.by_text})
    need = max(_LEAST, -(-len(wrong) // _SHARE))
    shared = [(part, number) for part, number in count.items() if number >= need and len(part) > _SHORTEST]
    shared.sort(key=lambda pair: (-pair[1] * len(pair[0]), pair[0]))
    new = {slot: part for slot, (part, _) in zip(free, shared, strict=False)}
    return replace(chrome, slots={**chrome.slots, **new})
