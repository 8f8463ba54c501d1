// The index of a site that is visited, or opened from a disk: scripts that hand over their value. As exporter/search/data_files.py writes them.
"use strict";

const guideShards = (() => {
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", root = new URL("../", document.currentScript.src);
  const waiting = new Map(), loads = new Map();

  self.guideSearchData = (name, value) => waiting.get(name)?.(value);

  function load(name) {
    if (!loads.has(name)) {
      loads.set(name, new Promise((yes, no) => {
        const script = document.createElement("script");
        waiting.set(name, yes);
        script.onload = () => { waiting.delete(name); script.remove(); no(new Error(name)); }; // too late where it was handed over
        script.onerror = () => { loads.delete(name); script.remove(); no(new Error(name)); };
        script.src = new URL(`search/${name.split("/").map(encodeURIComponent).join("/")}.js`, root);
        document.head.append(script);
      }));
    }
    return loads.get(name);
  }

  const hex = text => Array.from(new TextEncoder().encode(text), byte => byte.toString(16).padStart(2, "0")).join("").replace(/0+$/, "") || "0";
  const number = id => [...id].reduce((sum, sign) => sum * 64 + ALPHABET.indexOf(sign), 0).toString(16).padStart(6, "0");

  async function open(folder) {
    const {n, words} = await load(`${folder}/index`), names = words ? words.split(" ") : [];
    const leafOf = name => Math.max(0, names.findLastIndex(low => low <= name));

    // The tokens of all leaves from one name to another.
    async function between(low, high) {
      const first = leafOf(low), last = leafOf(high), all = new Map();
      for (const leaf of await Promise.all(names.slice(first, last + 1).map(name => load(`${folder}/words/${name}`)))) {
        for (const [token, postings] of Object.entries(leaf)) all.set(token, postings);
      }
      return all;
    }

    async function prefixed(start) {
      const low = hex(start), all = await between(low === "0" ? "" : low, start ? hex(start + "\u{10ffff}") : "g");
      return new Map([...all].filter(([token]) => token.startsWith(start)).sort(([a], [b]) => a < b ? -1 : 1));
    }

    return {
      size: n,
      prefixed,
      vicinity: prefixed,
      async postings(tokens) {
        const found = new Map();
        for (const token of names.length ? tokens : []) {
          const leaf = await load(`${folder}/words/${names[leafOf(hex(token))]}`);
          if (Object.hasOwn(leaf, token)) found.set(token, leaf[token]);
        }
        return found;
      },
      documents: async ids => Promise.all(ids.map(id => load(`${folder}/pages/${number(id)}`).catch(() => []))),
    };
  }

  return {open, root};
})();
