"""Why a page failed, in words: template, line, the error, and what was probably meant."""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING

from jinja2 import TemplateNotFound
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.tests import TESTS as JINJA_TESTS

from exporter.core.suggestions import nearest
from exporter.render.template_names import nearest_template

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from jinja2 import Environment

    from exporter.guide.library.template_files import TemplateFiles

_TEMPLATES = (".html", ".xml", ".txt")
_NO_SUCH = re.compile(r"No (filter|test) named '([^']+)'\.?")
_NO_FIELD = re.compile(r"'exporter\.(?:\w+\.)*(Entry|Asset) object' has no attribute '([^']+)'")
_UNDEFINED = re.compile(r"'([^']+)' is undefined")


def explain(
    error: BaseException,
    template: str,
    files: TemplateFiles,
    environment: Environment,
    variables: Mapping[str, object],
) -> str:
    """Return where and why a page failed: the innermost template and its line, the message, what was meant.

    `template` is the page's own, for errors that name none; `variables` are what the page's templates have.
    """
    if isinstance(error, TemplateNotFound) and str(error) == error.name:
        message, advice = f"there is no template {error}", _template_meant(str(error), environment)
    else:
        message = _NO_FIELD.sub(_no_field, str(error))
        advice = _advice(error) or _meant(message, environment, variables)
    return f"{_place(error, template, files)}: {message.rstrip('.')}{advice}"


def _place(error: BaseException, template: str, files: TemplateFiles) -> str:
    """Return file and line of the innermost template; the file alone if nothing tells the line."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(_TEMPLATES)]
    name, line = getattr(error, "name", None) or template, getattr(error, "lineno", None)
    if line is None and frames:
        return f"{files.shown(frames[-1].filename)}:{frames[-1].lineno}"
    found = files.find(name)
    file = files.shown(found) if found is not None else f"templates/{name}"
    return f"{file}:{line}" if line else file


def _no_field(found: re.Match[str]) -> str:
    return f"the {found[1].lower()} has no field '{found[2]}'"


def own_place(error: BaseException, templates: str) -> tuple[str, int]:
    """Return the file and line of the project's own templates where a page failed; "" and 0 if it was elsewhere.

    The file is a path in the guide's folder. The innermost template may be the theme's: then what called it counts.
    """
    frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    frames.append((getattr(error, "filename", None) or "", getattr(error, "lineno", None)))
    own = [(name, line) for name, line in frames if name.startswith(f"{templates}/")]
    return (f"templates{own[-1][0].removeprefix(templates)}", own[-1][1] or 0) if own else ("", 0)


def _template_meant(name: str, environment: Environment) -> str:
    near = nearest_template(name, environment.list_templates())
    return f"; did you mean {near}?" if near is not None else f"; put it at templates/{name}, or name another"


def _advice(error: BaseException) -> str:
    """Return what to do about errors of which Python's own words say little."""
    if isinstance(error, RecursionError):
        return "; a template includes itself, or what includes it: end that somewhere"
    if isinstance(error, TypeError) and "concatenate" in str(error):
        return "; join texts and numbers with ~ instead of +"
    return ""


def _meant(message: str, environment: Environment, variables: Mapping[str, object]) -> str:
    """Return the end of a sentence about a filter, a test, a function or a variable that does not exist."""
    no_such, undefined = _NO_SUCH.search(message), _UNDEFINED.search(message)
    if no_such:
        known: Collection[str] = environment.filters if no_such[1] == "filter" else environment.tests
        near = nearest(no_such[2], known)
        if near is None:
            own = ", ".join(sorted(set(known) - {*JINJA_FILTERS, *JINJA_TESTS}))
            return f"; beside Jinja's own there {'are ' + own if own else 'is none'}"
    else:
        near = nearest(undefined[1], [*environment.globals, *variables]) if undefined else None
    return f"; did you mean {near}?" if near else ""
