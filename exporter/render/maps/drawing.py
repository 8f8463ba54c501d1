"""A map as templates draw it: pins, labels, areas and a scale bar, in the units of an SVG."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.library import questions
from exporter.guide.pages.urls import outline_url
from exporter.maps.hulls import hull
from exporter.maps.labels import PIN, Box, Label, place_labels
from exporter.maps.projection import Shape, fit, scale_bar
from exporter.render.view.fields import locale_of, title_of
from exporter.render.view.languages import write_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exporter.maps.points import Point
    from exporter.maps.projection import Frame
    from exporter.render.view.view import Entry, View

MOST_PINS = 400
"""Places that have pins of their own; on a map of more, those that are near to each other are one circle."""
WIDE = Shape(400, 220, 400, 32)
SMALL = Shape(400, 240, 240, 32)
_LONGEST_NAME = 24
_CORNER = Box(370, 0, 400, 34)
"""Where the arrow to the north is."""
_BAR_HEIGHT = 26
_CLUSTER = 28


class Spot(NamedTuple):
    """A place to be drawn; `area` is the entry in which it lies, `group` the number of its kind."""

    point: Point
    entry: Entry
    number: int = 0
    is_current: bool = False
    area: Entry | None = None
    group: int = 0


@dataclass(slots=True)  # templates cannot assign to it, and a frozen one takes three times as long to make
class Pin:
    """A pin: its place in the drawing, its entry and number, its label (None where there is no room).

    One that would cover another is `small`, without its number. `current` is that of the page itself. `lang` is the
    language of its title where it is not the page's.
    """

    x: str
    y: str
    entry: Entry
    number: int
    label: PinLabel | None
    small: bool
    current: bool
    group: int
    lang: str


class PinLabel(NamedTuple):
    """The label of a pin: its text and place, and whether it starts, ends or has its middle there."""

    text: str
    x: str
    y: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """A circle that stands for several places: its place and radius in the drawing, their number."""

    x: str
    y: str
    radius: str
    count: int


class Area(NamedTuple):
    """The soft outline around the places of an area: its entry and the path around them."""

    entry: Entry
    path: str


class ScaleBar(NamedTuple):
    """A scale bar: its width in the drawing and its length in words."""

    width: str
    text: str


class Underlay(NamedTuple):
    """The guide's own outline below a map: its address, and where in the drawing the whole of it lies."""

    url: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Map:
    """A map: the size of the drawing and what is on it.

    Pins that are small come first. `line` joins the pins of a walk, as points of a polyline. `locale` is that of its
    numbers.
    """

    locale: str
    width: int
    height: int
    pins: tuple[Pin, ...]
    clusters: tuple[Cluster, ...]
    areas: tuple[Area, ...]
    line: str
    bar: ScaleBar | None
    outline: Underlay | None


def draw(view: View, spots: Sequence[Spot], shape: Shape, *, joined: bool = False) -> Map:
    """Return the map of some places, at least one; `joined` draws a line through them in their order."""
    points = [spot.point for spot in spots]
    if len(points) > MOST_PINS:
        return draw_many(view, points, shape)
    frame = fit(points, shape)
    places, bar = list(map(frame.place, points)), scale_bar(frame)
    line = " ".join(f"{_short(x)},{_short(y)}" for x, y in places) if joined else ""
    pins = _pins(view, spots, places, frame, bar.width if bar is not None else 0)
    return _map(view, frame, pins=pins, areas=tuple(_areas(spots, places)), line=line)


def draw_many(view: View, points: Sequence[Point], shape: Shape) -> Map:
    """Return the map of more places than can have pins."""
    frame = fit(points, shape)
    return _map(view, frame, clusters=_clusters(map(frame.place, points)))


def _map(
    view: View,
    frame: Frame,
    pins: tuple[Pin, ...] = (),
    clusters: tuple[Cluster, ...] = (),
    areas: tuple[Area, ...] = (),
    line: str = "",
) -> Map:
    bar = scale_bar(frame)
    scale = ScaleBar(_short(bar.width), spoken_distance(view, bar.metres)) if bar is not None else None
    size = round(frame.width), round(frame.height)
    return Map(view.locale, *size, pins, clusters, areas, line, scale, _underlay(view, frame))


