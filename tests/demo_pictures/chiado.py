"""The motifs of Chiado."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .canvas import arch_outline
from .landscape import bump, level

if TYPE_CHECKING:
    from .scene import Pictures, Scene


def draw_carmo(c: Scene) -> None:
    c.sky("rings", (800, 130, 52))
    c.stars(60, 420)
    c.ground(level(560), "green--")
    for i, (w, h) in enumerate(((230, 320), (350, 420), (490, 510), (660, 590))):
        y = 540 + i * 36
        fill = "stone" + "-" * (3 - i)
        c.line(arch_outline(480, y, w, h, 0.5), fill, 18 + 9 * i)
        c.line(arch_outline(480 + 3 * i, y, w - 18 - 8 * i, h - 10 - 6 * i, 0.5), fill + "-", 3 + i)
        for k in (-1, 1):
            c.box(480 + k * w / 2, y - h + 0.7 * w, 34 + 14 * i, 10 + 2 * i, fill + "+")
            c.box(480 + k * w / 2, y, 40 + 16 * i, 20 + 4 * i, fill + "-")
    c.block(480, 545, 150, 130, "stone--", 0)
    c.arch(480, 545, 60, 100, "pane", 0.5)
    for x in (250, 330, 640, 720):
        c.box(x, 610, 46, 22, "stone-")
    c.path(545, 80, 240, "stone--")


def draw_brasileira(c: Scene) -> None:
    c.below(0, "green--")
    c.box(480, 470, 620, 450, "gold")
    c.box(480, 470, 596, 432, "green-")
    c.arches(480, 470, (230, 400, "gold"), (206, 386, "sun"))
    for i in range(1, 6):
        c.line([(480, 190), (480 + 102 * math.cos(i * math.pi / 6), 190 - 102 * math.sin(i * math.pi / 6))], "gold", 4)
    c.box(480, 196, 210, 8, "gold")
    c.box(480, 470, 8, 270, "gold")
    for x in (270, 690):
        c.arch(x, 440, 130, 320, "gold")
        c.arch(x, 434, 110, 300, "sky1")
    c.paving(450, 6)
    c.box(480, 640, 30, 110, "ink")
    c.oval(480, 526, 290, 44, "gold")
    c.oval(480, 514, 290, 44, "green--")
    c.cup(440, 514, 1.25)
    c.steam(440, 360, 1.1)
    c.lathe(640, 512, 0.8, ((24, 0), (24, 70), (30, 74), (32, 112)), "blue")
    c.poly([(560, 528), (700, 528), (684, 510), (580, 510)], "toast")


def draw_sao_roque(c: Scene) -> None:
    c.below(0, "cherry--")
    for i in range(7):
        c.poly(
            [(140 * i - 20, 0), (140 * i + 100, 0), (480 + (i - 3) * 62, 130), (480 + (i - 3.9) * 62, 130)],
            "gold-" if i % 2 else "tile",
        )
    for x in (110, 850):
        c.arches(x, 560, (190, 400, "gold-"), (150, 370, "cherry"))
        c.frame(x, 420, 80, 110, "sky3")
        c.block(x, 560, 110, 60, "gold", 0.3)
    c.box(480, 560, 460, 440, "gold")
    c.arches(480, 560, (220, 380, "gold--"), (180, 350, "tile"))
    c.rose(480, 300, 44, "sun", "gold")
    for x in (290, 350, 610, 670):
        c.block(x, 560, 30, 330, "gold+", 0.4)
        for j in range(9):
            c.line([(x - 15, 545 - j * 36), (x + 15, 525 - j * 36)], "gold--", 4)
    c.pediment(480, 126, 480, 70, "gold")
    c.lathe(480, 500, 1.1, ((34, 0), (40, 60), (26, 90), (10, 110), (0, 130)), "white")
    c.disc(480, 360, 16, "skin")
    c.below(556, "stone--")
    c.steps(480, 574, 360, 3, 24, 90, ("white-", "stone"))
    for x in (400, 440, 520, 560):
        c.box(x, 556, 7, 50, "cream")
        c.oval(x, 500, 5, 10, "sun")


def draw_sao_pedro(c: Scene) -> None:
    c.sky("waves", (210, 150, 54), 330)
    c.ground(bump(600, 180, 330, 300), "leaf-")
    c.castle(600, 205, 0.85)
    c.rooftops(bump(600, 225, 330, 300), 4, 44, 42)
    c.below(450, "leaf")
    c.path(450, 160, 440, "sand")
    for k in (-1, 1):
        for i in range(3):
            c.oval(480 + k * (220 + i * 110), 500 + i * 40, 90, 20, "green-")
            for j in range(7):
                c.disc(
                    480 + k * (220 + i * 110) - 66 + j * 22,
                    494 + i * 40 - 6 * (j % 2),
                    8,
                    ("magenta", "yellow", "white")[j % 3],
                )
    c.oval(480, 545, 120, 26, "stone-")
    c.oval(480, 539, 104, 19, "river")
    c.lathe(480, 540, 1.1, ((16, 0), (10, 44), (52, 62), (46, 70), (8, 72), (0, 104)), "stone")
    c.posts(0, 452, 4, 52, "ink", 33, 30)
    c.band(396, 402, "ink")
    c.lamp(110, 600, 2)
    c.lamp(850, 600, 2)


def draw_santa_catarina(c: Scene) -> None:
    c.sky("rings", (300, 310, 74))
    c.shore(372)
    c.river(370, shine=300)
    c.bridge(374, 330, 360, 150)
    c.box(590, 358, 18, 46, "ink")
    c.box(590, 314, 7, 26, "ink")
    c.box(590, 306, 30, 5, "ink")
    c.sail(120, 470, 0.9)
    c.box(520, 446, 150, 14, "red")
    c.box(525, 433, 110, 16, "white")
    c.box(540, 418, 22, 20, "red")
    c.poly(
        [
            (620, 600),
            (640, 420),
            (700, 300),
            (760, 330),
            (800, 220),
            (870, 250),
            (910, 380),
            (960, 420),
            (960, 640),
            (600, 640),
        ],
        "stone---",
    )
    c.poly([(800, 220), (870, 250), (910, 380), (830, 440), (790, 330)], "stone--")
    c.disc(810, 300, 54, "stone")
    for i in range(7):
        c.leaf(810 + (i - 3) * 15, 310, 270 + (i - 3) * 7, 150 - 12 * abs(i - 3), 34, "stone--" if i % 2 else "stone-")
    for i in range(9):
        c.leaf(810, 286, 10 + i * 20, 76, 30, "stone--" if i % 2 else "stone-")
    for x in (792, 828):
        c.oval(x, 302, 8, 5, "ink")
        c.line([(x - 12, 291), (x + 12, 289)], "ink", 4)
    c.poly([(810, 300), (802, 322), (820, 322)], "stone---")
    c.below(566, "ink")
    c.people(572, 1.35, (110, "teal"), (160, "yellow"), (380, "magenta"), (440, "white"))


def draw_chiado_museum(c: Scene) -> None:
    c.below(0, "brick")
    for row in range(16):
        for col in range(13):
            c.box(col * 80 + 40 * (row % 2), row * 26 + 24, 76, 22, "brick-" if (row + col) % 3 else "brick+")
    for x in (160, 800):
        c.arches(x, 540, (250, 420, "stone-"), (214, 396, "ink"))
    c.below(530, "concrete")
    c.box(480, 450, 316, 376, "ink")
    c.box(480, 442, 300, 360, "cream")
    c.disc(430, 190, 70, "red")
    c.poly([(340, 430), (480, 200), (560, 430)], "tile")
    c.box(570, 380, 70, 210, "yellow")
    c.arch(460, 430, 110, 130, "ink")
    c.line([(350, 130), (610, 330)], "ink", 6)
    c.block(160, 570, 90, 90, "white", 0.3)
    c.lathe(160, 480, 1, ((20, 0), (46, 40), (18, 90), (40, 130), (16, 176), (0, 190)), "white")
    c.block(800, 570, 90, 110, "white", 0.3)
    c.disc(800, 400, 62, "gold")
    c.disc(806, 394, 30, "ink")
    c.person(350, 624, 1.7, "teal")


def draw_opera(c: Scene) -> None:
    c.sky("bands", (800, 110, 40))
    c.stars(40, 200)
    c.block(480, 540, 720, 320, "cream", 0.12)
    c.box(480, 222, 750, 14, "stone-")
    c.block(480, 540, 330, 360, "white", 0.14)
    c.pediment(480, 180, 350, 70, "white")
    c.disc(480, 152, 17, "pane")
    c.windows(480, 360, 310, 150, 3, 1, "pane", True)
    for x in (220, 740):
        c.windows(x, 510, 170, 280, 3, 3)
    c.block(480, 540, 340, 150, "stone+", 0.12)
    c.arcade(480, 540, 330, 126, 3, "pane")
    c.box(480, 392, 370, 14, "stone-")
    c.posts(312, 380, 8, 24, "stone", 13, 28)
    c.below(538, "stone--")
    c.path(540, 160, 400, "red")
    for x in (130, 250, 710, 830):
        c.lamp(x, 600, 1.3)
    c.person(420, 590, 1.1, "ink")
    c.person(520, 610, 1.2, "magenta")


def draw_market(c: Scene) -> None:
    c.sky("rays", (480, 180, 0))
    c.block(480, 430, 860, 160, "yellow", 0.08)
    c.box(480, 278, 890, 20, "roof")
    c.arcade(480, 430, 850, 110, 11, "pane")
    c.block(480, 430, 250, 230, "white", 0.25)
    c.box(480, 206, 270, 14, "stone-")
    c.arch(480, 430, 120, 180, "pane")
    c.dome(480, 194, 210, 126, "red")
    c.lathe(480, 74, 1, ((24, 0), (24, 22), (14, 34), (2, 60), (0, 62)), "white")
    c.windows(480, 232, 230, 40, 5, 1)
    c.below(428, "stone-")
    for i, fill in enumerate(("red", "yellow", "leaf", "roof", "magenta", "green")):
        x = 85 + i * 158
        for row in range(3):
            for j in range(5 - row):
                c.disc(x - 50 + j * 25 + row * 12.5, 530 - row * 20, 16, fill if (j + row) % 3 else fill + "-")
        c.poly([(x - 74, 530), (x + 74, 530), (x + 66, 606), (x - 66, 606)], "wood")
        c.box(x, 574, 138, 6, "wood-")


PICTURES: Pictures = {
    "convento-do-carmo": ("indigo", draw_carmo),
    "a-brasileira": ("cream", draw_brasileira),
    "igreja-de-sao-roque": ("plum", draw_sao_roque),
    "miradouro-de-sao-pedro-de-alcantara": ("rose", draw_sao_pedro),
    "miradouro-de-santa-catarina": ("coral", draw_santa_catarina),
    "museu-de-arte-contemporanea": ("cream", draw_chiado_museum),
    "teatro-de-sao-carlos": ("plum", draw_opera),
    "mercado-da-ribeira": ("mint", draw_market),
}
