"""Faults on demand: what a pipeline has to cope with from a real service, for tests and for trying it out."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.errors import ConfigError
from exporter.core.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

FAULTS = {
    "rate-limit": "answer 429 with a reset of a second",
    "unavailable": "answer 503 with a page of HTML",
    "cut": "cut the body short",
    "slow": "send the body byte by byte, a second in all",
    "too-big": "refuse sync pages of more than this many items: Response size too big",
    "forget-tokens": "know a sync token no more",
    "http-links": "name http://cdn.contentful.com in links",
    "no-environment": "leave the environment out of links",
    "stale": "answer a sync with the page before",
    "environment-uuid": "answer with another cf-environment-uuid from now on",
}
"""The faults by name. A number after `=` says how many requests are hit (`3`), or what share of them (`10%`)."""

_FORM = re.compile(r"(?P<name>[a-z-]+)(?:=(?P<number>\d+(?:\.\d+)?)(?P<share>%)?)?")


class Fault(NamedTuple):
    """A fault that is on: for the next `times` requests, or for a `share` of all."""

    name: str
    times: int
    share: float


def read_fault(text: str) -> Fault:
    """Read NAME, NAME=COUNT or NAME=SHARE%; NAME alone is for one request. Raises ConfigError."""
    found = _FORM.fullmatch(text)
    if found is None or found["name"] not in FAULTS:
        near = nearest(text.partition("=")[0], FAULTS)
        meant = f": did you mean {near}?" if near is not None and near != text.partition("=")[0] else ""
        names = f"expected NAME, NAME=COUNT or NAME=SHARE%, one of {', '.join(FAULTS)}"
        raise ConfigError("fault-unknown", f"--fault {text}: {names}{meant}")
    number = float(found["number"] or 1)
    return Fault(found["name"], 0, number / 100) if found["share"] else Fault(found["name"], int(number), 0.0)


@dataclass
class Faults:
    """The faults that are on, counted down as requests are hit; shares follow a seeded, repeatable chance."""

    switched_on: dict[str, Fault] = field(default_factory=dict)
    _chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - no secret hangs on it

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> Faults:
        """Switch faults on."""
        return cls({fault.name: fault for fault in faults})

    def limit(self, name: str) -> int | None:
        """Return the number of a fault for which it is a limit instead of a count; None if the fault is off."""
        return self.switched_on[name].times if name in self.switched_on else None

    def hits(self, name: str) -> bool:
        """Whether a fault hits this request; counts it down."""
        fault = self.switched_on.get(name)
        if fault is None:
            return False
        if fault.share:
            return self._chance.random() < fault.share
        if fault.times == 1:
            del self.switched_on[name]
        else:
            self.switched_on[name] = fault._replace(times=fault.times - 1)
        return True
