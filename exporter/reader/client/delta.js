// The format of updates/, as pure functions for pages, workers and Node.
(function (guide) {
"use strict";

const CUT = 16384, WINDOW = 32000, MOST = 1 << 26, MOST_HEAD = 1 << 24;
const SYNC = Uint8Array.of(0, 0, 255, 255), LAST = Uint8Array.of(3, 0), NOTHING = new Uint8Array();
const total = (rows, size) => rows.reduce((sum, row) => sum + size(row), 0);
const text = bytes => new TextDecoder("utf-8", {fatal: true}).decode(bytes);

function concat(parts) {
  const out = new Uint8Array(total(parts, part => part.length));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}

function varint(bytes, at) {
  for (let value = 0, unit = 1; at < bytes.length && unit < 2 ** 42; unit *= 128) {
    const byte = bytes[at++];
    value += (byte & 127) * unit;
    if (byte < 128) return [value, at];
  }
  throw new Error("a number that does not end");
}

/** Give bytes as stored blocks: DecompressionStream takes no dictionary. */
function stored(bytes) {
  const out = [];
  for (let at = 0; at < bytes.length; at += 65535) {
    const part = bytes.subarray(at, at + 65535), n = part.length;
    out.push(Uint8Array.of(0, n & 255, n >> 8, ~n & 255, ~n >> 8 & 255), part);
  }
  return out;
}

async function inflate(parts, most = MOST) {
  const reader = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const out = [];
  for (let size = 0; ;) {
    const {done, value} = await reader.read();
    if (done) return concat(out);
    size += value.length;
    if (size > most) { reader.cancel().catch(() => {}); throw new Error("more bytes than were named"); }
    out.push(value);
  }
}

function split(bytes) {
  const out = [];
  let from = 0;
  for (let to; (to = bytes.indexOf(255, from)) >= 0; from = to + 1) out.push(bytes.subarray(from, to));
  out.push(bytes.subarray(from));
  return out;
}

const glue = parts => concat(parts.flatMap((part, i) => i ? [Uint8Array.of(255), part || NOTHING] : [part || NOTHING]));

function join(record, slots) {
  const out = [];
  let from = 0;
  for (let i = 0; i < record.length; i++) {
    if (record[i] < 0xf5) continue;
    if (i > from) out.push(record.subarray(from, i));
    out.push(slots[record[i] - 0xf5 << 8 | record[i + 1]] || NOTHING);
    from = ++i + 1;
  }
  if (from < record.length) out.push(record.subarray(from));
  return concat(out);
}

const hex = async (bytes, size) => Array.from((await sha(bytes)).subarray(0, size), byte => byte.toString(16).padStart(2, "0")).join("");
const sha = async bytes => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

async function sum(parts) {
  const text = btoa(String.fromCharCode(...(await sha(concat(parts))).subarray(0, 16)));
  return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function unpack(bytes) {
  const end = bytes.indexOf(10);
  return [JSON.parse(text(bytes.subarray(0, end))), bytes.subarray(end + 1)];
}

function packed(bytes) {
  const [rows, body] = unpack(bytes), records = new Map(), files = new Map();
  let at = 0;
  for (const [path, size, digest] of rows) {
    if (digest) files.set(path, {size, digest});
    else records.set(path, body.slice(at, at += size));
  }
  return {records, files};
}

/** Read a since-file's head: [head, offset behind it]. */
async function headOf(file) {
  const [size, at] = varint(file, 0);
  if (!size || at + size > file.length) throw new Error("no since-file");
  return [JSON.parse(text(await inflate([file.subarray(at, at + size)], MOST_HEAD))), at + size];
}

/** The part of a base that a cut was made with. */
function windowOf(old, at) {
  if (old.length <= WINDOW) return old;
  const from = Math.max(0, Math.min(at - 8192, old.length - WINDOW));
  return old.subarray(from, from + WINDOW);
}

/** Decode a since-file or change pack; `slots` and `record(path)` are what is held now, `use` tells which rows count. */
async function decode(file, head, at, slots, record, use = () => true) {
  const input = [], jobs = [];
  let out = 0;
  const plan = (path, old, [front, back, length, ...sizes]) => {
    const takes = [];
    if (front + back > old.length) throw new Error("a piece that is longer than its base");
    sizes.forEach((size, i) => {
      const base = windowOf(old, front + i * CUT), part = Math.min(CUT, length - i * CUT);
      input.push(...stored(base), file.subarray(at, at + size), SYNC);
      takes.push([out + base.length, part]);
      out += base.length + part;
      at += size;
    });
    jobs.push({path, old, front, back, takes});
  };
  if (head.slots) plan(null, glue(head.slots.map(n => slots[n])), head.cut);
  for (const [path, ...rest] of head.pages || []) {
    const other = Array.isArray(rest[0]), base = other ? rest[0][0] : path, row = other ? rest.slice(1) : rest;
    if (use(path)) plan(path, base === undefined ? NOTHING : await record(base) || NOTHING, row);
    else at += total(row.slice(3), size => size);
  }
  const all = input.length ? await inflate([...input, LAST], out) : NOTHING, records = new Map();
  for (const {path, old, front, back, takes} of jobs) {
    records.set(path, concat([old.subarray(0, front), ...takes.map(([from, size]) => all.subarray(from, from + size)), old.subarray(old.length - back)]));
  }
  const texts = head.slots && split(records.get(null)), named = await sum([...records.values()]);
  records.delete(null);
  return {texts, records, sum: named};
}

Object.assign(guide, {NOTHING, concat, varint, stored, inflate, split, glue, join, sha, hex, sum, total, text, unpack, packed, headOf, windowOf, decode});
})(typeof module === "object" ? module.exports : self.guideOffline = self.guideOffline || {});
