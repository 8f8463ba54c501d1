// Pack by pack: a cut costs only what was under way.
"use strict";

const STALL = 20000, HANDS = 4;
const channel = new BroadcastChannel(NAME);
let stop = new AbortController(), now = {}, later;

function tell(values) {
  const post = () => { later = clearTimeout(later); channel.postMessage(now); };
  Object.assign(now, values);
  if (values.done < values.total) later ||= setTimeout(post, 100); else post();
}

// Refuses stalls, too many bytes, HTML in place of a file, more than `dear`.
async function take(path, {most = MOST, dear = Infinity, got, cache = "reload", tag} = {}) {
  const control = new AbortController(), quit = () => control.abort();
  let timer;
  const wait = n => { clearTimeout(timer); timer = setTimeout(quit, STALL); if (n) got?.(n); };
  stop.signal.addEventListener("abort", quit, {signal: control.signal});
  try {
    if (stop.signal.aborted) quit();
    wait();
    const headers = {"accept-language": "*", ...tag && {"if-none-match": tag}};
    const response = await fetch(addressOf(path), {cache, headers, credentials: "omit", referrerPolicy: "no-referrer", signal: control.signal});
    if (response.status === 304) return null;
    const html = /^text\/html/.test(response.headers.get("content-type")) && !path.endsWith(".html");
    if ([404, 410].includes(response.status) || html) throw failure("missing", path);
    if (!response.ok) throw failure("network", path);
    if (response.headers.get("content-length") > dear) throw failure("dear");
    return Object.assign(await drain(response.body, most, wait), {tag: response.headers.get("etag")});
  } catch (error) {
    throw stop.signal.aborted ? failure("paused") : error.why ? error : failure("network", `${path}: ${error.message}`);
  } finally {
    clearTimeout(timer);
    control.abort();
  }
}

async function table(path) {
  const file = await take("updates/" + path);
  const found = JSON.parse(textOf(path.endsWith("bin") ? await inflate([file], MOST_HEAD) : file));
  if (found.v !== 1) throw failure("newer");
  return found;
}

// Pages get those of the script.
async function policies() {
  const {headers} = await fetch(location.href, {cache: "force-cache"});
  return {headers: [...headers].filter(([name]) => /policy$/.test(name))};
}

// A file named by its content.
async function named(path, name, got) {
  const bytes = await inflate([await take(`updates/${path}/${name}.bin`, {got})]);
  if (await hex(bytes, 12) !== name) throw failure("wrong", name);
  return bytes;
}

// One that fails keeps none from ending.
async function each(rows, work) {
  const queue = [...rows], failed = [];
  await Promise.all(Array.from({length: HANDS}, async () => {
    while (queue.length && !stop.signal.aborted) await work(queue.shift()).catch(error => failed.push(error));
  }));
  if (stop.signal.aborted) throw failure("paused");
  if (failed.length) throw failed[0];
}

// Drop the packs of another build; return the rows that lack.
async function lacking(list, space) {
  const names = new Set(list.buckets.map(row => row[2])), here = await ask("stage", "getAllKeys", within(space));
  for (const key of here.filter(key => !names.has(key[1]))) {
    const paths = await ask("stage", "get", key);
    await change(["records", "stage"], (records, stage) => {
      paths.forEach(path => records.delete([space, path]));
      stage.delete(key);
    });
  }
  return list.buckets.filter(row => !here.some(key => key[1] === row[2]));
}

const keep = (space, name, pack) => change(["records", "stage"], (records, stage) => {
  pack.forEach((record, path) => records.put(record, [space, path]));
  stage.put([...pack.keys()], [space, name]);
});

// Files lie under their digest: nothing shows before its row does.
async function fetchFiles(rows, got) {
  const here = new Set(await ask("files", "getAllKeys")), wanted = new Map(rows.map(([path, {digest}]) => [digest, path]));
  await each([...wanted].filter(([digest]) => !here.has(digest)), async ([digest, path]) => {
    const bytes = await take(path, {got});
    if (await hex(bytes, 12) !== digest) throw failure("wrong", path);
    await change(["files"], files => { files.put(bytes, digest); });
  });
}

async function room(bytes) {
  const {quota = Infinity, usage = 0} = await navigator.storage?.estimate?.() || {};
  if (bytes * 1.2 > quota - usage) throw failure("space");
}

async function install(wish) {
  const before = await stateOf(), want = {...before.installing, ...wish, paused: false}, plans = [];
  const {chains} = await table("chains.json"), codes = Object.keys(chains);
  await amend({installing: want, published: codes.length, ...!before.headers && await policies()});
  let done = 0, sum = 0, space = before.installing || want.anew || !want.pictures ? 0 : Math.max(...codes.map(code => chains[code].files[1]));
  const got = n => tell({state: "installing", done: done += n, total: sum});
  for (const code of codes.filter(code => want.locales.includes(code) && (want.anew || !before.locales[code]))) {
    const list = await table(code + "/list.bin"), key = `${code} ${list.epoch}`, rows = await lacking(list, key), bytes = total(rows, row => row[3]);
    sum += list.chrome[1] + bytes;
    space += list.stored * bytes / list.bytes;
    plans.push({code, list, space: key, rows});
  }
  await room(space);
  got(0);
  for (const plan of plans) {
    plan.slots = await named(plan.code + "/chrome", plan.list.chrome[0], got);
    await each(plan.rows, async row => keep(plan.space, row[2], packed(await named(plan.code + "/packs", row[2], got))));
  }
  await change(["slots", "stage"], (slots, stage, state) => {
    const locales = {...state.locales};
    for (const {code, list, space, slots: texts} of plans) {
      slots.put(texts, space);
      stage.delete(within(space));
      const prefix = chains[code].prefix;
      locales[code] = {code, space, prefix, token: list.token, epoch: list.epoch, count: list.pages + list.files[0]};
    }
    return {locales, pictures: want.pictures, generation: state.generation + 1, installing: want.pictures && want};
  });
  if (want.pictures) await pictures();
  await sweep();
}

async function pictures() {
  const rows = await rowsOf((await stateOf()).locales), here = new Set(await ask("files", "getAllKeys")), sizes = new Map(rows.map(([, {digest, size}]) => [digest, size]));
  let done = 0;
  const sum = total([...sizes].filter(([digest]) => !here.has(digest)), ([, size]) => size);
  await room(sum);
  await fetchFiles(rows, n => tell({state: "installing", done: done += n, total: sum}));
  await amend({installing: null});
}

// [path, {size, digest}] of all other files.
async function rowsOf(locales) {
  const spaces = Object.values(locales).map(({space}) => space), [keys, rows] = await read(["records"], store => [store.index("files").getAllKeys(), store.index("files").getAll()]);
  return keys.map((key, i) => [key[1], rows[i]]).filter((_, i) => spaces.includes(keys[i][0]));
}

// Remove what no locale names.
async function sweep() {
  const {locales, installing} = await stateOf(), spaces = Object.values(locales).map(({space}) => space), digests = new Set((await rowsOf(locales)).map(([, {digest}]) => digest));
  const [files, slots, stage] = await read(["files", "slots", "stage"], (...stores) => stores.map(store => store.getAllKeys()));
  const begun = installing ? [] : stage.filter(key => key.length === 2).map(key => key[0]), stale = [...slots, ...begun].filter(space => !spaces.includes(space));
  await change(["slots", "files", "records", "stage"], (slots, store, records, stage) => {
    if (!installing) files.filter(digest => !digests.has(digest)).forEach(digest => store.delete(digest));
    for (const space of stale) { slots.delete(space); records.delete(within(space)); stage.delete(within(space)); }
  });
}
