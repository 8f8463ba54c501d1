"""What templates ask for and nothing has: told with line and suggestion, and nothing told that may well be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporter.render.filters import GLOBALS
from exporter.render.template_names import FUNCTIONS, VARIABLES
from tests.conftest import CATEGORY, PLACE, SLUG, content_type, entry, link, locale

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

TO_CATEGORY = {
    "id": "category",
    "name": "Category",
    "type": "Link",
    "linkType": "Entry",
    "localized": False,
    "validations": [{"linkContentType": ["category"]}],
}
NEAR = {
    "id": "near",
    "name": "Near",
    "type": "Array",
    "localized": False,
    "items": {"type": "Link", "linkType": "Entry", "validations": [{"linkContentType": ["shop"]}]},
}
SHOP = content_type(
    "shop", ("title", "Symbol"), SLUG, TO_CATEGORY, NEAR, {**TO_CATEGORY, "id": "any", "validations": []}
)


@pytest.fixture
def shops(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide of places and shops, which link to categories and to each other."""
    space.put_model(PLACE, CATEGORY, SHOP, locales=[locale("en-US", default=True)])
    space.put(entry("shop", "s", title="Shop", slug="s", category=link("Entry", "sights"), near=[link("Entry", "s")]))
    guide.build()
    (guide.root / "templates").mkdir()
    return guide


def told(guide: Guide, source: str, name: str = "shop.html") -> list[str]:
    """Return what check tells of a template."""
    (guide.root / "templates" / name).write_text(source, "utf-8")
    found = [one for one in guide.run("check", "--json").json["problems"] if one["code"] == "template-unknown"]
    assert {one["file"] for one in found} <= {f"templates/{name}"}
    assert {one["severity"] for one in found} <= {"warning"}
    return [one["message"].removeprefix(f"templates/{name}") for one in found]


VAIN = [
    ("a\n{{ entry.titel }}", ":2: shop has no field titel; did you mean title?"),
    ("{{ entry['slugg']|upper }}", ":1: shop has no field slugg; did you mean slug?"),
    ("{{ entry.category.titl }}", ":1: category has no field titl; did you mean title?"),
    (
        "{% for s in entry.near %}{{ s.qqqqq }}{% endfor %}",
        ":1: shop has no field qqqqq; what asks for it is always empty",
    ),
    (
        "{% for s in entries('place')[:3] %}{{ s.bodi }}{% endfor %}",
        ":1: place has no field bodi; did you mean body?",
    ),
    (
        "{% set c = (entry.near|first).category %}\n{{ c.slog }}",
        ":2: category has no field slog; did you mean slug?",
    ),
    ("{% for s in entries('Plase') %}{% endfor %}", ":1: there is no content type Plase; did you mean place?"),
    ("{{ word('oldr') }}", ":1: there is no word oldr; did you mean older?"),
    ("{% if entry.titel %}x{% endif %}", ":1: shop has no field titel; did you mean title?"),
    ("{{ entry.titel|html }}{{ entry.titel }}", ":1: shop has no field titel; did you mean title?"),
    ("a\n{{ entri.title }}", ":2: there is no variable entri; did you mean entry?"),
    ("{% if Page %}x{% endif %}", ":1: there is no variable Page; did you mean page?"),
    ("{{ entrys('shop') }}", ":1: there is no variable entrys; did you mean entries?"),
]


@pytest.mark.parametrize(("source", "said"), VAIN)
def test_what_is_not_there_is_told_with_what_was_meant(shops: Guide, source: str, said: str) -> None:
    assert told(shops, source) == [said]


FINE = [
    "{{ entry.title }}{{ entry.sys.id }}{{ entry.tags|length }}{{ entry.category.title }}{{ entry.near[0].title }}",
    "{{ entry.any.whatever }}{{ whatever.titel }}{{ entry.category.title.length }}",
    "{% for entry in alternates %}{{ entry.url }}{% endfor %}",
    "{% set entry = page %}{{ entry.kind }}",
    "{% macro card(entry) %}{{ entry.price }}{% endmacro %}{{ card(entry.any) }}",
    "{% for s in entries(page.type_id) %}{{ s.anything }}{% endfor %}{{ word(page.kind) }}",
    "{% for s in entries('shop')|sort(attribute='title') %}{{ s.title }}{% endfor %}",
    "{% block facts %}{{ entry.title }}{% endblock %}{{ entries('shop')|length }}{{ word('older') }}",
    "{{ '{{ entry.titel }}' }}{# entry.titel #}{% raw %}{{ entry.titel }}{% endraw %}",
]


@pytest.mark.parametrize("source", FINE)
def test_what_may_be_there_is_not_told(shops: Guide, source: str) -> None:
    assert told(shops, source) == []


def test_template_for_every_type_may_ask_for_what_one_of_them_has(shops: Guide) -> None:
    said = ":1: no content type here has a field titel; did you mean title?"
    assert told(shops, "{{ entry.body }}{{ entry.near }}{{ entry.titel }}", "entry.html") == [said]


def test_words_and_lists_of_the_guide_are_known(shops: Guide) -> None:
    (shops.root / "templates/words.yaml").write_text("opening: {en: Opening hours}\n", "utf-8")
    site = shops.root / "site.yaml"
    site.write_text(site.read_text("utf-8") + "lists: {open: {type: shop, url: /open/}}\n", "utf-8")
    assert told(shops, "{{ word('opening') }}{% for s in entries('@open') %}{{ s.title }}{% endfor %}") == []
    assert told(shops, "{{ entries('@opn')|length }}") == [":1: there is no list @opn; did you mean @open?"]
    said = ":1: shop has no field titel; did you mean title?"
    assert told(shops, "{% for s in entries('@open') %}{{ s.titel }}{% endfor %}") == [said]


