"""The motifs of the Parque das Nações."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .canvas import ellipse, smooth

if TYPE_CHECKING:
    from .scene import Pictures, Scene


def draw_oceanarium(c: Scene) -> None:
    for i, fill in enumerate(("river++", "river+", "river", "river-", "river--")):
        c.wave(-20 + i * 130, 14, 500 - 40 * i, i, fill)
    for i in range(4):
        c.poly(
            [(120 + i * 220, 0), (190 + i * 220, 0), (90 + i * 200, 400), (-20 + i * 200, 400)],
            "river++" if i % 2 else "river+",
        )
    with c.turned(-14, 330, 270):
        c.poly(
            [
                (330, 170),
                (430, 210),
                (600, 220),
                (470, 300),
                (370, 360),
                (330, 380),
                (290, 360),
                (190, 300),
                (60, 220),
                (230, 210),
            ],
            "ink",
        )
        c.poly([(330, 250), (400, 262), (470, 300), (370, 360), (330, 380), (290, 360), (190, 300), (260, 262)], "ink+")
        c.line([(330, 370), (338, 450), (322, 540)], "ink", 6)
        for k in (-1, 1):
            c.leaf(330 + k * 22, 180, 90 - k * 20, 44, 18, "ink")
            c.disc(330 + k * 44, 214, 6, "white")
    c.oval(740, 270, 96, 84, "iron+")
    c.poly([(720, 196), (770, 80), (784, 206)], "iron")
    c.poly([(720, 344), (770, 460), (784, 336)], "iron")
    c.poly([(806, 206), (860, 230), (870, 270), (860, 310), (806, 336)], "iron")
    c.disc(680, 250, 11, "white")
    c.disc(680, 250, 5, "ink")
    c.poly([(646, 280), (668, 286), (646, 294)], "ink")
    for i in range(14):
        x, y = 470 + 62 * (i % 5) + 20 * (i // 5), 470 + 36 * (i // 5) + 8 * math.sin(i)
        c.oval(x, y, 22, 9, "yellow" if i % 3 else "roof+")
        c.poly([(x + 16, y), (x + 34, y - 10), (x + 34, y + 10)], "yellow-")
    c.wave(600, 14, 380, 2, "ink")
    for x in (60, 110, 170, 850, 910):
        for j in range(4):
            c.leaf(x + 6 * (-1) ** j, 640 - j * 58, 90 + 16 * (-1) ** j, 110, 26, "teal" if j % 2 else "green", 0.4)
    for x, y, r in ((540, 120, 9), (560, 84, 6), (548, 160, 5), (130, 430, 8), (146, 396, 5)):
        c.ring(x, y, r, "white", 2.5)


def draw_science(c: Scene) -> None:
    c.below(0, "sky0")
    for i in range(9):
        for j in range(7):
            c.disc(i * 120, j * 110, 4, "sky2")
    c.disc(480, 310, 270, "sky1")
    for i, fill in enumerate(("sky4", "teal++", "yellow")):
        with c.turned(i * 60 + 10, 480, 310):
            c.line(ellipse(480, 310, 290, 104, 74), fill, 8)
            c.disc(480 + 290 * math.cos(0.7 + i), 310 + 104 * math.sin(0.7 + i), 24, fill)
    for dx, dy, fill in (
        (-30, -18, "red+"),
        (30, -22, "gold+"),
        (0, 30, "red+"),
        (38, 22, "teal+"),
        (-38, 26, "gold+"),
        (0, -4, "magenta+"),
    ):
        c.disc(480 + dx, 310 + dy, 34, fill)
        c.disc(470 + dx, 300 + dy, 8, "white+")
    for x, y, r, fill in (
        (110, 520, 62, "red+"),
        (230, 570, 40, "yellow"),
        (850, 510, 70, "teal+"),
        (730, 580, 36, "gold+"),
        (860, 110, 40, "magenta+"),
        (110, 120, 30, "teal++"),
    ):
        c.disc(x, y, r, fill)
        c.disc(x - r * 0.3, y - r * 0.3, r * 0.2, "white+")
    c.line([(150, 536), (200, 560)], "white", 9)
    c.line([(790, 530), (750, 560)], "white", 9)


def draw_vasco_da_gama(c: Scene) -> None:
    c.sky("bands", (280, 300, 76), 430)
    c.shore(432)
    c.posts(0, 446, 5, 40, "stone--", 20, 50)
    c.line([(0, 408), (960, 400)], "stone--", 6)
    for x in (150, 330):
        c.pylon(x, 440, 150, 6, "stone--", 300, 405, 30)
    c.river(436, shine=280)
    c.poly([(636, 560), (672, 60), (692, 60), (700, 560)], "white")
    c.poly([(676, 560), (684, 60), (692, 60), (700, 560)], "white--")
    sail = [(664 - 190 * math.sin(t / 16 * math.pi) ** 0.9, 170 + t * 23) for t in range(17)]
    c.poly(sail, "blue+")
    c.line(sail, "white", 13)
    for i in range(2, 15, 2):
        c.line([sail[i], (664 - i, sail[i][1])], "white", 4)
    c.oval(680, 160, 66, 18, "white")
    c.box(680, 152, 110, 34, "pane")
    c.oval(680, 118, 60, 11, "white")
    c.line([(682, 62), (682, 10)], "white", 4)
    c.block(800, 560, 250, 300, "blue", 0.3)
    c.windows(770, 550, 170, 280, 6, 8)
    c.below(556, "stone--")
    c.gulls((470, 150), (520, 190), (130, 120))
    c.palm(90, 600, 1.1, "pine")


def draw_oriente(c: Scene) -> None:
    c.sky("rays", (480, 500, 0))
    for i in range(4):
        x = 120 + i * 240
        for k in (-1, 1):
            c.poly([(x, 250), (x + k * 120, 90), (x, 60)], "sky4" if k < 0 else "sky1")
            for j in range(4):
                c.line([(x, 250 + j * 24), (x + k * (30 + 30 * j), 180 - j * 30 + 20 * (j == 0))], "white", 7)
                c.line([(x, 60 + j * 46), (x + k * (120 - 30 * j), 90 + 40 * j)], "white", 4)
            c.line([(x + k * 6, 420), (x + k * 10, 300), (x + k * 56, 170), (x + k * 120, 90)], "white", 11)
            c.line([(x, 60), (x + k * 120, 90)], "white+", 9)
        c.block(x, 560, 26, 250, "white", 0.4)
    c.band(470, 552, "red")
    c.band(470, 482, "white")
    c.posts(70, 530, 78, 36, "pane", 9, 110)
    c.band(546, 560, "ink")
    c.below(556, "concrete")
    c.band(566, 574, "yellow")
    for i in range(4):
        c.block(120 + i * 240, 600, 34, 130, "white", 0.4)
    c.people(618, 1.2, (220, "tile"), (420, "yellow"), (460, "magenta"), (720, "green"))


def draw_garcia_de_orta(c: Scene) -> None:
    c.sky("waves", (700, 140, 52), 320)
    c.shore(312)
    c.line([(0, 296), (960, 290)], "white", 4)
    c.posts(0, 314, 3, 22, "white", 24, 42)
    c.river(310, 420, 700)
    c.below(410, "stone")
    fills = ("leaf", "sand", "green", "magenta", "yellow", "pine", "jacaranda", "leaf")
    for i, fill in enumerate(fills):
        a, b = i / 8, (i + 0.84) / 8
        c.poly([(180 + 600 * a, 412), (180 + 600 * b, 412), (-420 + 1800 * b, 640), (-420 + 1800 * a, 640)], fill)
    c.palm(270, 480, 1.2, "green")
    c.palm(640, 470, 1.1, "green")
    c.tree(430, 450, 0.9, "jacaranda")
    c.fern(140, 600, 1.2, "leaf")
    c.fern(500, 610, 1.2, "green")
    c.fern(800, 590, 1.3, "pine")
    for x in (60, 900):
        c.palm(x, 620, 2, "pine")
    c.sail(520, 370, 0.6)


def draw_cable_cars(c: Scene) -> None:
    c.sky("bands", (220, 150, 60), 420)
    c.cloud(760, 300, 0.9)
    c.shore(440)
    c.posts(0, 452, 3, 34, "white", 30, 34)
    c.line([(0, 420), (960, 416)], "white", 5)
    for x in (520, 680):
        c.pylon(x, 446, 116, 5, "white", 336, 418, 24)
    c.river(442, shine=220)
    for x, y in ((560, 130), (170, 260)):
        c.poly([(x - 12, 640), (x - 5, y), (x + 5, y), (x + 12, 640)], "iron")
        c.box(x, y + 8, 70, 10, "iron-")
    c.line([(-10, 300), (170, 262), (560, 132), (970, 40)], "ink", 4)
    c.line([(-10, 318), (170, 280), (560, 150), (970, 58)], "ink", 2)
    for x, y, s, fill in ((840, 70, 1.7, "red"), (365, 196, 1.15, "yellow"), (60, 288, 0.8, "tile")):
        c.line([(x, y), (x, y + 60 * s)], "ink", 5 * s)
        c.lathe(x, y + 184 * s, s, smooth(((30, 0), (66, 0), (74, 60), (62, 130), (20, 128), (0, 128))), fill)
        c.poly(
            [(x - 58 * s, y + 126 * s), (x - 50 * s, y + 78 * s), (x + 50 * s, y + 78 * s), (x + 58 * s, y + 126 * s)],
            "sky4",
        )
        c.box(x, y + 126 * s, 5 * s, 48 * s, "ink")
    c.gulls((650, 240), (700, 270))


PICTURES: Pictures = {
    "oceanario": ("azure", draw_oceanarium),
    "pavilhao-do-conhecimento": ("plum", draw_science),
    "torre-vasco-da-gama": ("coral", draw_vasco_da_gama),
    "gare-do-oriente": ("azure", draw_oriente),
    "jardim-garcia-de-orta": ("rose", draw_garcia_de_orta),
    "telecabine": ("mint", draw_cable_cars),
}
