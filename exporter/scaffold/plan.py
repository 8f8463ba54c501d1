"""The files of a new guide, as values: a pure function from answers, and from a content type, to names and texts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from exporter import __version__
from exporter.scaffold.answers import DISTRIBUTION, EU_URL
from exporter.scaffold.headers import cloudfront_policy, netlify_headers, nginx_headers
from exporter.scaffold.readme import guide_readme
from exporter.scaffold.type_template import type_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.scaffold.answers import Answers
    from exporter.scaffold.type_template import ShownType

_FILES = Path(__file__).parent / "files"
SCHEMA = "site.schema.json"
REQUIREMENTS = "requirements.txt"
WORKFLOW = ".github/workflows/guide.yml"
ACTION = ".github/actions/build/action.yml"
GITLAB = ".gitlab-ci.yml"
RIVER = "river.geojson"
"""The outline below the maps of the bundled space, drawn by hand."""
_MARK = "Written by `exporter init`; `exporter init --update`"
"""In every file that an update may replace; without it the file is the owner's."""
_INSTALLED = re.compile(
    rf"^(?:{DISTRIBUTION}\S* @ )?(?:(?P<address>git\+\S+)@\S*|(?P<wheel>wheels/\S+\.whl))", re.MULTILINE
)
_EXTRAS = re.compile(rf"^(?:# )?(?:{DISTRIBUTION}|wheels/\S+\.whl)(\[[\w,-]+\])", re.MULTILINE)


def plan_files(answers: Answers, shown: ShownType | None) -> dict[str, str]:
    """Return the files of a new guide by path, the one to read first at the top; `shown` is a type for a template."""
    files = {
        "site.yaml": site_yaml(answers),
        SCHEMA: _schema(),
        "templates/entry.html": _text("entry.html"),
        **({f"templates/static/{RIVER}": _text(RIVER)} if answers.is_demo else {}),
        **({f"templates/{shown.content_type.id}.html": type_template(shown)} if shown is not None else {}),
        ".gitignore": _text("gitignore"),
        ".gitattributes": _text("gitattributes"),
        ".env.example": _text("env.example"),
        REQUIREMENTS: requirements(answers.origin.line if answers.origin is not None else None, answers.extras),
        "README.md": guide_readme(answers),
    }
    for host in answers.hosts:
        files |= _host_files(host, answers.name)
    return files


def plan_update(standing: Mapping[str, str], origin: str | None) -> dict[str, str]:
    """Return what this version would put in place of files that stand, by path: those alone that differ.

    A file that its owner made their own, by removing the line that says who wrote it, is left alone. Schedule,
    branches, extras and, unless `origin` names another one, the address of the program are kept.
    """
    wanted = {**_host_files("github"), **_host_files("gitlab"), SCHEMA: _schema()}
    found = {path: text for path, text in wanted.items() if path in standing}
    if WORKFLOW in found:
        found[WORKFLOW] = _with_own_lines(found[WORKFLOW], standing[WORKFLOW])
    if REQUIREMENTS in standing:
        installed = standing[REQUIREMENTS]
        found[REQUIREMENTS] = requirements(origin or _with_this_tag(installed), _extras(installed))
    return {path: text for path, text in found.items() if standing[path] != text and is_ours(path, standing[path])}


def is_ours(path: str, text: str) -> bool:
    """Whether an update may replace a file; the schema, which cannot hold a comment, is nobody's own."""
    return path == SCHEMA or _MARK in text


UPDATED = (WORKFLOW, ACTION, GITLAB, REQUIREMENTS, SCHEMA)
"""The files that an update looks at."""


def site_yaml(answers: Answers) -> str:
    """Return the text of site.yaml, with the keys that are not set as comments."""
    if answers.local is not None:
        source = [f"  local: {_quoted(answers.local)}  # later, for the space at Contentful, put this in its place:"]
        source += ["  # space: THE_ID_OF_YOUR_SPACE"]
    elif answers.space is None:
        source = ["  local: demo  # the space that comes with exporter; for your own, put these in its place:"]
        source += ["  # space: THE_ID_OF_YOUR_SPACE"]
    else:
        source = [f"  space: {_quoted(answers.space)}"]
    is_master = answers.environment == "master"
    source += [f"  {'# ' if is_master else ''}environment: {_quoted(answers.environment)}"]
    source += [f"  url: {EU_URL}"] if answers.eu else [f"  # url: {EU_URL}  # a space in the EU"]
    text = _text("site.yaml").replace("@@TITLE@@", json.dumps(answers.title, ensure_ascii=False))
    host = f"host: {answers.redirects}" if answers.redirects else "# host: netlify"
    outline = f"{'' if answers.is_demo else '# '}maps: {{outline: {RIVER}}}"
    return text.replace("@@SOURCE@@", "\n".join(source)).replace("@@HOST@@", host).replace("@@OUTLINE@@", outline)


def requirements(origin: str | None, extras: str) -> str:
    """Return the text of requirements.txt: the program with its `extras` (`[publish]`), for CI as well."""
    head = f"# {_MARK} brings this file up to date.\n"
    if origin is not None:
        return f"{head}{_requirement(origin, extras)}\n"
    advice = "has no public address yet. Name the one of your copy, or a wheel: exporter init --update --yes --from URL"
    return f"{head}# exporter {advice}\n# {_requirement(f'git+URL@v{__version__}', extras)}\n"


def _requirement(origin: str, extras: str) -> str:
    """Return a line for pip: extras follow the path of a wheel, but stand before the address of a repository."""
    if not extras:
        return origin
    return f"{origin}{extras}" if origin.startswith("wheels/") else f"{DISTRIBUTION}{extras} @ {origin}"


def _host_files(host: str, name: str = "guide") -> dict[str, str]:
    """Return the files that a host needs, by path; `name` is that of the guide's folder."""
    if host == "github":
        return {WORKFLOW: _text("guide.yml"), ACTION: _text("action.yml")}
    if host == "gitlab":
        return {GITLAB: _text("gitlab-ci.yml")}
    if host == "netlify":
        return {"netlify.toml": _text("netlify.toml").replace("@@HEADERS@@", netlify_headers())}
    if host == "nginx":
        text = _text("nginx.conf").replace("@@HEADERS@@", nginx_headers()).replace("@@NAME@@", name)
        return {"hosts/nginx.conf": text.replace("@@VARIABLE@@", f"{name.replace('-', '_')}_moved")}
    return {"hosts/cloudfront-headers.json": cloudfront_policy(name)}


def _with_own_lines(text: str, standing: str) -> str:
    """Return a workflow with the schedule and the branches of the one that stands."""
    for key in ("- cron:", "branches:"):
        wanted, kept = ([line for line in lines.splitlines() if key in line] for lines in (text, standing))
        text = text.replace("\n".join(wanted), "\n".join(kept), 1) if kept else text
    return text


def _with_this_tag(standing: str) -> str | None:
    """Return the address in requirements.txt with this version's tag, a wheel as it is; None if there is neither."""
    found = _INSTALLED.search(standing)
    if found is None:
        return None
    return f"{found['address']}@v{__version__}" if found["address"] else found["wheel"]


def _extras(standing: str) -> str:
    """Return the extras in requirements.txt, in brackets; empty if there are none."""
    found = _EXTRAS.search(standing)
    return found[1] if found is not None else ""


def _quoted(identifier: str) -> str:
    """Return an id as YAML reads it as a text, whatever it looks like."""
    return json.dumps(identifier)


def _schema() -> str:
    return (_FILES.parent.parent / SCHEMA).read_text("utf-8")


def _text(name: str) -> str:
    return (_FILES / name).read_text("utf-8")
