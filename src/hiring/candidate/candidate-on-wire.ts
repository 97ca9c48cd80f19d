import { type KeysByPerson, opened } from '../../platform/personal-data/encryption.js';
import type { CandidateRow } from './candidate.projection.js';
import type { CandidateResponse } from './candidate.response.js';

/** A candidate spelled as on the wire and still encrypted: the form in which an answer is stored. */
export function encryptedOnWire(row: CandidateRow) {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    phone: row.phone,
    links: row.links,
    external_id: row.externalId,
    created_at: row.createdAt,
  };
}

/** A candidate as it goes over the wire. */
export function candidateOnWire(row: CandidateRow, keys: KeysByPerson): CandidateResponse {
  return opened(keys, row.id, encryptedOnWire(row)) as CandidateResponse;
}