def _underlay(view: View, frame: Frame) -> Underlay | None:
    """Return the guide's own outline, stretched to a map's proportions; None if none of it would be seen there."""
    boxes = view.ask(questions.site_value("outline_boxes"))
    if boxes is None:
        return None
    (left, top, right, bottom), *shapes = (frame.stretch(*box) for box in boxes)
    if not any(x < frame.width and y < frame.height and end > 0 and low > 0 for x, y, end, low in shapes):
        return None
    size = _short(right - left), _short(bottom - top)
    return Underlay(view.link(outline_url(view.guide)), _short(left), _short(top), *size)


def _pins(
    view: View, spots: Sequence[Spot], places: Sequence[tuple[float, float]], frame: Frame, bar: float
) -> tuple[Pin, ...]:
    names = [() if spot.is_current else (_name(title_of(spot.entry)),) for spot in spots]
    taken = (_CORNER, Box(0, frame.height - _BAR_HEIGHT, bar + 12, frame.height))
    labels = place_labels(places, names, frame.width, frame.height, taken)
    covered = _covered(places)
    pins = [
        Pin(
            _short(x),
            _short(y),
            spot.entry,
            spot.number,
            _pin_label(label),
            number in covered and not spot.is_current,
            spot.is_current,
            spot.group,
            _language(view, spot.entry),
        )
        for number, (spot, (x, y), label) in enumerate(zip(spots, places, labels, strict=True))
    ]
    return tuple(sorted(pins, key=lambda pin: not pin.small) if covered else pins)


def _language(view: View, entry: Entry) -> str:
    """Return the language of an entry's title, "" where it is that of the page."""
    code = locale_of(entry)
    return "" if code == view.locale else code


def _pin_label(label: Label | None) -> PinLabel | None:
    return PinLabel(label.text, _short(label.x), _short(label.y), label.anchor) if label is not None else None


def _name(title: str) -> str:
    return title if len(title) <= _LONGEST_NAME else title[: _LONGEST_NAME - 1].rstrip() + "…"


def _covered(places: Sequence[tuple[float, float]]) -> set[int]:
    """Return the numbers of the pins that would cover a pin before them."""
    found, kept = set(), list[tuple[float, float]]()
    for number, (x, y) in enumerate(places):
        if any(abs(x - other) < 2 * PIN and abs(y - over) < 2 * PIN for other, over in kept):
            found.add(number)
        else:
            kept.append((x, y))
    return found


def _clusters(places: Iterable[tuple[float, float]]) -> tuple[Cluster, ...]:
    """Return a circle for each square of a drawing with places in it, as large as they are many."""
    counts = Counter((int(x // _CLUSTER), int(y // _CLUSTER)) for x, y in places)
    most = max(counts.values())
    return tuple(
        Cluster(
            _short((column + 0.5) * _CLUSTER),
            _short((row + 0.5) * _CLUSTER),
            _short(3 + (_CLUSTER / 2 - 3) * (count / most) ** 0.5),
            count,
        )
        for (column, row), count in sorted(counts.items())
    )


def _areas(spots: Sequence[Spot], places: Sequence[tuple[float, float]]) -> Iterable[Area]:
    """Yield the outlines of areas; where there is but one area, it says nothing."""
    inside: dict[Entry, list[tuple[float, float]]] = {}
    for spot, place in zip(spots, places, strict=True):
        if spot.area is not None:
            inside.setdefault(spot.area, []).append(place)
    for entry, some in inside.items() if len(inside) > 1 else ():
        corners = hull(some)
        ends = "z" if len(corners) > 2 else "" if len(corners) > 1 else "h.1"
        yield Area(entry, "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in corners) + ends)


def _short(number: float) -> str:
    """Return a number of the drawing: whole units, which are smaller than what can be seen, for the sake of size."""
    return str(round(number))


def spoken_distance(view: View, metres: float) -> str:
    """Return a distance in words: by tens of metres, from 1 km on by tenths, from 10 km on by kilometres."""
    tens = round(metres / 10) * 10 if metres >= 10 else round(metres)
    if tens < 1000:
        return view.ask(questions.word("metres", view.locale)).replace("{}", write_number(tens, view.locale))
    kilometres = round(metres / 1000, 1) if metres < 9_950 else round(metres / 1000)
    number = int(kilometres) if kilometres == int(kilometres) else kilometres
    return view.ask(questions.word("kilometres", view.locale)).replace("{}", write_number(number, view.locale))
