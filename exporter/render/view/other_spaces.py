"""Links to other spaces: the mirror does not hold what they name, so they stay links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from exporter.core.encoding import Json


@dataclass(frozen=True)
class Resource:
    """An entry or asset of another space, which the mirror does not hold: its URN and the parts of that."""

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
        return "https://app.contentful.com/spaces/" + "/".join(quote(part, safe="") for part in place)


_URN = re.compile(
    r"crn:[^:/]+:::content:spaces/([^/:]+)(?:/environments/([^/:]+))?/(?:(entries)|assets)/([^/:]+)", re.ASCII
)


def read_resource(value: Json) -> Resource | None:
    """Read a ResourceLink; None for anything else. A URN without an environment means `master`."""
    sys = value.get("sys") if isinstance(value, dict) else None
    urn = sys.get("urn") if isinstance(sys, dict) and sys.get("type") == "ResourceLink" else None
    match = _URN.fullmatch(urn) if isinstance(urn, str) else None
    if match is None:
        return None
    return Resource(match[0], match[1], match[2] or "master", "entry" if match[3] else "asset", match[4])
