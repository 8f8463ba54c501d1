// What the worker reads and keeps: the guide's records, and an index of its own beside them.
"use strict";

const ROOT = new URL("../", location.href), GUIDE = "guide:" + ROOT.pathname, INDEX = GUIDE + " search";
const answer = request => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
const databases = {};

function opened(name, make) {
  return databases[name] ||= (async () => {
    const request = make ? indexedDB.open(name, 1) : indexedDB.open(name);
    request.onupgradeneeded = () => { if (make) make(request.result); else request.transaction.abort(); };
    const database = await answer(request);
    database.onclose = database.onversionchange = () => { delete databases[name]; database.close(); };
    return database;
  })().catch(error => { delete databases[name]; throw error; });
}

const guide = () => opened(GUIDE);
const index = () => opened(INDEX, database => {
  database.createObjectStore("words"); // [space, beginning of tokens]: {token: postings}
  database.createObjectStore("pages").createIndex("id", ["space", "id"]); // [space, path]: {space, id, weights}
  database.createObjectStore("state"); // space: {token, size}
});

// What `ask` asks of some stores, in one transaction.
async function read(database, names, ask) {
  const transaction = (await database).transaction(names);
  return Promise.all(ask(...names.map(name => transaction.objectStore(name))).map(answer));
}

// All that `work` does on some stores is kept, or nothing.
async function write(database, names, work) {
  const transaction = (await database).transaction(names, "readwrite");
  const done = new Promise((yes, no) => { transaction.oncomplete = yes; transaction.onabort = () => no(transaction.error); });
  done.catch(() => {});
  try { await work(...names.map(name => transaction.objectStore(name))); } catch (error) { transaction.abort(); throw error; }
  await done;
}

const within = (...key) => IDBKeyRange.bound(key, [...key, []]);
