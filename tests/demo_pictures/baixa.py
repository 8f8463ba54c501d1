"""The motifs of the Baixa."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .landscape import bump

if TYPE_CHECKING:
    from .scene import Pictures, Scene


def draw_praca_do_comercio(c: Scene) -> None:
    c.sky("rays", (480, 260, 0))
    c.ground(bump(860, 190, 300, 160), "leaf-")
    c.castle(850, 210, 0.42)
    for x in (180, 780):
        c.block(x, 430, 420, 170, "yellow", 0)
        c.box(x, 262, 440, 20, "roof")
        c.arcade(x, 430, 420, 76, 9, "ink")
        c.windows(x, 346, 420, 84, 9, 1)
    c.block(480, 430, 190, 250, "white", 0.2)
    c.arch(480, 430, 90, 160, "sky4")
    c.box(480, 182, 214, 16, "stone-")
    c.pediment(480, 170, 90, 60, "white")
    c.band(430, 470, "sand")
    c.block(480, 470, 52, 90, "stone", 0.4)
    c.oval(480, 358, 34, 15, "green-")
    c.lathe(470, 360, 0.8, ((10, 0), (12, 30), (4, 52), (0, 60)), "green-")
    for dx in (-22, -8, 12, 24):
        c.box(480 + dx, 384, 6, 24, "green-")
    c.river(470, shine=480)
    c.steps(480, 484, 380, 4, 16, 50, ("stone-", "stone"))
    for x in (250, 710):
        c.block(x, 600, 46, 250, "stone", 0.4)
        c.box(x, 352, 66, 14, "stone-")
        c.disc(x, 328, 17, "stone")
    c.gulls((250, 290), (600, 120), (660, 150))


def draw_arco(c: Scene) -> None:
    c.sky("rays", (480, 400, 0))
    c.block(480, 560, 600, 400, "stone", 0.16)
    c.arches(480, 560, (260, 340, "stone--"), (220, 316, "sky4"))
    for k, fill in ((-1, "yellow"), (1, "pink")):
        c.poly([(480 + k * 110, 560), (480 + k * 110, 340), (480 + k * 30, 420), (480 + k * 30, 530)], fill)
        for j in range(3):
            c.poly(
                [
                    (480 + k * (98 - j * 22), 440),
                    (480 + k * (86 - j * 22), 440),
                    (480 + k * (86 - j * 22), 410 + j * 12),
                    (480 + k * (98 - j * 22), 398 + j * 12),
                ],
                "pane",
            )
    for x in (222, 302, 658, 738):
        c.block(x, 560, 38, 330, "white", 0.4)
        c.box(x, 236, 54, 16, "stone-")
        c.person(x, 208, 1.5, "stone-")
    c.box(480, 222, 640, 20, "stone-")
    c.block(480, 204, 300, 84, "stone", 0.16)
    c.box(480, 190, 130, 56, "stone-")
    c.box(480, 124, 320, 12, "stone-")
    c.person(480, 112, 1.6, "white")
    c.people(112, 1.1, (430, "stone"), (530, "stone"))
    c.paving(556, 5)
    c.tram(820, 606, 0.7)


def draw_santa_justa(c: Scene) -> None:
    c.sky("rings", (420, 200, 0))
    c.street(
        600, ((70, 200, 330, "yellow"), (265, 180, 270, "blue"), (900, 210, 410, "pink"), (700, 200, 300, "white"))
    )
    c.block(420, 610, 130, 500, "iron", 0.3)
    for j in range(5):
        y = 600 - j * 92
        c.arcade(420, y, 124, 76, 3, "sky3", 0.8)
        c.box(420, y + 6, 144, 10, "iron-")
    c.box(420, 124, 190, 18, "iron-")
    c.arcade(420, 108, 150, 50, 5, "iron", 0.5)
    c.box(420, 60, 170, 10, "iron-")
    c.lathe(420, 52, 1, ((60, 0), (40, 18), (8, 28), (2, 48), (0, 52)), "iron")
    c.box(730, 190, 500, 12, "iron-")
    c.box(730, 150, 500, 5, "iron-")
    for i in range(21):
        x = 486 + i * 24
        c.line([(x, 190), (x + 12, 150), (x + 24, 190)], "iron-", 3)
    c.block(810, 600, 18, 414, "iron", 0.4)
    c.below(598, "stone--")
    c.people(624, 0.9, (200, "red"), (230, "white"), (570, "ink"), (620, "yellow"))


def draw_rossio(c: Scene) -> None:
    c.sky("bands", (760, 110, 46), 340)
    c.street(
        370, ((60, 160, 150, "yellow"), (215, 150, 170, "white"), (760, 150, 160, "pink"), (905, 150, 150, "blue"))
    )
    c.block(480, 370, 360, 130, "white", 0.15)
    c.pediment(480, 240, 170, 56, "white")
    c.windows(480, 350, 350, 100, 9, 1)
    c.box(480, 370, 160, 122, "pane")
    c.columns(480, 370, 150, 128, 6, "white+")
    c.paving(368, 6)
    c.block(480, 480, 90, 60, "stone", 0.3)
    c.block(480, 424, 34, 320, "white", 0.4)
    c.box(480, 110, 56, 14, "stone-")
    c.person(480, 98, 1.2, "green-")
    for x in (190, 770):
        c.oval(x, 500, 110, 22, "stone-")
        c.oval(x, 494, 96, 15, "river+")
        c.lathe(x, 494, 1, ((14, 0), (9, 40), (56, 62), (50, 68), (8, 70), (6, 100), (24, 112), (0, 118)), "green")
        for k in (-1, 1):
            c.line([(x + k * 6 * i, 378 - 7 * i + 1.05 * i * i) for i in range(14)], "blue", 4)


def draw_sao_domingos(c: Scene) -> None:
    c.nave("roof", 420, 6)
    c.arch(480, 462, 150, 210, "gold+")
    c.rose(480, 330, 28, "pane", "gold-")
    c.block(480, 470, 110, 60, "white", 0.2)
    for k in (-1, 1):
        for i in range(3):
            c.block(
                480 + k * (390 - i * 96), 640 - i * 52, 64 - i * 15, 440 - i * 92, "brick-" if i % 2 else "roof--", 0.4
            )
            for j in range(4):
                c.oval(480 + k * (384 - i * 96), 600 - i * 60 - j * (86 - 18 * i), 18 - 4 * i, 9, "brick---")
    c.path(474, 100, 420, "red")
    for x in (240, 330, 630, 720):
        c.box(x, 620, 9, 60, "cream")
        c.oval(x, 552, 5, 11, "sun")


def draw_ginjinha(c: Scene) -> None:
    c.sky("rays", (560, 300, 0))
    c.disc(560, 300, 220, "sky4")
    c.below(520, "wood-")
    c.band(520, 534, "wood+")
    c.lathe(
        280,
        540,
        1.15,
        ((80, 0), (86, 10), (86, 210), (74, 250), (30, 290), (26, 370), (32, 374), (32, 396), (0, 398)),
        "cherry-",
    )
    c.box(270, 470, 150, 130, "cream")
    for x in (246, 292):
        c.disc(x, 420, 20, "cherry")
        c.line([(x, 402), (270, 360)], "green", 4)
    c.lathe(590, 548, 1.25, ((70, 0), (70, 6), (12, 16), (10, 84), (50, 110), (82, 176), (92, 262)), "white")
    c.lathe(590, 548, 1.25, ((8, 98), (46, 114), (76, 178), (83, 232)), "cherry")
    c.oval(590, 258, 104, 14, "cherry+")
    for x, y in ((556, 366), (622, 360), (590, 318)):
        c.disc(x, y, 30, "cherry--")
        c.disc(x - 9, y - 9, 7, "cherry++")
    for x, y in ((780, 516), (838, 522)):
        c.disc(x, y, 30, "red")
        c.disc(x - 9, y - 10, 7, "red++")
        c.line([(x, y - 28), (830, 420)], "green", 5)
    c.leaf(830, 420, 20, 90, 36, "green", 0.5)


def draw_confeitaria(c: Scene) -> None:
    c.below(0, "pink+")
    for x in (150, 480, 810):
        c.arches(x, 500, (270, 440, "gold"), (246, 424, "blue+"))
        c.line([(x - 60, 400), (x + 30, 190)], "blue++", 26)
    c.below(490, "white")
    c.band(490, 502, "gold")
    c.azulejos(480, 616, 960, 80, 80)
    for i, (w, fill) in enumerate(((250, "magenta"), (200, "yellow"), (150, "leaf"), (100, "pink"))):
        y = 486 - i * 84
        c.oval(480, y + 4, w * 0.62, 13, "gold")
        c.block(480, y, w, 70, fill, 0.3)
        for j in range(7):
            u = 480 - w / 2 + w * (j + 0.5) / 7
            c.disc(u, y - 66, w / 14, "white+")
            c.disc(u, y - 80, 5, "cherry")
        c.box(480, y - 66, w, 8, "white+")
    c.disc(480, 152, 20, "cherry")
    for x in (150, 810):
        c.oval(x, 490, 110, 12, "gold")
        c.disc(x, 450, 62, "toast")
        c.disc(x, 440, 18, "pink+")
        for j in range(8):
            c.disc(
                x + 42 * math.cos(j * 0.785),
                446 + 38 * math.sin(j * 0.785),
                8,
                ("red", "green", "yellow", "cherry")[j % 4],
            )


PICTURES: Pictures = {
    "praca-do-comercio": ("gold", draw_praca_do_comercio),
    "arco-da-rua-augusta": ("azure", draw_arco),
    "elevador-de-santa-justa": ("coral", draw_santa_justa),
    "rossio": ("cream", draw_rossio),
    "igreja-de-sao-domingos": ("coral", draw_sao_domingos),
    "a-ginjinha": ("plum", draw_ginjinha),
    "confeitaria-nacional": ("rose", draw_confeitaria),
}
