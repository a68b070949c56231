// Which check reads which file of tests/vectors. A file without one is a failure.

import { root, roster } from "./belonging.js";
import { directory } from "./directory.js";
import { enrolment } from "./enrolment.js";
import { encoding, keys } from "./keys.js";
import { key_slot, tokens } from "./slots.js";
import { archive, card, quorum, stream } from "./recovery.js";
import { relay } from "./relay.js";
import { cells, desk_keys, parcels, sender } from "./travelling.js";
import { announcements, operations, reply_cells } from "./words.js";

export const CHECKS = {
  encoding, keys, tokens, key_slot, root, roster, directory, enrolment, desk_keys, parcels, cells, sender,
  announcements, operations, reply_cells, stream, quorum, archive, card, relay,
};
