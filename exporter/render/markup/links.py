"""Where links and pictures of the space lead: to local pages and files, to hosts of allowed schemes, or nowhere."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from exporter.core.url_names import written_path
from exporter.guide.library.questions import page_at
from exporter.render.markup.link_syntax import EXTERNAL_URL, SCHEMES, item_named
from exporter.render.view.assets import file_values, source_of
from exporter.render.view.fields import url_of
from exporter.render.view.referrers import address_for_readers
from exporter.render.view.view import Asset, View
from exporter.report.text import one_line

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from exporter.render.view.view import Entry

_HTTP = ("http", "https")
_HOST = re.compile(r"(?:[\w.~%!$&'()*+,;=:-]*@)?(?:[\w.-]*\w\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")
_ILLEGAL = re.compile(r"[\x00-\x20\"<>\\^`{|}\[\]\x7f-\xa0\ud800-\udfff]|%(?![0-9A-Fa-f]{2})")


def resolve_link(url: str, view: View, text: object) -> str | None:
    """Return the address that a link of the space gets on this page, None for a link that is left out.

    One that is left out is reported; `text` is the value that it is in.
    """
    if EXTERNAL_URL.fullmatch(url):
        return url
    bare = url.strip()
    try:
        parts = urlsplit(bare)
        address = _resolve(parts, view)
    except ValueError:
        parts, address = None, None
    if address is None and bare:
        _report_link(bare, parts, view, text)
    return address


def resolve_picture(url: str, view: View, text: object) -> str | Asset | None:
    """Return the address of a picture's local file, its asset where the file is only at the source, else None.

    Pages load nothing from other hosts, so the asset is to be shown as a link. A picture that is left out is reported;
    `text` is the value that it is in.
    """
    bare = url.strip()
    try:
        asset = _pictured(urlsplit(bare), view)
    except ValueError:
        asset = None
    if asset is not None and (local := url_of(asset)):
        return local
    if asset is not None and source_of(asset):
        return asset
    if bare:
        fault = "is no picture of the space" if asset is None else "has no file"
        view.report("picture-elsewhere", f"shows {one_line(bare)}, which {fault}", text)
    return None


def _pictured(parts: SplitResult, view: View) -> Asset | None:
    """Return the asset that the address of a picture names, None for any other address."""
    if parts.netloc and parts.scheme in ("", *_HTTP):
        return _asset_at(parts.netloc, unquote(parts.path), view)
    thing = _item(parts.path, ("asset",), view) if not parts.scheme else None
    return thing if isinstance(thing, Asset) else None


def _report_link(url: str, parts: SplitResult | None, view: View, text: object) -> None:
    shown = one_line(url)
    if parts is not None and not parts.scheme and not parts.netloc:
        view.report("link-dead", f"links to {shown}, where there is no page", text)
    else:
        view.report("link-refused", f"links to {shown}, which is not an address that links may have", text)


def _resolve(parts: SplitResult, view: View) -> str | None:
    """Resolve an address that was split. Raises ValueError if it is malformed."""
    if parts.netloc and parts.scheme in ("", *_HTTP):
        asset = _asset_at(parts.netloc, unquote(parts.path), view)
        return (url_of(asset) if asset is not None else "") or _external(parts)
    if parts.scheme:
        return _external(parts) if parts.scheme in SCHEMES and parts.scheme not in _HTTP else None
    return _internal(parts, view)


def _external(parts: SplitResult) -> str | None:
    """Return an address on another host, or of a scheme without hosts, None if it names nothing."""
    if parts.netloc and not _HOST.fullmatch(parts.netloc):
        return None
    if not (parts.netloc or parts.path):
        return None
    host = f"//{parts.netloc}" if parts.netloc else ""
    query = f"?{_legal(parts.query)}" if parts.query else ""
    return f"{parts.scheme or 'https'}:{host}{_legal(parts.path)}{query}{_anchor(parts)}"


def _legal(text: str) -> str:
    """Percent-encode the characters that no address may hold."""
    return _ILLEGAL.sub(lambda match: quote(match[0], safe="", errors="replace"), text)


def _anchor(parts: SplitResult) -> str:
    return f"#{_legal(parts.fragment).replace('#', '%23')}" if parts.fragment else ""


def _asset_at(host: str, path: str, view: View) -> Asset | None:
    """Return the asset whose file has an address, //HOST/SPACE/ASSET/HASH/NAME, None for any other address."""
    parts = path.split("/")
    asset = view.thing(f"asset:{parts[2]}") if len(parts) > 3 and parts[2] else None
    values = file_values(asset) if isinstance(asset, Asset) else {}
    is_its_own = any(_is_at(str(value.get("url")), host, path) for value in values.values())
    return asset if isinstance(asset, Asset) and is_its_own else None


def _is_at(url: str, host: str, path: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (parts.netloc, unquote(parts.path)) == (host, path)


def _internal(parts: SplitResult, view: View) -> str | None:
    """Resolve a link without scheme and host to the page at that address, in the page's locale where there is one."""
    anchor = _anchor(parts)
    if not parts.path:
        return anchor or None
    path, prefix = _from_root(written_path(parts.path), view), view.guide.prefixes[view.locale]
    meant = [(plain, url) for plain in view.guide.meant_by(path) for url in dict.fromkeys((prefix + plain[1:], plain))]
    for moved in (False, True):  # the page that is at an address wins over one that moved away from it
        for plain, url in meant:
            address = _page_at(url, view, moved=moved)
            if address:
                return view.link(address) + (anchor if plain == path else "")  # a guessed page has other headings
    thing = _item(parts.path, ("entry", "asset"), view)
    return (address_for_readers(thing) or None) if thing is not None else None


def _page_at(url: str, view: View, *, moved: bool) -> str:
    """Return the address of the page that is at an address of the guide, or `moved` away from it; "" for none."""
    answer = view.ask(page_at(url))
    if answer is None or (answer[0] == "moved") is not moved:
        return ""
    kind, key, address = answer
    better = view.page_of(view.library.items.load(key)) if key is not None and kind in ("entry", "moved") else None
    return str(better[1] if better is not None else address)


def _from_root(path: str, view: View) -> str:
    """Return the address that a path means: from the guide's root, or from the page where it begins with a dot."""
    if path.startswith(("./", "../")):
        prefix = view.guide.prefixes[view.locale]
        path = posixpath.normpath(f"/{view.page.url.removeprefix(prefix).strip('/')}/{path}")
    return f"/{path.removesuffix('index.html').strip('/')}/".replace("//", "/")


def _item(path: str, kinds: tuple[str, ...], view: View) -> Entry | Asset | None:
    """Return the entry or asset that a path names by its id, None for any other path."""
    key = item_named(path)
    return view.thing(key) if key.partition(":")[0] in kinds else None
