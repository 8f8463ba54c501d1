// All of a since-file shows, or nothing.
"use strict";

const LIMIT = 100000, SMALL = 1500, PAGE = 2500, PAUSE = 600000;

// Once found right it is remembered, and not paid twice.
async function keepsake(key, path, options) {
  const old = await ask("stage", "get", key), file = old || await take("updates/" + path, options);
  if (!file) return {head: {to: key[2]}, tag: options.tag};
  const [head, at] = await headOf(file).catch(() => { throw failure("unknown"); });
  if (head.v !== 1) throw failure("newer");
  return {file, head, at, old, tag: file.tag, right: () => old || change(["stage"], stage => { stage.put(file, key); })};
}

// All steps together.
async function costOf(code, token) {
  const {since} = await table(code + "/sizes.bin");
  let sum = 0;
  for (let seen = 0, row; (row = since[token]) && row[0] !== token && seen < 1000; seen++) { sum += row[1]; token = row[0]; }
  return sum;
}

// By since-files; a record that goes is null.
async function advance(held, budget, wanted, cache) {
  const {code, space, foreign} = held, records = new Map(), slots = split(await ask("slots", "get", space)), seen = new Set();
  const record = async path => records.has(path) ? records.get(path) || undefined : ask("records", "get", [space, path]);
  let token = held.token, tag, whole;
  for (let more = true; more && !seen.has(token);) {
    seen.add(token);
    const first = token === held.token, dear = first ? Math.max(budget.left, SMALL) : Infinity;
    const options = first && held.tag && cache === "no-cache" ? {dear, tag: held.tag, cache: "default"} : {dear, cache};
    const {file, head, at, old, right, ...since} = await keepsake([code, "since", token], `${code}/since/${token}.bin`, options).catch(async error => {
      if (error.why === "dear") budget.spend(await costOf(code, token));
      throw error.why === "missing" ? failure("unknown", "missing") : error;
    });
    tag = head.to === token ? since.tag : undefined;
    if (head.to === token) break;
    const {pages = [], packs = [], gone = [], keep = [], files = []} = head, rows = pages.map(partsOf);
    if (foreign && (head.slots || packs.length) || head.epoch && head.epoch !== held.epoch) throw failure("unknown"); // its records may be others
    const step = await decode(file, head, at, slots, record).catch(() => { throw failure("unknown"); });
    if ((head.slots || rows.length) && step.sum !== head.sum) throw failure("unknown");
    await right();
    more = head.more || old;
    if (first) budget.spend(total(packs, row => row[1]) + (more && budget.left < Infinity ? await costOf(code, head.to) : 0));
    if (wanted) budget.spend(total(files, row => row[1]));
    const skip = new Set([...rows.map(([path]) => path), ...gone, ...keep]);
    for (const [name, , sum] of packs) {
      const pack = await keepsake([code, "pack", name], `${code}/changes/${name}.bin`).catch(error => { throw old && error.why === "missing" ? failure("unknown") : error; });
      const other = await decode(pack.file, pack.head, pack.at, slots, record, path => !skip.has(path)).catch(() => ({}));
      if (other.sum !== sum) throw failure("unknown");
      await pack.right();
      other.records.forEach((bytes, path) => step.records.set(path, bytes));
    }
    whole ||= head.slots;
    head.slots?.forEach((n, i) => { slots[n] = step.texts[i]; });
    step.records.forEach((bytes, path) => records.set(path, bytes));
    for (const [path, size, digest] of files) records.set(path, {size, digest});
    for (const path of gone) records.set(path, null);
    token = head.to;
  }
  return {held, token, tag, slots, records, foreign, whole};
}

const digestOf = async map => {
  const rows = [...map].map(([path, sha]) => [bytesOf(path), sha]), name = ([path]) => String.fromCharCode(...path);
  rows.sort((a, b) => name(a) < name(b) ? -1 : 1);
  return hex(concat(rows.flatMap(([path, sha]) => [path, Uint8Array.of(0), sha])), 12);
};

