// The index of a kept guide, in a worker: made once of the stored pages, then mended page by page after each update.
"use strict";
importScripts("../offline/delta.js", "tokens.js", "document.js", "engine.js", "store.js");

const BATCH = 250, PATIENCE = 60, HEAD = 600, MOST_STEPS = 1000, TITLE = "r";
let folder, memory = null, work = Promise.resolve();

const lettersOf = token => token < "\u0e00" ? 2 : 1;
const rowOf = token => [...token].slice(0, lettersOf(token)).join("");
const byToken = map => new Map([...map].sort(([a], [b]) => a < b ? -1 : 1));

// The number of a page's document, as exporter/search/shards.py has it.
function idOf(path) {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(path)) value = Math.imul(value ^ byte, 0x01000193);
  value = Math.imul(value ^ value >>> 15, 0x2c1b3c6d);
  value = (value ^ value >>> 12) & 0xffffff;
  return [18, 12, 6, 0].map(shift => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[value >>> shift & 63]).join("");
}

function grouped(entries) {
  let out = "", weight = "";
  for (const entry of [...entries].sort()) {
    if (entry[0] !== weight) out += (out && " ") + (weight = entry[0]);
    out += entry.slice(1);
  }
  return out;
}

const entriesOf = postings => new Set((postings ? postings.split(" ") : []).flatMap(group => Array.from({length: (group.length - 1) / 4}, (_, i) => group[0] + group.slice(1 + 4 * i, 5 + 4 * i))));

// The tokens of a page, each behind its weight; "" for a page that is not found.
function weightsOf(record, slots) {
  const found = record && !record.digest && guideDocument.read(new TextDecoder().decode(join(record, slots)));
  return found ? [...guideDocument.weights(found)].map(([token, weight]) => Math.min(weight, 35).toString(36) + token).join(" ") : "";
}

async function held() {
  const [state] = await read(guide(), ["state"], store => [store.get("state")]);
  return state?.locales[folder];
}

// Yield [paths, records, slots] of all pages.
async function* batches(space) {
  for (let last = [space]; last;) {
    const range = IDBKeyRange.bound(last, [space, []], true);
    const [keys, records, texts] = await read(guide(), ["records", "slots"], (store, slots) => [store.getAllKeys(range, BATCH), store.getAll(range, BATCH), slots.get(space)]);
    const pages = keys.map(([, path], i) => [path, records[i]]).filter(([path, record]) => /\.html$/.test(path) && !record.digest);
    yield [pages, split(texts)];
    last = keys[BATCH - 1];
  }
}

const put = (map, token, entry) => { const list = map.get(token); if (list) list.push(entry); else map.set(token, [entry]); };

// Titles first, from the heads of the pages, then everything; it is searched meanwhile.
async function build({space, token}) {
  const made = memory = {space, words: new Map(), paths: new Map(), size: 0}, pages = [];
  for await (const [some, slots] of batches(space)) {
    for (const [path, record] of some) {
      const title = /<title>([^<]*)/.exec(new TextDecoder().decode(join(record.subarray(0, HEAD), slots)))?.[1], id = idOf(path);
      for (const word of new Set(guideTokens.tokens(title || ""))) put(made.words, word, TITLE + id);
      put(made.paths, id, path);
      made.size++;
    }
  }
  const words = new Map(), titles = made.words;
  made.lists = word => [...titles.get(word) || [], ...words.get(word) || []];
  made.tokens = () => new Set([...titles.keys(), ...words.keys()]);
  for await (const [some, slots] of batches(space)) {
    for (const [path, record] of some) {
      const weights = weightsOf(record, slots), id = idOf(path);
      if (!weights) continue;
      pages.push([path, {space, id, weights}]);
      for (const entry of weights.split(" ")) put(words, entry.slice(1), entry[0] + id);
    }
  }
  const rows = new Map();
  for (const [word, entries] of words) put(rows, rowOf(word), [word, grouped(entries)]);
  const [{locales}] = await read(guide(), ["state"], store => [store.get("state")]), kept = Object.values(locales).map(one => one.space);
  await write(index(), ["words", "pages", "state"], async (store, texts, state) => {
    for (const other of [...await answer(state.getAllKeys()), space].filter(other => other === space || !kept.includes(other))) {
      store.delete(within(other));
      texts.delete(within(other));
      state.delete(other);
    }
    for (const [row, entries] of rows) store.put(Object.fromEntries(entries), [space, row]);
    for (const [path, page] of pages) texts.put(page, [space, path]);
    state.put({token, size: pages.length}, space);
  });
  memory = null;
}

// The paths that updates changed since a token; null where it is not known which.
async function edited(space, from, to) {
  const paths = new Set();
  for (let step = 0; from !== to; step++) {
    const [edit] = await read(guide(), ["state"], store => [store.get(["edit", space, from])]);
    if (!edit?.[1] || step > MOST_STEPS) return null;
    edit[1].forEach(path => paths.add(path));
    from = edit[0];
  }
  return [...paths];
}

