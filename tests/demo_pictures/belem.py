"""The motifs of Belém."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scene import Pictures, Scene


def draw_belem(c: Scene) -> None:
    c.sky("rings", (260, 300, 80))
    c.shore(420)
    c.river(418, shine=260)
    c.tower(600, 480, 190, 300, "white", 7)
    c.block(600, 184, 120, 74, "white")
    c.crenels(600, 110, 130, "white", 5)
    for x in (510, 690, 545, 655):
        y = 200 if x in (510, 690) else 118
        c.lathe(x, y, 0.95, ((12, -24), (18, 0), (18, 30), (20, 32), (10, 48), (0, 60)), "stone")
    c.box(600, 300, 214, 10, "stone-")
    c.arcade(600, 294, 150, 50, 5, "pane")
    for x in (560, 620):
        c.arch(x, 400, 26, 50, "pane")
    c.poly([(270, 530), (300, 420), (740, 420), (780, 470), (780, 530)], "white-")
    c.poly([(270, 530), (300, 420), (640, 420), (640, 530)], "white")
    c.crenels(520, 421, 440, "white", 15)
    for x in (300, 470, 640, 740):
        c.lathe(x, 424, 1, ((12, -24), (18, 0), (18, 34), (21, 36), (12, 52), (0, 66)), "stone")
    for x in range(340, 740, 62):
        c.arch(x, 500, 22, 30, "ink")
    c.poly([(240, 530), (800, 530), (830, 552), (210, 552)], "stone--")
    for i in range(6):
        c.box(520 + 12 * (-1) ** i, 572 + i * 13, 480 - i * 60, 5, "white-")
    c.sail(120, 520, 1.2)


def draw_jeronimos(c: Scene) -> None:
    c.sky("waves", (0, 0, 0), 330)
    c.cloud(720, 110, 1.2)
    c.cloud(430, 70, 0.8)
    c.block(560, 440, 820, 190, "white", 0.06)
    for i in range(12):
        x = 340 + i * 52
        c.block(x, 440, 9, 190, "stone-", 0.5)
        c.lathe(x, 250, 0.7, ((7, 0), (5, 20), (0, 44)), "stone")
    c.arcade(642, 430, 624, 84, 12, "ink")
    c.arcade(642, 326, 624, 62, 12, "pane", 0.4)
    c.box(642, 340, 640, 8, "stone-")
    c.block(220, 440, 190, 270, "white", 0.2)
    c.arches(220, 440, (100, 210, "stone-"), (66, 160, "ink"))
    for x in (130, 175, 265, 310):
        c.lathe(x, 250, 0.9, ((14, -190), (14, 0), (16, 30), (6, 70), (0, 110)), "stone")
    c.block(80, 440, 90, 320, "white")
    c.lathe(80, 120, 1, ((40, 0), (40, 30), (46, 34), (34, 66), (12, 84), (4, 106), (0, 110)), "stone")
    c.arch(74, 190, 34, 56, "pane")
    c.below(438, "leaf")
    c.band(438, 462, "sand")
    c.oval(560, 560, 330, 56, "stone")
    c.oval(560, 556, 306, 44, "river+")
    for dx, h in ((-120, 50), (-60, 80), (0, 120), (60, 80), (120, 50)):
        c.lathe(560 + dx, 560, 1, ((9, 0), (5, h * 0.7), (0, h)), "white")
    for x in (60, 150, 930):
        c.cypress(x, 580, 0.9)


def draw_padrao(c: Scene) -> None:
    c.sky("rays", (250, 330, 70))
    c.shore(430)
    c.river(428, shine=250)
    c.poly([(560, 560), (560, 60), (680, 90), (680, 560)], "white")
    c.poly([(640, 80), (680, 90), (680, 560), (640, 560)], "white--")
    for i in range(3):
        x, y = 556 - i * 34, 130 + i * 90
        c.poly(
            [
                (580, 70 + i * 76),
                *[(x + 20 - 120 * math.sin(t / 10 * math.pi) * (0.7 + 0.15 * i), y - 40 + t * 22) for t in range(11)],
                (590, y + 190),
            ],
            ("white-", "white", "white-")[i],
        )
    c.poly([(250, 372), (300, 402), (760, 520), (760, 580), (380, 580), (300, 500)], "stone")
    c.poly([(250, 372), (300, 402), (760, 520), (760, 536), (300, 420)], "stone--")
    for i in range(8):
        x = 310 + i * 50
        c.person(x, 410 + i * 13, 1.75 - 0.08 * i, ("stone-", "stone--", "white-")[i % 3])
    c.poly([(276, 330), (240, 330), (246, 342), (270, 342)], "stone--")
    c.below(574, "stone-")
    c.paving(582, 3)
    c.gulls((150, 180), (200, 150), (420, 120))


def draw_maat(c: Scene) -> None:
    c.sky("bands", (770, 120, 54), 400)
    c.shore(410)
    c.bridge(390, 760, 400, 190)
    c.block(90, 420, 130, 160, "brick", 0.3)
    c.windows(90, 410, 120, 130, 3, 1, "pane", True)
    for x in (50, 110):
        c.box(x, 262, 20, 80, "brick-")
    c.river(408)
    crest = [(x, 500 - 190 * math.sin(max(0, x - 60) / 900 * math.pi) ** 1.6) for x in range(60, 961, 15)]
    lip = [(x, 512 - 118 * math.sin(max(0, x - 60) / 900 * math.pi) ** 2.2) for x in range(960, 59, -15)]
    c.poly([*lip, (60, 530), (960, 530)], "ink")
    c.poly(crest + lip, "white")
    for k in range(1, 6):
        c.line([(x, a + (b - a) * k / 6) for (x, a), (_, b) in zip(crest, reversed(lip), strict=True)], "white-", 2)
    c.steps(520, 526, 860, 4, 13, 70, ("stone", "stone+"))
    c.people(560, 0.8, (250, "red"), (300, "ink"), (600, "yellow"), (760, "teal"))


def draw_coach(c: Scene) -> None:
    c.below(0, "sky1")
    c.disc(480, 300, 290, "sky2")
    c.disc(480, 300, 210, "sky3")
    c.below(520, "cherry-")
    c.line([(150, 380), (240, 470), (720, 470), (830, 370)], "gold-", 14)
    c.poly([(290, 210), (670, 210), (650, 330), (600, 420), (480, 440), (360, 420), (310, 330)], "gold")
    c.poly([(590, 210), (670, 210), (650, 330), (600, 420), (540, 430)], "gold-")
    c.box(480, 410, 110, 180, "cherry")
    c.box(480, 330, 84, 92, "pane")
    for x in (370, 590):
        c.box(x, 320, 76, 84, "pane+")
        c.oval(x, 370, 32, 22, "cherry")
    c.poly([(270, 214), (310, 150), (480, 124), (650, 150), (690, 214)], "gold+")
    for x in (280, 380, 480, 580, 680):
        c.lathe(x, 160 - 26 * (x == 480) + 30 * (abs(x - 480) > 150), 1, ((5, 0), (13, 14), (5, 30), (0, 48)), "gold")
    for x, r in ((220, 84), (740, 112)):
        c.ring(x, 560 - r, r, "gold-", 16)
        for i in range(6):
            a = i * math.pi / 6
            c.line(
                [(x - r * math.cos(a), 560 - r - r * math.sin(a)), (x + r * math.cos(a), 560 - r + r * math.sin(a))],
                "gold",
                7,
            )
        c.disc(x, 560 - r, 19, "red")
    c.lathe(180, 400, 1.2, ((30, 0), (34, 20), (16, 50), (8, 62), (0, 64)), "cherry")


def draw_tarts(c: Scene) -> None:
    c.band(0, 180, "blue")
    c.band(164, 180, "tile")
    c.azulejos(480, 420, 960, 240, 120)
    c.band(404, 424, "tile")
    c.below(420, "white")
    c.below(560, "stone")
    c.oval(480, 520, 400, 76, "blue")
    c.oval(480, 510, 392, 70, "white+")
    c.tart(300, 470, 1.15)
    c.tart(660, 470, 1.15)
    c.tart(480, 520, 1.3)
    c.lathe(860, 560, 1, ((40, 0), (44, 10), (36, 120), (46, 130), (44, 150), (24, 176), (0, 182)), "iron+")


def draw_macau_gate(c: Scene) -> None:
    c.sky("rings", (480, 300, 60))
    for x, s in ((90, 2.3), (230, 1.7), (740, 1.8), (880, 2.4)):
        c.palm(x, 520, s, "green")
    c.below(500, "leaf")
    c.path(500, 120, 400, "sand")
    for x in (270, 690):
        c.block(x, 520, 130, 190, "white", 0.2)
        c.disc(x, 420, 36, "red")
        c.disc(x, 420, 24, "leaf")
        c.poly([(x - 100, 340), (x - 66, 296), (x + 66, 296), (x + 100, 340), (x + 70, 330), (x - 70, 330)], "teal")
    for x in (370, 590):
        c.block(x, 520, 44, 300, "red", 0.35)
        c.box(x, 520, 62, 30, "white")
    c.box(480, 300, 290, 54, "red")
    c.box(480, 290, 180, 34, "gold")
    for y, w in ((236, 400), (150, 280)):
        r = w / 2
        c.poly(
            [
                (480 - r - 30, y - 22),
                (480 - r, y),
                (480 + r, y),
                (480 + r + 30, y - 22),
                (480 + r * 0.7, y - 50),
                (480 - r * 0.7, y - 50),
            ],
            "teal",
        )
        c.box(480, y - 46, w * 0.74, 10, "gold")
    c.box(480, 190, 200, 6, "red")
    c.box(480, 188, 180, 36, "white")
    for x, s in ((60, 1.5), (190, 1.1), (770, 1.1), (910, 1.5)):
        c.fern(x, 640, s, "green")


def draw_lx_factory(c: Scene) -> None:
    c.sky("bands", (180, 140, 46), 400)
    c.bridge(190, 640, 620, 150)
    for x, h in ((420, 330), (520, 390)):
        c.poly([(x - 26, 560), (x - 16, 560 - h), (x + 16, 560 - h), (x + 26, 560)], "brick")
        c.box(x, 566 - h, 44, 16, "brick--")
        for i in range(3):
            c.disc(x + 18 + i * 34, 530 - h - i * 22, 14 + 8 * i, "sky3")
    for i in range(4):
        x = 620 + i * 100
        c.poly([(x - 50, 350), (x - 50, 290), (x + 50, 350)], "brick--")
    c.block(770, 570, 400, 222, "brick", 0.1)
    c.block(240, 570, 420, 260, "brick", 0.1)
    c.box(240, 312, 440, 14, "stone-")
    c.windows(240, 550, 410, 230, 5, 2, "pane", True)
    c.windows(770, 550, 390, 190, 5, 2)
    c.below(560, "stone---")
    c.line([(0, 330), (240, 372), (480, 340), (960, 380)], "ink", 2)
    for i in range(20):
        c.disc(i * 50 + 10, 352 + 18 * math.sin(i / 2.4), 6, "sun")
    c.people(612, 1.1, (350, "red"), (410, "teal"), (500, "yellow"), (560, "magenta"))
    c.ring(640, 596, 22, "sun", 4)
    c.ring(700, 596, 22, "sun", 4)
    c.line([(640, 596), (662, 560), (700, 596), (668, 572), (640, 596)], "red", 4)


def draw_pilar_7(c: Scene) -> None:
    c.sky("rays", (620, 700, 0))
    c.cloud(800, 430, 1.1)
    c.poly([(180, 640), (250, 190), (420, 190), (500, 640)], "concrete")
    c.poly([(390, 640), (350, 190), (420, 190), (500, 640)], "concrete--")
    c.arch(310, 640, 90, 330, "concrete---")
    c.poly([(-20, 230), (-20, 60), (980, -40), (980, 20)], "red-")
    c.poly([(-20, 230), (980, 20), (980, 70), (-20, 330)], "red")
    for i in range(15):
        x = 1000 - 980 * (1 - (i / 14) ** 1.5) - 20
        top = 60 - 100 * x / 980
        c.line([(x, top), (x, 230 - 210 * x / 980)], "red+", 9 - 5 * x / 960)
        step = 90 - 60 * x / 960
        c.line([(x, top), (x + step, 225 - 210 * (x + step) / 980)], "red--", 7 - 4 * x / 960)
    c.line([(-20, 60), (980, -40)], "red+", 10)
    c.line([(-20, 230), (980, 20)], "red+", 9)
    c.box(560, 640, 110, 400, "iron")
    c.box(560, 330, 190, 120, "sky1")
    c.posts(488, 330, 5, 120, "white", 4, 48)
    c.box(560, 336, 200, 10, "white")
    c.box(560, 216, 200, 8, "white")
    c.people(330, 1.2, (530, "yellow"), (590, "cherry"))
    c.gulls((760, 220), (840, 270), (700, 160))
    c.tree(880, 650, 1.8)


PICTURES: Pictures = {
    "torre-de-belem": ("coral", draw_belem),
    "mosteiro-dos-jeronimos": ("azure", draw_jeronimos),
    "padrao-dos-descobrimentos": ("gold", draw_padrao),
    "maat": ("azure", draw_maat),
    "museu-dos-coches": ("plum", draw_coach),
    "pasteis-de-belem": ("cream", draw_tarts),
    "jardim-botanico-tropical": ("mint", draw_macau_gate),
    "lx-factory": ("teal", draw_lx_factory),
    "pilar-7": ("azure", draw_pilar_7),
}
