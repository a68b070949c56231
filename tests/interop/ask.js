// Answers whether single things are accepted: lines of JSON {"format", "bytes", …} in, a JSON list of answers out.
// An answer is "accepted" or the class of the refusal; of a roster, what it says. For test_differences*.py, which ask
// the program the same.

import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
import { unhex } from "./decoder/bytes.js";
import { Refused } from "./decoder/refused.js";
import { FORMATS } from "./formats.js";

globalThis.crypto ??= webcrypto; // Node 18

const answers = [];
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const asked = JSON.parse(line);
  try {
    const said = await FORMATS[asked.format](unhex(asked.bytes), asked);
    answers.push(asked.format === "roster" ? JSON.stringify(said) : "accepted");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    answers.push(error.kind);
  }
}
process.stdout.write(JSON.stringify(answers));
