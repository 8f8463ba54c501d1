"""Jinja as templates have it: a sandbox that records which templates a page asks for and keeps nothing of a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import BaseLoader, ChainableUndefined, Environment, FileSystemBytecodeCache, Template, TemplateNotFound
from jinja2.compiler import CodeGenerator
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from exporter.core.containment import make_cache_folder
from exporter.core.encoding import digest
from exporter.guide.library import questions
from exporter.guide.library.template_files import own_files, theme_files
from exporter.render.filters import FILTERS, GLOBALS, VIEW, word, word_lang
from exporter.render.view.view import Entry, Values, value_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping

    from jinja2.compiler import Frame
    from jinja2.nodes import Expr, Getattr

    from exporter.guide.library.library import Library
    from exporter.guide.library.read_log import SharedQuestion
    from exporter.render.view.view import View

_TEMPLATES = (".html", ".xml", ".txt", ".webmanifest", ".css", ".svg", ".gpx", ".kml", ".geojson")
_METHODS = frozenset(dir(Values))
_FOR_IMPORTS = (VIEW, "languages", "language", "site", "page", "home")
"""The variables that imported macros have: those that are the same on a whole page."""


class _Template(Template):
    """A template that keeps nothing between pages."""

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        """Make the module of an `import` anew for each page: a cached one would hold what an earlier page read."""
        shared = ctx.parent if ctx is not None else {}
        return self.make_module({name: shared[name] for name in _FOR_IMPORTS if name in shared})


class _Context(Context):
    """A template's variables. One is made for every include, so what is the same for all of them is not made anew."""

    def __init__(  # what the base class does, with one evaluation context for all
        self,
        environment: Templates,
        parent: dict[str, Any],
        name: str | None,
        blocks: dict[str, Callable[[Context], Iterator[str]]],
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> None:
        self.parent = parent
        self.vars = {}
        self.environment = environment
        self.eval_ctx = environment.evaluation()
        self.exported_vars = set()
        self.name = name
        self.globals_keys = set(globals) if globals else set()
        self.blocks = {key: [block] for key, block in blocks.items()}


class _Code(CodeGenerator):
    """Compiles templates for speed.

    Printed values are escaped to plain strings, for making each a Markup costs time. Attributes without an underscore
    are asked for as such.
    """

    def visit_Getattr(self, node: Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        if node.attr.startswith("_"):
            super().visit_Getattr(node, frame)
            return
        self.write("environment.public(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.printed(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Loader(BaseLoader):
    """Finds templates where the library says that they are, and in no other way."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def get_source(self, _environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Read a template.

        Raises TemplateNotFound.
        """
        file = self._library.template_files.find(template)
        if file is None:
            raise TemplateNotFound(template)
        try:
            return Path(file).read_text("utf-8"), file, lambda: True
        except UnicodeDecodeError:
            raise TemplateNotFound(template, f"{template} is not text in UTF-8: save it as UTF-8") from None

    def list_templates(self) -> list[str]:
        """Return the names of the project's own templates and the theme's."""
        own = own_files(Path(self._library.template_files.folder))
        names = {*own, *theme_files(), *(f"theme/{name}" for name in theme_files())}
        return sorted(name for name in names if name.endswith(_TEMPLATES) and not name.startswith("static/"))


class Templates(SandboxedEnvironment):
    """Jinja's environment: private attributes are closed, every template that a page asks for is recorded in its view.

    `open_types` are types whose attributes are all harmless except those that begin with an underscore: reading one of
    them may skip the sandbox.
    """

    template_class = _Template
    code_generator_class = _Code
    context_class = _Context
    view: View | None = None

    def __init__(self, library: Library, bytecode: Path | None, open_types: frozenset[type]) -> None:
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
        self._library = library
        self._open_types = open_types
        self._evaluation = EvalContext(self)
        self._compiled: dict[str, Template] = {}
        self._asked: dict[str, SharedQuestion] = {}
        self.filters.update(FILTERS)
        self.globals.update(GLOBALS)
        del self.globals["lipsum"], self.filters["random"]  # the same input gives the same page

    def evaluation(self) -> EvalContext:
        """Return how a template begins to evaluate; inside `{% autoescape %}`, which changes that, one of its own."""
        shared = self._evaluation
        return shared if shared.autoescape is True and not shared.volatile else EvalContext(self)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls; words need no sandbox, nor the variables of loops and blocks."""
        if obj is word or obj is word_lang:
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return obj(context, *args, **kwargs)
        return super().call(context, obj, *args, **kwargs)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an attribute, with the sandbox's care for those that begin with an underscore."""
        return super().getattr(obj, attribute) if attribute.startswith("_") else self.public(obj, attribute)

    def public(self, obj: Any, attribute: str) -> Any:
        """Return an attribute without an underscore; those of the program's own objects need no sandbox."""
        type_ = type(obj)
        if type_ is Entry:  # an entry shows nothing but its fields
            value = value_named(obj, attribute)
            return value if value is not None else self.undefined(obj=obj, name=attribute)
        if type_ is Values and attribute not in _METHODS:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if type_ not in self._open_types:
            return super().getattr(obj, attribute)
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return self.undefined(obj=obj, name=attribute)

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> Template:
        """Return a template; it is recorded as asked for."""
        if not isinstance(name, str) or name not in self._compiled:
            return super().get_template(name, parent, globals)
        self._record(name)
        return self._compiled[name]

    def _record(self, name: str) -> None:
        """Record that the page asks for a template."""
        if self.view is not None:
            question = self._asked.get(name)
            if question is None:
                question = self._asked[name] = self._library.shared(*questions.template(name))
            self.view.reads.shared[question] = None

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:  # noqa: A002 - Jinja's name
        self._record(name)
        template = self._compiled[name] = super()._load_template(name, globals)
        template.globals = dict(template.globals)  # a ChainMap is slower, and is looked through for each page
        return template

    @staticmethod
    def printed(value: Any) -> str:
        """Return what is printed of a value, escaped."""
        type_ = type(value)
        return value if type_ is Markup or (type_ is str and not _is_special(value)) else escape(value)


def _is_special(text: str) -> bool:
    """Whether a text has characters to be escaped; on texts of usual length this takes half of what a search does."""
    return "&" in text or "<" in text or ">" in text or '"' in text or "'" in text


class _Bytecode(FileSystemBytecodeCache):
    """Compiled templates, kept for other processes of the same program.

    The program is part of the key, since the compiler replaces filters of constants by their results.
    """

    def __init__(self, folder: Path, program: str) -> None:
        make_cache_folder(folder)
        super().__init__(str(folder), "%s.bin")
        self._program = f"{jinja2.__version__}\n{program}"

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return the name of a template's file."""
        return digest(f"{self._program}\n{filename}\n{name}".encode()).hex()
