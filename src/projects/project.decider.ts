import type { Decider } from '../kernel/decider.js';
import type { ProjectEvent } from './project.events.js';

/** Whether there is such a project yet. */
export type ProjectState = Readonly<{ exists: boolean }>;

/** Begin the project whose id is the stream's. */
export type CreateProjectCommand = Readonly<{
  type: 'create_project';
  data: Readonly<{ name: string; requireManualReview: boolean }>;
}>;

/** The rules of one project. */
export const projectDecider: Decider<ProjectState, CreateProjectCommand, ProjectEvent> = {
  initialState: { exists: false },
  decide: ({ exists }, { data }) =>
    exists
      ? []
      : [{ type: 'project.created', detail: { name: data.name, require_manual_review: data.requireManualReview } }],
  evolve: () => ({ exists: true }),
};
