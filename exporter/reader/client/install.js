// Files from the host, and the install: pack by pack, so that a cut costs only what was under way.
(function (guide) {
"use strict";

const STALL = 20000, HANDS = 4, MB = 1 << 20;
const channel = new BroadcastChannel(guide.name);
let stop = new AbortController(), told = 0;
guide.now = {};

function tell(values) {
  const quiet = "done" in values && values.done < values.total && Date.now() - told < 100;
  Object.assign(guide.now, values);
  if (!quiet) { told = Date.now(); channel.postMessage(guide.now); }
}

const failure = (code, message) => Object.assign(new Error(message || code), {code});

/** Fetch a file; refuses stalls, too many bytes, HTML in place of a file, and what `afford` refuses. */
async function take(path, {most = 64 * MB, got = () => {}, afford = () => true, cache = "reload", tag} = {}) {
  const control = new AbortController(), parts = [], quit = () => control.abort();
  let size = 0, timer;
  const wait = () => { clearTimeout(timer); timer = setTimeout(quit, STALL); };
  stop.signal.addEventListener("abort", quit);
  if (stop.signal.aborted) quit();
  try {
    wait();
    const headers = {"accept-language": "*", ...tag && {"if-none-match": tag}};
    const response = await fetch(guide.address(path), {cache, headers, credentials: "omit", referrerPolicy: "no-referrer", signal: control.signal});
    if (response.status === 304) return null;
    const html = /^text\/html/.test(response.headers.get("content-type")) && !/\.html$/.test(path);
    if (response.status === 404 || response.status === 410 || html) throw failure("missing", path);
    if (!response.ok || !afford(+response.headers.get("content-length"))) throw failure(response.ok ? "dear" : "network", path);
    for (const reader = response.body.getReader(); ;) {
      wait();
      const {done, value} = await reader.read();
      if (done) return Object.assign(guide.concat(parts), {tag: response.headers.get("etag")});
      size += value.length;
      if (size > most) throw failure("wrong", path);
      parts.push(value);
      got(value.length);
    }
  } catch (error) {
    throw stop.signal.aborted ? failure("paused") : error.code && typeof error.code === "string" ? error : failure("network", `${path}: ${error.message}`);
  } finally {
    clearTimeout(timer);
    stop.signal.removeEventListener("abort", quit);
    control.abort();
  }
}

async function named(folder, name, got) {
  const bytes = await take(`${folder}/${name}.bin`, {got}).then(file => guide.inflate([file]));
  if (await guide.hex(bytes, 12) !== name) throw failure("wrong", `${folder}/${name}`);
  return bytes;
}

async function listOf(code) {
  const list = JSON.parse(guide.text(await guide.inflate([await take(`updates/${code}/list.bin`, {most: 16 * MB})])));
  if (list.v !== 1) throw failure("newer");
  return list;
}

/** Run `work` over rows, a few at a time; one that fails keeps none from ending. */
async function each(rows, work) {
  const queue = [...rows], failed = [];
  await Promise.all(Array.from({length: HANDS}, async () => {
    while (queue.length && !stop.signal.aborted) await work(queue.shift()).catch(error => failed.push(error));
  }));
  if (stop.signal.aborted) throw failure("paused");
  if (failed.length) throw failed[0];
}

async function keep(space, name, bytes) {
  const pack = guide.packed(bytes);
  await guide.change(["records", "pictures", "stage"], (records, pictures, stage) => {
    pack.records.forEach((record, path) => records.put(record, [space, path]));
    pack.files.forEach((file, path) => pictures.put(file, [space, path]));
    stage.put([...pack.records.keys(), ...pack.files.keys()], [space, name]);
  });
}

/** Fetch the packs that lack; those of another build go first. */
async function fill(code, list, space, got) {
  const names = new Set(list.buckets.map(row => row[2])), [here] = await guide.read(["stage"], s => [s.getAllKeys(guide.within(space))]);
  for (const key of here.filter(key => !names.has(key[1]))) {
    const [paths] = await guide.read(["stage"], s => [s.get(key)]);
    await guide.change(["records", "pictures", "stage"], (records, pictures, stage) => {
      for (const path of paths) { records.delete([space, path]); pictures.delete([space, path]); }
      stage.delete(key);
    });
  }
  const missing = await lacking(list, space);
  await each(missing, async row => keep(space, row[2], await named(`updates/${code}/packs`, row[2], got)));
}

async function lacking(list, space) {
  const [here] = await guide.read(["stage"], s => [s.getAllKeys(guide.within(space))]), have = new Set(here.map(key => key[1]));
  return list.buckets.filter(row => !have.has(row[2]));
}

/** Fetch other files, which lie under their digest: nothing shows before its row does. */
async function fetchFiles(rows, got) {
  const [here] = await guide.read(["files"], s => [s.getAllKeys()]), have = new Set(here), wanted = new Map();
  for (const [path, {digest}] of rows) if (!have.has(digest)) wanted.set(digest, path);
  await each(wanted, async ([digest, path]) => {
    const bytes = await take(path, {got});
    if (await guide.hex(bytes, 12) !== digest) throw failure("wrong", path);
    await guide.change(["files"], files => { files.put(bytes, digest); });
  });
}

async function room(bytes) {
  const {quota = Infinity, usage = 0} = navigator.storage && navigator.storage.estimate ? await navigator.storage.estimate() : {};
  if (bytes * 1.2 > quota - usage) throw failure("space");
}

/** Install what the state asks for, texts first. */
async function install(wish) {
  const before = await guide.state(), want = {...before.installing, ...wish, paused: false}, plans = [];
  const published = JSON.parse(guide.text(await take("updates/chains.json", {most: 16 * MB})));
  const codes = Object.keys(published.chains), prefixOf = code => code === codes[0] ? "" : code + "/";
  if (published.v !== 1) throw failure("newer");
  await guide.amend({installing: want, published: codes});
  let done = 0, total = 0, stored = 0;
  const got = n => tell({state: "installing", done: done += n, total});
  for (const code of want.locales.filter(code => codes.includes(code) && (want.anew || !before.locales[code]))) {
    const list = await listOf(code), space = `${code} ${list.epoch}`;
    total += list.chrome[1] + guide.total(await lacking(list, space), row => row[3]);
    stored += list.stored;
    plans.push({code, list, space});
  }
  await room(stored);
  tell({state: "installing", done, total});
  for (const plan of plans) {
    plan.slots = await named(`updates/${plan.code}/chrome`, plan.list.chrome[0], got);
    await fill(plan.code, plan.list, plan.space, got);
  }
  await guide.change(["slots", "stage"], (slots, stage, state) => {
    const locales = {...state.locales};
    for (const {code, list, space, slots: texts} of plans) {
      slots.put(texts, space);
      stage.delete(guide.within(space));
      locales[code] = {token: list.token, epoch: list.epoch, space, code, prefix: prefixOf(code), count: list.pages, foreign: []};
    }
    return {locales, pictures: want.pictures, generation: state.generation + 1, installing: want.pictures && want};
  });
  if (want.pictures) await pictures();
  await sweep();
}

async function pictures() {
  const rows = await rowsOf(Object.values((await guide.state()).locales)), sizes = new Map(rows.map(([, {digest, size}]) => [digest, size]));
  const [here] = await guide.read(["files"], s => [s.getAllKeys()]);
  here.forEach(digest => sizes.delete(digest));
  let done = 0;
  const total = guide.total([...sizes.values()], size => size);
  await room(total);
  await fetchFiles(rows, n => tell({state: "installing", done: done += n, total}));
  await guide.amend({installing: null});
}

async function rowsOf(locales) {
  const found = await guide.read(["pictures"], s => locales.flatMap(({space}) => [s.getAllKeys(guide.within(space)), s.getAll(guide.within(space))]));
  return locales.flatMap((_, i) => found[2 * i].map((key, k) => [key[1], found[2 * i + 1][k]]));
}

async function sweep() {
  const {locales, installing} = await guide.state(), held = Object.values(locales), spaces = new Set(held.map(({space}) => space));
  const named = new Set((await rowsOf(held)).map(([, {digest}]) => digest));
  const [files, slots] = await guide.read(["files", "slots"], (f, s) => [f.getAllKeys(), s.getAllKeys()]);
  await guide.change(["files", "slots", "records", "pictures"], (f, s, records, pictures) => {
    if (!installing) files.filter(digest => !named.has(digest)).forEach(digest => f.delete(digest));
    for (const space of slots.filter(space => !spaces.has(space))) [s, records, pictures].forEach(store => store.delete(store === s ? space : guide.within(space)));
  });
}

guide.pictureOf = async ({digest}) => (await guide.read(["files"], s => [s.get(digest)]))[0];

/** Stop what is under way; what has come stays. */
guide.pause = () => stop.abort();
guide.begin = () => { stop = new AbortController(); };

Object.assign(guide, {tell, failure, take, named, listOf, each, fetchFiles, room, install, sweep});
})(self.guideOffline);
