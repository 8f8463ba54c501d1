"""The reference has everything that the program has, and says of it what the program says."""

from __future__ import annotations

import ast
import re
import tomllib
from typing import TYPE_CHECKING, Any, get_args

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from exporter.cli.commands import program
from exporter.cli.examples import EXAMPLES, page_of
from exporter.config.site_schema import SiteConfig
from exporter.core.errors import DOCS as NAMED_DOCS
from exporter.core.errors import ExporterError
from exporter.report.check_report import CheckReport
from exporter.report.init_report import InitReport
from exporter.report.problems import CODES
from exporter.report.render_report import ReaderPart, RenderReport
from exporter.report.report import Report
from exporter.report.status_report import Drift, StatusReport
from exporter.report.sync_report import SyncReport
from tests.conftest import PROJECT
from tests.documents.option_tables import commands, with_tables
from tests.documents.pages import DOCS, DOCUMENTS, README, reference, rows, without_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMANDS = [("", program), *commands()]


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_tables_of_options_say_what_the_help_says(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text == with_tables(text), "python -m tests.documents.option_tables writes them anew"


def test_every_command_has_its_heading_and_its_table() -> None:
    text, summary = reference(), (DOCS / "commands.md").read_text("utf-8")
    for name, command in COMMANDS:
        if name and not isinstance(command, click.Group):
            assert re.search(rf"^## {name}$", summary, re.MULTILINE), name
            assert re.search(rf"^\| \[`{name}( |`)", summary, re.MULTILINE), name
        if not isinstance(command, click.Group) or not name:
            assert text.count(f"<!-- options: {name} -->" if name else "<!-- options: -->") == 1, name


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name or "exporter" for name, _ in COMMANDS])
def test_help_has_an_example_and_names_its_page(name: str, command: click.Command) -> None:
    shown = CliRunner().invoke(program, [*name.split(), "--help"])
    assert (shown.exit_code, command.help is not None) == (0, True)
    listed = shown.output.split("Examples:\n")[1].split("\n\n")[0].splitlines()
    assert [line.strip() for line in listed] == list(EXAMPLES[name])
    assert shown.output.splitlines()[-1] == f"Reference: {NAMED_DOCS / page_of(name)}"
    assert (NAMED_DOCS / page_of(name)).is_file()


def test_list_of_commands_cuts_no_sentence_short() -> None:
    lines = CliRunner().invoke(program, ["--help"], terminal_width=80).output.split("Commands:\n")[1].split("\n\n")[0]
    assert [line for line in lines.splitlines() if line.endswith("...")] == []


