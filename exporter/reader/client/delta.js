// FORMAT.md as pure functions.
"use strict";

const CUT = 16384, WINDOW = 32000, MOST = 1 << 26, MOST_HEAD = 1 << 24;
const SYNC = Uint8Array.of(0, 0, 255, 255), NOTHING = new Uint8Array();
const total = (rows, size) => rows.reduce((sum, row) => sum + size(row), 0);
const textOf = bytes => new TextDecoder("utf-8", {fatal: true}).decode(bytes);
const bytesOf = text => new TextEncoder().encode(text);
const failure = (why, message = why) => Object.assign(new Error(message), {why});

function concat(parts) {
  const out = new Uint8Array(total(parts, part => part.length));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}

async function drain(stream, most, got) {
  const reader = stream.getReader(), out = [];
  for (let size = 0; ;) {
    const {done, value} = await reader.read();
    if (done) return concat(out);
    size += value.length;
    if (size > most) throw failure("wrong");
    out.push(value);
    got?.(value.length);
  }
}

const inflate = (parts, most = MOST) => drain(new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate-raw")), most);

function varint(bytes, at) {
  for (let value = 0, unit = 1; at < bytes.length && unit < 2 ** 42; unit *= 128) {
    const byte = bytes[at++];
    value += (byte & 127) * unit;
    if (byte < 128) return [value, at];
  }
  throw failure("wrong");
}

// Stored blocks: DecompressionStream takes no dictionary.
function stored(bytes) {
  const out = [];
  for (let at = 0; at < bytes.length; at += 65535) {
    const part = bytes.subarray(at, at + 65535), n = part.length;
    out.push(Uint8Array.of(0, n & 255, n >> 8, ~n & 255, ~n >> 8 & 255), part);
  }
  return out;
}

function split(bytes) {
  const out = [];
  let from = 0;
  for (let to; (to = bytes.indexOf(255, from)) >= 0; from = to + 1) out.push(bytes.subarray(from, to));
  return [...out, bytes.subarray(from)];
}

const glue = parts => concat(Array.from(parts, (part, i) => [i ? Uint8Array.of(255) : NOTHING, part || NOTHING]).flat());

function join(record, slots) {
  const out = [];
  let from = 0;
  for (let i = 0; i < record.length; i++) {
    if (record[i] < 0xf5) continue;
    out.push(record.subarray(from, i), slots[record[i] - 0xf5 << 8 | record[i + 1]] || NOTHING);
    from = ++i + 1;
  }
  return concat([...out, record.subarray(from)]);
}

const sha = async bytes => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const hex = async (bytes, size) => Array.from((await sha(bytes)).subarray(0, size), byte => byte.toString(16).padStart(2, "0")).join("");
const sumOf = async parts => btoa(String.fromCharCode(...(await sha(concat(parts))).subarray(0, 16))).replace(/[+/=]/g, sign => ({"+": "-", "/": "_"})[sign] || "");

function unpack(bytes) {
  const end = bytes.indexOf(10);
  return [JSON.parse(textOf(bytes.subarray(0, end))), bytes.subarray(end + 1)];
}

// A page is its record, an other file {size, digest}.
function packed(bytes) {
  const [rows, body] = unpack(bytes);
  let at = 0;
  return new Map(rows.map(([path, size, digest]) => [path, digest ? {size, digest} : body.slice(at, at += size)]));
}

async function headOf(file) {
  const [size, at] = varint(file, 0);
  if (!size || at + size > file.length) throw failure("wrong");
  return [JSON.parse(textOf(await inflate([file.subarray(at, at + size)], MOST_HEAD))), at + size];
}

// What a cut was made with.
function windowOf(old, at) {
  if (old.length <= WINDOW) return old;
  const from = Math.max(0, Math.min(at - 8192, old.length - WINDOW));
  return old.subarray(from, from + WINDOW);
}

// [path, its base, piece row]
const partsOf = ([path, ...row]) => Array.isArray(row[0]) ? [path, row[0][0], row.slice(1)] : [path, path, row];

// `use` tells which rows count.
async function decode(file, head, at, slots, record, use = () => true) {
  const input = [], jobs = [], records = new Map();
  let out = 0;
  const plan = (path, old, [front, back, length, ...sizes]) => {
    const takes = [];
    if (front + back > old.length) throw failure("wrong");
    sizes.forEach((size, i) => {
      const base = windowOf(old, front + i * CUT), part = Math.min(CUT, length - i * CUT);
      input.push(...stored(base), file.subarray(at, at += size), SYNC);
      takes.push([out += base.length, out += part]);
    });
    jobs.push([path, old.subarray(0, front), takes, old.subarray(old.length - back)]);
  };
  if (head.slots) plan(null, glue(head.slots.map(n => slots[n])), head.cut);
  for (const [path, base, row] of (head.pages || []).map(partsOf)) {
    if (use(path)) plan(path, base !== undefined && await record(base) || NOTHING, row);
    else at += total(row.slice(3), size => size);
  }
  const all = input.length ? await inflate([...input, Uint8Array.of(3, 0)], out) : NOTHING;
  for (const [path, front, takes, back] of jobs) records.set(path, concat([front, ...takes.map(take => all.subarray(...take)), back]));
  const sum = await sumOf([...records.values()]), texts = head.slots && split(records.get(null));
  records.delete(null);
  return {texts, records, sum};
}
