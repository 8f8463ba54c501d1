// The index of a guide that is kept on the device: a worker makes it of the stored pages, and answers.
"use strict";

const guideDevice = (() => {
  const here = document.currentScript.src;

  // What a page searches with; null where this guide is not kept in this language.
  async function open(folder) {
    if (!navigator.serviceWorker?.controller) return null;
    const worker = new Worker(new URL("worker.js", here)), waiting = new Map();
    let last = 0;
    const ask = method => value => new Promise((yes, no) => {
      waiting.set(++last, [yes, no]);
      worker.postMessage([last, method, value]);
    });
    worker.onmessage = ({data: [number, value, error]}) => {
      const [yes, no] = waiting.get(number);
      waiting.delete(number);
      if (error) no(new Error(error)); else yes(value);
    };
    worker.onerror = event => { for (const [, no] of waiting.values()) no(new Error(event.message)); };
    if (await ask("open")(folder).catch(() => false)) return {search: ask("search"), nearest: ask("nearest"), documents: ask("documents")};
    worker.terminate();
    return null;
  }

  return {open};
})();