def test_build_tells_types_and_words_and_with_v_fields_too(shops: Guide) -> None:
    (shops.root / "templates/shop.html").write_text("{{ word('oldr') }}{{ entry.titel }}", "utf-8")
    assert [line for line in shops.run("render").err.splitlines() if "template-unknown" in line] == [
        "warning: templates/shop.html:1: there is no word oldr; did you mean older? [template-unknown]"
    ]
    said = [line for line in shops.run("render", "-v").err.splitlines() if "template-unknown" in line]
    assert len(said) == 2
    assert "shop has no field titel; did you mean title?" in "".join(said)


def test_template_that_no_page_uses_is_told_by_every_build(shops: Guide) -> None:
    """What is wrong with the guide does not depend on how much of it was rendered just now."""
    shops.run("render")
    (shops.root / "templates/unused.html").write_text("{{ word('oldr') }}", "utf-8")
    for _ in range(2):
        outcome = shops.run("render", "--json")
        assert outcome.json["render"]["rendered"] == 0
        assert [one["file"] for one in outcome.json["problems"]] == ["templates/unused.html"]
    (shops.root / "templates/words.yaml").write_text("oldr: {en: Older}\n", "utf-8")
    assert "template-unknown" not in shops.run("render").err


def test_its_severity_can_be_set(shops: Guide) -> None:
    site = shops.root / "site.yaml"
    site.write_text(site.read_text("utf-8") + "check: {template-unknown: off}\n", "utf-8")
    assert told(shops, "{{ entry.titel }}") == []


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("{{ entry.title|tile }}", "No filter named 'tile'; did you mean title?"),
        ("{{ 'x'|uppr }}", "No filter named 'uppr'; did you mean upper?"),
        ("{% if entry.title is definde %}{% endif %}", "No test named 'definde' found; did you mean defined?"),
        ("{{ entires('shop') }}", "'entires' is undefined; did you mean entries?"),
        ("{{ wrod('older') }}", "'wrod' is undefined; did you mean word?"),
        ("{{ qqqqqqqq('older') }}", "'qqqqqqqq' is undefined [page-failed]"),
    ],
)
def test_error_of_a_template_says_what_was_meant(shops: Guide, source: str, meant: str) -> None:
    (shops.root / "templates/shop.html").write_text(f"a\n{source}", "utf-8")
    outcome = shops.run("render")
    assert outcome.code == 1
    [line] = [line for line in outcome.err.splitlines() if "page-failed" in line]
    assert f"shop.html:2: {meant}" in line


def test_variables_and_functions_are_those_that_templates_have(shops: Guide) -> None:
    names = sorted({*VARIABLES, *FUNCTIONS})
    source = "".join(f"{{% if {name} is defined %}}{name} {{% endif %}}" for name in names)
    (shops.root / "templates/shop.html").write_text(source, "utf-8")
    assert shops.run("render").code == 0
    assert (shops.root / "site/shop/s/index.html").read_text("utf-8").split() == names
    assert {*FUNCTIONS} == {*GLOBALS}


@pytest.mark.parametrize(
    "source",
    [
        "{% set entri = entry %}{{ entri.title }}",
        "{% for pages in types %}{{ pages.url }}{{ loop.index }}{% endfor %}",
        "{% macro lisst(sites) %}{{ sites }}{% endmacro %}{{ lisst(1) }}",
        "{% import 'x.html' as homes %}{{ homes }}{% from 'x.html' import entri as sites, typs %}{{ sites }}{{ typs }}",
        "{{ zzzzzzzz }}",
        "{% with pagge = 1 %}{{ pagge }}{% endwith %}",
    ],
)
def test_variable_that_is_set_or_like_none_is_not_told(shops: Guide, source: str) -> None:
    assert told(shops, source) == []


def test_variable_that_another_template_sets_is_not_told(shops: Guide) -> None:
    (shops.root / "templates/other.html").write_text("{% set entri = entry %}{% include 'shop.html' %}", "utf-8")
    assert told(shops, "{{ entri.title }}") == []


def test_template_that_no_page_has_is_told_if_its_name_is_nearly_one(shops: Guide) -> None:
    assert told(shops, "x", "shopp.html") == [": no page has this template; did you mean shop.html?"]
    (shops.root / "templates/shopp.html").unlink()
    assert told(shops, "x", "hme.html") == [": no page has this template; did you mean home.html?"]
    (shops.root / "templates/hme.html").unlink()
    assert told(shops, "x", "cards.html") == []
    (shops.root / "templates/home.html").write_text("{% include 'shopp.html' %}", "utf-8")
    assert told(shops, "x", "shopp.html") == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "{% extends 'theme/entry.html' %}\n{% block bdy %}{% endblock %}",
            [":2: no template above has a block bdy; did you mean body?"],
        ),
        ("{% extends 'entry.html' %}{% block body %}{% block mine %}{% endblock %}{% endblock %}", []),
        ("{% extends page.kind %}{% block bdy %}{% endblock %}", []),
        ("{% extends 'none.html' %}{% block bdy %}{% endblock %}", []),
        ("{% extends 'shop.html' %}{% block bdy %}{% endblock %}", []),
        ("{% block bdy %}{% endblock %}", []),
    ],
)
def test_block_that_no_template_above_has_is_told_if_its_name_is_nearly_one(
    shops: Guide, source: str, said: list[str]
) -> None:
    assert told(shops, source) == said
