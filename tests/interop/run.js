// Checks every file of vectors: `node run.js [folder]`. Writes a report as JSON and ends with 1 if anything is wrong.
// With --change it also alters one place after the other and expects to notice each.

import { readFileSync, readdirSync } from "node:fs";
import { webcrypto } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CHECKS } from "./checks/index.js";
import { changed, leaves, watched } from "./watch.js";

globalThis.crypto ??= webcrypto; // Node 18

/** Places that nothing follows from: they name or place, or what is refused would be refused all the same. */
const SAYS_NOTHING = [
  /^\/section$/, /\/name$/, /^\/vectors\/\d+\/cell$/,
  /\/(refused|malformed|refused_cells|refused_files|refused_indexes|no_heartbeats)\/\d+\/(?!error$)/,
  /^\/rosters\/\d+\/(root|former\/\d+)$/, // keys of officers who signed none of the statements
  /^\/sealed\/(by a stranger|reason 6)$/, // left out of a roster, whatever else is in them
  /^\/accepted\/(2\/seen_hash|3\/seen_root_version)$/, // versions were skipped; the chain is newer still
  /^\/accepted\/[45]\/seen_(version|hash)$/, // under a newer root the number seen says nothing
  /^\/late_chains\/2\/anchors\/0$/, // a root that nobody knows
  /^\/sealed\/root-3-and-a-stranger$/, // the place that is altered is in the stranger's signature
];

const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const folder = wanted[0] ?? join(dirname(fileURLToPath(import.meta.url)), "..", "vectors");
const report = {};

for (const file of readdirSync(folder).filter((name) => name.endsWith(".json")).sort()) {
  const name = file.slice(0, -".json".length);
  try {
    report[name] = await audit(name, JSON.parse(exact(readFileSync(join(folder, file), "utf8"))));
  } catch (error) {
    report[name] = { wrong: [`not read: ${error.message}`], read: [] };
  }
}
for (const name of Object.keys(CHECKS)) report[name] ??= { wrong: ["there is a check and no such file"] };

/** JSON whose long integers, which JavaScript would round, became {"integer": "digits"}. */
function exact(text) {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}/g, (found) => (found[0] === '"' ? found : `{"integer":"${found}"}`));
}

async function audit(name, document) {
  const check = CHECKS[name];
  if (!check) return { wrong: ["no check reads this file"] };
  const read = new Set(["/section"]);
  const wrong = [];
  const started = Date.now();
  const failure = await attempt(check, watched(document, read));
  if (failure) wrong.push(failure);
  const unnoticed = [];
  if (!failure && process.argv.includes("--change")) {
    for (const place of leaves(document).filter((one) => mustMatter(document, one)))
      if ((await attempt(check, changed(document, place))) === null) unnoticed.push(place);
  }
  const places = [...read].map((place) => place.replace(/\/integer$/, ""));
  return { wrong, read: places, unnoticed, milliseconds: Date.now() - started };
}

/** Whether something else at this place must be noticed. What only refused vectors use is refused all the same. */
function mustMatter(document, place) {
  if (SAYS_NOTHING.some((free) => free.test(place))) return false;
  if (!place.startsWith("/sealed/")) return true;
  const name = place.slice("/sealed/".length).replaceAll("~1", "/");
  const { sealed, ...rest } = document;
  return mentions(rest, name, ["refused", "malformed"]) || !mentions(rest, name, []);
}

function mentions(value, name, without) {
  if (value === null || typeof value !== "object") return value === name;
  return Object.entries(value).some(([key, item]) => !without.includes(key) && mentions(item, name, without));
}

async function attempt(check, document) {
  try {
    await check(document);
    return null;
  } catch (error) {
    return `${error.constructor.name}: ${error.message}`;
  }
}

process.stdout.write(JSON.stringify(report));
process.exitCode = Object.values(report).some(({ wrong, unnoticed }) => wrong.length || unnoticed?.length) ? 1 : 0;
