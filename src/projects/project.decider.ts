import type { Decider } from '../kernel/decider.js';
import { refuse } from '../kernel/domain-error.js';
import type { ProjectEvent } from './project.events.js';

/** What the rules need to know of a project; null before there is one. */
export type ProjectState = Readonly<{ requireManualReview: boolean }> | null;

/** Begin the project whose id is the stream's. */
export type CreateProjectCommand = Readonly<{
  type: 'create_project';
  data: Readonly<{ name: string; requireManualReview: boolean }>;
}>;

/** Say whether every stage of its runs asks for an approval. */
export type RequireReviewCommand = Readonly<{
  type: 'require_review';
  data: Readonly<{ projectId: string; requireManualReview: boolean; reason?: string | undefined }>;
}>;

export type ProjectCommand = CreateProjectCommand | RequireReviewCommand;

/** The rules of one project. */
export const projectDecider: Decider<ProjectState, ProjectCommand, ProjectEvent> = {
  initialState: null,
  decide: (project, command) => {
    switch (command.type) {
      case 'create_project':
        return create(project, command);
      case 'require_review':
        return requireReview(project, command);
    }
  },
  evolve: (_project, { detail }) => ({ requireManualReview: detail.require_manual_review }),
};

function create(project: ProjectState, { data }: CreateProjectCommand): readonly ProjectEvent[] {
  if (project !== null) return [];
  return [{ type: 'project.created', detail: { name: data.name, require_manual_review: data.requireManualReview } }];
}

function requireReview(project: ProjectState, { data }: RequireReviewCommand): readonly ProjectEvent[] {
  const { projectId, requireManualReview, reason } = data;
  if (project === null) throw refuse('project-not-found', `There is no project ${projectId}.`);
  if (project.requireManualReview === requireManualReview) return [];
  const detail = { require_manual_review: requireManualReview };
  return [{ type: 'project.manual_review_changed', detail, ...(reason === undefined ? {} : { reason }) }];
}
