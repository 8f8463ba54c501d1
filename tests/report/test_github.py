"""GitHub Actions: annotations at problems, a step summary, nothing that a space's text could smuggle in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cmarkgfm.cmark import markdown_to_html_with_extensions
from lxml.html import fromstring

from exporter.report.changes import Changes, ListedChange
from exporter.report.check_report import CheckReport
from exporter.report.github import LARGEST_SUMMARY, annotation, failure_annotations, fitting, summary
from exporter.report.problems import Problem
from exporter.report.report import Report
from tests.conftest import ACCESS_TOKEN, Guide, entry, link

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SpaceFiles


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A step of GitHub Actions; gives the file of its summary."""
    file = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    return file


def test_problem_becomes_an_annotation_at_its_file_and_the_run_a_summary(
    guide: Guide, space: SpaceFiles, step: Path
) -> None:
    space.put(entry("place", "gate", title="Gate", slug="gate", category=link("Entry", "gone")))
    assert guide.run("build").code == 0
    said = guide.run("check", "--json")
    assert said.json["ok"] is True
    gone = "which is not published: publish it, or remove the link"
    expected = f'entry:gate "Gate", category (en-US) links to entry:gone, {gone}'
    assert said.err.splitlines() == [
        f"::warning file=content/entries/place/gate.json,title=link-unresolved::{expected}"
    ]
    text = step.read_text("utf-8")
    assert [line for line in text.splitlines() if line.startswith("#")] == ["### exporter build", "### exporter check"]
    assert "| translated | en\\-US | ar | de\\-DE |" in text
    assert "| warning | link\\-unresolved | entry:gate" in text


def test_dead_link_is_annotated_at_its_line() -> None:
    problem = Problem("error", "page-link-dead", "gone", file="site/a, b/index.html", line=7, link="x")
    assert annotation(problem) == "::error file=site/a%2C b/index.html,line=7,title=page-link-dead::gone"


def test_error_that_ends_a_run_is_annotated(guide: Guide, step: Path) -> None:
    said = guide.run("check")
    assert said.code == 4
    assert said.err.startswith("::error title=mirror-missing::")
    assert "### exporter check\n\n- error: " in step.read_text("utf-8")


