// Answers from the store, and does all work on it.
"use strict";
importScripts("offline/delta.js", "offline/store.js", "offline/install.js", "offline/update.js");
const TYPES = {
  html: "text/", css: "text/", js: "text/javascript", txt: "text/plain", xml: "application/", json: "application/", pdf: "application/",
  webmanifest: "application/manifest+json", gpx: "application/gpx+xml", svg: "image/svg+xml", jpg: "image/jpeg", jpeg: "image/", png: "image/", gif: "image/",
  webp: "image/", avif: "image/", mp3: "audio/mpeg", mp4: "video/",
};

addEventListener("install", event => {
  skipWaiting(); // both read the same store: no page breaks
  event.waitUntil(policies().then(amend));
});
addEventListener("activate", event => event.waitUntil(clients.claim()));
addEventListener("message", event => event.waitUntil(handle(event.data, event.ports[0])));
addEventListener("periodicsync", event => event.waitUntil(JOBS.update({saving: navigator.connection?.saveData})));
addEventListener("fetch", event => {
  const {method, url} = event.request;
  if (method === "GET" && url.startsWith(ROOT.href) && !url.startsWith(ROOT.href + "updates/")) event.respondWith(respond(event.request));
});

async function respond(request) {
  const url = new URL(request.url), read = request.mode === "navigate";
  let path = "";
  try {
    path = pathOf(url).replace(/^(pictures\/\w{16})-.*/, "$1.webp"); // one variant is kept
    const found = await find(path, request);
    if (found) return found;
    if (read && await find(path + "/index.html", request)) return Response.redirect(url.pathname + "/" + url.search, 301);
  } catch { /* a broken store is as good as none */ }
  const answer = await fetch(request).catch(error => { if (read) return lost(path, request); throw error; });
  if (read && answer.ok && known.generation) change([], ({others}) => ({others: {...others, [path.split("/")[0]]: true}}));
  return answer;
}

async function find(path, request, status = 200) {
  const {state, record, slots} = await look(path), headers = new Headers(state.headers);
  const bytes = record && (record.digest ? await ask("files", "get", record.digest) : join(record, slots));
  if (!bytes) return undefined;
  const end = path.split(".").pop().toLowerCase(), type = (TYPES[end] || "application/octet-stream").replace(/\/$/, "/" + end);
  headers.set("content-type", type + (/^text/.test(type) ? "; charset=utf-8" : ""));
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range")) || [];
  if (!(+from < bytes.length)) return new Response(bytes, {status, headers});
  const part = bytes.subarray(+from, to ? +to + 1 : undefined);
  headers.set("content-range", `bytes ${from}-${+from + part.length - 1}/${bytes.length}`);
  return new Response(part, {status: 206, headers});
}

// The 404 page, or the one that says what needs the network.
async function lost(path, request) {
  const {state: {locales, published, others}, record} = await look(path), held = Object.values(locales);
  const missing = held.length === published && !record && (others?.[path.split("/")[0]] ? Response.error() : await find("404.html", request, 404));
  if (missing) return missing;
  const [{prefix} = {}] = held.filter(({prefix}) => path.startsWith(prefix)).sort((a, b) => b.prefix.length - a.prefix.length).concat(held), page = prefix + "offline/index.html";
  return await find(page, request) ? Response.redirect(addressOf(page) + "?needs=" + encodeURIComponent(path)) : Response.error();
}
