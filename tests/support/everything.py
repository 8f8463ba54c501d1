"""A space that no recording covers: everything a content model can hold, with the mistakes that editors make."""

from __future__ import annotations

from typing import Any

from tests.conftest import asset, content_type, entry, link, locale
from tests.support.recorded import Recorded

NAMES = {"internalName": "Internal name", "seoTitle": "SEO title", "startDate": "Starts", "noteToEditors": "Note"}


def field(identifier: str, kind: str, *targets: str, localized: bool = False, **more: Any) -> dict[str, Any]:
    """Make a field; the targets are the content types that its validations let it link to."""
    name = NAMES.get(identifier, identifier[:1].upper() + identifier[1:])
    made = {"id": identifier, "name": name, "type": kind, "localized": localized, "required": False, **more}
    if targets:
        rules = [{"linkContentType": list(targets)}]
        made |= {"items": {**made["items"], "validations": rules}} if kind == "Array" else {"validations": rules}
    return made


ENTRIES: dict[str, Any] = {"items": {"type": "Link", "linkType": "Entry"}}
ASSETS: dict[str, Any] = {"items": {"type": "Link", "linkType": "Asset"}}
EVENT = content_type(
    "event",
    field("internalName", "Symbol"),
    field("title", "Symbol", localized=True),
    field("slug", "Symbol"),
    field("tagline", "Symbol", localized=True),
    field("startDate", "Date"),
    field("endDate", "Date"),
    field("free", "Boolean"),
    field("price", "Number"),
    field("founded", "Integer"),
    field("place", "Location"),
    field("venue", "Link", "venue", linkType="Entry"),
    field("poster", "Link", linkType="Asset"),
    field("plan", "Link", linkType="Asset"),
    field("details", "RichText", localized=True),
    field("programme", "Object"),
    field("equipment", "Object"),
    field("pictures", "Array", **ASSETS),
    field("blocks", "Array", "quote", "notice", **ENTRIES),
    field("afterword", "Text", localized=True),
    field("related", "Array", **ENTRIES),
    field("keywords", "Array", items={"type": "Symbol"}),
    field("contacts", "Array", items={"type": "Symbol"}),
    field("phone", "Symbol"),
    field("website", "Symbol"),
    field("elsewhere", "ResourceLink"),
    field("everywhere", "Array", items={"type": "ResourceLink"}),
    field("seoTitle", "Symbol"),
    display="internalName",
)
VENUE = content_type(
    "venue",
    field("street", "Symbol", localized=True),
    field("city", "Symbol"),
    field("opening", "Object"),
    field("event", "Link", linkType="Entry"),
    field("story", "RichText"),
    display="",
)
QUOTE = content_type("quote", field("name", "Symbol"), field("words", "Text", localized=True), display="name")
NOTICE = content_type(
    "notice", field("label", "Symbol", localized=True), field("more", "Array", **ENTRIES), display="label"
)
SETTING = content_type("setting", field("values", "Object"), field("on", "Boolean"), display="")
ROOM = content_type("room", field("wall", "Text"), field("door", "Link", "door", linkType="Entry"), display="")
DOOR = content_type("door", field("sign", "Text"), field("room", "Link", "room", linkType="Entry"), display="")
TYPES = [EVENT, VENUE, QUOTE, NOTICE, SETTING, ROOM, DOOR]
LOCALES = [locale("en-US", default=True), locale("ar", "en-US"), locale("tlh")]


def node(kind: str, *content: Any, **data: Any) -> dict[str, Any]:
    """Make a node of a Rich Text document."""
    return {"nodeType": kind, "data": data, "content": list(content)}


def text(value: str) -> dict[str, Any]:
    """Make a text node of a Rich Text document."""
    return {"nodeType": "text", "value": value, "marks": [], "data": {}}


def embedded(identifier: str) -> dict[str, Any]:
    """Make a Rich Text node that embeds an entry."""
    return node("embedded-entry-block", target=link("Entry", identifier))


def resource(identifier: str) -> dict[str, Any]:
    """Make a link to an entry of another space."""
    urn = f"crn:contentful:::content:spaces/other/entries/{identifier}"
    return {"sys": {"type": "ResourceLink", "linkType": "Contentful:Entry", "urn": urn}}


