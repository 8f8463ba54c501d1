// In each page; without an install it registers nothing.
(function () {
"use strict";

const script = document.currentScript, root = new URL("../", script.src), html = document.documentElement, name = "guide:" + root.pathname;
const path = decodeURI(location.pathname.slice(root.pathname.length)).replace(/(^|\/)$/, "$1index.html");
const all = what => [...document.querySelectorAll(what)];
const put = (name, text) => all(`[data-guide-text=${name}]`).forEach(part => { part.textContent = text; });
const parse = text => new DOMParser().parseFromString(text, "text/html");
const text = async (url, cache = "force-cache") => (await fetch(url, {cache})).text();
let registration, last = {}, beat, chains, shown;

function able() {
  try { return /^http/.test(location.protocol) && navigator.serviceWorker && new DecompressionStream("deflate-raw"); } catch { return false; }
}

async function words() {
  const find = page => page.querySelector("[data-guide-words]")?.dataset;
  return find(document) || find(parse(await text(script.dataset.offline)));
}

function size(bytes = 0) {
  const [unit, value] = bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
  return new Intl.NumberFormat(html.lang || undefined, {style: "unit", unit, maximumFractionDigits: bytes < 1e7 ? 1 : 0}).format(value);
}

const make = (tag, textContent, values) => Object.assign(document.createElement(tag), {textContent, ...values});

// An action: its word, a function or an address.
async function note(kind, value, ...actions) {
  const word = await words().catch(() => ({})), box = make("aside", "", {className: "guide-note", role: "status", lang: word.lang || html.lang});
  all(`.guide-note[data-kind=${kind}]`).forEach(box => box.remove());
  if (!all("link[href$='offline.css']").length) document.head.append(make("link", "", {rel: "stylesheet", href: new URL("offline.css", script.src)}));
  box.dataset.kind = kind;
  box.append(make("p", (word[kind] || kind).replace("{}", value)));
  for (const [key, act] of [...actions, ["later", () => {}]]) {
    box.append(make(act.call ? "button" : "a", word[key] || key, act.call ? {onclick() { box.remove(); act(); }} : {href: act}));
  }
  document.body.append(box);
}

async function show(now) {
  const before = last, {state, locales = {}, installing, pending, news = [], done, total} = last = now;
  const [held] = Object.values(locales).filter(({prefix}) => path.startsWith(prefix)).sort((a, b) => b.prefix.length - a.prefix.length);
  const read = html.dataset.guideToken, moved = read && held && held.token !== read;
  html.dataset.guide = state;
  if (held) html.dataset.guideToken = held.token; else delete html.dataset.guideToken;
  clearInterval(beat);
  if (/ing$/.test(state)) beat = setInterval(send, 10000, "status"); // keeps the worker awake
  const marks = [state, installing?.paused && "paused", pending && "pending", news.length && "news"];
  for (const part of all("[data-guide-when]")) part.hidden = !part.dataset.guideWhen.split(" ").some(mark => marks.includes(mark));
  for (const bar of all("[data-guide-progress]")) { bar.max = total || 1; bar.value = done || 0; }
  put("done", size(done));
  put("total", size(total));
  put("pending", size(pending));
  for (const list of all("[data-guide-news]")) {
    list.replaceChildren(...news.map(({path, title}) => {
      const item = make("li"), href = new URL(path.split("/").map(encodeURIComponent).join("/"), root);
      item.append(make("a", parse(title).body.textContent, {href}));
      return item;
    }));
  }
  for (const input of all("[data-guide-limit]")) input.value = now.limit;
  if (state === "ready" && before.state !== state) promise("persisted");
  if (now.error) put("error", (await words())[now.error] || now.error);
  if (now.left) note("farewell", "", ...now.left === true ? [] : [["there", now.left]]);
  else if (moved && shown && await text(location.href) !== shown) note("changed", "", ["renew", () => location.reload()]);
  else if (now.fresh && moved) note("updated", now.fresh, ["what", script.dataset.offline]);
  if (pending && pending !== before.pending) note("pending", size(pending), ["now", () => act("update")]);
  if (held) shown ??= await text(location.href);
}

async function promise(method) {
  if (!all("[data-guide-text=kept]").length) return;
  const kept = await navigator.storage?.[method]?.();
  put("kept", (await words())[kept ? "kept" : "unkept"]);
}

function send(job, data) {
  const {port1, port2} = new MessageChannel();
  (registration.active || registration.waiting || registration.installing).postMessage({job, ...data}, [port2]);
  return new Promise(done => { port1.onmessage = event => done(event.data); });
}

async function register() {
  registration = await navigator.serviceWorker.register(new URL("sw.js", root), {scope: root.pathname, updateViaCache: "none"});
  const worker = registration.installing;
  if (worker && !registration.active) await new Promise((yes, no) => { worker.onstatechange = () => worker.state === "redundant" ? no() : registration.active && yes(); });
  registration.periodicSync?.register(name, {minInterval: 864e5}).catch(() => {});
}

function wish() {
  const locales = all("[data-guide-locale]:checked").map(box => box.dataset.guideLocale);
  return {locales: locales.length ? locales : [html.lang], pictures: !all("[data-guide-pictures]:not(:checked)").length};
}

async function act(job) {
  if (html.dataset.guide === "unsupported") return;
  if (job === "install") {
    html.dataset.guide = "installing";
    try { await register(); } catch { return show({...last, state: "failed", error: "network"}); }
    send(job, wish());
    promise("persist");
  } else if (registration) send(job, {asked: true});
}

// What an install costs; asked for at the reader's first gesture.
async function count() {
  chains ||= JSON.parse(await text(new URL("updates/chains.json", root), "no-cache")).chains;
  const {locales, pictures} = wish(), chosen = locales.filter(code => chains[code] && !last.locales?.[code]), files = Math.max(...Object.values(chains).map(chain => chain.files[1]));
  const sum = key => size(chosen.reduce((all, code) => all + chains[code][key], pictures && chosen.length ? files : 0));
  put("size", sum("bytes"));
  put("stored", sum("stored"));
  put("pictures", size(files));
  for (const part of all("[data-guide-size]")) part.textContent = size(chains[part.dataset.guideSize]?.bytes);
}

const look = fresh => { if (registration && navigator.onLine) send("opened", {fresh, saving: navigator.connection?.saveData}); };

// An installed app has no reload.
function pull() {
  let from;
  addEventListener("touchstart", ({touches, target}) => {
    from = touches.length === 1 && scrollY <= 0 && !target.closest("dialog, input, select, textarea") ? touches[0].clientY : Infinity;
  }, {passive: true});
  addEventListener("touchend", ({changedTouches}) => { if (changedTouches[0].clientY - from > 120) act("update"); });
}

async function start() {
  const needed = new URLSearchParams(location.search).get("needs"), app = navigator.standalone || matchMedia("(display-mode: standalone)").matches;
  document.addEventListener("click", event => {
    const button = event.target.closest("[data-guide-action]");
    if (button) { event.preventDefault(); act(button.dataset.guideAction); }
  });
  for (const part of all("[data-guide-home]")) part.hidden = app || !/iPhone|iPad|Mac/.test(navigator.userAgent) || navigator.maxTouchPoints < 2;
  if (!able()) return show({state: "unsupported"});
  for (const input of all("[data-guide-limit]")) input.onchange = () => registration && send("limit", {limit: +input.value});
  for (const part of all("[data-guide-offer]")) for (const kind of ["pointermove", "pointerdown", "focusin", "click", "change"]) part.addEventListener(kind, count, {once: kind !== "change"});
  new BroadcastChannel(name).onmessage = event => show(event.data);
  const active = navigator.serviceWorker.controller, found = await navigator.serviceWorker.getRegistration(root).catch(() => {});
  if (found?.scope === root.href) registration = found;
  else if (active?.scriptURL === root + "sw.js") registration = {active}; // it says farewell
  await show(registration ? {...await send("status"), ...last} : {state: "none"});
  addEventListener("online", () => look(true));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(false); });
  document.addEventListener("error", ({target}) => { if (registration && target.tagName === "IMG" && !navigator.onLine) note("needs", target.alt); }, true);
  if (app) pull();
  if (!registration) return;
  if (needed) note("needs", needed);
  if (last.state === "none" && !last.installing && last.left === undefined) note("evicted", "", ["offline", script.dataset.offline]);
  look(!sessionStorage[name] || performance.getEntriesByType("navigation")[0]?.type === "reload");
  sessionStorage[name] = 1;
}

start();
})();
