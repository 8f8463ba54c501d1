"""Buildings and other things that people made: houses, towers, arches, bridges, trams, cups and tarts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from .canvas import HEIGHT, WIDTH
from .landscape import Contour, Landscape

FACADES = ("white", "white", "yellow", "pink", "blue", "cream", "stone")


class Scene(Landscape):
    """A landscape with buildings, people and things; what the motifs draw on."""

    # buildings

    def windows(
        self, x: float, y: float, w: float, h: float, columns: int, rows: int, fill: str = "pane", arched: bool = False
    ) -> None:
        """Spread windows over a wall."""
        dx, dy = w / columns, h / rows
        for i in range(columns):
            for j in range(rows):
                u, v = x - w / 2 + (i + 0.5) * dx, y - (j + 0.22) * dy
                if arched:
                    self.arch(u, v, dx * 0.5, dy * 0.62, fill)
                else:
                    self.box(u, v, dx * 0.42, dy * 0.54, fill)

    def house(self, x: float, y: float, w: float, h: float, fill: str, columns: int = 2, rows: int = 2) -> None:
        self.block(x, y, w, h, fill, 0.2)
        self.poly(
            [
                (x - w * 0.55, y - h),
                (x - w * 0.38, y - h - w * 0.27),
                (x + w * 0.38, y - h - w * 0.27),
                (x + w * 0.55, y - h),
            ],
            "roof",
        )
        self.poly([(x + w * 0.2, y - h), (x + w * 0.38, y - h - w * 0.27), (x + w * 0.55, y - h)], "roof-")
        self.windows(x, y, w * 0.9, h, columns, rows)

    def rooftops(self, contour: Contour, rows: int = 5, size: float = 62, step: float = 52) -> None:
        """Draw rows of houses down a slope, small at the back."""
        for row in range(rows):
            grow, x = size * (1 + 0.22 * row), -self.rng.uniform(0, size)
            while x < WIDTH:
                w, h = grow * self.rng.uniform(0.8, 1.4), grow * self.rng.uniform(0.75, 1.15)
                base = contour(x + w / 2) + row * step + h * 0.6
                self.box(x + w / 2, base + step * 2, w * 1.02, step * 2, "roof--")
                self.house(x + w / 2, base, w, h, self.rng.choice(FACADES))
                x += w
        self.below(HEIGHT - 2, "roof--")

    def street(self, y: float, spans: Sequence[tuple[float, float, float, str]]) -> None:
        """Line up tall town houses: centre, width, height, colour."""
        for x, w, h, fill in spans:
            self.house(x, y, w, h, fill, 3, 4)
            self.windows(x, y, w * 0.9, h * 0.28, 3, 1, "ink", True)

    def crenels(self, x: float, y: float, w: float, fill: str, count: int = 5) -> None:
        size = w / (2 * count - 1)
        for i in range(count):
            self.box(x - w / 2 + size * (2 * i + 0.5), y + 1, size, size * 1.2, fill)

    def tower(self, x: float, y: float, w: float, h: float, fill: str, count: int = 4) -> None:
        self.block(x, y, w, h, fill)
        self.crenels(x, y - h, w * 1.12, fill, count)
        self.box(x, y - h + 4, w * 1.12, 6, fill + "-")

    def castle(self, x: float, y: float, s: float, fill: str = "sand") -> None:
        """Draw the walls and towers of São Jorge."""
        self.block(x, y, 420 * s, 62 * s, fill + "-", 0)
        self.crenels(x, y - 62 * s, 420 * s, fill + "-", 22)
        for dx, w, h in (
            (-200, 52, 100),
            (-110, 46, 128),
            (-20, 64, 158),
            (75, 50, 122),
            (150, 44, 138),
            (210, 56, 98),
        ):
            self.tower(x + dx * s, y, w * s, h * s, fill)
            self.arch(x + dx * s - 4 * s, y - h * 0.62 * s, 9 * s, 22 * s, "ink")

    def rose(self, x: float, y: float, r: float, fill: str = "pane", rim: str = "stone--") -> None:
        self.disc(x, y, r * 1.18, rim)
        self.disc(x, y, r, "stone+")
        for i in range(8):
            self.disc(
                x + r * 0.66 * math.cos(i * math.pi / 4), y + r * 0.66 * math.sin(i * math.pi / 4), r * 0.22, fill
            )
        self.disc(x, y, r * 0.3, fill)

    def pediment(self, x: float, y: float, w: float, h: float, fill: str) -> None:
        self.poly([(x - w / 2, y), (x, y - h), (x + w / 2, y)], fill + "-")
        self.poly([(x - w * 0.4, y - h * 0.1), (x, y - h * 0.84), (x + w * 0.4, y - h * 0.1)], fill)

    def columns(self, x: float, y: float, w: float, h: float, count: int, fill: str) -> None:
        for i in range(count):
            u = x - w / 2 + w * i / (count - 1)
            self.block(u, y, h * 0.11, h, fill, 0.4)
            self.box(u, y - h + 6, h * 0.17, 7, fill)
            self.box(u, y, h * 0.17, 7, fill)

    def arcade(self, x: float, y: float, w: float, h: float, count: int, fill: str, point: float = 0) -> None:
        for i in range(count):
            self.arch(x - w / 2 + w * (i + 0.5) / count, y, w / count * 0.68, h, fill, point)

    def steps(
        self, x: float, y: float, w: float, count: int, rise: float, spread: float, fills: tuple[str, str]
    ) -> None:
        """Draw a flight of steps, each wider than the one above, in two alternating colours."""
        for i in range(count):
            self.box(x, y + i * rise, w + i * spread, rise + 1, fills[i % 2])

    def posts(self, x: float, y: float, w: float, h: float, fill: str, count: int, step: float) -> None:
        """Draw a row of equal posts, from the left."""
        for i in range(count):
            self.box(x + i * step, y, w, h, fill)

    def pylon(
        self, x: float, y: float, h: float, width: float, fill: str, top: float, deck: float, reach: float
    ) -> None:
        """Draw a pylon whose three pairs of stays, fixed at the top, hold a deck."""
        self.line([(x, y), (x, y - h)], fill, width)
        for d in (reach, 2 * reach, 3 * reach):
            self.line([(x - d, deck), (x, top), (x + d, deck)], fill, 1.5)

    def balustrade(self, y: float, fill: str = "stone") -> None:
        """Draw the balustrade of a terrace."""
        for i in range(25):
            self.lathe(i * 40, y + 62, 1, ((9, 0), (5, 8), (13, 24), (5, 44), (9, 56)), fill)
        self.box(480, y + 12, 980, 16, fill + "+")
        self.below(y + 60, fill)
        self.band(y + 60, y + 66, fill + "--")

    def bridge(self, y: float, x: float, span: float, high: float) -> None:
        """Draw the red suspension bridge: deck height, mid span, span, tower height."""
        self.line([(x - span, y), (x + span, y)], "red", max(4, high / 26))
        for k in (-1, 1):
            tower = x + k * span / 2
            for d in (-1, 1):
                self.line(
                    [(tower + d * high / 16, y + high * 0.42), (tower + d * high / 22, y - high)],
                    "red-" if d > 0 else "red",
                    high / 26,
                )
            for j in range(4):
                self.line(
                    [(tower - high / 16, y - high * j / 4), (tower + high / 16, y - high * j / 4)], "red", high / 50
                )
            self.line([(tower, y - high), (tower + k * span / 2, y)], "red", max(2, high / 70))
        cable = [(x + span / 2 * t / 12, y - high * (0.06 + 0.94 * (t / 12) ** 2)) for t in range(-12, 13)]
        self.line(cable, "red", max(2, high / 70))
        for px, py in cable[1:-1]:
            self.line([(px, py), (px, y)], "red", 1.5)

    # small things

    def rails(self, *tops: float) -> None:
        for top in tops:
            self.band(top, top + 4, "ink")

    def tram(self, x: float, y: float, s: float) -> None:
        self.line([(x, y - 118 * s), (x + 34 * s, y - 190 * s)], "ink", 3 * s)
        self.box(x, y - 4 * s, 190 * s, 12 * s, "ink")
        for dx in (-48, 48):
            self.disc(x + dx * s, y - 6 * s, 12 * s, "ink")
        self.box(x, y - 14 * s, 216 * s, 42 * s, "yellow")
        self.box(x, y - 56 * s, 216 * s, 46 * s, "cream")
        self.poly(
            [
                (x - 114 * s, y - 102 * s),
                (x - 90 * s, y - 120 * s),
                (x + 90 * s, y - 120 * s),
                (x + 114 * s, y - 102 * s),
            ],
            "yellow-",
        )
        for i in range(5):
            self.box(x + (i - 2) * 41 * s, y - 60 * s, 31 * s, 36 * s, "pane")
        self.box(x, y - 32 * s, 216 * s, 5 * s, "red")
        self.disc(x - 100 * s, y - 26 * s, 7 * s, "sun")

    def person(self, x: float, y: float, s: float, fill: str) -> None:
        self.lathe(x, y, s, ((7, 0), (10, 26), (11, 40), (6, 47), (0, 48)), fill)
        self.disc(x, y - 55 * s, 7.5 * s, "skin")

    def people(self, y: float, s: float, *who: tuple[float, str]) -> None:
        """Draw people of one size in a row: position and colour of each."""
        for x, fill in who:
            self.person(x, y, s, fill)

    def lamp(self, x: float, y: float, s: float) -> None:
        self.box(x, y, 5 * s, 130 * s, "ink")
        self.box(x, y, 16 * s, 10 * s, "ink")
        self.lathe(x, y - 130 * s, s, ((6, 0), (11, 22), (3, 31), (0, 34)), "sun")
        self.box(x, y - 152 * s, 26 * s, 4 * s, "ink")

    def sail(self, x: float, y: float, s: float, fill: str = "white") -> None:
        self.poly([(x - 3 * s, y - 10 * s), (x - 3 * s, y - 80 * s), (x - 40 * s, y - 10 * s)], fill)
        self.poly([(x + 2 * s, y - 10 * s), (x + 2 * s, y - 70 * s), (x + 28 * s, y - 10 * s)], fill + "-")
        self.poly(
            [(x - 42 * s, y - 6 * s), (x + 36 * s, y - 6 * s), (x + 24 * s, y + 8 * s), (x - 30 * s, y + 8 * s)], "red"
        )

    def frame(self, x: float, y: float, w: float, h: float, fill: str) -> None:
        """Draw a gilt frame around a picture."""
        self.box(x + 6, y + 8, w + 30, h + 30, "ink")
        self.box(x, y + 14, w + 28, h + 28, "gold")
        self.box(x, y + 8, w + 16, h + 16, "gold--")
        self.box(x, y, w, h, fill)

    def nave(self, fill: str, foot: float = 410, count: int = 6) -> None:
        """Draw a vaulted nave, from the nearest arch to the far end."""
        self.below(0, fill + "---")
        for i in range(count):
            k = 1.12 * (1 - i / (count + 0.8)) ** 1.25
            base = foot + (HEIGHT - foot) * k
            self.arch(480, base, 940 * k, 760 * k + 30, fill + "---"[: max(0, 3 - i)] + "+" * max(0, i - 3))
            self.arch(480, base, 850 * k, 700 * k + 26, fill + "--")

    def cup(self, x: float, y: float, s: float) -> None:
        self.oval(x, y, 120 * s, 20 * s, "white-")
        self.oval(x, y - 5 * s, 112 * s, 17 * s, "white")
        self.ring(x + 70 * s, y - 60 * s, 26 * s, "white-", 11 * s)
        self.lathe(x, y - 6 * s, s, ((34, 0), (58, 26), (70, 66), (72, 104)), "white")
        self.oval(x, y - 110 * s, 72 * s, 15 * s, "white+")
        self.oval(x, y - 108 * s, 62 * s, 11 * s, "wood-")

    def steam(self, x: float, y: float, s: float) -> None:
        for dx in (-26, 4, 34):
            self.line([(x + (dx + 9 * math.sin(i / 2.4 + dx)) * s, y - i * 9 * s) for i in range(13)], "white+", 6 * s)

    def tart(self, x: float, y: float, s: float) -> None:
        """Draw a custard tart."""
        self.poly(
            [(x - 100 * s, y - 34 * s), (x - 74 * s, y + 34 * s), (x + 74 * s, y + 34 * s), (x + 100 * s, y - 34 * s)],
            "toast-",
        )
        self.oval(x, y + 34 * s, 74 * s, 16 * s, "toast-")
        for i in range(-4, 5):
            self.line([(x + i * 23 * s, y - 30 * s), (x + i * 17 * s, y + 44 * s)], "toast", 5 * s)
        self.oval(x, y - 34 * s, 103 * s, 41 * s, "toast+")
        self.oval(x, y - 34 * s, 90 * s, 33 * s, "yellow")
        for dx, dy, rx in ((-40, -40, 24), (14, -50, 30), (42, -28, 22), (-12, -22, 20)):
            self.oval(x + dx * s, y + dy * s, rx * s, rx * 0.38 * s, "toast-")


Motif = Callable[[Scene], None]
Pictures = dict[str, tuple[str, Motif]]