// What the device would serve, by bucket.
async function parted(held, list, slots) {
  let start = 0;
  const {space} = held, buckets = list.buckets.map(row => ({row, from: (start += 2 ** (16 - row[0])) - 2 ** (16 - row[0]), own: new Map()}));
  for (let last = [space]; last;) {
    const range = IDBKeyRange.bound(last, [space, []], true), [keys, records] = await read(["records"], store => [store.getAllKeys(range, 500), store.getAll(range, 500)]);
    await Promise.all(keys.map(async ([, path], i) => {
      const [high, low] = await sha(bytesOf(path)), {own} = buckets.findLast(({from}) => from <= (high << 8 | low)), {digest} = records[i];
      own.set(path, digest ? Uint8Array.from(digest.match(/../g), pair => parseInt(pair, 16)) : await sha(join(records[i], slots)));
    }));
    last = keys[499];
  }
  return buckets;
}

// By digests: the way of an unknown token.
async function resync(held, budget, missing) {
  const {code, space} = held, list = await table(code + "/list.bin"), records = new Map();
  const out = {held, token: list.token, records, foreign: true, count: list.pages + list.files[0]};
  if (missing && list.token === held.token) return {...out, tag: held.tag};
  if (list.epoch !== held.epoch) { budget.spend(list.bytes); return {...out, anew: true}; }
  let texts = await ask("slots", "get", space) || NOTHING;
  if (await hex(texts, 12) !== list.chrome[0]) {
    budget.spend(list.chrome[1]);
    texts = await named(code + "/chrome", list.chrome[0]);
  }
  out.slots = split(texts);
  const differing = [];
  for (const bucket of await parted(held, list, out.slots)) if (await digestOf(bucket.own) !== bucket.row[1]) differing.push(bucket);
  budget.spend(total(differing, ({row}) => row[5]));
  await each(differing, async bucket => {
    const [rows, digests] = unpack(await inflate([await take(`updates/${code}/index/${bucket.row[1]}.bin`)])), left = new Set(bucket.own.keys());
    bucket.wanted = [];
    rows.forEach((row, i) => {
      const [path, size] = [row].flat(), own = bucket.own.get(path);
      left.delete(path);
      if (own && digests.subarray(6 * i, 6 * i + 6).every((byte, k) => byte === own[k])) return;
      bucket.wanted.push(path);
      if (size !== undefined) bucket.whole = true; // its row stands only in the pack
    });
    bucket.gone = left;
    const cost = bucket.whole ? Infinity : bucket.wanted.length * PAGE;
    bucket.whole = cost >= bucket.row[3];
    bucket.cost = Math.min(cost, bucket.row[3]);
  });
  budget.spend(total(differing, ({cost}) => cost));
  let honest = true; // until a page is not the one that was published
  await each(differing, async ({row, own, wanted, gone, whole}) => {
    for (const path of gone) { own.delete(path); records.set(path, null); }
    if (honest && !whole) {
      const pages = await Promise.all(wanted.map(async path => [path, await take(path)]));
      for (const [path, bytes] of pages) own.set(path, await sha(bytes));
      honest = await digestOf(own) === row[1];
      if (honest) return pages.forEach(([path, bytes]) => records.set(path, bytes));
    }
    const pack = packed(await named(code + "/packs", row[2]));
    pack.forEach((record, path) => records.set(path, record));
  });
  return out;
}

async function plan(held, budget, wanted) {
  const [count, slots] = await read(["records", "slots"], (records, slots) => [records.count(within(held.space)), slots.count(held.space)]);
  let missing = false;
  for (const cache of slots && count === held.count ? ["no-cache", "reload"] : []) {
    try { return await advance(held, budget, wanted, cache); } catch (error) {
      if (error.why !== "unknown") throw error;
      if (missing = error.message === "missing") break;
    }
  }
  return resync(held, budget, missing);
}

