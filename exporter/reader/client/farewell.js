// Takes itself and this guide's store off the device.
"use strict";
const FAREWELL = null; // an address, true, or null: nothing is said

addEventListener("install", event => event.waitUntil(skipWaiting()));
addEventListener("activate", event => event.waitUntil(leave()));

async function leave() {
  const name = "guide:" + new URL("./", location.href).pathname;
  await new Promise(done => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = done;
  });
  await registration.unregister();
  new BroadcastChannel(name).postMessage({state: "none", locales: {}, left: !!FAREWELL, farewell: typeof FAREWELL === "string" ? FAREWELL : ""});
}
