"""What the guide's own templates ask for and nothing has: fields that the model lacks, content types, lists, words.

Templates are read, not run, and only what is certain is told: an entry whose content types cannot be known may have any
field.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, TemplateSyntaxError, nodes

from exporter.core.files import read_below
from exporter.core.suggestions import nearest
from exporter.guide.library.template_files import own_files, theme_file
from exporter.guide.library.theme_words import read_words
from exporter.guide.schema.field_words import targets_of
from exporter.render.template_names import unknown_blocks, unknown_variables, unused_template
from exporter.report.problems import Problem, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from exporter.guide.schema.guide_model import GuideModel

_NAMES_SOMETHING = re.compile(rb"\b(entries|word)\s*\(")
"""What a template contains that names content types, lists or words: most do not, and parsing takes a while."""
_TEMPLATES = (".html", ".xml", ".txt", ".webmanifest", ".css", ".svg", ".gpx", ".kml", ".geojson")
_ALWAYS = ("sys", "tags")
"""What every entry has beside its fields."""
_SAME_ENTRIES = {"list", "rejectattr", "reverse", "selectattr", "sort", "unique"}
_ONE_OF_THEM = {"first", "last"}


class _Entries(NamedTuple):
    """What an expression stands for: entries of some content types (None: of any), one, or several of them."""

    types: frozenset[str] | None
    several: bool = False


_Known = dict[str, _Entries]


def unknown_names(root: Path, guide: GuideModel, *, fields: bool = True) -> Iterator[Problem]:
    """Yield what the templates of the guide in `root` ask for and nothing has; not what keeps one from being read.

    Without `fields`, only content types, lists and words are looked at: fields come and go as the model does, and the
    names of variables and of the templates themselves take longer.
    """
    templates, environment = root / "templates", Environment()  # noqa: S701 - nothing is rendered
    names = [name for name in own_files(templates) if name.endswith(_TEMPLATES) and not name.startswith("static/")]
    sources = {name: read_below(templates, name) or b"" for name in names}
    words = read_words(guide.locales, templates) if any(b"word" in source for source in sources.values()) else {}
    trees: dict[str, nodes.Template] = {}
    parse = _parser(trees, environment, guide.site.theme.name)
    for name, source in sources.items():
        if fields or _NAMES_SOMETHING.search(source) is not None:
            with suppress(TemplateSyntaxError, UnicodeDecodeError, RecursionError):  # rendering says so
                trees[name] = environment.parse(source.decode())
    for name, tree in trees.items():
        reader = _Reader(guide, words, fields)
        reader.visit(tree, {"entry": _Entries(_types_of(name, guide))})
        found = [*reader.found]
        if fields:
            found += [
                *unknown_variables(name, trees),
                *unknown_blocks(name, parse),
            ]
        file = f"templates/{name}"
        for line, message in dict.fromkeys(found):
            yield problem("template-unknown", f"{file}:{line}: {message}", file=file, line=line)
        if fields and (message := unused_template(name, guide, sources)):
            yield problem("template-unknown", f"{file}: {message}", file=file)


def _parser(
    trees: Mapping[str, nodes.Template], environment: Environment, theme: str | None
) -> Callable[[str], nodes.Template | None]:
    """Return what parses a template by its name, one of the guide's own or of the theme; once each."""

    @cache
    def parse(name: str) -> nodes.Template | None:
        if name in trees:
            return trees[name]
        file = theme_file(theme, name.removeprefix("theme/"))
        return environment.parse(file.read_text("utf-8")) if file is not None else None

    return parse


def _types_of(name: str, guide: GuideModel) -> frozenset[str]:
    """Return the content types whose entries a template shows; all of them where its name says nothing."""
    chosen = {type_id for type_id, pattern in guide.site.pages.items() if pattern.template == name}
    own = name.removeprefix("parts/").removesuffix(".html")
    return frozenset(chosen | ({own} & set(guide.model.types)) or guide.model.types)


