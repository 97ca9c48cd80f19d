import type { Encrypted } from '../kernel/encrypted.js';
import type { Catalogue, DomainEvent } from '../kernel/recorded-event.js';

/** Somebody who may apply came to be known. What is personal is encrypted with the key of this person alone. */
export type CandidateEvent = DomainEvent<
  'candidate.registered',
  Readonly<{
    name: Encrypted;
    email: Encrypted | null;
    phone: Encrypted | null;
    links: Encrypted | null;
    /** The id under which another system knows the candidate; in the clear, so it must not tell who it is. */
    external_id: string | null;
  }>
>;

/** How the store files each event of a candidate. */
export const candidateCatalogue: Catalogue<CandidateEvent> = {
  'candidate.registered': { category: 'subject', schemaVersion: 1 },
};
