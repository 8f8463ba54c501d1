"""The steps from kept tokens to later ones, and back: since-files, change packs, history, sizes."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from exporter.reader.encoding import VERSION, BrokenError, deflate, digest_name, dump
from exporter.reader.head import LISTS, ledger_name
from exporter.reader.kept import is_recent, targets
from exporter.reader.since import Row, Step, decode, encode, encode_pack, join_slots, sum_of
from exporter.reader.steps import Between, ChangePack, Helps, make_step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exporter.reader.folder import ChainFolder
    from exporter.reader.head import Head
    from exporter.reader.kept import Kept
    from exporter.reader.model import Entry, Keeping
    from exporter.reader.past import Past

BULK = 16_384
"""Bytes of pieces of one build, from which on they go into change packs."""
_OLDER_BULK = 65_536
"""The same for a step that several builds made so long."""
_PACK = 262_144
"""Bytes of pieces of one change pack."""


class Trail(NamedTuple):
    """The new state, the one before (None for a first one), and the way back through earlier ones."""

    folder: ChainFolder
    keeping: Keeping
    head: Head
    before: Head | None
    past: Past


def write_trail(trail: Trail, leads: Mapping[str, tuple[str, int]], base: Callable[[str], str | None]) -> Head:
    """Write history, change packs and since-files; return the new state with the tokens and packs that are kept."""
    folder = trail.folder
    _write_history(trail, trail.head.ledger.kept, base)
    known = {name: pack for name in trail.head.ledger.changes if (pack := _read_pack(folder, name))}
    folder.write(f"since/{trail.head.token}.bin", encode(Step(trail.head.token)))
    new_leads, named = _write_since(trail, leads, known, base)
    own = {token: size - sum(known[name].size for name in named[token]) for token, (_, size) in new_leads.items()}
    kept = _within(trail, trail.head.ledger.kept, own, named, known)
    tokens = {one.token for one in kept}
    live = {name for token, names in named.items() if token in tokens for name in names}
    new_leads = {token: lead for token, lead in new_leads.items() if token in tokens}
    sizes = {"v": VERSION, "to": trail.head.token, "since": new_leads}
    folder.write("sizes.bin", deflate(dump(sizes)))
    order = [name for name in known if name in live]
    return trail.head._replace(ledger=trail.head.ledger._replace(kept=tuple(kept), changes=tuple(order)))


def _place(trail: Trail, token: str) -> int:
    """Return the number of a kept token's state."""
    if token == trail.head.token:
        return len(trail.past.tokens)
    return trail.past.tokens.index(token)


def _between(trail: Trail, old: str, new: str) -> Between:
    past = trail.past
    first, last = _place(trail, old), _place(trail, new)
    low, high = min(first, last), max(first, last)
    return Between(
        partial(past.entry, first),
        partial(past.entry, last),
        partial(past.slot, first),
        partial(past.slot, last),
        past.touched(low, high),
        past.touched_slots(low, high),
    )


def _write_history(trail: Trail, kept: Iterable[Kept], base: Callable[[str], str | None]) -> None:
    """Write the reverse steps that are not there yet: from the newest, and over tokens that are no longer kept."""
    tokens = [one.token for one in kept]
    standing = set(pairwise(trail.past.tokens))
    for older, newer in reversed(list(pairwise(tokens))):
        name = f"history/{older}.{newer}.bin"
        if (older, newer) in standing and trail.folder.has(name):
            continue
        step = make_step(_between(trail, newer, older), older, trail.head.epoch, helps=Helps(base=base))
        trail.folder.write(name, encode(step))


def _write_since(
    trail: Trail, leads: Mapping[str, tuple[str, int]], known: dict[str, ChangePack], base: Callable[[str], str | None]
) -> tuple[dict[str, tuple[str, int]], dict[str, tuple[str, ...]]]:
    """Write the since-files that change, the newest first; return leads and the names of packs by token.

    `known` takes the new change packs.
    """
    kept, former = trail.head.ledger.kept, trail.before.token if trail.before else ""
    goals = targets(kept, {token: to for token, (to, _) in leads.items()}, former, trail.keeping)
    found: dict[str, tuple[str, int]] = {}
    named: dict[str, tuple[str, ...]] = {}
    made: dict[tuple[str, bytes, bytes], Row] = {}
    for at in range(len(kept) - 2, -1, -1):
        token = kept[at].token
        goal = goals[token]
        standing = _standing(trail, token, leads, goal, former)
        if standing is None:
            rows = _copied(trail, token) if is_recent(kept, at, trail.keeping) else {}
            helps = Helps(rows, base, tuple(known.values()), made if goal == trail.head.token else {})
            between = _between(trail, token, goal)
            step = make_step(between, goal, trail.head.epoch, more=goal != trail.head.token, helps=helps)
            step = _spilled(trail.folder, step, between, known, BULK if token == former else _OLDER_BULK)
            data = encode(step)
            trail.folder.write(f"since/{token}.bin", data)
            standing = step, len(data)
        step, size = standing
        named[token] = tuple(name for name, _, _ in step.packs)
        found[token] = (goal, size + sum(more for _, more, _ in step.packs))
    return found, named


