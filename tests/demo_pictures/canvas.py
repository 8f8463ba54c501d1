"""A canvas with a coordinate system and the primitive shapes every picture is made of."""

from __future__ import annotations

import math
import random
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from .colours import MATERIALS, RGB, Palette, mix, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

WIDTH, HEIGHT, SCALE = 960, 640, 2
Point = tuple[float, float]


def arch_outline(x: float, y: float, w: float, h: float, point: float) -> list[Point]:
    """Trace an arch from its left foot over the top to its right foot."""
    r, radius = w / 2, w / 2 * (1 + point)
    end = math.acos((radius - r) / radius)
    spring = y - h + radius * math.sin(end)
    left = [
        (x - w / 2 + radius * (1 - math.cos(end * t / 16)), spring - radius * math.sin(end * t / 16)) for t in range(17)
    ]
    return [(x - r, y), *left, *((2 * x - px, py) for px, py in reversed(left)), (x + r, y)]


def ellipse(x: float, y: float, rx: float, ry: float, count: int = 72) -> list[Point]:
    """Trace an ellipse in steps of five degrees; a full turn is 72 of them."""
    return [(x + rx * math.cos(i * math.pi / 36), y + ry * math.sin(i * math.pi / 36)) for i in range(count)]


def smooth(points: Sequence[Point]) -> list[Point]:
    """Round the corners of an open outline."""
    line = list(points)
    for _ in range(3):
        cut = [line[0]]
        for (ax, ay), (bx, by) in pairwise(line):
            cut += [(ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25), (ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75)]
        line = [*cut, line[-1]]
    return line


class Canvas:
    """A picture of 960 by 640 units; a shape is positioned by the centre of its base (x centre, y base)."""

    def __init__(self, name: str, palette: Palette) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE))
        self.draw = ImageDraw.Draw(self.image)
        self.rng = random.Random(name)
        self.palette = palette
        self.own = {f"sky{i}": colour for i, colour in enumerate(palette.sky)}
        self.own |= {"sun": palette.sun, "river": palette.river, "pane": palette.pane}
        self.turn = (0.0, 0.0, 0.0)

    def ink(self, name: str) -> RGB:
        """Find a colour by name; each trailing + lightens and each - shades it."""
        base = name.rstrip("+-")
        if base in self.own:
            colour = parse(self.own[base])
        else:
            colour = mix(parse(MATERIALS[base]), parse(self.palette.ambient), self.palette.strength)
        steps = name.count("+") - name.count("-")
        goal = parse("#fff8e6" if steps > 0 else self.palette.shade)
        return mix(colour, goal, min(0.9, 0.17 * abs(steps)))

    def at(self, point: Point) -> Point:
        """Return a point in pixels, after the current rotation."""
        angle, ox, oy = self.turn
        x, y = point[0] - ox, point[1] - oy
        cos, sin = math.cos(angle), math.sin(angle)
        return (ox + x * cos - y * sin) * SCALE, (oy + x * sin + y * cos) * SCALE

    @contextmanager
    def turned(self, degrees: float, x: float, y: float) -> Iterator[None]:
        """Rotate what is drawn inside the block about a point."""
        before, self.turn = self.turn, (math.radians(degrees), x, y)
        try:
            yield
        finally:
            self.turn = before

    def poly(self, points: Iterable[Point], fill: str) -> None:
        self.draw.polygon([self.at(point) for point in points], fill=self.ink(fill))

    def line(self, points: Sequence[Point], fill: str, width: float = 3) -> None:
        dots = [self.at(point) for point in points]
        self.draw.line(dots, fill=self.ink(fill), width=round(width * SCALE), joint="curve")

    def box(self, x: float, y: float, w: float, h: float, fill: str) -> None:
        self.poly([(x - w / 2, y), (x - w / 2, y - h), (x + w / 2, y - h), (x + w / 2, y)], fill)

    def band(self, top: float, bottom: float, fill: str) -> None:
        self.box(WIDTH / 2, bottom, WIDTH, bottom - top, fill)

    def below(self, top: float, fill: str) -> None:
        """Fill everything under a height."""
        self.band(top, HEIGHT, fill)

    def block(self, x: float, y: float, w: float, h: float, fill: str, side: float = 0.28) -> None:
        """Draw a box with its right side in shade."""
        self.box(x, y, w, h, fill)
        self.box(x + w * (1 - side) / 2, y, w * side, h, fill + "-")

    def oval(self, x: float, y: float, rx: float, ry: float, fill: str) -> None:
        self.poly(ellipse(x, y, rx, ry), fill)

    def disc(self, x: float, y: float, r: float, fill: str) -> None:
        self.oval(x, y, r, r, fill)

    def ring(self, x: float, y: float, r: float, fill: str, width: float = 3) -> None:
        self.line(ellipse(x, y, r, r, 74), fill, width)

    def arch(self, x: float, y: float, w: float, h: float, fill: str, point: float = 0) -> None:
        """Draw an arched opening; point above 0 makes it Gothic."""
        self.poly(arch_outline(x, y, w, h, point), fill)

    def arches(self, x: float, y: float, *spans: tuple[float, float, str], point: float = 0) -> None:
        """Draw arches inside one another, the widest first: width, height, colour."""
        for w, h, fill in spans:
            self.arch(x, y, w, h, fill, point)

    def lathe(self, x: float, y: float, s: float, outline: Sequence[Point], fill: str) -> None:
        """Draw a turned shape from (half width, height) pairs, right part in shade."""
        edge = [(x + w * s, y - h * s) for w, h in outline]
        self.poly(edge + [(2 * x - px, py) for px, py in reversed(edge)], fill)
        self.poly(edge + [(x + (px - x) * 0.3, py) for px, py in reversed(edge)], fill + "-")

    def dome(self, x: float, y: float, w: float, h: float, fill: str) -> None:
        steps = [i * math.pi / 40 for i in range(21)]
        self.lathe(x, y, 1, [(w / 2 * math.cos(t), h * math.sin(t)) for t in steps], fill)

    def leaf(
        self, x: float, y: float, angle: float, length: float, width: float, fill: str, droop: float = 0.0
    ) -> None:
        """Draw a pointed leaf from its root; droop bends it downwards."""
        spine, px, py, a = [], x, y, math.radians(angle)
        for i in range(13):
            spine.append((px, py, a, width / 2 * math.sin(math.pi * i / 12)))
            px, py = px + length / 12 * math.cos(a), py - length / 12 * math.sin(a)
            a -= droop / 12 * (1 if math.cos(math.radians(angle)) >= 0 else -1)
        upper = [(u + r * math.sin(b), v + r * math.cos(b)) for u, v, b, r in spine]
        lower = [(u - r * math.sin(b), v - r * math.cos(b)) for u, v, b, r in reversed(spine)]
        self.poly(upper + lower, fill)
