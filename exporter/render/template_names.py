"""Names in the guide's own templates that are nearly those of something: variables, and the templates themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes
from jinja2.defaults import DEFAULT_NAMESPACE

from exporter.core.suggestions import nearest
from exporter.guide.library.template_files import theme_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from exporter.guide.schema.guide_model import GuideModel

VARIABLES = (
    *("alternates", "entry", "home", "language", "languages", "letters", "list", "lists"),
    *("offline", "overview", "page", "parts", "site", "sitemap", "types", "waypoints"),
)
"""The variables that every page's template has."""
FUNCTIONS = ("entries", "groups", "map_of", "metadata", "place_files", "word", "word_lang")
"""The functions that templates have beside Jinja's own."""
_CLOSE = 0.7
"""How much names of templates, which are short, must be alike."""
_OF_JINJA = ("caller", "kwargs", "loop", "self", "super", "varargs")


def unknown_variables(name: str, trees: Mapping[str, nodes.Template]) -> Iterator[tuple[int, str]]:
    """Yield line and sentence for each variable of a template that nothing sets and that is nearly one there is.

    A part may get any variable from what includes it, so one that any of the templates in `trees` sets is known.
    """
    known = {*VARIABLES, *FUNCTIONS, *DEFAULT_NAMESPACE, *_OF_JINJA}
    asked = {node.name: node.lineno for node in trees[name].find_all(nodes.Name) if node.ctx == "load"}
    unknown = sorted(asked.keys() - known)
    if not unknown:
        return
    is_set = {variable for tree in trees.values() for variable in _set_names(tree)}
    calls = (node.node for node in trees[name].find_all(nodes.Call))
    called = {node.name for node in calls if isinstance(node, nodes.Name)}
    for variable in (variable for variable in unknown if variable not in is_set):
        near = nearest(variable, FUNCTIONS if variable in called else VARIABLES) or nearest(variable, known)
        if near is not None:
            yield asked[variable], f"there is no variable {variable}; did you mean {near}?"


def unknown_blocks(name: str, parse: Callable[[str], nodes.Template | None]) -> Iterator[tuple[int, str]]:
    """Yield line and sentence for each block that no template above has, where its name is nearly that of one there.

    `parse` returns a template by its name, None if there is none or it cannot be read.
    """
    tree = parse(name)
    tops = tree.body if tree is not None else []
    own = {
        block.name: block.lineno for block in tops if isinstance(block, nodes.Block)
    }  # others are in one that is used
    above: dict[str, None] = {}
    seen = {name}
    while tree is not None and (parent := _parent(tree)) is not None and parent not in seen:
        seen.add(parent)
        tree = parse(parent)
        above |= {block.name: None for block in (tree.find_all(nodes.Block) if tree is not None else ())}
    for block, line in own.items():
        near = nearest(block, above, _CLOSE) if block not in above else None
        if near is not None:
            yield line, f"no template above has a block {block}; did you mean {near}?"


def _parent(tree: nodes.Template) -> str | None:
    """Return the name of the template that another one extends; None if it extends none, or one by a variable."""
    found = tree.find(nodes.Extends)
    named = found.template if found is not None else None
    return str(named.value) if isinstance(named, nodes.Const) else None


def _set_names(tree: nodes.Template) -> Iterator[str]:
    """Yield the names that a template sets, imports, or hands on."""
    for node in tree.find_all((nodes.Name, nodes.Keyword, nodes.Macro, nodes.Import, nodes.FromImport)):
        if isinstance(node, nodes.Name):
            yield from (node.name,) if node.ctx != "load" else ()
        elif isinstance(node, nodes.Keyword):
            yield node.key
        elif isinstance(node, nodes.Macro):
            yield node.name
        elif isinstance(node, nodes.Import):
            yield node.target
        elif isinstance(node, nodes.FromImport):
            yield from (name if isinstance(name, str) else name[1] for name in node.names)


def nearest_template(name: str, known: Iterable[str]) -> str | None:
    """Return the template that is most like a name; the ends of names, which are all alike, do not count."""
    stems = {other.rpartition(".")[0]: other for other in known}
    near = nearest(name.rpartition(".")[0] or name, stems, closeness=_CLOSE)
    return stems[near] if near is not None else None


def unused_template(name: str, guide: GuideModel, sources: Mapping[str, bytes]) -> str:
    """Return a sentence about a template that no page has, where its name is nearly that of one that pages have."""
    patterns = (*guide.site.pages.values(), *guide.site.lists.values())
    chosen = {getattr(wanted, "template", None) for wanted in patterns}
    meant = [f"{type_id}.html" for type_id in guide.model.types]
    meant += [file for file in theme_files() if "/" not in file]
    if "/" in name or not name.endswith(".html") or name in chosen or name in meant:
        return ""
    if any(name.encode() in source for source in sources.values()):
        return ""
    near = nearest_template(name, meant)
    return f"no page has this template; did you mean {near}?" if near is not None else ""
