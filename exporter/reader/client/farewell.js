// Takes the guide off the device.
"use strict";
const FAREWELL = null; // an address, true, or null: nothing is said
const NAME = "guide:" + new URL("./", location.href).pathname;

addEventListener("install", event => event.waitUntil(skipWaiting()));
addEventListener("activate", event => event.waitUntil(leave(new BroadcastChannel(NAME))));
addEventListener("message", event => event.waitUntil(leave(event.ports[0]))); // a page that opens meanwhile asks

async function leave(page) {
  await new Promise(done => {
    indexedDB.deleteDatabase(NAME + " search");
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = request.onerror = done;
  });
  await registration.unregister();
  page?.postMessage({state: "none", left: FAREWELL});
}
