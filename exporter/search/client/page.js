// The search page: results while the reader types.
"use strict";
(() => {
  const AT_ONCE = 8, IF_NEAR = 100, PAUSE = 120, LINE = 180;
  const box = document.querySelector("[data-guide-search]"), input = box.querySelector("input");
  const status = box.querySelector("[data-guide-search-status]"), results = box.querySelector("[data-guide-search-results]");
  const word = box.querySelector("[data-guide-search-words]").dataset, {fold, tokens} = guideTokens;
  const types = new Map([...box.querySelectorAll("[data-guide-search-type]")].map(part => [part.dataset.guideSearchType, part]));
  const make = (tag, text, values) => Object.assign(document.createElement(tag), {textContent: text, ...values});
  let opening, last = 0, timer;

  const source = () => opening ||= guideDevice.open(box.dataset.guideSearch)
    .then(device => device || guideShards.open(box.dataset.guideSearch).then(shards => ({
      search: query => guideEngine.search(shards, query),
      nearest: query => guideEngine.nearest(shards, query),
      documents: shards.documents,
    })))
    .catch(error => { opening = null; throw error; });

  // [text, whether it is one of the words], …
  function marked(text, words) {
    const out = [], add = (part, is) => { if (out.length && out.at(-1)[1] === is) out.at(-1)[0] += part; else out.push([part, is]); };
    for (const part of text.match(/[\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]+/gu) || []) {
      const found = tokens(part), signs = [...part];
      if (found.length < 2 || found.length !== signs.length) add(part, found.some(token => words.has(token)));
      else signs.forEach((sign, i) => add(sign, words.has(found[i]) || i > 0 && words.has(found[i - 1])));
    }
    return out;
  }

  // The line with most of the words, cut around the first.
  function lineOf(lines, words) {
    let best = [], most = 0;
    for (const line of lines) {
      const parts = marked(line, words), count = new Set(parts.filter(([, is]) => is).map(([text]) => fold(text))).size;
      if (count > most) { best = parts; most = count; }
    }
    const first = best.findIndex(([, is]) => is), before = best.slice(0, first).map(([text]) => text).join("");
    const start = before.length > LINE / 2 ? before.slice(-LINE / 2).replace(/^\S*\s/, "") : before;
    let left = LINE - start.length;
    const rest = best.slice(Math.max(0, first)).map(([text, is]) => { const part = text.slice(0, Math.max(0, left)); left -= part.length; return [part, is]; });
    return most ? [[(start !== before ? "… " : "") + start, false], ...rest, [left <= 0 ? " …" : "", false]] : [];
  }

  const nodes = parts => parts.filter(([text]) => text).map(([text, is]) => is ? make("mark", text) : document.createTextNode(text));

  function shown({path, title, lines, place}, words) {
    const item = make("li"), href = new URL(path.split("/").map(encodeURIComponent).join("/"), guideShards.root);
    const link = make("a", "", {href}), line = lineOf(lines, words);
    link.append(...nodes(marked(title || path, words)));
    if (place) item.dataset.at = place.join(",");
    item.append(link);
    if (line.length) { const text = make("p"); text.append(...nodes(line)); item.append(text); }
    return item;
  }

  function group(type) {
    const found = [...results.children].find(part => part.dataset.type === type);
    if (found) return found.querySelector("ol");
    const part = make("section"), list = make("ol"), name = types.get(type);
    part.dataset.type = type;
    if (name) part.append(make("h2", name.dataset.name, {lang: name.lang, dir: name.dir}));
    part.append(list);
    results.append(part);
    return list;
  }

  // The next results; where what is near comes first, many of them.
  async function add(found, words, mine, first) {
    const number = document.documentElement.hasAttribute("data-guide-near-on") ? IF_NEAR : AT_ONCE;
    const ids = found.ids.slice(0, number), all = await (await source()).documents(ids);
    if (mine !== last) return;
    if (first) results.replaceChildren();
    const seen = new Set([...results.querySelectorAll("a")].map(link => link.href));
    for (const doc of all.flat()) {
      const item = shown(doc, words);
      if (!seen.has(item.firstChild.href) && item.querySelector("mark")) group(doc.type).append(item);
    }
    const left = found.ids.slice(number);
    if (left.length) {
      const more = make("button", word.more, {type: "button"});
      more.onclick = async () => { more.remove(); await add({ids: left}, words, mine); };
      results.append(more);
    }
    document.dispatchEvent(new Event("guide-results"));
  }

  async function offer(query, mine) {
    const found = await (await source()).nearest(query), all = await (await source()).documents(found.map(({id}) => id));
    if (mine !== last) return;
    const words = found.map(({token}, i) => {
      const texts = all[i].flatMap(({title, lines}) => [title, ...lines]).flatMap(text => text.match(/[\p{L}\p{N}\p{M}]+/gu) || []);
      return texts.find(text => fold(text) === token) || token;
    });
    results.replaceChildren();
    if (!words.length) return;
    const part = make("p", word.nearest + " ");
    part.append(...words.flatMap(text => {
      const button = make("button", text, {type: "button"});
      button.onclick = () => { input.value = text; input.focus(); run(); };
      return [button, document.createTextNode(" ")];
    }));
    results.append(part);
  }

  async function run() {
    const mine = ++last, query = input.value.trim();
    keep(query);
    if (!query) { results.replaceChildren(); status.textContent = ""; return; }
    try {
      const found = await (await source()).search(query);
      if (mine !== last) return;
      if (found.ids.length) await add(found, new Set(found.words), mine, true); else await offer(query, mine);
      if (mine !== last) return;
      const text = found.ids.length ? word.found.replace("{}", new Intl.NumberFormat(document.documentElement.lang || undefined).format(found.ids.length)) : word.none.replace("{}", query);
      status.textContent = found.preparing ? `${text} – ${word.preparing}` : text;
      box.dataset.guideSearchDone = query;
      box.toggleAttribute("data-guide-search-preparing", !!found.preparing);
      if (found.preparing) { clearTimeout(timer); timer = setTimeout(run, 500); }
    } catch (error) {
      console.warn(error);
      if (mine === last) status.textContent = word.failed;
    }
  }

  function keep(query) {
    const url = new URL(location.href);
    if (query) url.searchParams.set("q", query); else url.searchParams.delete("q");
    try { if (url.href !== location.href) history.replaceState(history.state, "", url); } catch { /* a disk's address stays */ }
  }

  function move(event) {
    if (event.key === "Escape" && document.activeElement !== input) { input.focus(); return; }
    const links = [...results.querySelectorAll("a")], step = {ArrowDown: 1, ArrowUp: -1}[event.key], at = links.indexOf(document.activeElement);
    if (event.key === "Enter" && event.target === input) { event.preventDefault(); run().then(() => results.querySelector("a")?.click()); return; }
    if (!step || at < 0 && event.target !== input) return;
    event.preventDefault();
    (links[at + step] || (step < 0 ? input : links.at(-1)))?.focus();
  }

  const restore = () => { input.value = new URLSearchParams(location.search).get("q") || ""; run(); };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(run, PAUSE); });
  box.addEventListener("keydown", move);
  addEventListener("popstate", restore);
  document.addEventListener("guide-near", () => { if (input.value) run(); });
  source().catch(() => {});
  restore();
  input.focus();
})();
