"""Access tokens in texts: removed in every form in which a service, a log or a file may repeat them."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.core.secrets import scrub

TOKEN = "CFPAT-b4ck_to/the+future=1985"
TOKENS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=48)


def forms(token: str, before: str) -> list[str]:
    """Return the forms that a token after some other text may be encoded in."""
    text = f"{before}{token}"
    percent = "".join(f"%{byte:02x}" for byte in text.encode())
    return [
        text,
        quote(text, safe=""),
        quote(quote(text, safe=""), safe=""),
        percent,
        json.dumps(text),
        base64.b64encode(text.encode()).decode(),
        base64.urlsafe_b64encode(text.encode()).decode(),
        "".join(f"\\{char}" if not char.isalnum() else char for char in text),
    ]


@given(TOKENS, st.text(st.characters(max_codepoint=127), max_size=7))
def test_no_form_of_a_token_remains(token: str, before: str) -> None:
    for form in forms(token, before):
        left = scrub(f"said {form} twice: {form}", [token])
        inner = base64.b64encode(b"??" + token.encode())[4:-4].decode()
        assert token not in left
        assert len(inner) < 12 or inner not in left
        assert left != f"said {form} twice: {form}"


@pytest.mark.parametrize("before", ["", "B", "Be", "Bearer "])
def test_little_remains_of_a_token_in_base64(before: str) -> None:
    encoded = base64.b64encode(f"{before}{TOKEN}".encode()).decode()
    assert len(scrub(encoded, [TOKEN])) <= len(base64.b64encode(before.encode())) + 5


def test_token_cut_off_by_an_ellipsis_is_removed() -> None:
    assert scrub(f"odd header Bearer {TOKEN[:20]}…", [TOKEN]) == "odd header Bearer …"


@given(st.text())
def test_text_without_a_token_stays_as_it_is(text: str) -> None:
    assert scrub(text, [TOKEN, "short", ""]) == text


def test_word_that_is_no_token_is_kept() -> None:
    assert scrub("the test is a test", ["test"]) == "the test is a test"