def test_summary_that_cannot_be_written_spoils_no_run(
    guide: Guide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    assert guide.run("build").code == 0
    assert guide.run("check").code == 0


def test_text_of_the_space_is_no_command_and_no_markup() -> None:
    odd = "a\n::error::b | <script>x</script> `c` 100% \u202e\x1b[0m"
    assert annotation(Problem("warning", "x", odd)) == (
        "::warning title=x::a ::error::b | <script>x</script> `c` 100%25 [0m"
    )
    checked = CheckReport(coverage={"a|b\n# c": {"en": 1, "de": 2}})
    report = Report("check", check=checked, problems=(Problem("warning", "x", odd),))
    text = summary(report)
    assert "\n# c" not in text
    assert "<script>" not in text
    row = next(line for line in text.splitlines() if line.startswith("| warning"))
    assert row.replace("\\|", "").count("|") == 4


def put_of(guide: Guide, text: str) -> None:
    """Write site.yaml for the guide's space, with more keys."""
    (guide.root / "site.yaml").write_text(
        f"title: T\n{text}source: {{local: {guide.root.parent / 'space'}}}\n", "utf-8"
    )


def test_summary_lists_what_changed_with_titles_links_sizes_and_what_readers_pay(
    guide: Guide, space: SpaceFiles, step: Path
) -> None:
    put_of(guide, "base_url: https://guide.example.org/lisbon/\n")
    assert guide.run("build").code == 0
    step.unlink()
    space.put(entry("place", "gate", title="The [old] gate | <b>", slug="gate"))
    space.put(entry("place", "mill", 2, title="The mill", slug="mill", body="It turns again."))
    space.remove("entries/category/sights.json")
    assert guide.run("build").code == 0
    lines = step.read_text("utf-8").splitlines()
    size = (guide.root / "site/place/gate/index.html").stat().st_size
    gate = "[The \\[old\\] gate \\| \\<b\\>](<https://guide.example.org/lisbon/place/gate/>)"
    assert f"| new | {gate} | Place | {size / 1000:.1f} kB |" in lines
    assert any(
        row.startswith("| changed | [The mill](<https://guide.example.org/lisbon/place/mill/>)") for row in lines
    )
    assert "| removed | Sights | Category |  |" in lines
    assert any(row.startswith("- site/: ") and "added" in row and row.endswith("written\\)") for row in lines)
    assert any(row.startswith("- reader en\\-US: ") and "to update" in row for row in lines)


def test_summary_of_a_render_lists_the_pages_that_a_template_changed(guide: Guide, step: Path) -> None:
    put_of(guide, "base_url: https://guide.example.org\n")
    assert guide.run("build").code == 0
    step.unlink()
    (guide.root / "templates").mkdir()
    (guide.root / "templates/category.html").write_text("<h1>{{ entry.title }}</h1>", "utf-8")
    assert guide.run("render").code == 0
    rows = [row for row in step.read_text("utf-8").splitlines() if row.startswith(("| new", "| changed"))]
    assert [row.partition("](")[0] for row in rows] == ["| changed | [Sights"]


def test_without_an_address_titles_are_no_links_and_a_sync_alone_has_no_pages(
    guide: Guide, space: SpaceFiles, step: Path
) -> None:
    assert guide.run("build").code == 0
    assert "| new | The castle | Place | " in step.read_text("utf-8")
    assert "](" not in step.read_text("utf-8")
    put_of(guide, "base_url: https://guide.example.org\n")
    space.put(entry("place", "gate", title="Gate", slug="gate"))
    step.unlink()
    assert guide.run("sync").code == 0
    assert "| new | Gate | Place |  |" in step.read_text("utf-8")


def test_run_that_changes_nothing_lists_nothing(guide: Guide, step: Path) -> None:
    assert guide.run("build").code == 0
    step.unlink()
    assert guide.run("build").code == 0
    assert [row for row in step.read_text("utf-8").splitlines() if row.startswith("|")] == []


def test_fifty_changes_are_listed_and_the_others_counted(guide: Guide, space: SpaceFiles, step: Path) -> None:
    for number in range(60):
        space.put(entry("place", f"p{number}", title=f"Place {number}", slug=f"p{number}"))
    assert guide.run("sync").code == 0
    text = step.read_text("utf-8")
    assert (text.count("| new |"), "\nand 14 more\n" in text) == (50, True)


def test_summaries_of_a_step_stay_below_what_github_shows(guide: Guide, step: Path) -> None:
    step.write_text("x" * (LARGEST_SUMMARY - 300), "utf-8")
    assert guide.run("build").code == 0
    text = step.read_text("utf-8")
    assert LARGEST_SUMMARY - 300 < len(text.encode()) <= LARGEST_SUMMARY
    assert text.rstrip().endswith("GitHub shows 1 MiB of a step.")
    assert guide.run("check").code == 0
    assert len(step.read_bytes()) <= LARGEST_SUMMARY


@pytest.mark.parametrize("room", [0, 10, 90, 200, 333])
def test_summary_is_cut_between_lines(room: int) -> None:
    text = "".join(f"- line {number} á\n" for number in range(40))
    kept = fitting(text, room)
    assert len(kept.encode()) <= room
    assert [row for row in kept.partition("\n\n")[0].splitlines() if row not in text.splitlines()] == []
    assert fitting(text, len(text.encode())) == text


@pytest.mark.parametrize(
    "title",
    [
        "see https://evil.example/ and www.evil.example",
        "HTTP://evil.example",
        "[a](https://evil.example)",
        "<img src=x onerror=alert(1)>",
        "**bold** `code` ~~gone~~ $x^2$ #1 @someone",
        "a | b \\| c",
        "&lt;script&gt; <!-- -->",
        "](<https://evil.example>)",
    ],
)
def test_title_is_shown_as_it_is_and_leads_nowhere_but_to_its_page(title: str) -> None:
    listed = ListedChange("new", "entry:a", "Place", title, "/a b/<x>/", 12)
    report = Report("build", changes=Changes((listed,), base_url="https://guide.example.org"))
    table = summary(report).partition("\n\n| |")[2]
    tree = fromstring(
        markdown_to_html_with_extensions(f"| |{table}", extensions=["table", "autolink", "strikethrough"])
    )
    assert [row.text_content() for row in tree.iter("td")][1] == title
    assert [link.get("href") for link in tree.iter("a")] == ["https://guide.example.org/a%20b/%3Cx%3E/"]
    assert {found.tag for found in tree.iter()} <= {"table", "thead", "tbody", "tr", "th", "td", "a", "div"}


def test_tokens_of_titles_are_not_in_the_summary(
    guide: Guide, space: SpaceFiles, step: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", ACCESS_TOKEN)
    space.put(entry("place", "gate", title=f"Gate {ACCESS_TOKEN} of {ACCESS_TOKEN[:12]}", slug="gate"))
    outcome = guide.run("build")
    assert outcome.code == 0
    assert ACCESS_TOKEN not in step.read_text("utf-8") + outcome.out + outcome.err
    assert ACCESS_TOKEN not in step.read_text("utf-8").replace("\\", "")


def test_odd_properties_stay_one_command() -> None:
    odd = Problem("error", "a,b::c", "100%\r\n::warning::x", file="a:b,c%\n.html", line=3)
    assert annotation(odd) == "::error file=a%3Ab%2Cc%25%0A.html,line=3,title=a%2Cb%3A%3Ac::100%25 ::warning::x"
    assert failure_annotations("x", "one\r\ntwo 5%") == ["::error title=x::one%0D%0Atwo 5%25"]


def test_errors_of_site_yaml_are_annotated_at_their_lines() -> None:
    wrong = "site.yaml:3: unknown key colour\nsite.yaml:7: expected a text"
    assert failure_annotations("config-invalid", wrong) == [
        "::error file=site.yaml,line=3,title=config-invalid::site.yaml:3: unknown key colour",
        "::error file=site.yaml,line=7,title=config-invalid::site.yaml:7: expected a text",
    ]
