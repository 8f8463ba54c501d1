// In each page: shows how the guide stands on this device, passes on what the reader wants.
// Without an install it registers nothing.
(function () {
"use strict";

const script = document.currentScript, root = new URL("../", script.src), html = document.documentElement, name = "guide:" + root.pathname;
const path = decodeURI(location.pathname.slice(root.pathname.length)).replace(/(^|\/)$/, "$1index.html");
const all = what => document.querySelectorAll(what), saving = () => !!(navigator.connection && navigator.connection.saveData);
let registration, last = {}, beat;

function able() {
  try { new DecompressionStream("deflate-raw"); } catch { return false; }
  return /^http/.test(location.protocol) && isSecureContext && "serviceWorker" in navigator && navigator.locks && "indexedDB" in self && "BroadcastChannel" in self;
}

/** The interface's words: of this page, else of the page about reading offline. */
async function words() {
  const mine = document.querySelector("template[data-guide-words]");
  if (mine) return mine.dataset;
  const other = await fetch(script.dataset.offline).then(answer => answer.text()).then(text => new DOMParser().parseFromString(text, "text/html"));
  return other.querySelector("template[data-guide-words]").dataset;
}

function size(bytes) {
  const unit = bytes < 1e6 ? "kilobyte" : "megabyte";
  return new Intl.NumberFormat(html.lang || undefined, {style: "unit", unit, maximumFractionDigits: bytes < 1e7 ? 1 : 0}).format(bytes / (bytes < 1e6 ? 1e3 : 1e6));
}

/** Put a note at the page's foot; actions are a word and a function or an address each. */
async function note(kind, value, ...actions) {
  const word = await words().catch(() => ({})), box = document.createElement("aside"), text = document.createElement("p");
  all(`.guide-note[data-kind=${kind}]`).forEach(old => old.remove());
  if (!all("link[data-guide-style]").length) {
    const style = Object.assign(document.createElement("link"), {rel: "stylesheet", href: new URL("offline.css", script.src)});
    style.dataset.guideStyle = "";
    document.head.append(style);
  }
  box.className = "guide-note";
  box.dataset.kind = kind;
  box.setAttribute("role", "status");
  text.textContent = (word[kind] || kind).replace("{}", value);
  box.append(text);
  for (const [key, act] of [...actions, ["later", () => box.remove()]]) {
    const link = typeof act === "string", button = document.createElement(link ? "a" : "button");
    button.textContent = word[key] || key;
    if (link) button.href = act; else button.addEventListener("click", () => { box.remove(); act(); });
    box.append(button);
  }
  document.body.append(box);
}

async function show(now) {
  const before = last, held = Object.values(now.locales || {}).filter(({prefix}) => path.startsWith(prefix)).sort((a, b) => b.prefix.length - a.prefix.length)[0];
  last = now;
  html.dataset.guide = now.state;
  if (held) html.dataset.guideToken = held.token; else delete html.dataset.guideToken;
  clearInterval(beat);
  if (/ing$/.test(now.state)) beat = setInterval(send, 10000, "status");
  const paused = now.installing && now.installing.paused && "paused", marks = [now.state, paused, now.pending && "pending", now.news && "news"];
  for (const part of all("[data-guide-when]")) part.hidden = !part.dataset.guideWhen.split(" ").some(mark => marks.includes(mark));
  for (const bar of all("progress[data-guide-progress]")) { bar.max = now.total || 1; bar.value = now.done || 0; }
  const word = all("[data-guide-text]").length ? await words() : {};
  const texts = {done: size(now.done || 0), total: size(now.total || 0), pending: size(now.pending || 0), error: word[now.error] || now.error};
  for (const part of all("[data-guide-text]")) if (part.dataset.guideText in texts) part.textContent = texts[part.dataset.guideText];
  all("[data-guide-news]").forEach(list => list.replaceChildren(...(now.news || []).map(line)));
  all("[data-guide-limit]").forEach(input => { input.value = now.limit; });
  if (now.left) note("farewell", "", ...now.farewell ? [["there", now.farewell]] : []);
  else if ((now.changed || []).includes(path)) note("changed", "", ["renew", () => location.reload()]);
  else if (before.state === "updating" && now.state === "ready" && now.news) note("updated", now.news.length, ["what", script.dataset.offline]);
  if (now.pending && now.pending !== before.pending) note("pending", size(now.pending), ["now", () => act("update")]);
}

function line({path: to, title}) {
  const item = document.createElement("li"), link = document.createElement("a");
  link.href = new URL(to.split("/").map(encodeURIComponent).join("/"), root);
  link.textContent = new DOMParser().parseFromString(title, "text/html").body.textContent;
  item.append(link);
  return item;
}

function send(job, data) {
  const {port1, port2} = new MessageChannel(), worker = registration.active || registration.waiting || registration.installing;
  worker.postMessage({job, ...data}, [port2]);
  return new Promise(done => { port1.onmessage = event => done(event.data); });
}

async function register() {
  registration = await navigator.serviceWorker.register(new URL("sw.js", root), {scope: root.pathname, updateViaCache: "none"});
  const worker = registration.installing;
  if (worker && !registration.active) await new Promise(done => worker.addEventListener("statechange", () => registration.active && done()));
  if (registration.periodicSync) registration.periodicSync.register(name, {minInterval: 864e5}).catch(() => {});
}

function wish() {
  const boxes = [...all("input[data-guide-locale]")], pictures = document.querySelector("input[data-guide-pictures]");
  const locales = boxes.filter(box => box.checked).map(box => box.dataset.guideLocale);
  return {locales: locales.length ? locales : [html.lang], pictures: !pictures || pictures.checked};
}

async function act(job) {
  if (html.dataset.guide === "unsupported") return;
  if (job === "install") {
    html.dataset.guide = "installing";
    try { await register(); } catch { return show({...last, state: "failed", error: "network"}); }
    send("install", wish());
    const kept = navigator.storage && navigator.storage.persist && await navigator.storage.persist().catch(() => false), word = await words();
    all("[data-guide-text=kept]").forEach(part => { part.textContent = word[kept ? "kept" : "unkept"]; });
  } else if (registration) send(job, {asked: true, saving: saving()});
}

async function offer() {
  const {chains} = await fetch(new URL("updates/chains.json", root), {cache: "no-cache"}).then(answer => answer.json());
  const count = () => {
    const {locales, pictures} = wish(), chosen = locales.filter(code => chains[code] && !(last.locales || {})[code]).map(code => chains[code]);
    const files = pictures ? Math.max(0, ...chosen.map(chain => chain.files[1])) : 0;
    const sum = key => size(chosen.reduce((all, chain) => all + chain[key], files));
    all("[data-guide-text=size]").forEach(part => { part.textContent = sum("bytes"); });
    all("[data-guide-text=stored]").forEach(part => { part.textContent = sum("stored"); });
    all("[data-guide-size]").forEach(part => { const chain = chains[part.dataset.guideSize]; part.textContent = chain ? size(chain.bytes) : ""; });
    all("[data-guide-text=pictures]").forEach(part => { part.textContent = size(Math.max(0, ...Object.values(chains).map(chain => chain.files[1]))); });
  };
  all("input[data-guide-locale], input[data-guide-pictures]").forEach(box => box.addEventListener("change", count));
  count();
}

const look = fresh => { if (registration && navigator.onLine) send("opened", {fresh, saving: saving()}); };

/** An installed app has no reload: a pull at the top looks for news. */
function pull() {
  let from = null;
  addEventListener("touchstart", ({touches, target}) => { from = touches.length === 1 && scrollY <= 0 && !target.closest("dialog, input, select, textarea") ? touches[0].clientY : null; }, {passive: true});
  addEventListener("touchend", ({changedTouches}) => { if (from !== null && changedTouches[0].clientY - from > 120) act("update"); });
}

async function start() {
  const needed = new URLSearchParams(location.search).get("needs"), standalone = navigator.standalone || matchMedia("(display-mode: standalone)").matches;
  document.addEventListener("click", event => {
    const button = event.target.closest("[data-guide-action]");
    if (button) { event.preventDefault(); act(button.dataset.guideAction); }
  });
  all("[data-guide-limit]").forEach(input => input.addEventListener("change", () => registration && send("limit", {limit: +input.value})));
  all("[data-guide-home]").forEach(part => { part.hidden = standalone || !/iPhone|iPad|Macintosh.*Touch/.test(navigator.userAgent); });
  if (!able()) return show({state: "unsupported"});
  new BroadcastChannel(name).onmessage = event => show(event.data);
  const found = await navigator.serviceWorker.getRegistration(root).catch(() => undefined);
  if (found && found.scope === root.href) registration = found;
  await show(registration ? await send("status") : {state: "none"});
  if (all("input[data-guide-locale]").length) offer().catch(() => {});
  if (!registration) return;
  if (needed) note("needs", needed);
  if (last.state === "none" && !last.installing) note("evicted", "", ["what", script.dataset.offline]);
  const [entry] = performance.getEntriesByType("navigation");
  let fresh = true;
  try { fresh = !sessionStorage.getItem(name) || entry && entry.type === "reload"; sessionStorage.setItem(name, "1"); } catch { /* no storage: each page is the first */ }
  look(fresh);
  addEventListener("online", () => look(true));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(false); });
  document.addEventListener("error", ({target}) => { if (target.tagName === "IMG" && !navigator.onLine) note("needs", target.alt); }, true);
  if (standalone) pull();
}

start();
})();
