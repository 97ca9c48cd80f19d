import type { Encrypted } from '../../kernel/encrypted.js';
import type { Projection } from '../../kernel/projection.js';
import type { CandidateEvent } from '../candidate.events.js';

/** One candidate as registered, still encrypted: erasing a person leaves nothing to scrub here. */
export type CandidateRow = Readonly<{
  id: string;
  tenantId: string;
  streamVersion: number;
  name: Encrypted;
  email: Encrypted | null;
  phone: Encrypted | null;
  links: Encrypted | null;
  externalId: string | null;
  createdAt: string;
}>;

/** One row per candidate. */
export const candidates: Projection<CandidateRow, CandidateEvent> = {
  name: 'candidates',
  version: 1,
  keysOf: ({ streamId }) => [streamId],
  on: {
    'candidate.registered': (_row, { streamId, tenantId, streamVersion, recordedAt, detail }) => ({
      id: streamId,
      tenantId,
      streamVersion,
      name: detail.name,
      email: detail.email,
      phone: detail.phone,
      links: detail.links,
      externalId: detail.external_id,
      createdAt: recordedAt,
    }),
  },
};
