"""Links to other spaces: what they name is not in the mirror, so that they stay links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from exporter.core.encoding import Json


@dataclass(frozen=True)
class Resource:
    """An entry or asset of another space, which the mirror does not hold: its name there and its parts."""

    urn: str
    space: str
    environment: str
    kind: str
    id: str

    @property
    def url(self) -> str:
        """Where editors find it in the web app: there is no public address."""
        kind = {"entry": "entries", "asset": "assets"}[self.kind]
        place = (self.space, "environments", self.environment, kind, self.id)
        return "https://app.contentful.com/spaces/" + "/".join(quote(each, safe="") for each in place)


_URN = re.compile(
    r"crn:[^:/]+:::content:spaces/([^/:]+)(?:/environments/([^/:]+))?/(?:(entries)|assets)/([^/:]+)", re.ASCII
)


def read_resource(value: Json) -> Resource | None:
    """Read a ResourceLink; None for anything else. A name without an environment means `master`."""
    sys = value.get("sys") if isinstance(value, dict) else None
    urn = sys.get("urn") if isinstance(sys, dict) and sys.get("type") == "ResourceLink" else None
    found = _URN.fullmatch(urn) if isinstance(urn, str) else None
    if found is None:
        return None
    return Resource(found[0], found[1], found[2] or "master", "entry" if found[3] else "asset", found[4])
