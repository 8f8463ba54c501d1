"""What someone probably meant by a name that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def nearest(name: str, known: Collection[str], closeness: float = 0.6) -> str | None:
    """Return the known name that is most like a given one, whatever its case; None if none is.

    A name that begins like the given one is like it, as `de-DE` is like `de`. `closeness` runs from 0, for anything, to
    1, for the same.
    """
    from difflib import get_close_matches  # which only mistakes need

    folded = {other.casefold(): other for other in known}
    wanted = name.casefold()
    found = get_close_matches(wanted, folded, n=1, cutoff=closeness)
    begin = [other for other in folded if wanted and other.startswith((f"{wanted}-", f"{wanted}_"))]
    return folded[(found or begin)[0]] if found or begin else None


def or_known(name: str, known: Collection[str], *, has: str = "it has") -> str:
    """Return the end of a sentence about a name that does not exist: the name meant, else all that there are."""
    near = nearest(name, known)
    return f"did you mean {near}?" if near is not None else f"{has} {', '.join(known) or 'none'}"
