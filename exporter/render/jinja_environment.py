"""Jinja as templates have it: a sandbox that notes each template that a page asks for, and keeps none of a page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import BaseLoader, ChainableUndefined, Environment, FileSystemBytecodeCache, Template, TemplateNotFound
from jinja2.compiler import CodeGenerator
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from exporter.core.encoding import digest
from exporter.render.filters import FILTERS, GLOBALS, VIEW
from exporter.render.view.view import Entry, Values

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from jinja2.compiler import Frame
    from jinja2.nodes import Expr
    from jinja2.runtime import Context

    from exporter.guide.library.library import Library
    from exporter.render.view.view import View

_METHODS = frozenset(dir(Values))
_SPECIAL = re.compile("[&<>\"']").search
_FOR_IMPORTS = (VIEW, "languages", "language", "site", "page", "home")
"""What imported macros have: what is the same for a whole page, so that `site` is there as it is everywhere."""


class _Template(Template):
    """A template that keeps nothing between pages."""

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        """Make the module of an `import` anew for each page: a kept one would hold what an earlier page read."""
        shared = ctx.parent if ctx is not None else {}
        return self.make_module({name: shared[name] for name in _FOR_IMPORTS if name in shared})


class _Code(CodeGenerator):
    """Compiles templates: what is printed is escaped without being made markup, which a page's text is not."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.printed(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Loader(BaseLoader):
    """Finds templates where the library says that they lie, so that no other way leads to them."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def get_source(self, _environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Read a template. Raises TemplateNotFound."""
        file = self._library.template_files.find(template)
        if file is None:
            raise TemplateNotFound(template)
        try:
            return Path(file).read_text("utf-8"), file, lambda: True
        except UnicodeDecodeError:
            raise TemplateNotFound(template, f"{template} is no text in UTF-8") from None


class Templates(SandboxedEnvironment):
    """Jinja's environment: closed to what is private, with every template that a page asks for noted on its view.

    `frank` are the kinds of objects that have nothing to hide but what begins with an underscore.
    """

    template_class = _Template
    code_generator_class = _Code
    view: View | None = None

    def __init__(self, library: Library, bytecode: Path | None, frank: frozenset[type]) -> None:
        super().__init__(
            loader=_Loader(library),
            autoescape=True,
            undefined=ChainableUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=0,
            bytecode_cache=_Bytecode(bytecode, library.index.program) if bytecode is not None else None,
        )
        self._frank = frank
        self._loaded: dict[str, Template] = {}
        self.filters.update(FILTERS)
        self.globals.update(GLOBALS)
        del self.globals["lipsum"], self.filters["random"]  # the same input gives the same page

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Give an attribute; what is not private of our own objects is asked most and needs no sandbox."""
        kind = type(obj)
        if attribute.startswith("_") or kind not in self._frank:
            return super().getattr(obj, attribute)
        if kind is Entry:  # all that an entry shows are its fields
            value = obj._values.get(attribute)
            if value is None:
                value = obj._value(attribute)
            return value if value is not None else self.undefined(obj=obj, name=attribute)
        if kind is Values and attribute not in _METHODS:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return self.undefined(obj=obj, name=attribute)

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:  # noqa: A002 - Jinja's name
        if self.view is not None:
            self.view.ask("template", name)
        found = self._loaded.get(name)
        if found is None:
            found = self._loaded[name] = super()._load_template(name, globals)
            found.globals = dict(found.globals)  # a chain of mappings is looked through anew for each page
        return found

    @staticmethod
    def printed(value: Any) -> str:
        """Give what is printed of a value, escaped."""
        kind = type(value)
        return value if kind is Markup or (kind is str and _SPECIAL(value) is None) else escape(value)


class _Bytecode(FileSystemBytecodeCache):
    """Compiled templates, kept for the next process of the same program: in them, filters of constants are texts."""

    def __init__(self, folder: Path, program: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(str(folder), "%s.bin")
        self._program = f"{jinja2.__version__}\n{program}"

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Give the name of a template's file."""
        return digest(f"{self._program}\n{filename}\n{name}".encode()).hex()
