import type { Catalogue, DomainEvent } from '../kernel/recorded-event.js';

/** There is a job to apply for. */
export type JobProfileEvent = DomainEvent<
  'job_profile.created',
  Readonly<{ title: string; level: string | null; skills: readonly string[]; description: string | null }>
>;

/** How the store files each event of a job profile. */
export const jobProfileCatalogue: Catalogue<JobProfileEvent> = {
  'job_profile.created': { category: 'subject', schemaVersion: 1 },
};
