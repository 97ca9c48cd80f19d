import { randomFillSync, randomInt } from 'node:crypto';
import { v7 } from 'uuid';

const ID_BYTES = 16;
const IDS_AT_ONCE = 256;
/** The ids of one millisecond are told apart, and ordered, by a sequence number of 31 bits that begins anywhere. */
const SEQUENCE = 2 ** 31;

const random = Buffer.alloc(ID_BYTES * IDS_AT_ONCE);
let used = random.length;
let count = randomInt(SEQUENCE);

/**
 * A new id: a uuid of version 7, after every one this process made before, unless the clock was set back.
 *
 * Randomness is drawn for many ids at once: a command takes five, and asking for each by itself cost a twelfth of what the service does
 * for a request.
 */
export function newId(): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  count = (count + 1) % SEQUENCE;
  return v7({ random: random.subarray(used, (used += ID_BYTES)), seq: count });
}
