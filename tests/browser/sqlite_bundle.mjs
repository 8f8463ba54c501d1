// Reads a bundle with another language's driver: prints what it asks as one JSON object. Arguments: the file, its FTS5 file.
import sqlite from "node-sqlite3-wasm";

const [file, text] = process.argv.slice(2);
const ask = (path, query, ...values) => {
  const database = new sqlite.Database(path, {readOnly: true});
  try { return database.all(query, values); } finally { database.close(); }
};
const one = (query, ...values) => Object.values(ask(file, query, ...values)[0])[0];
const found = `SELECT page.title FROM search JOIN page ON page.id = search.rowid
  WHERE search MATCH ? AND page.locale = ? ORDER BY bm25(search, 10, 4, 1), page.id`;

console.log(JSON.stringify({
  whole: one("PRAGMA integrity_check"),
  dangling: ask(file, "PRAGMA foreign_key_check").length,
  version: one("PRAGMA user_version"),
  items: one("SELECT count(*) FROM item"),
  arabic: ask(file, "SELECT title FROM title WHERE locale = 'ar' AND url IS NOT NULL ORDER BY item").map(row => row.title),
  digests: [file, text].map(path => ask(path, "SELECT value FROM meta WHERE key = 'digest'")[0].value),
  found: ask(text, found, "bel* tor*", "en-US").map(row => row.title),
}));
