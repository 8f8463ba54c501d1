"""Carry a chrome to the next build: slots keep their numbers and only their texts change, so that records stay.

Invariants: a slot that a page outside `pages` uses is not changed; `join(record) == page` for every record returned.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from exporter.reader.records.align import proposal
from exporter.reader.records.chrome import path_key
from exporter.reader.records.rebase import gaps_of, rebased
from exporter.reader.records.records import REFERENCE, SLOTS, Chrome, parts_of, reference, slot_number, slots_used

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_SAMPLE = 500
_PAGES_WORTH_A_SLOT = 2
"""Pages that a change of a slot must mend."""
_SAMPLES = 64
_MISSES = 6
_ASKED = 400
"""Users of a slot that are asked whether they have its new text."""
_MAJORITY = 3
"""Pages that must change for each that keeps the old text of a slot: the few then get a slot of their own."""
_TRIED = 100
"""Users of a slot that a new text is tried on before it is on all."""
_PAGES_WRONG_AT_ONCE = 32
_FEWEST = 8
"""Pages that are wrong, from which on the parts that their new texts share become slots."""
_LOOKED_AT = 1_000
"""Pages whose new texts are looked at for that."""
_LEAST = 16
_SHARE = 256
_SHORTEST = 3


@dataclass
class _Attempt:
    """The chrome so far, and those of `paths` that it gives right; what is looked at is `records` and `pages`."""

    chrome: Chrome
    paths: list[str]
    records: Mapping[str, bytes]
    pages: Mapping[str, bytes]
    fixed: set[int]
    right: set[str] = field(default_factory=set)
    users: dict[int, list[str]] = field(default_factory=dict)
    often: dict[int, float] = field(default_factory=dict)
    """How many times a few of the records have a slot that they use."""

    def look(self) -> None:
        """Find out which pages are right."""
        self.right = {path for path in self.paths if self.chrome.join(self.records[path]) == self.pages[path]}

    def count(self) -> None:
        """Count how often a few of the records have their slots."""
        times: Counter[bytes] = Counter()
        users: Counter[bytes] = Counter()
        for path in self.paths[:_SAMPLE]:
            here = Counter(REFERENCE.findall(self.records[path]))
            times.update(here)
            users.update(here.keys())
        self.often = {slot_number(two): number / users[two] for two, number in times.items()}

    def using(self, slot: int) -> list[str]:
        """Return the paths whose records use a slot (and, seldom, one that only seems to)."""
        if slot not in self.users:
            two = reference(slot)
            self.users[slot] = [path for path in self.paths if two in self.records[path]]
        return self.users[slot]


def carry(
    chrome: Chrome,
    records: Mapping[str, bytes],
    pages: Mapping[str, bytes],
    uses: Mapping[int, int],
    total: int,
    others: Callable[[], Mapping[str, bytes]],
) -> tuple[Chrome, dict[str, bytes]]:
    """Return the chrome and the records for the next build.

    `pages` are those that were written anew, `records` what they had before, `uses` how many records of the whole guide
    use each slot, `total` how many there were. `others` gives the records of all other pages: it is asked where they
    are a minority that keeps the old text of a slot; those of them that get a slot of their own are returned too.
    """
    names = sorted(pages, key=path_key)
    known = [path for path in names if path in records]
    fixed, shared = _frozen(known, records, uses, chrome.slots) if len(known) < total else (set(), {})
    attempt = _Attempt(chrome, known[:_SAMPLE], records, pages, fixed)
    if len(known) > _SAMPLE:  # a template most likely: what it did to all shows in some
        attempt.look()
        _mend(attempt)
        attempt = replace(attempt, paths=known, users={})
    attempt.look()
    _mend(attempt)
    wrong = [path for path in names if path not in attempt.right]
    chrome = attempt.chrome
    free = _free_slots(chrome, uses)
    kept = {slot: text for slot, text in shared.items() if chrome.slots[slot] != text}
    own = dict(zip(kept, free, strict=False))
    if len(own) < len(kept):  # no number is free for a minority's text: the pages that were written do without
        return _split_anew(attempt, replace(chrome, slots={**chrome.slots, **kept}), names)
    chrome = replace(chrome, slots={**chrome.slots, **{own[slot]: text for slot, text in kept.items()}})
    chrome, made = _made_anew(chrome, wrong, records, pages, free[len(own) :])
    apart = _moved(others(), own) if own else {}
    return chrome, apart | {path: records[path] for path in attempt.right} | made


def _frozen(
    known: Iterable[str], records: Mapping[str, bytes], uses: Mapping[int, int], texts: Mapping[int, bytes]
) -> tuple[set[int], dict[int, bytes]]:
    """Return the slots that stay, as pages use them which were not written, and the texts of those few of them use."""
    here: Counter[int] = Counter()
    for path in known:
        here.update(slots_used(records[path]))
    elsewhere = {slot: count - here[slot] for slot, count in uses.items() if count > here[slot]}
    few = {slot for slot, count in elsewhere.items() if here[slot] >= max(_PAGES_WRONG_AT_ONCE, _MAJORITY * count)}
    return set(elsewhere) - few, {slot: texts[slot] for slot in few}


def _moved(others: Mapping[str, bytes], own: Mapping[int, int]) -> dict[str, bytes]:
    """Return the records of other pages that use some slots, naming those that have the old texts instead."""
    names = {reference(slot): reference(new) for slot, new in own.items()}
    found = {}
    for path, record in others.items():
        parts = REFERENCE.split(record)
        parts[1::2] = [names.get(two, two) for two in parts[1::2]]
        moved = b"".join(parts)
        if moved != record:
            found[path] = moved
    return found


def _split_anew(attempt: _Attempt, chrome: Chrome, names: Iterable[str]) -> tuple[Chrome, dict[str, bytes]]:
    """Return records for a chrome whose slots are as they were for pages that were not written."""
    kept = {path: attempt.records[path] for path in names if path in attempt.records}
    right = {path: record for path, record in kept.items() if chrome.join(record) == attempt.pages[path]}
    return chrome, right | {path: chrome.split(attempt.pages[path]) for path in names if path not in right}


def _mend(attempt: _Attempt) -> None:
    """Change texts of slots as long as that mends pages, looking at wrong pages in the order of their hash."""
    missed = 0
    wrong = [path for path in attempt.paths if path not in attempt.right]
    if len(wrong) >= _PAGES_WORTH_A_SLOT and not attempt.often:
        attempt.count()
    for tried, path in enumerate(wrong):
        if tried >= _SAMPLES or missed >= _MISSES or len(attempt.paths) - len(attempt.right) < _PAGES_WORTH_A_SLOT:
            return
        if path not in attempt.right:
            missed = 0 if _mend_one(attempt, path) else missed + 1


def _mend_one(attempt: _Attempt, path: str) -> bool:
    """Change texts of slots as one page shows: what is new between two slots belongs to the one behind, else before."""
    tried: list[dict[int, bytes]] = []
    for behind in (True, False):
        want = proposal(
            attempt.records[path], attempt.chrome, attempt.pages[path], attempt.fixed, attempt.often, behind=behind
        )
        want = {slot: text for slot, text in want.items() if _is_shared(attempt, slot, text)}
        if want and want not in tried and _accept(attempt, want):
            attempt.fixed |= set(want)
            return True
        tried.append(want)
    return False


def _is_shared(attempt: _Attempt, slot: int, text: bytes) -> bool:
    """Return whether most users of a slot have the new text as often, on lines of its own where the slot begins one.

    A text that only some of its places have would harm the pages that are wrong already, which no count of them shows.
    """
    asked, two = attempt.using(slot)[:_ASKED], reference(slot)
    inside = attempt.chrome.how == "tag" or slot in {last for _, last in attempt.chrome.affixes.values()}
    line = text if inside else b"\n" + text.removesuffix(b"\n")
    having = (
        sum((b"\n" + attempt.pages[path]).count(line) >= attempt.records[path].count(two) for path in asked)
        if text
        else len(asked)
    )
    return having * (_MAJORITY + 1) >= len(asked) * _MAJORITY


def _accept(attempt: _Attempt, want: dict[int, bytes]) -> bool:
    """Take the new texts unless they break more pages than they mend; tell whether they mended any."""
    trial = replace(attempt.chrome, slots={**attempt.chrome.slots, **want})
    first = {path for slot in want for path in attempt.using(slot)[:_TRIED]}
    broken = sum(trial.join(attempt.records[path]) != attempt.pages[path] for path in first & attempt.right)
    if broken * 2 > len(first):
        return False  # as most of them show: there is no need to look at all
    touched = {path for slot in want for path in attempt.using(slot)}
    good = {path for path in touched if trial.join(attempt.records[path]) == attempt.pages[path]}
    lost, won = len(touched & attempt.right - good), len(good - attempt.right)
    if lost > won or (won < _PAGES_WORTH_A_SLOT and lost):
        return False
    attempt.chrome, attempt.right = trial, attempt.right - touched | good
    return won > 0


def _free_slots(chrome: Chrome, uses: Mapping[int, int]) -> list[int]:
    """Return the numbers that no record and no affix uses, the lowest first."""
    affixes = {slot for pair in chrome.affixes.values() for slot in pair}
    return [slot for slot in range(SLOTS) if not uses.get(slot) and slot not in affixes]


def _made_anew(
    chrome: Chrome, wrong: list[str], records: Mapping[str, bytes], pages: Mapping[str, bytes], free: list[int]
) -> tuple[Chrome, dict[str, bytes]]:
    """Return records for pages from those they had, and the chrome with slots for what their new texts share."""
    looked_at = wrong[:_LOOKED_AT] if len(wrong) >= _FEWEST else []
    texts = [{gap.text for gap in gaps_of(chrome, records.get(path), pages[path])} for path in looked_at]
    new = _shared(chrome, texts, free)
    both = replace(chrome, slots={**chrome.slots, **new})
    made = {}
    for path in wrong:
        page = pages[path]
        made[path] = rebased(both, gaps_of(chrome, records.get(path), page), page)
    used = set().union(*map(slots_used, made.values())) if new else set()
    return replace(chrome, slots={**chrome.slots, **{slot: new[slot] for slot in new.keys() & used}}), made


def _shared(chrome: Chrome, texts: Sequence[set[bytes]], free: list[int]) -> dict[int, bytes]:
    """Return slots for the parts that the texts of many pages share."""
    count: Counter[bytes] = Counter()
    for some in texts:
        count.update({part for text in some for part in parts_of(chrome.how, text)} - chrome.by_text.keys())
    need = max(min(_LEAST, -(-len(texts) // 2)), -(-len(texts) // _SHARE))
    shared = [(part, times) for part, times in count.items() if times >= need and len(part) > _SHORTEST]
    shared.sort(key=lambda pair: (-pair[1] * len(pair[0]), pair[0]))
    return {slot: part for slot, (part, _) in zip(free, shared, strict=False)}
