// A since-file is decoded and checked, then all of it shows at once, or nothing.
(function (guide) {
"use strict";

const LIMIT = 100000, SMALL = 1500, PAGE = 2500, PAUSE = 600000;
const {failure, take, tell} = guide;
const bytesOf = text => new TextEncoder().encode(text);
const unhex = text => Uint8Array.from(text.match(/../g), pair => parseInt(pair, 16));

const one = async (store, key) => (await guide.read([store], s => [s.get(key)]))[0];

/** Fetch a file of an update; once found right it is remembered, and not paid twice. */
async function keepsake(key, path, options) {
  const old = await one("stage", key), file = old || await take(path, options);
  if (!file) return {head: {to: key[2]}};
  const [head, at] = await guide.headOf(file).catch(() => { throw failure("unknown", path); });
  if (head.v !== 1) throw failure("newer");
  return {file, head, at, old, right: () => old || guide.change(["stage"], stage => { stage.put(file, key); })};
}

async function chain(code, token) {
  const {since} = JSON.parse(guide.text(await guide.inflate([await take(`updates/${code}/sizes.bin`)])));
  let sum = 0;
  for (let seen = 0, row; (row = since[token]) && row[0] !== token && seen < 1000; seen++) { sum += row[1]; token = row[0]; }
  return sum;
}

/** Work out what leads from a locale's token to the newest; a record that goes is null. */
async function advance(held, budget, wanted, cache) {
  const {code, space} = held, out = {held, token: held.token, slots: guide.split(await one("slots", space)), records: new Map(), files: new Map(), foreign: held.foreign, seen: new Set()};
  const record = async path => out.records.has(path) ? out.records.get(path) || undefined : one("records", [space, path]);
  for (;;) {
    out.seen.add(out.token);
    const tag = out.token === held.token && cache === "no-cache" && held.tag, afford = size => size <= Math.max(budget.left, SMALL);
    const {file, head, at, old, right} = await keepsake(["since", code, out.token], `updates/${code}/since/${out.token}.bin`, {afford, tag, cache: tag ? "default" : cache}).catch(async error => {
      if (error.code === "dear") budget.spend(await chain(code, out.token));
      throw error.code === "missing" ? failure("unknown", "missing") : error;
    });
    if (head.to === out.token) {
      out.tag = file && file.tag;
      break;
    }
    const rows = head.pages || [], packs = head.packs || [], gone = head.gone || [];
    if (head.epoch && head.epoch !== held.epoch || out.foreign.length && (head.slots || packs.length || rows.some(row => out.foreign.includes(Array.isArray(row[1]) ? row[1][0] : row[0])))) throw failure("unknown");
    const step = await guide.decode(file, head, at, out.slots, record).catch(() => { throw failure("unknown"); });
    if ((head.slots || rows.length) && step.sum !== head.sum) throw failure("unknown");
    await right();
    budget.spend(guide.total(packs, row => row[1]) + (wanted ? guide.total(head.files || [], row => row[1]) : 0) + (head.more && budget.left < Infinity ? await chain(code, head.to) : 0));
    const skip = new Set([...rows.map(row => row[0]), ...gone, ...head.keep || []]);
    for (const [name, , sum] of packs) {
      const pack = await keepsake(["pack", code, name], `updates/${code}/changes/${name}.bin`);
      const more = await guide.decode(pack.file, pack.head, pack.at, out.slots, record, path => !skip.has(path));
      if (more.sum !== sum) throw failure("unknown");
      await pack.right();
      more.records.forEach((bytes, path) => step.records.set(path, bytes));
    }
    (head.slots || []).forEach((n, i) => { out.slots[n] = step.texts[i]; });
    step.records.forEach((bytes, path) => out.records.set(path, bytes));
    for (const [path, size, digest] of head.files || []) { out.files.set(path, {size, digest}); out.records.delete(path); }
    for (const path of gone) { out.records.set(path, null); out.files.set(path, null); }
    out.token = head.to;
    if (!head.more && !old || out.seen.has(out.token)) break;
  }
  return out;
}

const digestOf = async rows => guide.hex(guide.concat(rows.flatMap(([path, sha]) => [bytesOf(path + "\0"), sha])), 12);
const order = path => String.fromCharCode(...bytesOf(path));
const sorted = map => [...map].sort(([a], [b]) => order(a) < order(b) ? -1 : 1);

/** Part what the device would serve into a list's buckets. */
async function parted(space, list, slots) {
  let start = 0;
  const buckets = list.buckets.map(row => { const from = start; start += 2 ** (16 - row[0]); return {row, from, held: new Map()}; });
  const put = async (path, sha) => {
    const key = await guide.sha(bytesOf(path)), place = key[0] << 8 | key[1];
    buckets.findLast(({from}) => from <= place).held.set(path, sha);
  };
  for (let last = [space]; last;) {
    const range = IDBKeyRange.bound(last, [space, []], true), [keys, records] = await guide.read(["records"], s => [s.getAllKeys(range, 500), s.getAll(range, 500)]);
    await Promise.all(keys.map(async (key, i) => put(key[1], await guide.sha(guide.join(records[i], slots)))));
    last = keys[499];
  }
  const [keys, rows] = await guide.read(["pictures"], s => [s.getAllKeys(guide.within(space)), s.getAll(guide.within(space))]);
  await Promise.all(keys.map((key, i) => put(key[1], unhex(rows[i].digest))));
  return buckets;
}

/** Find what differs by digests: the way of an unknown token. */
async function resync(held, budget, missing) {
  const {code, space} = held, folder = `updates/${code}/`, list = await guide.listOf(code);
  const out = {held, token: list.token, records: new Map(), files: new Map(), foreign: [...held.foreign], count: list.pages};
  if (missing && list.token === held.token) return out;
  if (list.epoch !== held.epoch) { budget.spend(list.bytes); return {...out, anew: true}; }
  let texts = await one("slots", space);
  if (await guide.hex(texts, 12) !== list.chrome[0]) {
    budget.spend(list.chrome[1]);
    texts = await guide.named(folder + "chrome", list.chrome[0]);
  }
  out.slots = guide.split(texts);
  const differing = [];
  for (const bucket of await parted(space, list, out.slots)) if (await digestOf(sorted(bucket.held)) !== bucket.row[1]) differing.push(bucket);
  budget.spend(guide.total(differing, ({row}) => row[5]));
  await guide.each(differing, async bucket => {
    const [rows, digests] = guide.unpack(await guide.inflate([await take(`${folder}index/${bucket.row[1]}.bin`)])), left = new Set(bucket.held.keys());
    bucket.wanted = [];
    rows.forEach((row, i) => {
      const path = Array.isArray(row) ? row[0] : row, own = bucket.held.get(path), digest = digests.subarray(6 * i, 6 * i + 6);
      left.delete(path);
      if (!own || digest.some((byte, k) => byte !== own[k])) bucket.wanted.push(path);
      bucket.files = bucket.files || Array.isArray(row) && bucket.wanted.includes(path);
    });
    bucket.gone = left;
    bucket.cost = bucket.files ? Infinity : bucket.wanted.length * PAGE;
    bucket.whole = bucket.cost < bucket.row[3];
  });
  budget.spend(guide.total(differing, ({cost, row}) => Math.min(cost, row[3])));
  let honest = true; // until a page is not the one that was published
  await guide.each(differing, async ({row, held: own, wanted, gone, whole}) => {
    for (const path of gone) { own.delete(path); out.records.set(path, null); out.files.set(path, null); }
    if (honest && whole) {
      const pages = await Promise.all(wanted.map(async path => [path, await take(path)]));
      for (const [path, bytes] of pages) own.set(path, await guide.sha(bytes));
      honest = await digestOf(sorted(own)) === row[1];
      if (honest) return pages.forEach(([path, bytes]) => { out.records.set(path, bytes); out.foreign.push(path); });
    }
    const {records, files} = guide.packed(await guide.named(folder + "packs", row[2]));
    records.forEach((bytes, path) => out.records.set(path, bytes));
    files.forEach((file, path) => out.files.set(path, file));
    out.foreign = out.foreign.filter(path => !records.has(path));
  });
  return out;
}

/** By token, on damage once more past caches, at last by digests. */
async function plan(held, budget, wanted) {
  let missing = false;
  const [count] = await guide.read(["records"], s => [s.count(guide.within(held.space))]);
  for (const cache of count === held.count ? ["no-cache", "reload"] : []) {
    try { return await advance(held, budget, wanted, cache); } catch (error) {
      if (error.code !== "unknown") throw error;
      if (missing = error.message === "missing") break;
    }
  }
  return resync(held, budget, missing);
}

async function commit(outs, wanted) {
  if (wanted) await guide.fetchFiles(outs.flatMap(out => [...out.files].filter(([, row]) => row)), () => {});
  const open = await Promise.all((await clients.matchAll({type: "window", includeUncontrolled: true})).filter(({url}) => url.startsWith(guide.root.href)).map(client => page(client.url)));
  const changed = [], news = [];
  for (const out of outs) {
    const {held: {space}, records, slots} = out, paths = [...records.keys()];
    const here = new Set((await guide.read(["records"], s => paths.map(path => s.getKey([space, path])))).filter(Boolean).map(key => key[1]));
    out.count = out.count || out.held.count + paths.reduce((sum, path) => sum + !!records.get(path) - here.has(path), 0);
    for (const [path, record] of records) {
      if (!record || !path.endsWith(".html")) continue;
      const [, title = ""] = /<h1[^>]*>([^]*?)<\/h1>/.exec(new TextDecoder().decode(guide.join(record, slots))) || [];
      if (title) news.push({path, title: title.replace(/<[^>]*>/g, "").trim(), fresh: !here.has(path)});
    }
    for (const {path, row} of open) {
      if (!row || row.space !== space) continue;
      const next = records.has(path) ? records.get(path) : row.record;
      if (!next || await guide.hex(guide.join(next, slots), 32) !== await guide.hex(guide.join(row.record, row.slots), 32)) changed.push(path);
    }
  }
  const leaves = news.filter(({path}) => !news.some(other => other.path !== path && other.path.startsWith(path.replace(/index\.html$/, ""))));
  await guide.change(["records", "pictures", "slots", "stage"], (records, pictures, slots, stage, state) => {
    const locales = {...state.locales};
    for (const out of outs) {
      const {space, code} = out.held;
      for (const [path, bytes] of out.records) bytes ? records.put(bytes, [space, path]) : records.delete([space, path]);
      for (const [path, row] of out.files) {
        if (row) { pictures.put(row, [space, path]); records.delete([space, path]); } else pictures.delete([space, path]);
      }
      slots.put(guide.glue(out.slots), space);
      stage.delete(IDBKeyRange.bound(["since", code], ["since", code, []]));
      stage.delete(IDBKeyRange.bound(["pack", code], ["pack", code, []]));
      locales[code] = {...out.held, token: out.token, tag: out.tag, count: out.count, foreign: [...new Set(out.foreign)].filter(path => out.records.get(path) !== null)};
    }
    return {locales, generation: state.generation + 1, news: leaves.length ? leaves.slice(0, 50) : state.news};
  });
  if (outs.some(out => out.files.size)) await guide.sweep();
  return changed;
}

async function page(url) {
  const path = guide.relative(url).replace(/(^|\/)$/, "$1index.html");
  return {path, row: (await guide.look(path)).rows.find(row => row.record)};
}

/** Bring all locales up to date; what is dearer than the limit waits. */
async function update({asked, saving}) {
  const state = await guide.state(), wanted = state.pictures, outs = [];
  const budget = {left: asked ? Infinity : saving ? 0 : state.limit === undefined ? LIMIT : state.limit, spend(n) { this.need += n; if ((this.left -= n) < 0) throw failure("dear"); }};
  let pending = 0;
  for (const held of Object.values(state.locales)) {
    budget.need = 0;
    try { outs.push(await plan(held, budget, wanted)); } catch (error) {
      if (error.code !== "dear") throw error;
      pending += budget.need;
    }
  }
  if (pending) return {pending};
  const moved = outs.filter(out => out.token !== out.held.token || out.records.size || out.files.size), now = moved.filter(out => !out.anew);
  if (moved.length) tell({state: "updating"});
  const tags = outs.filter(out => out.token === out.held.token && out.tag);
  if (tags.length) await guide.change([], state => ({locales: {...state.locales, ...Object.fromEntries(tags.map(({held, tag}) => [held.code, {...held, tag}]))}}));
  const changed = now.length ? await commit(now, wanted) : [];
  if (now.length < moved.length) await guide.install({locales: moved.filter(out => out.anew).map(out => out.held.code), pictures: wanted, anew: true});
  return {pending: 0, changed};
}

async function report(more) {
  const {locales, installing, news, limit = LIMIT, pictures, published} = await guide.state();
  return {state: Object.keys(locales).length ? "ready" : "none", error: "", locales, installing, news, limit, pictures, published, changed: [], ...more};
}

/** Run a job alone and tell how it ends; unasked it keeps quiet about a missing network. */
const job = (wait, state, work) => guide.alone(wait, async () => {
  guide.begin();
  tell({state, error: "", done: 0, total: 0});
  try { tell(await report(await work())); } catch (error) {
    const {code = error.name === "QuotaExceededError" ? "space" : "broken"} = error, still = code === "paused" || code === "network" && !wait;
    if (code === "newer" || code === "missing") registration.update().catch(() => {});       // newer code, or the one that says farewell
    console.warn(error);
    tell(await report(still ? {} : {state: "failed", error: code}));
  }
});

async function leave() {
  await guide.drop();
  await registration.unregister();
  tell({state: "none", locales: {}, installing: null, news: null, pending: 0});
}

const JOBS = {
  install: ({locales, pictures}) => job(true, "installing", async () => { await guide.install(locales ? {locales, pictures} : {}); return update({}); }),
  update: ({asked, saving}) => job(asked, "checking", () => update({asked, saving})),
  remove: () => { guide.pause(); return guide.alone(true, leave); },
  pause: async () => { await guide.change([], ({installing}) => installing && {installing: {...installing, paused: true}}); guide.pause(); },
  limit: ({limit}) => guide.amend({limit}),
  async opened({fresh, saving}) {
    const {installing, locales, checked = 0} = await guide.state();
    if (installing && !installing.paused) return JOBS.install({});
    if (!Object.keys(locales).length || !fresh && Math.abs(Date.now() - checked) < PAUSE) return undefined;
    await guide.amend({checked: Date.now()});
    return JOBS.update({asked: false, saving});
  },
};

guide.handle = async ({job: name, ...data}, answer) => {
  const {state, done, total, error, pending} = guide.now, told = ["installing", "checking", "updating", "failed"].includes(state) ? {state, done, total, error} : {};
  answer({...await report(), ...told, pending});
  if (Object.hasOwn(JOBS, name)) await JOBS[name](data);
};
guide.update = JOBS.update;
})(self.guideOffline);
