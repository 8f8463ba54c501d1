// In each page that the dev server sends: what changed is what reloads, and what failed is shown until it is mended.
(function () {
"use strict";

const {page, epoch: born} = document.currentScript.dataset;
let epoch = Number(born), box;

const all = what => [...document.querySelectorAll(what)];
const names = (url, path) => { try { return decodeURIComponent(new URL(url, document.baseURI).pathname) === `/${path}`; } catch { return false; } };
const anew = url => { const made = new URL(url, document.baseURI); made.searchParams.set("epoch", epoch); return made.href; };

function take(news) {
  const changed = Object.entries(news.changes).filter(([, at]) => at > epoch).map(([path]) => path);
  const stale = news.everything && news.epoch > epoch;
  epoch = Math.max(epoch, news.epoch);
  if (news.failures) show(news.failures);
  if (stale || !changed.every(isShown)) location.reload();
}

// Whether the tab shows a changed file as it is now, if need be after a swap.
function isShown(path) {
  if (path === page) return false;
  const swapped = swapStyles(path) + swapIcons(path) + swapPictures(path);
  return swapped > 0 || !performance.getEntriesByType("resource").some(({name}) => name.startsWith(location.origin) && names(name, path));
}

function swapStyles(path) {
  const old = all("link[rel~=stylesheet]").filter(({href}) => names(href, path));
  for (const link of old) {
    const next = link.cloneNode();
    next.href = anew(link.href);
    next.onload = next.onerror = () => link.remove();
    link.after(next);
  }
  return old.length;
}

function swapIcons(path) {
  const icons = all("link[rel~=icon]").filter(({href}) => names(href, path));
  for (const link of icons) link.href = anew(link.href);
  return icons.length;
}

function swapPictures(path) {
  let swapped = 0;
  for (const part of all("img, picture > source")) {
    for (const name of ["src", "srcset"]) {
      const before = part.getAttribute(name);
      const after = before?.split(/,\s+/).map(one => one.trim().replace(/^\S+/, url => names(url, path) ? anew(url) : url)).join(", ");
      if (before && after !== before && before.split(/,\s+/).some(one => names(one.trim().split(/\s/)[0], path))) {
        part.setAttribute(name, after);
        swapped += 1;
      }
    }
  }
  return swapped;
}

const make = (tag, textContent, className = "") => Object.assign(document.createElement(tag), {textContent, className});

function show(failures) {
  box?.remove();
  if (!failures.length) return;
  box = make("exporter-failures", "");
  box.setAttribute("role", "alert");
  const root = box.attachShadow({mode: "open"}), close = make("button", "×"), panel = make("section", "");
  close.title = close.ariaLabel = "Hide until the next failure";
  close.onclick = () => box.remove();
  panel.append(close, ...failures.map(drawn));
  root.append(make("style", STYLE), panel);
  document.documentElement.append(box);
}

function drawn({message, item, file, line, lines}) {
  const failure = make("article", "");
  failure.append(make("h2", file ? `${file}${line ? `:${line}` : ""}` : "Build failed"), make("p", message));
  if (item) failure.append(make("p", item, "item"));
  const text = make("pre", "");
  text.tabIndex = 0; // so that long lines can be scrolled without a mouse
  for (const [number, written] of lines) text.append(make("code", `${String(number).padStart(4)}  ${written}\n`, number === line ? "here" : ""));
  if (lines.length) failure.append(text);
  return failure;
}

const STYLE = `
section { position: fixed; inset: auto 0 0 0; z-index: 2147483647; max-height: 60vh; overflow: auto; box-sizing: border-box; padding: 1rem 1.25rem;
  background: #1c1613; color: #f5ece7; border-top: 4px solid #ff6b4a; font: 15px/1.5 system-ui, sans-serif; direction: ltr; text-align: left; }
h2 { margin: 0; font-size: 1rem; color: #ffb199; } p { margin: .25rem 0; } .item { color: #cbb9af; }
pre { margin: .5rem 0; padding: .5rem; overflow: auto; background: #000; } code { display: block; min-width: max-content; font: 13px/1.5 ui-monospace, monospace; white-space: pre; }
.here { background: #5c1f12; } article + article { margin-top: 1rem; }
button { float: right; width: 44px; height: 44px; margin: -.75rem -1rem 0 .5rem; border: 0; background: none; color: inherit; font: 1.5rem/1 system-ui, sans-serif; cursor: pointer; }
:focus-visible { outline: 2px solid #ffb199; outline-offset: -2px; }`;

function share() {
  const {port} = new SharedWorker("/-/worker.js", "exporter"), tell = () => port.postMessage({page, epoch});
  port.onmessage = ({data}) => take(data);
  addEventListener("pagehide", () => port.postMessage({}));
  addEventListener("pageshow", ({persisted}) => persisted && tell()); // back from the browser's cache
  tell();
}

// Where tabs cannot share: only the one that is seen listens.
function listenAlone() {
  let source;
  const listen = () => {
    source?.close();
    if (document.hidden) return;
    source = new EventSource(`/-/events?${new URLSearchParams({epoch, page})}`);
    source.onmessage = ({data}) => take(JSON.parse(data));
  };
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", ({persisted}) => persisted && listen());
  listen();
}

if (globalThis.SharedWorker) share(); else listenAlone();
})();
