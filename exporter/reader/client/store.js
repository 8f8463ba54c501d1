// One IndexedDB database a guide, named by its path: two guides of one origin share nothing.
(function (guide) {
"use strict";

const here = self.document ? document.currentScript.src : location.href;
guide.root = new URL(self.document ? "../" : "./", here); // this file lies in offline/, the worker beside it
guide.scope = guide.root.pathname;
guide.name = "guide:" + guide.scope;
guide.relative = url => decodeURIComponent(new URL(url).pathname.slice(guide.scope.length));
guide.address = path => new URL(path.split("/").map(encodeURIComponent).join("/"), guide.root).href;

const STORES = ["records", "slots", "pictures", "files", "stage", "state"];
const answer = request => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
const ended = change => new Promise((yes, no) => { change.oncomplete = () => yes(); change.onabort = change.onerror = () => no(change.error || new Error("the store gave up")); });
let opening;

function open() {
  return opening = opening || new Promise((yes, no) => {
    const request = indexedDB.open(guide.name, 1);
    request.onupgradeneeded = () => STORES.forEach(name => request.result.createObjectStore(name));
    request.onerror = () => { opening = null; no(request.error); };
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = () => { opening = null; };
      database.onversionchange = () => { opening = null; database.close(); };
      yes(database);
    };
  });
}

/** Run `work` in one transaction: all is kept, or nothing. What it returns goes into the state. */
async function change(names, work) {
  const transaction = (await open()).transaction([...names, "state"], "readwrite"), end = ended(transaction), store = transaction.objectStore("state");
  let broken;
  store.get("state").onsuccess = event => {
    try {
      const old = event.target.result || EMPTY, values = work(...names.map(name => transaction.objectStore(name)), old);
      if (values) store.put({...old, ...values}, "state");
    } catch (error) { broken = error; transaction.abort(); }
  };
  await end.catch(error => { throw broken || error; });
}

async function read(names, ask) {
  const transaction = (await open()).transaction(names);
  return Promise.all(ask(...names.map(name => transaction.objectStore(name))).map(answer));
}

/** A space: a locale's records of one epoch. */
const within = space => IDBKeyRange.bound([space], [space, []]);
const EMPTY = {generation: 0, locales: {}};

const state = async () => (await read(["state"], s => [s.get("state")]))[0] || EMPTY;

const amend = values => change([], () => values);

let known = {generation: -1, state: {locales: {}}, slots: {}};

/** Read what stands at `path` in all locales, with the slots of the same generation. */
async function look(path) {
  for (;;) {
    const mine = known, held = Object.values(mine.state.locales);
    const [now = EMPTY, ...rows] = await read(["state", "records", "pictures"], (s, records, pictures) =>
      [s.get("state"), ...held.flatMap(({space}) => [records.get([space, path]), pictures.get([space, path])])]);
    if (now.generation === mine.generation) {
      return {state: now, rows: held.map(({space}, i) => ({space, slots: mine.slots[space], record: rows[2 * i], picture: rows[2 * i + 1]}))};
    }
    const spaces = Object.values(now.locales).map(each => each.space), texts = await read(["slots"], s => spaces.map(space => s.get(space)));
    known = {generation: now.generation, state: now, slots: Object.fromEntries(spaces.map((space, i) => [space, guide.split(texts[i] || guide.NOTHING)]))};
  }
}

function localeOf(path, {locales}) {
  return Object.values(locales).filter(each => path.startsWith(each.prefix)).sort((a, b) => b.prefix.length - a.prefix.length)[0] || Object.values(locales)[0] || {prefix: ""};
}

function drop() {
  opening && opening.then(database => database.close(), () => {});
  opening = null; known.generation = -1;
  return answer(indexedDB.deleteDatabase(guide.name));
}

/** Run `work` while nobody else changes this guide; without `wait` not at all where somebody does. */
const alone = (wait, work) => navigator.locks.request(guide.name, {ifAvailable: !wait}, lock => lock && work());

Object.assign(guide, {open, change, read, within, state, amend, look, localeOf, drop, alone});
})(self.guideOffline = self.guideOffline || {});
