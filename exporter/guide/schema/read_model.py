"""Read the guide's model from content/model and site.yaml, and check the names that site.yaml uses."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from exporter.config.url_patterns import DATE_PARTS, OWN_FACTS, links_to_entries, paths_of
from exporter.core.containment import PlainFolders, obstacle_sentence
from exporter.core.encoding import Json, inputs_digest
from exporter.core.errors import GuardError, SettingsError
from exporter.core.files import read_json, walk_files
from exporter.core.model import ContentType, Field, Model, read_content_type, read_locale
from exporter.core.naming import LOCALES_PATH, TAGS_PATH, file_name
from exporter.core.suggestions import or_known
from exporter.core.url_names import url_segment
from exporter.guide.schema.field_roles import ordered, pages_of
from exporter.guide.schema.guide_model import OWN_NAMES, TAGS, GuideModel, is_own

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from exporter.config.site_schema import SiteConfig

SettingProblem: TypeAlias = tuple[tuple[str | int, ...], str]
"""The path of a key in site.yaml, and what is wrong with its value."""


def unknown_fields(guide: GuideModel) -> Iterator[SettingProblem]:
    """Yield an error for each pattern that is the guide's own address or names a field that the model does not have."""
    for type_id, wanted in guide.site.pages.items():
        key, content_type = ("pages", type_id, "url"), guide.model.types.get(type_id)
        if content_type is None:
            continue
        if wanted.url is not None and is_own(guide, wanted.url, guide.locales[0]):
            yield key, f"pages.{type_id}.url: {wanted.url} is the guide's own: give it another url"
        for path in paths_of(wanted.url or ""):
            first = content_type.find(path[0])
            if first is None and ".".join(path[:2]) not in OWN_FACTS[:2]:
                advice = or_known(path[0], [field.id for field in content_type.fields])
                yield key, f"pages.{type_id}.url: {type_id} has no field {path[0]}: {advice}"
            elif first is not None and path[1:] and not _leads_further(content_type, first, path):
                message = "a Date has year, month and day, a link the fields of what it leads to"
                yield key, f"pages.{type_id}.url: {'.'.join(path)}: {message}"


def _leads_further(content_type: ContentType, field: Field, path: tuple[str, ...]) -> bool:
    """Whether a path can go on behind its first field: to part of a date, or to the fields of linked entries."""
    is_date_part = field.type == "Date" and len(path) == 2 and path[1] in DATE_PARTS
    return is_date_part or links_to_entries(content_type, path[0])


_TYPES = "model/content_types"


def read_guide_model(content: Path, site: SiteConfig, held: frozenset[str] = frozenset()) -> GuideModel:
    """Read the guide's model from the mirror and site.yaml; `held` are parts of pages by what lists hold.

    Raises GuardError if there is no mirror yet or a file of the model is broken, ConfigError for names in site.yaml
    that the space does not have.
    """
    folders = PlainFolders(content)
    if obstacle := folders.obstacle(_TYPES):
        raise GuardError("link-on-disk", obstacle_sentence(f"{content}/{obstacle}"))
    if folders.find(LOCALES_PATH) is None:
        raise GuardError("mirror-missing", f"{content} holds no mirror yet: run sync (or build) first")
    files = (name for name in walk_files(content / _TYPES) if name.endswith(".json"))
    raw_types = [read_json(content, f"{_TYPES}/{name}") for name in files]
    locales = read_json(content, LOCALES_PATH)
    tags = read_json(content, TAGS_PATH)
    try:
        model = _read_model(raw_types, locales)
        names = {tag: str(raw.get("name") or tag) for tag, raw in tags.items()}
    except (AttributeError, KeyError, TypeError):
        message = f"{content / 'model'} is no content model: restore it from git, or run sync --full"
        raise GuardError("mirror-broken", message) from None
    return _make_guide_model(site, model, raw_types, locales, names, held)


def make_guide_model(
    site: SiteConfig, raw_types: list[Json], raw_locales: Mapping[str, Json], tags: Mapping[str, str]
) -> GuideModel:
    """Make the guide's model from a content model as delivered. Raises ConfigError."""
    return _make_guide_model(site, _read_model(raw_types, raw_locales), raw_types, raw_locales, tags)


def _read_model(raw_types: list[Json], raw_locales: Mapping[str, Json]) -> Model:
    types = sorted(
        (read_content_type(raw) for raw in raw_types), key=lambda found: (found.name.casefold(), found.name, found.id)
    )
    return Model(
        {content_type.id: content_type for content_type in types},
        {code: read_locale(raw) for code, raw in raw_locales.items()},
    )


