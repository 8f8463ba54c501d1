"""What the dev server adds to pages in its responses, and pages of its own; no file of site/ ever contains it."""

from __future__ import annotations

from html import escape

_HEAD_END = b"</head>"
_BODY = b"<body"


def with_script(data: bytes, path: str, epoch: int) -> bytes:
    """Return a page with the script that listens for changes, at the end of its head.

    `path` is that of the page under site/, `epoch` that at which it was read.
    """
    script = f'<script src="/-/client.js" data-epoch="{epoch}" data-page="{escape(path)}" defer></script>\n'.encode()
    at = data.find(_HEAD_END)
    return data + script if at < 0 else data[:at] + script + data[at:]


def with_mark(data: bytes, words: str) -> bytes:
    """Return a page with a mark at the start of its body, such as that it shows drafts."""
    style = (
        "position:sticky;top:0;z-index:2147483646;margin:0;padding:.35rem 1rem;background:#ffd54a;color:#241a00;"
        "font:600 14px/1.4 system-ui,sans-serif;direction:ltr;text-align:left"
    )
    mark = f'<p data-preview role="note" style="{style}">{escape(words)}</p>'.encode()
    start = data.find(_BODY)
    end = data.find(b">", start) + 1 if start >= 0 else 0
    return data[:end] + mark + data[end:]


def own_page(title: str, words: str) -> bytes:
    """Return a page of the server's own, in which failures are shown like in any other."""
    text = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title></head>\n"
        '<body style="font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem">'
        f'<h1>{escape(title)}</h1><p>{escape(words)}</p><p><a href="/">Home</a></p></body></html>\n'
    )
    return text.encode()
