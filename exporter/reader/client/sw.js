// The worker answers what the store holds, and does all work on it: a change of page interrupts nothing,
// and newer code comes by the browser's own check of this file.
"use strict";
importScripts("offline/delta.js", "offline/store.js", "offline/install.js", "offline/update.js");
const guide = self.guideOffline;
const TYPES = {
  html: "text/html", css: "text/css", js: "text/javascript", txt: "text/plain", xml: "application/xml", json: "application/json",
  webmanifest: "application/manifest+json", gpx: "application/gpx+xml", svg: "image/svg+xml", jpg: "image/jpeg", pdf: "application/pdf",
  mp3: "audio/mpeg", mp4: "video/mp4",
};
const CARRIED = ["content-security-policy", "referrer-policy", "permissions-policy"];

addEventListener("install", event => {
  skipWaiting(); // the store is read alike by the worker before: no page breaks
  const rules = [{condition: {urlPattern: {pathname: guide.scope + "updates/*"}}, source: "network"}];
  if (event.addRoutes) event.waitUntil(event.addRoutes(rules).catch(() => {}));
  event.waitUntil(carry());
});
addEventListener("activate", event => event.waitUntil(clients.claim()));

async function carry() {
  const {headers} = await fetch(location.href, {cache: "force-cache"});
  await guide.amend({headers: CARRIED.filter(name => headers.has(name)).map(name => [name, headers.get(name)])});
}

addEventListener("fetch", event => {
  const {method, url} = event.request, root = guide.root.href;
  if (method === "GET" && url.startsWith(root) && !url.startsWith(root + "updates/")) event.respondWith(respond(event.request));
});

async function respond(request) {
  const url = new URL(request.url), read = request.mode === "navigate";
  let path;
  try {
    path = guide.relative(url);
    const found = await find(path.replace(/(^|\/)$/, "$1index.html"), request);
    if (found) return found;
    if (read && await find(path + "/index.html", request)) return Response.redirect(url.pathname + "/" + url.search, 301);
  } catch (error) { console.warn(error); } // a broken store: the guide reads as if nothing were installed
  try { return await fetch(request); } catch (error) {
    if (!read) throw error;
    return lost(path || "", request);
  }
}

async function find(path, request) {
  const {state, rows} = await guide.look(path), row = rows.find(each => each.record || each.picture);
  if (!row) return undefined;
  const bytes = row.record ? guide.join(row.record, row.slots) : await guide.pictureOf(row.picture);
  return bytes && reply(bytes, path, state, request.headers.get("range"));
}

function reply(bytes, path, state, range, status = 200) {
  const headers = new Headers(state.headers || []), part = /^bytes=(\d+)-(\d*)$/.exec(range || "");
  const end = path.split(".").pop().toLowerCase(), type = TYPES[end] || (/^(png|gif|webp|avif|jpeg)$/.test(end) ? "image/" + end : "application/octet-stream");
  headers.set("content-type", type + (type.startsWith("text") ? "; charset=utf-8" : ""));
  if (!part || +part[1] >= bytes.length) return new Response(bytes, {status, headers});
  const from = +part[1], to = Math.min(part[2] ? +part[2] : Infinity, bytes.length - 1);
  headers.set("content-range", `bytes ${from}-${to}/${bytes.length}`);
  return new Response(bytes.subarray(from, to + 1), {status: 206, headers});
}

/** Neither store nor network: the 404 page, or the page that says that the network is needed. */
async function lost(path, request) {
  const {state, rows} = await guide.look("404.html").catch(() => ({state: {locales: {}}, rows: []}));
  const row = rows.find(each => each.record), codes = Object.keys(state.locales);
  if (!codes.length) return Response.error();
  const prefix = guide.localeOf(path, state).prefix, page = prefix + "offline/index.html";
  if (row && codes.length === (state.published || codes).length) return reply(guide.join(row.record, row.slots), "404.html", state, null, 404);
  return await find(page, request) ? Response.redirect(guide.address(page) + "?needs=" + encodeURIComponent(path)) : Response.error();
}

addEventListener("message", event => event.waitUntil(guide.handle(event.data, answer => event.ports[0] && event.ports[0].postMessage(answer))));
addEventListener("periodicsync", event => event.tag === guide.name && event.waitUntil(guide.update({})));
