// Sync once with the official client and print the new state as JSON.
// node sync_client.mjs HOST PORT SPACE STATE; STATE is a file with {token, items}, as an earlier run printed it.
import { readFile } from "node:fs/promises";
import { createClient } from "contentful";

const [host, port, space, file] = process.argv.slice(2);
const { token, items } = JSON.parse(await readFile(file, "utf-8"));

let pages = 0;
const client = createClient({
  space,
  accessToken: "t",
  host: `${host}:${port}`,
  insecure: true,
  retryOnError: false,
  responseLogger: () => {
    pages += 1;
  },
});
const query = token ? { nextSyncToken: token } : { initial: true, limit: 7 };
const found = await client.withoutLinkResolution.sync(query);

const received = {};
for (const { sys, fields } of [...found.entries, ...found.assets]) {
  items[sys.type] = { ...items[sys.type], [sys.id]: fields };
  received[sys.type] = [...(received[sys.type] ?? []), sys.id];
}
for (const { sys } of [...found.deletedEntries, ...found.deletedAssets]) {
  delete items[sys.type.replace("Deleted", "")]?.[sys.id];
  received[sys.type] = [...(received[sys.type] ?? []), sys.id];
}
Object.values(received).forEach((ids) => ids.sort());
console.log(JSON.stringify({ token: found.nextSyncToken, items, received, pages }));