QUOTED = "quote0000000000000001"
DETAILS = node(
    "document",
    node("heading-4", text("Deep at once")),
    node("paragraph", text("See ")),
    embedded("hall"),
    node("heading-2", text("Higher")),
    node("heading-6", text("And deep")),
    embedded("quote0000000000000001"),
)
PASTED = "\0pa\x03s\x0bt\x7fe\x92d\ufdd0\ufffe\uffff"
"""Characters that editors paste without noticing and that no page may contain."""
PROGRAMME = [
    {"startsAt": "2026-05-01T19:00", "what": "Doors", "open": True, "seats": 1200},
    {
        "startsAt": "2026-05-01T20:00+02:00",
        "what": "Music",
        "open": False,
        "seats": None,
        "link": "https://example.org/",
    },
]
EQUIPMENT = {
    "microphones": 12,
    "stage_plan": {"width": 12.5, "depths": [8, 9.25], "by": link("Entry", "hall"), "file": link("Asset", "plan")},
    "nothing": None,
    "empty": {},
    "mixed": [1, "two", {"three": [{"four": {"five": {"six": {"seven": True}}}}]}],
    "<b>": "<script>alert(1)</script>",
    "at": {"lat": 38.7, "lon": -9.1},
    "count": 10**40,
    "linked": resource("far0000000000000003"),
    "nowhere": {"lat": 1e300, "lon": 0},
}
EVENTS = [
    entry(
        "event",
        "event0000000000000001",
        internalName="EVT-2026 concert [draft 3]",
        title={"en-US": "A night of music", "ar": "ليلة موسيقية"},
        slug="night",
        tagline={"en-US": "One night, many songs.", "ar": "ليلة واحدة وأغانٍ كثيرة."},
        startDate="2026-05-01T19:00+02:00",
        endDate="2026-05-02",
        free=False,
        price=12345.5,
        founded=1987,
        place={"lat": 38.712345678, "lon": -9.1234},
        venue=link("Entry", "hall"),
        poster=link("Asset", "poster"),
        plan=link("Asset", "plan"),
        details={"en-US": DETAILS},
        programme=PROGRAMME,
        equipment={"en-US": EQUIPMENT},
        pictures=[link("Asset", asset_id) for asset_id in ("poster", "photo", "leaflet", "gone")],
        blocks=[link("Entry", entry_id) for entry_id in ("quote0000000000000001", "notice", "gone")],
        afterword={"en-US": "# Afterword\n\nThat *was* it.\n\n### Thanks\n\nTo all.", "ar": "# خاتمة\n\nهذا كل شيء."},
        related=[link("Entry", "event0000000000000002"), link("Entry", "hall")],
        keywords=["music", "night"],
        contacts=["hall@example.org", "https://example.org/contact"],
        phone="+351 21 000 0000",
        website="https://example.org/",
        elsewhere={"en-US": resource("far0000000000000001")},
        everywhere=[resource("far0000000000000002")],
        seoTitle="Music night tickets cheap",
    ),
    entry("event", "event0000000000000002", internalName="EVT-2025 x", title="An earlier one", startDate="2025-05-01"),
    entry(
        "event",
        "event0000000000000003",
        internalName="EVT-2027 x",
        startDate="no date",
        endDate="2016-12-31T23:59:60.123456789-00:00",
        details={"en-US": None},
        keywords=["pasted", PASTED],
        afterword={"en-US": [{"nodeType": "paragraph", "content": [text("An older kind of text")]}]},
    ),
]
OTHERS = [
    entry(
        "venue",
        "hall",
        street={"en-US": "1 Hill Street", "ar": "شارع التل 1"},
        city="Lisbon",
        opening={"en-US": {"monday": "9–17", "sunday": None}},
        event=link("Entry", "event0000000000000001"),
        story={"en-US": node("document", embedded("hall"), node("heading-3", text("Old walls")))},
    ),
    entry("quote", "quote0000000000000001", name="Home > quote 1", words={"en-US": "So good.", "ar": "رائع."}),
    entry(
        "notice",
        "notice",
        label="Mind the step",
        more=[link("Entry", "notice"), link("Entry", "quote0000000000000001")],
    ),
    entry("room", "room000000000000001", wall="A wall, pasted", door=link("Entry", "door000000000000001")),
    entry("door", "door000000000000001", sign="This way", room=link("Entry", "room000000000000001")),
    entry("setting", "setting0000000000001", values={"en-US": {"speed": 3}}, on=True),
    entry("setting", "setting0000000000002", on=False),
    asset("poster", "poster.svg", 200),
    asset("photo", "photo.png", 3000, kind="image/png"),
    asset("plan", "plan.svg", 200),
    asset("leaflet", "leaflet.pdf", 100, kind="application/pdf"),
]
SPACE = Recorded(
    "everything",
    ({"sys": {"type": "Array"}, "items": [*EVENTS, *OTHERS], "nextSyncUrl": "https://x.invalid/sync?sync_token=t"},),
    TYPES,
    LOCALES,
)
