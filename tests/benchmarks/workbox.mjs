// Prints the files that Workbox's precache of a site has, with their revisions, and the size of what the browser asks
// for at each visit: node workbox.mjs SITE FOLDER
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { generateSW, getManifest } from "workbox-build";

const [site, folder] = process.argv.slice(2);
const options = {
  globDirectory: site,
  globPatterns: ["**/*.{html,css,js,svg,webmanifest}"],
  globIgnores: ["updates/**", "sw.js"],
  maximumFileSizeToCacheInBytes: 1e9,
};
const { manifestEntries } = await getManifest(options);
await generateSW({ ...options, swDest: `${folder}/sw.js`, sourcemap: false });
const worker = gzipSync(readFileSync(`${folder}/sw.js`), { level: 6 }).length;
console.log(JSON.stringify({ worker, files: Object.fromEntries(manifestEntries.map((one) => [one.url, one.revision])) }));