async function commit(outs, wanted) {
  if (wanted) await fetchFiles(outs.flatMap(out => [...out.records].filter(([, record]) => record?.digest)));
  const pages = [], gone = new Set();
  for (const out of outs) {
    const {held: {space, count}, records, slots} = out, paths = [...records.keys()];
    const here = await read(["records"], store => paths.map(path => store.getKey([space, path])));
    out.count ||= count + total(paths, path => !!records.get(path)) - here.filter(key => key).length;
    for (const [path, record] of records) {
      gone.add(path);
      const title = record && path.endsWith(".html") && /<h1[^>]*>([^]*?)<\/h1>/.exec(textOf(join(record, slots)))?.[1];
      if (title) pages.push({path, title});
    }
  }
  const news = pages.filter(({path}) => !pages.some(other => other.path !== path && other.path.startsWith(path.replace(/index\.html$/, "")))); // no lists of them
  await change(["records", "slots", "stage", "state"], (store, texts, stage, edits, state) => {
    const locales = {...state.locales};
    for (const {held, token, tag, count, foreign, slots, records, whole} of outs) {
      const {space, code} = held;
      records.forEach((record, path) => record ? store.put(record, [space, path]) : store.delete([space, path]));
      texts.put(glue(slots), space);
      stage.delete(within(code));
      edits.put([token, foreign || whole ? 0 : [...records.keys()]], ["edit", space, held.token]);
      locales[code] = {...held, token, tag, count, foreign};
    }
    return {locales, generation: state.generation + 1, news: [...news, ...(state.news || []).filter(({path}) => !gone.has(path))].slice(0, 50)};
  });
  await sweep();
  return {fresh: news.length};
}

// What is dearer than the limit waits.
async function update({asked, saving}) {
  const {locales, limit = LIMIT, pictures: wanted} = await stateOf(), outs = [];
  const budget = {left: asked ? Infinity : saving ? 0 : limit, spend(n) { this.need += n; if ((this.left -= n) < 0) throw failure("dear"); }};
  let pending = 0;
  for (const held of Object.values(locales)) {
    budget.need = 0;
    try { outs.push(await plan(held, budget, wanted)); } catch (error) {
      if (error.why !== "dear") throw error;
      pending += budget.need;
    }
  }
  await amend({checked: Date.now()});
  if (pending) return {pending};
  const moved = outs.filter(({held, token, tag, records}) => token !== held.token || tag !== held.tag || records.size), anew = moved.filter(out => out.anew);
  if (moved.length) tell({state: "updating"});
  const done = moved.length > anew.length ? await commit(moved.filter(out => !out.anew), wanted) : {};
  if (anew.length) await install({locales: anew.map(out => out.held.code), pictures: wanted, anew: true});
  return {pending: 0, ...done};
}

async function report(more) {
  const {locales, installing, news, limit = LIMIT} = await stateOf();
  return {state: Object.keys(locales).length ? "ready" : "none", error: "", locales, installing, news, limit, fresh: 0, ...more};
}

// Unasked it says nothing of a missing network.
const job = (wait, state, work) => alone(wait, async () => {
  stop = new AbortController();
  tell({state, error: "", done: 0, total: 0});
  try { tell(await report(await work())); } catch (error) {
    const why = error.why || (error.name === "QuotaExceededError" ? "space" : error instanceof DOMException ? "broken" : "wrong"), quiet = why === "paused" || why === "network" && !wait;
    if (/newer|missing/.test(why) && !registration.installing && !registration.waiting) registration.update().catch(() => {}); // newer code, or a farewell
    console.warn(error);
    tell(await report(!quiet && {state: "failed", error: why}));
  }
});

const JOBS = {
  resume: data => JOBS.install(data),
  install: ({locales, pictures, asked}) => job(locales || asked, "installing", async () => { await install(locales ? {locales, pictures} : {}); return update({}); }),
  update: ({asked, saving}) => job(asked, "checking", () => update({asked, saving})),
  async pause() { await change([], ({installing}) => installing && {installing: {...installing, paused: true}}); stop.abort(); },
  limit: ({limit}) => amend({limit}),
  remove() {
    stop.abort();
    return alone(true, async () => {
      await drop();
      await registration.unregister();
      tell(await report({pending: 0}));
    });
  },
  async opened({fresh, saving}) {
    const {installing, locales, checked = 0} = await stateOf();
    if (installing && !installing.paused) return JOBS.install({});
    if (!Object.keys(locales).length || !fresh && Math.abs(Date.now() - checked) < PAUSE) return undefined;
    return JOBS.update({saving});
  },
};

async function handle({job: name, ...data}, page) {
  const {state, error, ...more} = now;
  page?.postMessage({...more, ...await report(/ing$|failed/.test(state) && {state, error})});
  await JOBS[name]?.(data);
}
