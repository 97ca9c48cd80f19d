import type { Catalogue, DomainEvent } from '../kernel/recorded-event.js';

/** A project came to be. */
export type ProjectEvent = DomainEvent<'project.created', Readonly<{ name: string; require_manual_review: boolean }>>;

/** How the store files each event of a project. */
export const projectCatalogue: Catalogue<ProjectEvent> = {
  'project.created': { category: 'subject', schemaVersion: 1 },
};
