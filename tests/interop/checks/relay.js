// relay.json: docs/relay.md.

import { sha256 } from "../decoder/blocks.js";
import { hex, unhex } from "../decoder/bytes.js";
import { keptOfToken, pageDigest, pageOf, readIndex, weekOf } from "../decoder/relay.js";
import { equal, refused } from "./say.js";

export async function relay(doc) {
  const { page, token } = doc;
  const cells = page.deposited.map((name) => new Uint8Array(page.cell_bytes).fill(page.filled_with[name]));
  const hashes = pageOf(cells);
  equal(hashes, page.hashes, "the order of a page");
  equal(pageDigest(hashes), page.digest, "a page's digest");
  for (const vector of doc.indexes) {
    const data = unhex(vector.bytes);
    const said = readIndex(data, vector.chunk);
    const entries = said.entries.map(([count, digest, closed]) => [count, hex(digest), closed]);
    equal([said.first, entries, said.lowest, said.highest],
      [vector.first, vector.entries, vector.lowest, vector.highest_chunk], vector.name);
    equal(sha256(data), vector.etag, "an index's entity tag");
  }
  for (const vector of doc.refused_indexes) await refused(vector, () => readIndex(unhex(vector.bytes), vector.chunk));
  equal(keptOfToken(unhex(token.token)), token.kept, "what a relay keeps of a token");
  equal(sha256(unhex(token.publishing_token)), token.its_hash, "the hash of a publishing token");
  for (const { unix, week, accepted } of doc.weeks)
    equal([weekOf(unix), accepted], [week, [week - 1, week, week + 1]], "the weeks that a relay takes");
}
