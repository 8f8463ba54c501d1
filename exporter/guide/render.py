"""Render a page: the Jinja environment, what every template is given, and errors that name template, line and item."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, TemplateNotFound
from markupsafe import Markup

from exporter.guide.filters import FILTERS, GLOBALS
from exporter.guide.languages import Language, language, read_words, word
from exporter.guide.objects import Entry, View

if TYPE_CHECKING:
    from exporter.config import Config
    from exporter.guide.library import Library
    from exporter.guide.pages import Page, Plan
    from exporter.report import Problem

THEME = Path(__file__).parent.parent / "theme"


class PageError(Exception):
    """A page failed; the sentence names template, line and item."""


@dataclass(frozen=True)
class TypeLink:
    """A content type in the navigation: its id, what it is called, its list's address and how many entries it has."""

    id: str
    name: str
    url: str
    count: int


@dataclass(frozen=True)
class Alternate:
    """The same page in a language: its address from here and from the guide's root.

    `exact` tells whether it is that very page or only that language's home.
    """

    language: Language
    url: str
    page_url: str
    exact: bool
    current: bool


class Renderer:
    """Everything that all pages share."""

    def __init__(self, config: Config, library: Library, plan: Plan) -> None:
        self._config = config
        self._library = library
        self._plan = plan
        own = config.root / "templates"
        self._words = read_words([each for each in (THEME / "words.yaml", own / "words.yaml") if each.is_file()])
        self._languages = {code: language(code, each.name) for code, each in library.model.locales.items()}
        self._own_templates = frozenset(path.name for path in own.glob("*.html"))
        self._environment = _environment(own)

    def render(self, page: Page) -> tuple[bytes, list[Problem]]:
        """Render a page; give its bytes and the problems found on the way. Raises PageError."""
        context: dict[str, Any] = {}

        def part(name: str, **values: Any) -> Markup:
            return Markup(self._environment.get_template(name).render({**context, **values}))  # noqa: S704 - it escapes

        view = View(self._library, self._plan, page, self._config.content, part)
        try:
            context.update(self._context(view))
            text = self._environment.get_template(self._template_of(page)).render(context)
        except Exception as error:
            raise PageError(_where(error, page)) from error
        return text.encode("utf-8", "replace"), list(view.problems)

    def _context(self, view: View) -> dict[str, Any]:
        page, site = view.page, self._config.site
        item = view.library.items[page.key] if page.key is not None else None
        return {
            "view": view,
            "words": self._words,
            "languages": self._languages,
            "site": {
                "title": site.title,
                "description": site.description,
                "accent": site.theme.accent,
                "logo": site.theme.logo,
                "base_url": site.base_url,
            },
            "page": page,
            "language": self._languages[page.locale],
            "alternates": self._alternates(view),
            "types": tuple(self._type_link(view, each) for each in self._plan.types if self._library.of_type(each)),
            "letters": self._letters(view),
            "entry": Entry(view, item) if item is not None else None,
            "home": view.link(self._plan.prefixes[page.locale]),
        }

    def _template_of(self, page: Page) -> str:
        """Give a page's template: its own, the project's of its type's name, else the one for any entry.

        A type that is called like one of the theme's templates does not take that one's place.
        """
        own = f"{page.type_id}.html"
        if not page.template and own in self._own_templates and not (THEME / own).exists():
            return own
        return page.template or "entry.html"

    def _type_link(self, view: View, type_id: str) -> TypeLink:
        url = view.link(self._plan.lists[type_id, view.page.locale][0].url)
        count = len(self._library.of_type(type_id))
        return TypeLink(type_id, self._type_name(type_id, view.page.locale), url, count)

    def _type_name(self, type_id: str, locale: str) -> str:
        """Give what a type's list is called: a word `type.ID` of the templates, else the name in the content model."""
        said = word(self._words, f"type.{type_id}", locale)
        return self._library.model.types[type_id].name if said == f"type.{type_id}" else said

    def _alternates(self, view: View) -> tuple[Alternate, ...]:
        """Give the page in each language of the guide, or that language's home where it does not stand there."""
        found = []
        for code in self._plan.locales:
            prefix = self._plan.prefixes[code]
            if view.page.key is not None:
                same = self._plan.by_key.get((view.page.key, code))
            else:
                plain = view.page.url.removeprefix(self._plan.prefixes[view.page.locale])
                same = self._plan.by_url.get(f"{prefix}{plain}")
            page_url = same.url if same else prefix
            current = code == view.page.locale
            found.append(Alternate(self._languages[code], view.link(page_url), page_url, same is not None, current))
        return tuple(found)

    def _letters(self, view: View) -> tuple[tuple[str, str, bool], ...]:
        """Give the letters that a long list is cut by: letter, address, whether it is this page's."""
        same = self._plan.lists.get((view.page.type_id, view.page.locale), ()) if view.page.key is None else ()
        return tuple((each.letter, view.link(each.url), each == view.page) for each in same if each.letter)


def _environment(own: Path) -> Environment:
    """Make the environment: the project's templates override the theme's file by file and reach them as `theme/…`."""
    theme = FileSystemLoader(THEME)
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(own), theme, PrefixLoader({"theme": theme})]),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    environment.globals.update(GLOBALS)
    del environment.globals["lipsum"], environment.filters["random"]  # the same input gives the same page
    return environment


def _where(error: BaseException, page: Page) -> str:
    """Say where a page failed: the innermost template and line, and the item."""
    subject = f"{page.key} in {page.locale}" if page.key else page.url
    frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename.endswith(".html")]
    name, line = getattr(error, "name", None), getattr(error, "lineno", None)
    if line is None and frames:
        name, line = _template_name(Path(frames[-1].filename)), frames[-1].lineno
    said = f"there is no template {error.name}" if isinstance(error, TemplateNotFound) else str(error)
    return f"{subject}: {name or page.template} line {line or '?'}: {said}"


def _template_name(file: Path) -> str:
    """Name a template as `include` does: by its path inside the theme or the project's templates."""
    parts = file.parts
    top = max((index for index, part in enumerate(parts) if part in ("templates", "theme")), default=-1)
    return "/".join(parts[top + 1 :])
