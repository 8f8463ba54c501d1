"""The surroundings of the houses: sky, river, ground and plants."""

from __future__ import annotations

import math
from collections.abc import Callable

from .canvas import HEIGHT, Canvas, Point

Contour = Callable[[float], float]


def level(y: float) -> Contour:
    """Return a flat contour."""
    return lambda _x: y


def bump(centre: float, top: float, foot: float, width: float) -> Contour:
    """Return the contour of one round hill."""
    return lambda x: foot - (foot - top) * math.exp(-(((x - centre) / width) ** 2))


class Landscape(Canvas):
    """A canvas that can draw sky, river, ground and plants."""

    # sky, water and ground

    def ground(self, contour: Contour, fill: str) -> None:
        """Fill everything under a contour."""
        top = [(x, contour(x)) for x in range(0, 969, 8)]
        self.poly([*top, (968, HEIGHT), (0, HEIGHT)], fill)

    def wave(self, y: float, amp: float, length: float, phase: float, fill: str) -> None:
        """Fill everything under a wavy line."""
        self.ground(lambda x: y + amp * math.sin(x / length * math.tau + phase), fill)

    def path(self, top: float, far: float, near: float, fill: str) -> None:
        """Draw a path into the distance: where it ends, how wide it is there and in the foreground."""
        self.poly(
            [(480 - far / 2, top), (480 + far / 2, top), (480 + near / 2, HEIGHT), (480 - near / 2, HEIGHT)], fill
        )

    def sky(self, mode: str, sun: tuple[float, float, float] = (0, 0, 0), foot: float = 440) -> None:
        """Paint the sky in flat bands, rings or rays, with sun or moon."""
        x, y, r = sun
        self.below(0, "sky0")
        if mode == "rings":
            for i in range(1, 5):
                self.disc(x, y, (610, 430, 280, 160)[i - 1] * (1 + r / 300), f"sky{i}")
        elif mode == "rays":
            self.below(0, "sky2")
            for i in range(0, 36, 2):
                a, b = i * math.pi / 18, (i + 1) * math.pi / 18
                self.poly(
                    [
                        (x, y),
                        (x + 1200 * math.cos(a), y + 1200 * math.sin(a)),
                        (x + 1200 * math.cos(b), y + 1200 * math.sin(b)),
                    ],
                    "sky3",
                )
            self.disc(x, y, r * 1.9, "sky4")
        else:
            for i in range(1, 5):
                amp = 9 if mode == "waves" else 0
                self.wave(foot * i / 5, amp, 420 + 90 * i, i * 1.9, f"sky{i}")
        if r:
            self.disc(x, y, r, "sun")

    def stars(self, count: int, bottom: float) -> None:
        for _ in range(count):
            self.disc(self.rng.uniform(0, 960), self.rng.uniform(0, bottom), self.rng.choice((1.3, 1.8, 2.6)), "sun")

    def river(self, top: float, bottom: float = HEIGHT, shine: float = -1) -> None:
        """Paint the Tejo with glints, and the track of the sun at x = shine."""
        self.band(top, bottom, "river")
        for _ in range(int((bottom - top) / 8)):
            y = self.rng.uniform(top + 4, bottom)
            self.box(self.rng.uniform(0, 960), y, self.rng.uniform(30, 110), 3, "river+")
        if shine >= 0:
            for i in range(int((bottom - top) / 14)):
                self.box(
                    shine + self.rng.uniform(-14, 14),
                    top + 8 + 14 * i,
                    50 + i * 9 * self.rng.uniform(0.5, 1.2),
                    4,
                    "sun",
                )

    def shore(self, y: float, fill: str = "river-") -> None:
        """Paint the low hills of the south bank."""
        self.poly(
            [(x, y - 14 - 9 * math.sin(x / 130) - 6 * math.sin(x / 47)) for x in range(0, 969, 8)] + [(968, y), (0, y)],
            fill,
        )

    def paving(self, top: float, rows: int = 9) -> None:
        """Draw the wave pattern of the Portuguese pavement."""
        self.below(top, "white")
        for i in range(rows * 2):
            t = (i + 1) / (rows * 2)
            self.wave(
                top + (HEIGHT - top + 30) * t**1.5, 4 + 16 * t, 90 + 150 * t, 0.4, "basalt" if i % 2 == 0 else "white"
            )

    def azulejos(self, x: float, y: float, w: float, h: float, size: float = 40) -> None:
        """Cover a rectangle with blue and white tiles."""
        self.box(x, y, w, h, "white")
        columns, rows = int(w / size), int(h / size)
        for i in range(columns):
            for j in range(rows):
                u, v = x - w / 2 + (i + 0.5) * size, y - h + (j + 0.5) * size
                self.poly([(u - size / 2, v), (u, v - size / 2), (u + size / 2, v), (u, v + size / 2)], "tile")
                self.disc(u, v, size * 0.24, "white")
                self.disc(u, v, size * 0.11, "yellow")
                if i and j:
                    self.disc(u - size / 2, v - size / 2, size * 0.16, "blue")

    def cloud(self, x: float, y: float, s: float, fill: str = "sky4+") -> None:
        for dx, r in ((-60, 18), (-28, 30), (14, 40), (56, 24)):
            self.dome(x + dx * s, y, r * 2.4 * s, r * s, fill)
        self.box(x, y + 6 * s, 190 * s, 7 * s, fill)

    def gulls(self, *spots: Point) -> None:
        for x, y in spots:
            self.line([(x - 15, y - 5), (x - 7, y - 8), (x, y), (x + 7, y - 8), (x + 15, y - 5)], "white", 3)

    # plants

    def tree(self, x: float, y: float, s: float, fill: str = "green") -> None:
        self.box(x, y, 8 * s, 60 * s, "bark")
        for dx, dy, r in ((-24, -62, 27), (24, -60, 28), (0, -88, 33)):
            self.disc(x + dx * s, y + dy * s, r * s, fill)
        for dx, dy, r in ((32, -54, 17), (14, -84, 17)):
            self.disc(x + dx * s, y + dy * s, r * s, fill + "-")

    def pine(self, x: float, y: float, s: float) -> None:
        """Draw an umbrella pine."""
        self.poly([(x - 9 * s, y), (x - 3 * s, y - 150 * s), (x + 5 * s, y - 150 * s), (x + 9 * s, y)], "bark")
        self.line([(x, y - 100 * s), (x - 50 * s, y - 155 * s)], "bark", 6 * s)
        self.line([(x, y - 115 * s), (x + 52 * s, y - 160 * s)], "bark", 6 * s)
        for dx, dy, rx in ((-58, -162, 62), (55, -166, 64), (0, -185, 82)):
            self.oval(x + dx * s, y + dy * s, rx * s, 26 * s, "pine")
        self.oval(x - 14 * s, y - 194 * s, 56 * s, 12 * s, "pine+")

    def cypress(self, x: float, y: float, s: float) -> None:
        self.lathe(x, y, s, ((4, 0), (13, 14), (16, 45), (11, 90), (0, 130)), "pine")

    def palm(self, x: float, y: float, s: float, fill: str = "green") -> None:
        self.poly(
            [
                (x - 8 * s, y),
                (x - 2 * s, y - 90 * s),
                (x + 2 * s, y - 165 * s),
                (x + 11 * s, y - 165 * s),
                (x + 9 * s, y - 90 * s),
                (x + 10 * s, y),
            ],
            "bark",
        )
        for i, angle in enumerate((-28, 5, 38, 70, 108, 142, 175, 208)):
            self.leaf(x + 6 * s, y - 165 * s, angle, 105 * s, 24 * s, fill + ("-" if i % 2 else ""), 1.25)

    def fern(self, x: float, y: float, s: float, fill: str = "green", blades: int = 9) -> None:
        for i in range(blades):
            self.leaf(x, y, 14 + 152 * i / (blades - 1), 100 * s, 20 * s, fill + ("-" if i % 2 else ""), 0.7)

    def reeds(self, x: float, y: float, s: float) -> None:
        for i in range(7):
            self.leaf(
                x + (i - 3) * 13 * s,
                y,
                90 + (3 - i) * 5,
                (90 + i * 37 % 60) * s,
                9 * s,
                "leaf-" if i % 2 else "green",
                0.2,
            )
            if i % 3 == 1:
                self.oval(x + (i - 3) * 16 * s, y - 112 * s, 5 * s, 17 * s, "wood")
