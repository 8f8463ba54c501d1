"""What the lists of a space hold, looked up in the index: it decides which content types are parts of pages.

The answer depends on the content model and the entries alone. A build whose guide model was made with another one
begins again (`build/run.py`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from exporter.core.naming import file_name
from exporter.guide.pages.held_parts import Links, lists_of_parts, parts_by_links, undecided

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.pages.held_parts import ListField
    from exporter.guide.schema.guide_model import GuideModel

_NAME = "parts"


def known_parts(index: GuideIndex) -> frozenset[str]:
    """Return the content types that the last build found to be parts of pages."""
    return frozenset((index.meta(_NAME) or "").split())


def remember_parts(index: GuideIndex, parts: AbstractSet[str]) -> None:
    """Keep them for the next build."""
    index.remember(_NAME, " ".join(sorted(parts)))


def may_differ(changed: Iterable[str]) -> bool:
    """Whether changed subjects are more than items: then entries or links came or went."""
    return any(not subject.startswith(("entry:", "asset:")) for subject in changed)


def find_parts(index: GuideIndex, guide: GuideModel) -> frozenset[str]:
    """Return the content types that are parts of pages by what lists hold."""
    types = guide.model.types
    open_types = undecided(types)
    if not open_types:
        return frozenset()
    lists = lists_of_parts(types)
    held = _types_held(index, types, lists)
    wanted = sorted(open_types & {name for names in held.values() for name in names})
    links = {name: _links_to(index, name, guide.locales[0], lists) for name in wanted}
    return parts_by_links(types, links, held)


def _types_held(index: GuideIndex, types: Iterable[str], lists: Iterable[ListField]) -> dict[ListField, frozenset[str]]:
    """Return the content types of the entries in each list."""
    folders = {file_name(name, clash=clash): name for name in types for clash in (False, True)}
    found = {}
    for owner, field in lists:
        paths = index.items.paths_of([target for target, _ in index.links.targets(owner, field)]).values()
        inside = {path.split("/")[1] for path in paths if path.startswith("entries/")}
        found[owner, field] = frozenset(folders[folder] for folder in inside if folder in folders)
    return found


def _links_to(index: GuideIndex, type_id: str, locale: str, lists: AbstractSet[ListField]) -> Links:
    """Return what links lead to the entries of a content type."""
    keys = index.labels.keys(type_id, locale)
    leading: Mapping[str, dict[ListField, int]] = defaultdict(dict)
    for target, owner, field, number in index.links.fields_leading_to(keys):
        leading[target][owner, field] = number
    held = [fields for fields in leading.values() if fields.keys() <= lists]
    once = sum(sum(fields.values()) == 1 for fields in held)
    return Links(len(keys), len(held), once, frozenset(field for fields in held for field in fields))