def keys(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """Yield the keys of site.yaml, those of groups with a dot."""
    for name, field in model.model_fields.items():
        inner = [part for part in parts(field.annotation) if above == ""]
        if not inner:
            yield f"{above}{name}"
        for part in inner:
            placeholder = {"pages": "TYPE.", "lists": "NAME."}.get(name, "")
            yield from keys(part, f"{above}{name}.{placeholder}")


def parts(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the groups of keys that a type consists of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from parts(part)


def test_every_key_of_site_yaml_is_documented() -> None:
    documented = {row[0].strip("`"): " ".join(row[1:]) for row in rows(DOCS / "site-yaml.md") if row[0].startswith("`")}
    wanted = {*keys(SiteConfig)}
    lists = {key.removeprefix("lists.NAME.") for key in wanted if key.startswith("lists.NAME.")}
    assert {name for name in lists if f"`{name}`" not in documented["lists.NAME"]} == set()
    offline = {key for key in wanted if key.startswith("offline.")}
    assert {key for key in offline if key.partition(".")[2] not in documented["offline"]} == set()
    plain = wanted - offline - {key for key in wanted if key.startswith("lists.")} - {"check"}
    assert plain - documented.keys() == set()
    assert {key for key in documented if "." in key} - wanted == {"lists.NAME", "check.CODE"} & documented.keys()


def test_every_code_of_check_is_documented_with_its_severity() -> None:
    documented = {row[0].strip("`"): row[1] for row in rows(DOCS / "check.md") if row[0].startswith("`")}
    assert documented == CODES


def test_every_exit_code_is_documented() -> None:
    documented = {row[0] for row in rows(DOCS / "exit-codes.md")} & {str(number) for number in range(256)}
    assert documented == {"0", "1", "130", *(str(kind.exit_code) for kind in ExporterError.__subclasses__())}


def words_for_errors() -> Iterator[tuple[str, int]]:
    """Yield the words that the program's errors are raised with, each with its exit code."""
    kinds = {kind.__name__: kind.exit_code for kind in error_kinds(ExporterError)}
    for file in DOCS.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds and node.args:
                word = node.args[0]
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    yield word.value, kinds[node.func.id]


def error_kinds(kind: type[ExporterError]) -> Iterator[type[ExporterError]]:
    for other in kind.__subclasses__():
        yield other
        yield from error_kinds(other)


def test_every_word_for_an_error_is_documented_with_its_exit_code() -> None:
    documented = {
        (word, int(row[0].split(",")[0]))
        for row in rows(DOCS / "exit-codes.md")
        for word in re.findall(r"`([a-z-]+)`", row[-1])
        if row[0].split(",")[0].isdigit()
    }
    raised = {*words_for_errors()}
    assert len(raised) > 40
    assert raised - documented == set()


def test_every_member_of_the_object_of_json_is_documented() -> None:
    documented = {row[0].strip("`"): row[-1] for row in rows(DOCS / "json.md") if row[0].startswith("`")}
    assert {*Report("build").as_json()} <= documented.keys()
    parts = {
        "sync": SyncReport(),
        "render": RenderReport(),
        "status": StatusReport(drift=Drift()),
        "check": CheckReport(),
    }
    full = Report("build", **parts, init=InitReport("."), reader={"en": ReaderPart("", 0, 0, 0, 0)})  # type: ignore[arg-type] # by name
    shown = full.as_json()
    assert shown.keys() <= documented.keys()
    for name, part in shown.items():
        members = part if isinstance(part, dict) else {}
        inner = next(iter(members.values())) if name == "reader" else members
        assert [member for member in inner if f"`{member}`" not in documented[name]] == [], name


def test_links_between_documents_lead_somewhere() -> None:
    dead = []
    for page in DOCUMENTS:
        for target in re.findall(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)", without_blocks(page)):
            path, _, anchor = target.partition("#")
            if "://" in path:
                continue
            file = (page.parent / path).resolve() if path else page
            if not file.exists() or (anchor and anchor not in anchors(file)):
                dead.append((page.name, target))
    assert dead == []


def anchors(page: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", without_blocks(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_pictures_of_the_readme_are_there_and_small() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README.read_text("utf-8"))
    sizes = {name: (README.parent / name).stat().st_size for name in pictures}
    assert len(sizes) >= 2
    assert {name: size for name, size in sizes.items() if size > 100_000} == {}


def test_every_page_of_the_reference_is_in_its_list_and_in_the_readme() -> None:
    names = {page.name for page in DOCS.glob("*.md")} - {"README.md"}
    for page, folder in ((DOCS / "README.md", ""), (README, "exporter/docs/")):
        linked = set(re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")))
        assert {name for name in names if f"{folder}{name}" not in linked} == set(), page


def test_pages_named_in_the_programs_own_words_exist() -> None:
    texts = [file.read_text("utf-8") for file in (DOCS.parent).rglob("*.py")]
    named = {name for text in texts for name in re.findall(r"(?:exporter/docs/|reference\(['\"])([a-z-]+\.md)", text)}
    assert named
    assert {name for name in named if not (DOCS / name).is_file()} == set()


def test_paths_that_contributors_are_sent_to_exist() -> None:
    missing = []
    for page, root in ((PROJECT / ".github/CONTRIBUTING.md", PROJECT), (PROJECT / "exporter/README.md", DOCS.parent)):
        named = re.findall(r"`((?:exporter|tests)/[\w./-]*|(?:[\w-]+/)+[\w-]+\.(?:py|md))`", without_blocks(page))
        missing += [(page.name, name) for name in named if not (root / name).exists() and not (PROJECT / name).exists()]
        assert len(named) > 15
    assert missing == []


def test_readme_has_the_one_line_that_runs_the_tests() -> None:
    lines = re.findall(r"^python3 -m venv .*pytest$", README.read_text("utf-8"), re.MULTILINE)
    assert len(lines) == 1, ".ci/run takes it from here"


@pytest.mark.parametrize("page", [README, DOCS / "install.md"], ids=lambda page: page.name)
def test_documents_say_that_there_is_no_public_address_as_long_as_there_is_none(page: Path) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    text = " ".join(page.read_text("utf-8").split())
    assert ("no public address yet" in text) == ("urls" not in project)
    assert "'git+URL@TAG'" in text


def test_messages_quoted_in_troubleshooting_are_the_programs_own() -> None:
    source = "\n".join(file.read_text("utf-8") for file in DOCS.parent.rglob("*.py"))
    seen = [row[0] for row in rows(DOCS / "troubleshooting.md")]
    quoted = [quote for cell in seen for quote in re.findall(r"(?<!\w)\*([^*]+)\*(?!\w)", cell)]
    assert len(quoted) >= 6
    assert [quote for quote in quoted if quote not in source and quote != "Keep on this device"] == []