// Put pages as they are now in place of what is known of them.
async function mend(space, weights, token) {
  await write(index(), ["words", "pages", "state"], async (store, pages, state) => {
    const old = await Promise.all([...weights.keys()].map(path => answer(pages.get([space, path])))), changes = new Map();
    let size = (await answer(state.get(space))).size, at = 0;
    for (const [path, now] of weights) {
      const before = old[at++], id = idOf(path), was = new Set(before ? before.weights.split(" ") : []), is = new Set(now ? now.split(" ") : []);
      for (const entry of was) if (!is.has(entry)) put(changes, entry.slice(1), [entry[0] + id, false]);
      for (const entry of is) if (!was.has(entry)) put(changes, entry.slice(1), [entry[0] + id, true]);
      if (now) pages.put({space, id, weights: now}, [space, path]); else pages.delete([space, path]);
      size += !!now - !!before;
    }
    const rows = new Map();
    for (const word of changes.keys()) put(rows, rowOf(word), word);
    const texts = await Promise.all([...rows.keys()].map(row => answer(store.get([space, row]))));
    [...rows].forEach(([row, words], i) => {
      const text = texts[i] || {};
      for (const word of words) {
        const entries = entriesOf(Object.hasOwn(text, word) ? text[word] : "");
        for (const [entry, is] of changes.get(word)) if (is) entries.add(entry); else entries.delete(entry);
        if (entries.size) text[word] = grouped(entries); else delete text[word];
      }
      if (Object.keys(text).length) store.put(text, [space, row]); else store.delete([space, row]);
    });
    state.put({token: token || (await answer(state.get(space))).token, size}, space);
  });
}

// After an update whose pages are not known: all pages are compared.
async function compare({space, token}) {
  const [known] = await read(index(), ["pages"], pages => [pages.getAllKeys(within(space))]), left = new Set(known.map(([, path]) => path));
  for await (const [some, slots] of batches(space)) {
    some.forEach(([path]) => left.delete(path));
    await mend(space, new Map(some.map(([path, record]) => [path, weightsOf(record, slots)])));
  }
  await mend(space, new Map([...left].map(path => [path, ""])), token);
}

async function bring(now) {
  const [mine] = await read(index(), ["state"], store => [store.get(now.space)]);
  if (!mine) return build(now);
  if (mine.token === now.token) return undefined;
  const paths = await edited(now.space, mine.token, now.token);
  if (!paths) return compare(now);
  const [texts, ...records] = await read(guide(), ["slots", "records"], (slots, store) => [slots.get(now.space), ...paths.map(path => store.get([now.space, path]))]);
  const slots = split(texts), pages = paths.map((path, i) => [path, records[i]]).filter(([path]) => /\.html$/.test(path));
  await mend(now.space, new Map(pages.map(([path, record]) => [path, weightsOf(record, slots)])), now.token);
  return undefined;
}

// Two tabs do not do it at once; the second finds it done.
function current() {
  const next = work.catch(() => {}).then(() => navigator.locks.request(INDEX, async () => { const now = await held(); if (now) await bring(now); }));
  work = next;
  next.catch(error => { memory = null; console.warn(error); });
  return next;
}

// What is searched: the index, or while it is first made what there is of it.
async function source() {
  const busy = Symbol("busy"), wait = new Promise(done => { setTimeout(done, PATIENCE, busy); });
  const done = await Promise.race([current(), wait]), {space} = await held() || {}, mine = memory;
  if (done === busy && mine) {
    const lists = word => mine.lists ? mine.lists(word) : mine.words.get(word) || [], tokens = () => mine.tokens ? mine.tokens() : mine.words.keys();
    const prefixed = async start => byToken([...tokens()].filter(word => word.startsWith(start)).map(word => [word, grouped(new Set(lists(word)))]));
    return {space, preparing: true, size: mine.size, prefixed, vicinity: prefixed, postings: async words => new Map(words.filter(word => lists(word).length).map(word => [word, grouped(new Set(lists(word)))]))};
  }
  const [state] = await read(index(), ["state"], store => [store.get(space)]);
  const prefixed = async start => {
    const whole = start && [...start].length >= lettersOf(start), range = whole ? [space, rowOf(start)] : IDBKeyRange.bound([space, start], [space, start + "\uffff"]);
    const [rows] = await read(index(), ["words"], store => [store.getAll(range)]);
    return byToken(rows.flatMap(Object.entries).filter(([word]) => word.startsWith(start)));
  };
  return {
    space, prefixed, vicinity: prefixed, size: state?.size || 0, preparing: done === busy,
    async postings(words) {
      const rows = await read(index(), ["words"], store => words.map(word => store.get([space, rowOf(word)])));
      return new Map(words.flatMap((word, i) => rows[i] && Object.hasOwn(rows[i], word) ? [[word, rows[i][word]]] : []));
    },
  };
}

const METHODS = {
  async open(name) {
    folder = name;
    if (!await held().catch(() => null)) return false;
    current();
    return true;
  },
  async search(query) {
    const from = await source();
    return {...await guideEngine.search(from, query), preparing: from.preparing};
  },
  nearest: async query => guideEngine.nearest(await source(), query),
  async documents(ids) {
    const {space} = await held(), mine = memory;
    const keys = mine ? ids.map(id => (mine.paths.get(id) || []).map(path => [space, path])) : await read(index(), ["pages"], store => ids.map(id => store.index("id").getAllKeys([space, id])));
    const [texts, ...records] = await read(guide(), ["slots", "records"], (slots, store) => [slots.get(space), ...keys.flat().map(key => store.get(key))]), slots = split(texts);
    let at = 0;
    return keys.map(some => some.flatMap(([, path]) => {
      const record = records[at++], found = record && guideDocument.read(new TextDecoder().decode(join(record, slots)));
      return found ? [{path, ...found}] : [];
    }));
  },
};

addEventListener("message", async ({data: [number, method, value]}) => {
  try { postMessage([number, await METHODS[method](value)]); } catch (error) { postMessage([number, null, String(error)]); }
});
