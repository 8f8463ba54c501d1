// Which documents a query finds, and in which order: the same for the device's index and for the shards of a visited site.
//
// A source has: size, the number of documents; postings(tokens), prefixed(start) and vicinity(start), which come to a
// Map of postings by token (of the tokens; of all that begin so; of all that begin with that character, or of all for ""). Needs tokens.js.
"use strict";

const guideEngine = (() => {
  const EXACT = 1, PREFIX = 0.7, TYPO = 0.45, SMALL = 300, MIDDLE = 3000, NEAREST = 5;

  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", VALUES = new Map([...ALPHABET].map((sign, i) => [sign, i]));
  const idOf = number => ALPHABET[number >>> 18 & 63] + ALPHABET[number >>> 12 & 63] + ALPHABET[number >>> 6 & 63] + ALPHABET[number & 63];

  // [[weight, id], …]; groups of ids, or "~" and the gaps between their numbers.
  function* read(postings) {
    for (const group of postings.split(" ")) {
      const weight = parseInt(group[0], 36);
      if (group[1] === "~") {
        for (let at = 2, last = 0, shift = 0; at < group.length; at++) {
          const digit = VALUES.get(group[at]);
          last += (digit & 31) << shift;
          shift = digit > 31 ? shift + 5 : 0;
          if (!shift) yield [weight, idOf(last)];
        }
      } else for (let at = 1; at < group.length; at += 4) yield [weight, group.slice(at, at + 4)];
    }
  }

  const countOf = postings => postings.split(" ").reduce((sum, group) => sum + (group[1] === "~" ? group.slice(2).replace(/[^A-Za-f]/g, "").length : (group.length - 1) / 4), 0);

  // Letters added, lost, replaced, or two of them swapped, to make `word` of `other` (or of its beginning); more than `most` is Infinity.
  function distance(word, other, most, open) {
    if (!open && Math.abs(word.length - other.length) > most) return Infinity;
    let before, last = Array.from({length: other.length + 1}, (_, i) => i);
    for (let i = 1; i <= word.length; i++) {
      const row = [i];
      for (let j = 1; j <= other.length; j++) {
        const same = word[i - 1] === other[j - 1];
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
        if (i > 1 && j > 1 && word[i - 1] === other[j - 2] && word[i - 2] === other[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
      }
      if (Math.min(...row) > most) return Infinity;
      [before, last] = [last, row];
    }
    const found = open ? Math.min(...last.slice(Math.max(1, word.length - 1))) : last[other.length];
    return found > most ? Infinity : found;
  }

  const mistakes = word => word.length < 4 ? 0 : word.length < 8 ? 1 : 2;
  const shortest = size => size <= SMALL ? 1 : size <= MIDDLE ? 2 : 3;
  const startOf = (source, word) => source.size <= SMALL ? "" : [...word][0];

  // Postings of what a word of the query stands for, each with how well it fits.
  async function expand(source, {token, dense, single}, isLast) {
    const found = new Map();
    const add = (map, quality) => { for (const [other, postings] of map) if (!found.has(other)) found.set(other, [quality(other), postings]); };
    add(await source.postings([token]), () => EXACT);
    if (dense) {
      if (single) add(await source.prefixed(token), () => EXACT);
      return found;
    }
    if (token.length >= shortest(source.size)) add(await source.prefixed(token), other => PREFIX * token.length / other.length);
    if (found.size || !mistakes(token)) return found;
    const near = new Map(), open = isLast && token.length > 4;
    for (const [other, postings] of await source.vicinity(startOf(source, token))) {
      const far = distance(token, other, mistakes(token), open);
      if (far < Infinity) near.set(other, [TYPO / far * Math.min(1, token.length / other.length), postings]);
    }
    return near;
  }

  // {ids in order, words: the tokens that were met}; those documents that meet the most words of the query.
  async function search(source, query) {
    const wanted = guideTokens.wanted(query), scores = new Map(), words = new Set();
    for (const [i, word] of wanted.entries()) {
      const best = new Map();
      for (const [token, [quality, postings]] of await expand(source, word, i === wanted.length - 1)) {
        words.add(token);
        const count = countOf(postings), rare = Math.log(1 + (source.size - count + 0.5) / (count + 0.5));
        for (const [weight, id] of read(postings)) best.set(id, Math.max(best.get(id) || 0, quality * rare * (weight + 1)));
      }
      for (const [id, score] of best) {
        const sum = scores.get(id) || [0, 0];
        scores.set(id, [sum[0] + 1, sum[1] + score]);
      }
    }
    const most = Math.max(0, ...[...scores.values()].map(([count]) => count)), ids = [...scores.keys()].filter(id => scores.get(id)[0] === most);
    ids.sort((a, b) => scores.get(b)[1] - scores.get(a)[1] || (a < b ? -1 : 1));
    return {ids, words: [...words], asked: wanted.length};
  }

  // The words nearest to those of a query that found nothing: tokens, each with the id of a document that has it.
  async function nearest(source, query) {
    const found = [];
    for (const {token, dense} of guideTokens.wanted(query)) {
      if (dense) continue;
      for (const [other, postings] of await source.vicinity(startOf(source, token))) {
        const far = distance(token, other, Math.max(2, Math.ceil(token.length / 2)), false);
        if (far < Infinity) found.push([far, -countOf(postings), other, read(postings).next().value[1]]);
      }
    }
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : 1));
    return found.slice(0, NEAREST).map(([, , token, id]) => ({token, id}));
  }

  return {search, nearest, distance, read, countOf};
})();
