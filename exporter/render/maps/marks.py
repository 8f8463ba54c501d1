"""What is on a map as SVG: one text made at once, for the many small values of pins take a template long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from exporter.render.view.fields import title_of, url_of
from exporter.render.view.languages import write_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.render.maps.drawing import Cluster, Map, Pin, PinLabel


def marks(shown: Map, listed: object = False) -> Markup:
    """Return the areas, the line, the circles and the pins of a map, each on a line of its own.

    Pins lead to the pages of their entries and name them, except where these are `listed` beside the map.
    """
    pin = _listed_pin if listed else _linked_pin
    lines = [
        f'<path class="area" d="{area.path}"><title>{escape(title_of(area.entry))}</title></path>\n'
        for area in shown.areas
    ]
    if shown.line:
        lines.append(f'<polyline class="way" points="{shown.line}"/>\n')
    lines += _circles(shown.clusters, shown.locale)
    lines += map(pin, shown.pins)
    return Markup("".join(lines))  # noqa: S704 - texts are escaped, the rest are numbers


def _circles(clusters: tuple[Cluster, ...], locale: str) -> Iterator[str]:
    for cluster in clusters:
        title = f"<title>{escape(write_number(cluster.count, locale))}</title>"
        yield f'<circle class="cluster" cx="{cluster.x}" cy="{cluster.y}" r="{cluster.radius}">{title}</circle>\n'


def _listed_pin(pin: Pin) -> str:
    kind = "pin here" if pin.current else "pin"
    number = _number(pin) if pin.number else ""
    return f"{_circle(pin, kind)}{number}{_label(pin.label)}\n"


def _linked_pin(pin: Pin) -> str:
    link = escape(url_of(pin.entry))
    tag, name = (f'a href="{link}"', "a") if link else ("g", "g")
    spoken = f' lang="{escape(pin.lang)}"' if pin.lang else ""
    title = f"<title>{pin.number} {escape(title_of(pin.entry))}</title>"
    shown = f"{_circle(pin, 'pin')}{_number(pin)}{_label(pin.label)}"
    return f'<{tag} class="kind{pin.group}"{spoken}>{title}{shown}</{name}>\n'


def _circle(pin: Pin, kind: str) -> str:
    return f'<circle class="{kind}" cx="{pin.x}" cy="{pin.y}" r="{3 if pin.small else 7}"/>'


def _number(pin: Pin) -> str:
    return "" if pin.small else f'<text class="number" x="{pin.x}" y="{pin.y}" dy="3">{pin.number}</text>'


def _label(label: PinLabel | None) -> str:
    if label is None:
        return ""
    anchor = f' text-anchor="{label.anchor}"' if label.anchor != "start" else ""
    return f'<text x="{label.x}" y="{label.y}"{anchor}>{escape(label.text)}</text>'
