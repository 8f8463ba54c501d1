// Light or dark as the reader chose, and lists that are filtered at once. Pages can be read without it.
(() => {
"use strict";
const html = document.documentElement, key = "shade", dark = matchMedia("(prefers-color-scheme: dark)");
const kept = () => { try { return localStorage.getItem(key); } catch { return null; } };
const keep = value => { try { localStorage.setItem(key, value); } catch { /* the choice is for this page alone */ } };
const apply = shade => { if (shade) html.dataset.shade = shade; };
apply(kept());
addEventListener("storage", event => event.key === key && apply(event.newValue));

function shades() {
  for (const button of document.querySelectorAll("[data-theme-shade]")) {
    const is = () => html.dataset.shade ? html.dataset.shade === "dark" : dark.matches;
    const show = () => button.setAttribute("aria-pressed", is());
    button.hidden = false;
    button.addEventListener("click", () => { const shade = is() ? "light" : "dark"; apply(shade); keep(shade); show(); });
    dark.addEventListener("change", show);
    show();
  }
}

// A chip shows the cards that name what it names, in place of leading to a page of them.
function filter(box) {
  const cards = [...document.querySelectorAll("main .cards > li")], named = new Map();
  const names = card => [...card.querySelectorAll(".eyebrow")].flatMap(line => line.textContent.split(" · "));
  for (const card of cards) named.set(card, new Set(names(card).map(name => name.trim())));
  const chosen = new Map(), count = box.querySelector("summary").appendChild(document.createElement("span"));
  count.className = "count";
  count.setAttribute("role", "status");
  const show = () => {
    const wanted = [...chosen.values()].map(chip => chip.firstElementChild.textContent.trim());
    for (const card of cards) card.hidden = !wanted.every(name => named.get(card).has(name));
    count.textContent = wanted.length ? ` ${wanted.join(" · ")}: ${cards.filter(card => !card.hidden).length}` : "";
  };
  for (const group of box.querySelectorAll(".chips")) {
    for (const chip of group.querySelectorAll("a")) {
      const name = chip.firstElementChild.textContent.trim();
      if (!cards.some(card => named.get(card).has(name))) continue;
      chip.setAttribute("role", "button");
      chip.setAttribute("aria-pressed", "false");
      const toggle = event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || (event.key && event.key !== " ")) return;
        event.preventDefault();
        const before = chosen.get(group);
        before?.setAttribute("aria-pressed", "false");
        if (before === chip) chosen.delete(group); else { chosen.set(group, chip); chip.setAttribute("aria-pressed", "true"); }
        show();
      };
      chip.addEventListener("click", toggle);
      chip.addEventListener("keydown", toggle);
    }
  }
}

function start() {
  shades();
  document.querySelectorAll("[data-theme-filter]").forEach(filter);
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", start); else start();
})();
