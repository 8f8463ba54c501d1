// What is searched of a page, read from its HTML as exporter/search/document.py does. Needs tokens.js.
"use strict";

const guideDocument = (() => {
  const ROOT = /<([a-z][a-z0-9]*)(?=[\t\n\f\r ])[^<>]*? data-search="([^"<>]+)"[^<>]*>/;
  const TAG = /<!--[^]*?-->|<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>/g;
  const EMPTY = /[\t\n\f\r ]data-search(?:=""|(?=[\t\n\f\r >/]|$))/, HIDDEN = /[\t\n\f\r ]hidden(?==""|[\t\n\f\r /]|$)/, QUOTED = /"[^"]*"|'[^']*'/g;
  const GEO = /"latitude": (-?[0-9.]+), "longitude": (-?[0-9.]+)/, REFERENCE = /&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-z]{2,6});/g;
  const NAMED = {amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\xa0", shy: "\xad", ndash: "–", mdash: "—", hellip: "…", times: "×", middot: "·"};
  const set = words => new Set(words.split(" "));
  const SILENT = set("script style template nav svg button select noscript dialog");
  const INLINE = set("a abbr b bdi bdo cite code data del dfn em i ins kbd mark q s samp small span strong sub sup time u var wbr");
  const VOID = set("area base br col embed hr img input link meta source track wbr");
  const KINDS = {h1: "h1", h2: "name", h3: "name", h4: "name", h5: "name", h6: "name", dd: "name", dt: ""};
  const TITLE = 12, LENGTHS = {1: 9, 2: 4, 3: 3, 4: 1}, FIRST = 2, NAME = 5, MOST = 4;

  function character(whole, name) {
    if (name[0] !== "#") return Object.hasOwn(NAMED, name) ? NAMED[name] : whole;
    const number = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : +name.slice(1);
    return number > 0 && number < 0x110000 && (number < 0xd800 || number > 0xdfff) ? String.fromCodePoint(number) : "\ufffd";
  }

  const leftOut = attributes => EMPTY.test(attributes) || attributes.includes("hidden") && HIDDEN.test(attributes.replace(QUOTED, '""'));

  function blocks(html, root, name) {
    const found = [], end = () => {
      const text = parts.join("").replace(REFERENCE, character).replace(/[\t\n\f\r \xa0]+/g, " ").replace(/^ | $/g, "");
      parts = [];
      if (text) found.push([kind, text]);
    };
    let parts = [], kind = "", holder = "", silent = "", depth = 0, outer = 1, at = root;
    TAG.lastIndex = root;
    for (let tag; (tag = TAG.exec(html));) {
      if (!silent) parts.push(html.slice(at, tag.index));
      at = TAG.lastIndex;
      const closes = tag[1], element = (tag[2] || "").toLowerCase();
      if (silent) {
        if (element === silent) depth += closes ? -1 : 1;
        if (!depth) silent = "";
        continue;
      }
      if (element === name) outer += closes ? -1 : 1;
      if (!outer) break;
      if (element && !INLINE.has(element)) end();
      if (closes) { if (element === holder) kind = holder = ""; } else if (Object.hasOwn(KINDS, element)) { kind = KINDS[element]; holder = element; }
      if (element && !closes && !VOID.has(element) && (SILENT.has(element) || leftOut(tag[3]))) { silent = element; depth = 1; }
    }
    end();
    return found;
  }

  // {type, title, lines, names (numbers of lines), place}, or null for a page that is not found.
  function read(html) {
    const root = ROOT.exec(html);
    if (!root) return null;
    const all = blocks(html, root.index + root[0].length, root[1]), lines = all.filter(([kind]) => kind !== "h1"), geo = GEO.exec(html);
    const names = lines.flatMap(([kind], i) => kind ? [i] : []);
    return {type: root[2].replace(REFERENCE, character), title: (all.find(([kind]) => kind === "h1") || ["", ""])[1], lines: lines.map(([, text]) => text), names, place: geo && [geo[1], geo[2]]};
  }

  // How much each token weighs.
  function weights({title, lines, names}) {
    const found = new Map(), named = new Set(names), {tokens} = guideTokens, add = (token, n) => found.set(token, (found.get(token) || 0) + n);
    for (const token of tokens(lines.filter((_, i) => !named.has(i)).join("\n"))) if ((found.get(token) || 0) < MOST) add(token, 1);
    const heads = new Set(tokens(title));
    for (const token of new Set(tokens(names.map(i => lines[i]).join("\n")))) if (!heads.has(token)) add(token, NAME);
    [...heads].forEach((token, i) => add(token, TITLE + (LENGTHS[heads.size] || 0) + (i ? 0 : FIRST)));
    return found;
  }

  return {read, weights};
})();