def _standing(
    trail: Trail, token: str, leads: Mapping[str, tuple[str, int]], goal: str, former: str
) -> tuple[Step, int] | None:
    """Return the since-file that stands where it may: it leads where it should, to a state that is not the newest."""
    lead = leads.get(token, ("", 0))[0]
    if goal != lead or goal in (former, trail.head.token):
        return None
    if not trail.head.ledger.changes:
        return Step(goal), leads[token][1]
    return _read_step(trail.folder, token, goal)


def _read_step(folder: ChainFolder, token: str, to: str) -> tuple[Step, int] | None:
    data = folder.read(f"since/{token}.bin")
    if data is None:
        return None
    try:
        step = decode(data)
    except BrokenError:
        return None
    return (step, len(data)) if step.to == to else None


def _copied(trail: Trail, token: str) -> dict[str, Row]:
    """Return the rows of the since-file that stands, of pages that this build left alone: they are right still."""
    if trail.before is None:
        return {}
    standing = _read_step(trail.folder, token, trail.before.token)
    if standing is None or (standing[0].pages and standing[0].epoch != trail.head.epoch):
        return {}
    touched = trail.past.layer(len(trail.past.tokens) - 1).entries
    return {row.path: row for row in standing[0].pages if row.path not in touched}


def _spilled(folder: ChainFolder, step: Step, between: Between, known: dict[str, ChangePack], limit: int) -> Step:
    """Return a step whose rows are in change packs where they are too many bytes."""
    if sum(_bytes(row) for row in step.pages) <= limit:
        return step
    packs = []
    for rows in _parted(step.pages):
        news = [_record(between.new, row.path) for row in rows]
        name = _pack_name(rows, between, news)
        if name not in known:
            data = encode_pack(rows)
            folder.write(f"changes/{name}.bin", data)
            known[name] = ChangePack(name, len(data), rows)
        packs.append((name, known[name].size, sum_of(news)))
    texts = [join_slots({slot: between.new_slot(slot) for slot in step.slots}, step.slots)] if step.slots else []
    return step._replace(pages=(), packs=(*step.packs, *packs), sum=sum_of(texts) if texts else "")


def _pack_name(rows: Iterable[Row], between: Between, news: Iterable[bytes]) -> str:
    """Return a name made of what the rows lead from and to: zlibs differ."""
    from_to = [
        [row.path, row.base, digest_name(_record(between.old, row.base or "")), digest_name(new)]
        for row, new in zip(rows, news, strict=True)
    ]
    return digest_name(dump(from_to))


def _record(entry: Callable[[str], Entry], path: str) -> bytes:
    found = entry(path)
    return found if isinstance(found, bytes) else b""


def _bytes(row: Row) -> int:
    return sum(map(len, row.piece.payload))


def _parted(rows: Iterable[Row]) -> Iterable[tuple[Row, ...]]:
    part: list[Row] = []
    size = 0
    for row in rows:
        part.append(row)
        size += _bytes(row)
        if size >= _PACK:
            yield tuple(part)
            part, size = [], 0
    if part:
        yield tuple(part)


def _read_pack(folder: ChainFolder, name: str) -> ChangePack | None:
    data = folder.read(f"changes/{name}.bin")
    if data is None:
        return None
    try:
        return ChangePack(name, len(data), decode(data).pages)
    except BrokenError:
        return None


def _within(
    trail: Trail,
    kept: Iterable[Kept],
    own: Mapping[str, int],
    named: Mapping[str, Iterable[str]],
    known: Mapping[str, ChangePack],
) -> list[Kept]:
    """Return the tokens that are kept so that everything beside the packs stays below them: the oldest go first.

    Where even the step of the last build is too much, all of its pages are new, and devices take the packs instead.
    """
    left = list(kept)
    if not trail.keeping.within_packs:
        return left
    packs, others = _staying(trail)
    size = trail.folder.size
    fresh = {name: pack for name, pack in known.items() if f"changes/{name}.bin" not in others}
    pairs = pairwise(left)
    costs = {one.token: own[one.token] + size(f"history/{one.token}.{next_.token}.bin") for one, next_ in pairs}
    most = packs - packs // 32 - sum(others.values())  # list and ledger still grow a little
    while len(left) > 1 and sum(costs.values()) + _packs_size(costs, named, fresh) > most:
        del costs[left.pop(0).token]
    return left


def _staying(trail: Trail) -> tuple[int, dict[str, int]]:
    """Return the bytes of all packs, and those of the other files by name, that stay whatever tokens are kept."""
    head, before, folder = trail.head, trail.before, trail.folder
    packs = {f"packs/{leaf.pack}.bin": leaf.size for leaf in head.leaves.values()}
    others = {f"index/{leaf.digest}.bin": leaf.index for leaf in head.leaves.values()}
    names = {f"chrome/{head.chrome_name}.bin", "list.bin", "sizes.bin", f"since/{head.token}.bin"}
    if before is not None:
        names |= before.names().union({ledger_name(before.token)}, *before.ledger.retired[: LISTS - 2])
    for name in names - packs.keys() - others.keys():
        (packs if name.startswith("packs/") else others)[name] = folder.size(name)
    return sum(packs.values()), others


def _packs_size(tokens: Iterable[str], named: Mapping[str, Iterable[str]], known: Mapping[str, ChangePack]) -> int:
    return sum(known[name].size for name in {name for token in tokens for name in named[token]} if name in known)
