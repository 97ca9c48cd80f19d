import type { Catalogue, DomainEvent } from '../kernel/recorded-event.js';

/** Everything that happens to a project. */
export type ProjectEvent =
  | DomainEvent<'project.created', Readonly<{ name: string; require_manual_review: boolean }>>
  | DomainEvent<'project.manual_review_changed', Readonly<{ require_manual_review: boolean }>>;

/** How the store files each event of a project. */
export const projectCatalogue: Catalogue<ProjectEvent> = {
  'project.created': { category: 'subject', schemaVersion: 1 },
  'project.manual_review_changed': { category: 'policy', schemaVersion: 1 },
};
