// The pure parts in Node, against what Python made: a file of cases is named in the environment.
"use strict";
const test = require("node:test"), assert = require("node:assert"), fs = require("node:fs"), vm = require("node:vm"), path = require("node:path");
vm.runInThisContext(fs.readFileSync(path.join(__dirname, "../../../exporter/reader/client/delta.js"), "utf8"));

const bytes = text => new Uint8Array(Buffer.from(text, "base64"));
const base64 = array => Buffer.from(array).toString("base64");
const cases = JSON.parse(fs.readFileSync(process.env.CASES, "utf8"));

for (const one of cases) {
  test(one.name, async () => {
    const file = bytes(one.file), slots = one.slots.map(bytes);
    const [head, at] = await headOf(file);
    const {texts, records, sum} = await decode(file, head, at, slots, async path => path in one.records ? bytes(one.records[path]) : undefined);
    assert.equal(sum, head.sum || sum);
    (head.slots || []).forEach((n, i) => { slots[n] = texts[i]; });
    for (const path of Object.keys(one.pages)) {
      const record = records.get(path) || bytes(one.records[path]);
      assert.equal(base64(join(record, slots)), one.pages[path]);
    }
  });
}

test("a file that is something else is refused", async () => {
  for (const text of ["", "<!doctype html><title>An app</title>", "\x05abc"]) await assert.rejects(async () => headOf(Buffer.from(text)));
});

test("more output than was promised is refused", async () => {
  const bomb = require("node:zlib").deflateRawSync(Buffer.alloc(1 << 20));
  await assert.rejects(inflate([bomb], 1000));
});

test("numbers of seven bits a byte", () => {
  assert.deepEqual(varint(Uint8Array.of(0x05), 0), [5, 1]);
  assert.deepEqual(varint(Uint8Array.of(0xac, 0x02), 0), [300, 2]);
  assert.throws(() => varint(Uint8Array.of(0x80), 0));
});