@dataclass
class _Reader:
    """Goes through a template with what its variables stand for; `found` are lines and what is wrong there."""

    guide: GuideModel
    words: Mapping[str, object]
    fields: bool
    found: list[tuple[int, str]] = field(default_factory=list)

    def visit(self, node: nodes.Node, known: _Known) -> None:
        """Read a node and what is inside it. Names that are set in it are known, or unknown, from there on."""
        if isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Call):
            self.stands_for(node, known)
        elif isinstance(node, nodes.For):
            self._loop(node, known)
            return
        elif isinstance(node, nodes.Macro | nodes.CallBlock):
            known = {name: value for name, value in known.items() if name not in {arg.name for arg in node.args}}
        elif isinstance(node, nodes.Block | nodes.Scope | nodes.ScopedEvalContextModifier):
            known = dict(known)
        for child in node.iter_child_nodes():
            self.visit(child, known)
        if isinstance(node, nodes.Assign):
            self._bind(node.target, self.stands_for(node.node, known), known)
        elif isinstance(node, nodes.With | nodes.AssignBlock | nodes.Import | nodes.FromImport):
            for name in node.find_all(nodes.Name):
                known.pop(name.name, None) if name.ctx != "load" else None

    def _loop(self, node: nodes.For, known: _Known) -> None:
        self.visit(node.iter, known)
        inner, over = dict(known), self.stands_for(node.iter, known)
        self._bind(node.target, _Entries(over.types) if over is not None and over.several else None, inner)
        for part in (node.test, *node.body, *node.else_):
            if part is not None:
                self.visit(part, inner)

    @staticmethod
    def _bind(target: nodes.Node, value: _Entries | None, known: _Known) -> None:
        for name in [target] if isinstance(target, nodes.Name) else target.find_all(nodes.Name):
            known.pop(name.name, None)
        if isinstance(target, nodes.Name) and value is not None:
            known[target.name] = value

    def stands_for(self, node: nodes.Node | None, known: _Known) -> _Entries | None:
        """Return what entries an expression stands for, None where that cannot be known or it is something else."""
        if isinstance(node, nodes.Name):
            return known.get(node.name)
        if isinstance(node, nodes.Getattr):
            return self._member(node, self.stands_for(node.node, known), node.attr)
        if isinstance(node, nodes.Getitem):
            return self._item(node, self.stands_for(node.node, known))
        if isinstance(node, nodes.Call):
            return self._call(node)
        return self._filtered(node, known) if isinstance(node, nodes.Filter) else None

    def _item(self, node: nodes.Getitem, of: _Entries | None) -> _Entries | None:
        if isinstance(node.arg, nodes.Slice):
            return of
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._member(node, of, node.arg.value)
        return _Entries(of.types) if of is not None and of.several else None

    def _filtered(self, node: nodes.Filter, known: _Known) -> _Entries | None:
        of = self.stands_for(node.node, known)
        if of is None or not of.several:
            return None
        return of if node.name in _SAME_ENTRIES else _Entries(of.types) if node.name in _ONE_OF_THEM else None

    def _member(self, node: nodes.Node, of: _Entries | None, name: str) -> _Entries | None:
        """Return what a field leads to; tell one that none of the content types has."""
        if of is None or of.several or of.types is None or name in _ALWAYS:
            return None
        types = [self.guide.model.types[type_id] for type_id in sorted(of.types) if type_id in self.guide.model.types]
        fields = [found for one in types if (found := one.find(name)) is not None]
        if types and not fields and self.fields:
            subject = f"{types[0].id} has" if len(types) == 1 else "no content type here has"
            known = dict.fromkeys(known.id for one in types for known in one.fields)
            self._report(node, f"{subject} {'no' if len(types) == 1 else 'a'} field {name}", name, [*known, *_ALWAYS])
        targets = [targets_of(found) for found in fields if "Entry" in (found.link_type, found.items.get("linkType"))]
        if not fields or len(targets) < len(fields) or not all(targets):
            return None
        return _Entries(frozenset(name for some in targets for name in some), fields[0].type == "Array")

    def _call(self, node: nodes.Call) -> _Entries | None:
        """Return what a call of `entries` stands for; tell a content type, list or word that does not exist."""
        first = node.args[0] if node.args else None
        if not (isinstance(node.node, nodes.Name) and isinstance(first, nodes.Const) and isinstance(first.value, str)):
            return None
        name, function = first.value, node.node.name
        if function == "word" and name not in self.words:
            self._report(node, f"there is no word {name}", name, list(self.words))
        if function != "entries":
            return None
        lists = [f"@{listed}" for listed in self.guide.site.lists]
        if name not in self.guide.model.types and name not in lists:
            kind = "list" if name.startswith("@") else "content type"
            self._report(
                node, f"there is no {kind} {name}", name, lists if kind == "list" else [*self.guide.model.types]
            )
            return None
        chosen = self.guide.site.lists.get(name[1:]) if name.startswith("@") else None
        return _Entries(frozenset([chosen.type if chosen is not None else name]), several=True)

    def _report(self, node: nodes.Node, message: str, name: str, known: Collection[str]) -> None:
        near = nearest(name, known)
        meant = f"did you mean {near}?" if near is not None else "what asks for it is always empty"
        self.found.append((node.lineno, f"{message}; {meant}"))