def _make_guide_model(
    site: SiteConfig,
    model: Model,
    raw_types: list[Json],
    raw_locales: Mapping[str, Json],
    tags: Mapping[str, str],
    held: frozenset[str] = frozenset(),
) -> GuideModel:
    locales = _guide_locales(site, model)
    pages = {name: vars(pattern) for name, pattern in site.pages.items()}
    lists = {name: vars(pattern) for name, pattern in site.lists.items()}
    others = [
        site.content.assets,
        site.content.active,
        site.untranslated,
        site.base_url is None,
        lists,
        tags if lists else None,
    ]
    others += [site.offline is True, site.theme.accent is None, site.maps.outline is None]
    guide = GuideModel(
        site,
        model,
        {raw["sys"]["id"]: raw for raw in raw_types},
        tags,
        locales,
        _types_with_pages(model, site, held),
        locale_prefixes(locales),
        _segments(model, locales),
        inputs_digest(locales, pages, others, list(model.types), raw_types, raw_locales, sorted(held)),
        held,
    )
    wrong = [*_unknown_locales_and_types(site, model), *unknown_fields(guide), *unknown_names(guide)]
    if wrong:
        raise SettingsError(*wrong)
    return guide


def _guide_locales(site: SiteConfig, model: Model) -> tuple[str, ...]:
    """Return the guide's locales, those of site.yaml that the space has; never none."""
    default = model.default_locale
    if site.locales is None:
        return (default, *(code for code in model.locales if code != default))
    return tuple(dict.fromkeys(code for code in site.locales if code in model.locales)) or (default,)


def _types_with_pages(model: Model, site: SiteConfig, held: frozenset[str]) -> tuple[str, ...]:
    if site.pages:
        return ordered(model.types, site.pages.keys(), held)
    return pages_of(model.types, held)


def _unknown_locales_and_types(site: SiteConfig, model: Model) -> Iterator[SettingProblem]:
    """Yield an error for each locale in `locales:` and each content type in `pages:` that the space does not have."""
    for number, code in enumerate(site.locales or ()):
        if code not in model.locales:
            yield ("locales", number), f"locales: the space has no {code}: {or_known(code, model.locales)}"
    for name in site.pages:
        if name not in model.types:
            yield ("pages", name), f"pages: the space has no content type {name}: {or_known(name, model.types)}"


def locale_prefixes(locales: tuple[str, ...]) -> dict[str, str]:
    """Return what the addresses of each locale begin with: the root for the guide's first one.

    Locales that differ only by case, which no address may, get a suffix.
    """
    plain = {code: url_segment(code) or file_name(code) for code in locales[1:]}
    counts = Counter(segment.lower() for segment in plain.values())
    own = {
        code: file_name(code, clash=True) if counts[segment.lower()] > 1 else segment for code, segment in plain.items()
    }
    return {locales[0]: "/", **{code: f"/{segment}/" for code, segment in own.items()}}


def _segments(model: Model, locales: tuple[str, ...]) -> dict[str, str]:
    """Return each content type's part of an address.

    A segment that is one of the guide's own names gets an underscore; segments that differ only by case get a suffix.
    """
    taken = {*OWN_NAMES, *(prefix.strip("/").lower() for prefix in locale_prefixes(locales).values())}
    plain = {type_id: url_segment(type_id) or file_name(type_id) for type_id in model.types}
    counts = Counter(segment.lower() for segment in plain.values())
    return {
        type_id: file_name(type_id, clash=True)
        if counts[segment.lower()] > 1
        else segment + "_" * (segment.lower() in taken)
        for type_id, segment in plain.items()
    }


def unknown_names(guide: GuideModel) -> Iterator[SettingProblem]:
    """Yield an error for each name in `lists:` that the content model does not have."""
    for name, wanted in guide.site.lists.items():
        content_type = guide.model.types.get(wanted.type)
        if content_type is None:
            advice = or_known(wanted.type, guide.model.types)
            yield ("lists", name, "type"), f"lists.{name}.type: the space has no content type {wanted.type}: {advice}"
            continue
        if (wanted.url or f"/{name}/").split("/")[1].lower() in OWN_NAMES:
            sentence = f"lists.{name}.url: {wanted.url or f'/{name}/'} is the guide's own: give it another url"
            yield ("lists", name, "url"), sentence
        asked = [("where", name) for name in wanted.where] + ([("by", wanted.by)] if wanted.by else [])
        sorts = [("sort", name.removeprefix("-")) for name in wanted.sort or ()]
        asked += [pair for pair in sorts if pair[1] not in OWN_FACTS]
        for key, field in asked:
            if content_type.find(field) is None and (key == "sort" or field != TAGS):
                advice = or_known(field, [field.id for field in content_type.fields])
                yield ("lists", name, key), f"lists.{name}.{key}: {wanted.type} has no field {field}: {advice}"
