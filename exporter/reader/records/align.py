"""What each slot of a record would have to hold for the record to give another page, as far as an alignment tells."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from exporter.reader.records.records import REFERENCE, Chrome, common_length, parts_of, slot_number

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

Atom: TypeAlias = "tuple[int | None, bytes]"
"""A slot (None for a literal) and its text."""
Span: TypeAlias = "tuple[Atom, ...]"
"""What one part of a page is made of."""

_WITH_AFFIXES = 3
_FARTHEST = 8
"""Parts by which the place of an insertion is shifted."""


def proposal(
    record: bytes,
    chrome: Chrome,
    page: bytes,
    fixed: Container[int] = (),
    often: Mapping[int, float] = MappingProxyType({}),
    *,
    behind: bool = True,
) -> dict[int, bytes]:
    """Return the texts of slots with which the record would come nearer to the page; those in `fixed` stay.

    `often` is how many times records have a slot that they use. What is new between two slots that are used as often
    goes to the one behind it, or to the one before.
    """
    import difflib  # most builds write no page otherwise than its slots have it

    spans = list(_spans(record, chrome))
    old = [b"".join(text for _, text in span) for span in spans]
    odd = [text for text in dict.fromkeys(old) if chrome.how == "tag" and b"<" in text and not text.startswith(b"<")]
    new = _merged(_parts(chrome.how, page, odd), _long_parts(old, chrome.how))
    front = common_length(old, new)
    back = common_length(old[front:][::-1], new[front:][::-1])
    here = Counter(slot for span in spans for slot, _ in span if slot is not None)
    times = {slot: max(count, often.get(slot, 0)) for slot, count in here.items()}
    want: dict[int, bytes] = {}
    matcher = difflib.SequenceMatcher(None, old[front : len(old) - back], new[front : len(new) - back], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        a, b, c, d = a + front, b + front, c + front, d + front  # noqa: PLW2901 # back to the whole page
        if kind == "insert":
            _insert(want, spans, a, b"".join(new[c:d]), _Sides(times, fixed, behind))
        elif kind == "delete":
            want |= {slot: b"" for span in spans[a:b] for slot, _ in span if slot is not None}
        elif kind == "replace":
            _replace(want, spans[a:b], new[c:d])
    return {slot: text for slot, text in want.items() if text != chrome.slots.get(slot) and slot not in fixed}


def _parts(how: str, page: bytes, whole: Sequence[bytes]) -> list[bytes]:
    """Return the parts of a page; texts in `whole`, which begin within a part, are left as they are."""
    for text in whole:
        before, found, after = page.partition(text)
        if found:
            return [*_parts(how, before, whole), found, *_parts(how, after, whole)]
    return parts_of(how, page)


def _spans(record: bytes, chrome: Chrome) -> Iterator[Span]:
    """Yield the parts of the old page, each with what it is made of."""
    opening = {first for first, _ in chrome.affixes.values()}
    group: list[Atom] = []
    for slot, text in _atoms(record, chrome):
        group.append((slot, text))
        if slot in opening or (slot is None and len(group) > 1):
            continue
        yield tuple(group)
        group = []
    if group:
        yield tuple(group)


def _atoms(record: bytes, chrome: Chrome) -> Iterator[Atom]:
    """Yield slots and literals; a literal that is not between affixes is cut into parts."""
    opening = {first for first, _ in chrome.affixes.values()}
    inside = False
    for number, piece in enumerate(REFERENCE.split(record)):
        if number % 2:
            slot = slot_number(piece)
            inside = slot in opening
            yield slot, chrome.slots[slot]
        elif piece:
            yield from ((None, part) for part in ([piece] if inside else parts_of(chrome.how, piece)))


def _long_parts(old: Sequence[bytes], how: str) -> dict[bytes, list[list[bytes]]]:
    """Return the old parts that hold several, by their first one."""
    found: dict[bytes, list[list[bytes]]] = {}
    for text in sorted(set(old), key=len, reverse=True):
        parts = parts_of(how, text)
        if len(parts) > 1:
            found.setdefault(parts[0], []).append(parts)
    return found


def _merged(new: list[bytes], runs: dict[bytes, list[list[bytes]]]) -> list[bytes]:
    """Let parts that stand together in one slot stand as one."""
    if not runs:
        return new
    out, at = [], 0
    while at < len(new):
        run = next((run for run in runs.get(new[at], ()) if new[at : at + len(run)] == run), new[at : at + 1])
        out.append(b"".join(run))
        at += len(run)
    return out


class _Sides(NamedTuple):
    """Which of two neighbouring slots takes a text: how often pages use each, those that stay, a preference."""

    times: Mapping[int, float]
    fixed: Container[int]
    behind: bool


def _insert(want: dict[int, bytes], spans: list[Span], at: int, text: bytes, sides: _Sides) -> None:
    """Add what is new between two parts to the neighbouring slot that is used the least."""
    usable = []
    for place, shifted in _shifts(spans, at, text):
        atoms = ([(spans[place - 1][-1], False)] if place else []) + (
            [(spans[place][0], True)] if place < len(spans) else []
        )
        usable += [
            (sides.times[slot], abs(place - at), before != sides.behind, before, slot, old, shifted)
            for (slot, old), before in atoms
            if slot is not None and slot not in sides.fixed
        ]
    if usable:
        *_, before, slot, old, text = min(usable)
        old = want.get(slot, old)
        want[slot] = text + old if before else old + text


def _shifts(spans: list[Span], at: int, text: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the places where an insertion gives the same page: `<p>new</p>` before `<p>` is `new</p><p>` behind it."""
    texts = [b"".join(part for _, part in span) for span in spans[at : at + _FARTHEST]]
    back = [b"".join(part for _, part in span) for span in reversed(spans[max(0, at - _FARTHEST) : at])]
    yield at, text
    moved = text
    for number, part in enumerate(texts, 1):
        if not part or not moved.startswith(part):
            break
        moved = moved[len(part) :] + part
        yield at + number, moved
    for number, part in enumerate(back, 1):
        if not part or not text.endswith(part):
            break
        text = part + text[: -len(part)]
        yield at - number, text


def _replace(want: dict[int, bytes], spans: list[Span], new: list[bytes]) -> None:
    """Pair old parts with new ones; where numbers differ and all are slots, the first takes it all."""
    if len(spans) == len(new):
        for span, text in zip(spans, new, strict=True):
            _pair(want, span, text)
    elif all(len(span) == 1 and span[0][0] is not None for span in spans):
        texts = [b"".join(new), *[b""] * (len(spans) - 1)]
        want |= {span[0][0]: text for span, text in zip(spans, texts, strict=True) if span[0][0] is not None}


def _pair(want: dict[int, bytes], span: Span, text: bytes) -> None:
    if len(span) == 1 and span[0][0] is not None:
        want[span[0][0]] = text
    elif len(span) == _WITH_AFFIXES:
        (first, _), (_, middle), (last, _) = span
        at = text.find(middle)
        if at >= 0 and first is not None and last is not None:
            want[first], want[last] = text[:at], text[at + len(middle) :]
