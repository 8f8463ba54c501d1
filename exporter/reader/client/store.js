// One database a guide.
"use strict";

const ROOT = new URL("./", location.href), NAME = "guide:" + ROOT.pathname;
const EMPTY = {generation: 0, locales: {}};
const addressOf = path => new URL(path.split("/").map(encodeURIComponent).join("/"), ROOT).href;
const pathOf = url => decodeURIComponent(new URL(url).pathname.slice(ROOT.pathname.length)).replace(/(^|\/)$/, "$1index.html");

const answer = request => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
let opening, known = {};

// Reading makes none: what a farewell took stays away.
function open(make) {
  return opening ||= (async () => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      if (!make) return request.transaction.abort();
      ["slots", "files", "stage", "state"].forEach(name => request.result.createObjectStore(name));
      request.result.createObjectStore("records").createIndex("files", "digest"); // only rows of other files have one
    };
    const database = await answer(request);
    database.onclose = database.onversionchange = () => { opening = null; database.close(); };
    return database;
  })().catch(error => { opening = null; throw error; });
}

// All is kept, or nothing. What `work` returns goes into the state.
async function change(names, work) {
  const transaction = (await open().catch(() => open(true))).transaction([...names, "state"], "readwrite"), state = transaction.objectStore("state");
  await new Promise((yes, no) => {
    transaction.oncomplete = yes;
    transaction.onabort = () => no(transaction.error);
    state.get("state").onsuccess = event => {
      const old = event.target.result || EMPTY;
      try { state.put({...old, ...work(...names.map(name => transaction.objectStore(name)), old)}, "state"); } catch (error) { no(error); transaction.abort(); }
    };
  });
}

const amend = values => change([], () => values);

async function read(names, ask) {
  const transaction = (await open()).transaction(names);
  return Promise.all(ask(...names.map(name => transaction.objectStore(name))).map(answer));
}

const ask = async (name, method, ...values) => (await read([name], store => [store[method](...values)]))[0];
const stateOf = async () => await ask("state", "get", "state").catch(() => {}) || EMPTY;

// A space: a locale's records of one epoch.
const within = space => IDBKeyRange.bound([space], [space, []]);

// What stands at `path`, with the slots of the same generation.
async function look(path) {
  for (;;) {
    const mine = known, spaces = Object.keys(mine.slots || {});
    const [state = EMPTY, ...found] = await read(["state", "records"], (s, records) => [s.get("state"), ...spaces.map(space => records.get([space, path]))]);
    const i = found.findIndex(record => record);
    if (state.generation === mine.generation) return {state, record: found[i], slots: mine.slots[spaces[i]]};
    const held = Object.values(state.locales), texts = await read(["slots"], slots => held.map(({space}) => slots.get(space)));
    known = {generation: state.generation, slots: Object.fromEntries(held.map(({space}, i) => [space, split(texts[i])]))};
  }
}

async function drop() {
  known = {};
  for (const name of [NAME + " search", NAME]) await answer(indexedDB.deleteDatabase(name));
}

// Without `wait` not at all where somebody else is at work.
const alone = (wait, work) => navigator.locks.request(NAME, {ifAvailable: !wait}, lock => lock && work());
