"""The space of a museum as a page builder's user writes it: in English and Arabic, partly in German."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.conftest import PICTURE, asset, entry, link
from tests.support.everything import embedded, node, text
from tests.support.page_builder_model import LOCALES, TYPES

if TYPE_CHECKING:
    from tests.conftest import SpaceFiles

INTERNAL = "Intern:"
"""What the names begin with that editors alone should see."""


def said(english: str, arabic: str = "", german: str = "") -> dict[str, str]:
    """Return words in the languages in which they are written."""
    return {code: value for code, value in (("en-US", english), ("ar", arabic), ("de-DE", german)) if value}


def to(identifier: str) -> dict[str, Any]:
    """Link to an entry."""
    return link("Entry", identifier)


def all_of(*identifiers: str) -> list[dict[str, Any]]:
    """Link to entries, in order."""
    return [to(identifier) for identifier in identifiers]


def block(kind: str, identifier: str, **fields: Any) -> dict[str, Any]:
    """Make a block with an internal name and looks."""
    looks: dict[str, Any] = {"backgroundColor": "#0b6e4f", "cssClass": "bg-harbour"}
    return entry(kind, identifier, internalName=f"{INTERNAL} {identifier}", **looks, **fields)


BODY = node(
    "document",
    node("heading-2", text("How it began")),
    node("paragraph", text("The keel was laid in spring.")),
    embedded("quote"),
    node("heading-3", text("The crew")),
    node("paragraph", text("Nine people sailed her.")),
)
PANEL = node("document", node("paragraph", text("There is a ramp beside the steps.")))
ARABIC_BODY = node("document", node("heading-2", text("كيف بدأت")), node("paragraph", text("وُضع الصالب في الربيع.")))
SITE = [
    entry(
        "page",
        "home",
        title=said("Home", "الرئيسية", "Start"),
        slug="home",
        sections=all_of("hero", "intro", "grid", "stats", "spacer", "newsletter"),
        seo=to("seoHome"),
    ),
    entry(
        "page",
        "visit",
        title=said("Plan your visit", "خطط لزيارتك", "Besuch planen"),
        slug="visit",
        sections=all_of("hours", "faq", "access", "video", "columns", "cta"),
        hideInMenu=False,
        seo=to("seoHome"),
    ),
    entry(
        "page",
        "contact",
        title=said("Contact", "اتصل بنا", "Kontakt"),
        slug="contact",
        sections=all_of("form", "picture"),
        hideInMenu=True,
    ),
    entry(
        "page", "rooms", title=said("Look around", "تجول"), slug="look-around", sections=all_of("carousel", "gallery")
    ),
    *(
        entry(
            "article",
            f"article{number}",
            title=said(f"The story of boat {number}", f"قصة القارب {number}"),
            slug=f"boat-{number}",
            teaser=said(f"How boat {number} came to the harbour.", f"كيف وصل القارب {number} إلى الميناء."),
            image=to("boatPicture"),
            author=to("ada"),
            category=to("boats"),
            tags=all_of("sail", "wood"),
            publishDate=f"2026-0{number}-12",
            body={"en-US": BODY, "ar": ARABIC_BODY},
            seo=to("seoHome"),
        )
        for number in range(1, 6)
    ),
    entry(
        "event",
        "night",
        title=said("Night of lights", "ليلة الأضواء", "Nacht der Lichter"),
        slug="night-of-lights",
        summary=said("Lanterns on the water.", "فوانيس على الماء."),
        startDate="2026-09-12T20:00+02:00",
        venue=to("quay"),
        price=to("nightPrice"),
        description=said("Bring a *lantern*.\n\n## What to bring\n\nWarm clothes.", "أحضر فانوسًا."),
    ),
    *(
        entry(
            "exhibit",
            f"exhibit{number}",
            title=said(f"Anchor {number}", f"مرساة {number}"),
            slug=f"anchor-{number}",
            description=said("Forged by hand.", "مطروقة باليد."),
            photo=link("Asset", "photo"),
            year=1700 + number,
            room=to("hall"),
        )
        for number in (1, 2)
    ),
    entry(
        "person",
        "ada",
        name="Ada Quay",
        role=said("Keeper", "أمينة"),
        portrait=link("Asset", "photo"),
        bio=said("She keeps the logs."),
    ),
    entry("category", "boats", title=said("Boats", "قوارب", "Boote"), slug="boats"),
    entry("tag", "sail", name=said("Sail", "شراع"), slug="sail"),
    entry("tag", "wood", name=said("Wood", "خشب"), slug="wood"),
    entry(
        "venue",
        "quay",
        name=said("North quay", "الرصيف الشمالي"),
        address=said("1 Quay Road\nHarbour"),
        location={"lat": 53.54, "lon": 9.99},
    ),
    entry("room", "hall", name=said("Great hall", "القاعة الكبرى"), floor=1),
]
SECTIONS = [
    block(
        "heroBlock",
        "hero",
        headline=said("A harbour full of stories", "ميناء مليء بالحكايات"),
        subline=said("Open every day.", "مفتوح كل يوم."),
        image=to("boatPicture"),
        cta=to("visitLink"),
    ),
    block(
        "textBlock",
        "intro",
        heading=said("Welcome aboard", "أهلًا بكم"),
        body=said("The museum lies *on the water*.", "يقع المتحف على الماء."),
    ),
    block("teaserGrid", "grid", heading=said("This month", "هذا الشهر"), teasers=all_of("teaserNight", "teaserBoat")),
    block(
        "teaser",
        "teaserNight",
        headline=said("Under the lights", "تحت الأضواء"),
        text=said("One night only.", "ليلة واحدة فقط."),
        page=to("night"),
    ),
    block(
        "teaser",
        "teaserBoat",
        headline=said("The oldest boat", "أقدم قارب"),
        text=said("Read how she was built.", "اقرأ كيف بُني."),
        page=to("article1"),
    ),
    block("statsBlock", "stats", heading=said("In numbers", "بالأرقام"), stats=all_of("statBoats", "statYears")),
    block("stat", "statBoats", value=48, label=said("boats", "قاربًا")),
    block("stat", "statYears", value=120, label=said("years", "سنة")),
    block("spacerBlock", "spacer", height=64),
    block(
        "newsletterBlock",
        "newsletter",
        heading=said("Stay in touch", "ابق على تواصل"),
        text=said("A letter each month.", "رسالة كل شهر."),
        consent=to("consent"),
    ),
    block(
        "textBlock",
        "hours",
        heading=said("Opening hours", "ساعات العمل"),
        body=said("Tuesday to Sunday, 10 to 18.", "من الثلاثاء إلى الأحد."),
    ),
    block("faqBlock", "faq", heading=said("Questions", "أسئلة"), items=all_of("dogs", "food")),
    block(
        "faqItem",
        "dogs",
        question=said("May dogs come in?", "هل يُسمح بالكلاب؟"),
        answer=said("On a lead, yes.", "نعم بمقود."),
    ),
    block(
        "faqItem",
        "food",
        question=said("Is there a café?", "هل يوجد مقهى؟"),
        answer=said("By the entrance.", "عند المدخل."),
    ),
    block("accordion", "access", heading=said("Access", "سهولة الوصول"), panels=all_of("ramp")),
    block("accordionItem", "ramp", title=said("Wheelchairs", "الكراسي المتحركة"), content={"en-US": PANEL}),
    block(
        "videoBlock",
        "video",
        heading=said("See the harbour", "شاهد الميناء"),
        videoUrl="https://video.example.org/harbour",
    ),
    block("columns", "columns", columns=all_of("byBus", "picture")),
    block("textBlock", "byBus", heading=said("By bus", "بالحافلة"), body=said("Line 7 stops here.", "الخط 7 يقف هنا.")),
    block(
        "ctaBlock",
        "cta",
        heading=said("Ready?", "جاهز؟"),
        text=said("Tickets are sold online.", "تُباع التذاكر عبر الإنترنت."),
        buttonText=said("Buy a ticket", "اشترِ تذكرة"),
        buttonUrl="https://tickets.example.org/",
    ),
    block(
        "formBlock",
        "form",
        heading=said("Write to us", "راسلنا"),
        fields=all_of("fieldName", "fieldMail"),
        submitLabel=to("send"),
    ),
    block(
        "formField",
        "fieldName",
        label=said("Your name", "اسمك"),
        placeholder=said("Jane Doe"),
        fieldType="text",
        required=True,
    ),
    block(
        "formField",
        "fieldMail",
        label=said("Your address", "بريدك"),
        placeholder=said("jane@example.org"),
        fieldType="email",
        required=True,
    ),
    block("imageBlock", "picture", image=to("boatPicture"), caption=said("The quay at dawn", "الرصيف فجرًا")),
    block("carousel", "carousel", slides=all_of("slide")),
    block("carouselSlide", "slide", headline=said("The rigging", "الحبال"), image=to("boatPicture")),
    block(
        "galleryBlock",
        "gallery",
        heading=said("From the rooms", "من القاعات"),
        pictures=[link("Asset", "photo"), link("Asset", "map")],
    ),
    block(
        "quoteBlock", "quote", quote=said("She was the first of her kind.", "كانت الأولى من نوعها."), person=to("ada")
    ),
]
BEHIND = [
    entry(
        "imageWrapper",
        "boatPicture",
        title=f"{INTERNAL} boat 4x3",
        altText=said("A boat with red sails", "قارب بأشرعة حمراء"),
        asset=link("Asset", "photo"),
    ),
    entry("microcopy", "send", key="form.send", value=said("Send", "إرسال")),
    entry(
        "microcopy",
        "consent",
        key="newsletter.consent",
        value=said("I agree to get letters.", "أوافق على تلقي الرسائل."),
    ),
    entry("price", "nightPrice", title=f"{INTERNAL} price night", amount=12.5, currency="EUR"),
    entry("link", "visitLink", label=said("Plan your visit", "خطط لزيارتك"), page=to("visit")),
    entry("link", "imprint", label=said("Press", "الصحافة"), url="https://press.example.org/"),
    entry("navigation", "mainMenu", internalName=f"{INTERNAL} main menu", items=all_of("menuHome", "menuVisit")),
    entry("navigationItem", "menuHome", label=said("Home"), page=to("home"), icon="icon-anchor"),
    entry("navigationItem", "menuVisit", label=said("Visit"), page=to("visit"), icon="icon-anchor"),
    entry(
        "footer", "footer", internalName=f"{INTERNAL} footer", copyright=said("© The museum"), links=all_of("imprint")
    ),
    entry(
        "siteSettings",
        "settings",
        internalName=f"{INTERNAL} settings",
        trackingId="GTM-AB12",
        logo=link("Asset", "photo"),
    ),
    entry(
        "seo",
        "seoHome",
        title=f"{INTERNAL} seo",
        metaTitle=said("Cheap museum tickets"),
        metaDescription=said("Best museum ever"),
    ),
]


def put_page_builder(space: SpaceFiles) -> None:
    """Publish the space in files."""
    space.put_model(*TYPES, locales=LOCALES)
    for raw in (*SITE, *SECTIONS, *BEHIND):
        space.put(raw)
    for name, title in (("photo", "Red sails"), ("map", "A map of the harbour")):
        made = asset(name, f"{name}.svg", len(PICTURE))
        made["fields"]["title"] = {"en-US": title}
        space.put(made, file=PICTURE)
