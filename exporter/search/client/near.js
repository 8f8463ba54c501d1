// What is near: lists in the order of distance from the device, whose position is asked for on a press and kept nowhere.
"use strict";
(() => {
  const box = document.querySelector("[data-guide-near]"), word = box.dataset, lang = document.documentElement.lang || undefined;
  const button = box.querySelector("button"), status = box.querySelector("[role=status]");
  const EARTH = 6371008.8, ARROWS = "↑↗→↘↓↙←↖", WAYS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
  const inRadians = degrees => degrees * Math.PI / 180;
  let here = null;

  // [metres, degrees clockwise from north]
  function way([lat, lon]) {
    const [a, b, turn] = [here.lat, lat, lon - here.lon].map(inRadians), half = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(turn / 2) ** 2;
    const angle = Math.atan2(Math.sin(turn) * Math.cos(b), Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(turn));
    return [2 * EARTH * Math.asin(Math.min(1, Math.sqrt(half))), (angle * 180 / Math.PI + 360) % 360];
  }

  function length(metres) {
    const [unit, value] = metres < 1000 ? ["meter", Math.max(10, Math.round(metres / 10) * 10)] : ["kilometer", metres / 1000];
    return new Intl.NumberFormat(lang, {style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0}).format(value);
  }

  function label(metres, angle) {
    const part = document.createElement("small"), sector = Math.round(angle / 45) % 8, arrow = document.createElement("span");
    part.className = "guide-far";
    arrow.textContent = ARROWS[sector];
    arrow.setAttribute("role", "img");
    arrow.setAttribute("aria-label", word[WAYS[sector]]);
    arrow.title = word[WAYS[sector]];
    part.append(`${metres < here.accuracy ? "≈ " : ""}${length(metres)} `, arrow);
    return part;
  }

  const placeOf = item => (item.matches("[data-at]") ? item : item.querySelector("[data-at]"))?.dataset.at.split(",").map(Number);
  const lists = () => [...new Set([...document.querySelectorAll("main li [data-at], main li[data-at]")].map(part => part.closest("li").parentElement))];

  // An item remembers its place in the guide's order, and its number where it has one.
  function sort() {
    for (const list of lists()) {
      const items = [...list.children];
      items.forEach((item, i) => { item.dataset.guideOrder ??= i; if (list.tagName === "OL") item.value ||= list.start + i; item.querySelector(".guide-far")?.remove(); });
      const far = new Map(items.map(item => [item, here && placeOf(item) ? way(placeOf(item)) : null]));
      items.sort((a, b) => (far.get(a)?.[0] ?? Infinity) - (far.get(b)?.[0] ?? Infinity) || a.dataset.guideOrder - b.dataset.guideOrder);
      for (const item of items) {
        const [metres, angle] = far.get(item) || [];
        if (metres !== undefined) (item.querySelector(".words") || item.querySelector("a") || item).append(label(metres, angle));
      }
      list.append(...items);
    }
  }

  function press() {
    if (here) return show(null, "");
    if (!navigator.geolocation) { status.textContent = word.failed; return undefined; }
    status.textContent = word.asking;
    button.disabled = true;
    return navigator.geolocation.getCurrentPosition(
      ({coords}) => show({lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy}, word.about.replace("{}", length(coords.accuracy))),
      error => show(null, error.code === 1 ? word.denied : word.failed),
      {enableHighAccuracy: true, timeout: 30000, maximumAge: 60000},
    );
  }

  function show(position, text) {
    here = position;
    button.disabled = false;
    button.setAttribute("aria-pressed", String(!!here));
    button.textContent = here ? word.usual : word.me;
    document.documentElement.toggleAttribute("data-guide-near-on", !!here);
    status.textContent = here ? `${text} ${word.private}` : text;
    sort();
    document.dispatchEvent(new Event("guide-near"));
  }

  const offer = () => { box.hidden = !lists().length && !here; };
  button.addEventListener("click", press);
  document.addEventListener("guide-results", () => { offer(); if (here) sort(); });
  offer();
})();
