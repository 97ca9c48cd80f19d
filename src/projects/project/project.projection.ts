import type { Projection } from '../../kernel/projection.js';
import type { ProjectEvent } from '../project.events.js';

/** One project; where it stands is read from its latest run. */
export type ProjectRow = Readonly<{
  id: string;
  tenantId: string;
  streamVersion: number;
  name: string;
  requireManualReview: boolean;
  createdAt: string;
}>;

/** One row per project. */
export const projects: Projection<ProjectRow, ProjectEvent> = {
  name: 'projects',
  version: 1,
  keysOf: ({ streamId }) => [streamId],
  on: {
    'project.created': (_row, { streamId, tenantId, streamVersion, recordedAt, detail }) => ({
      id: streamId,
      tenantId,
      streamVersion,
      name: detail.name,
      requireManualReview: detail.require_manual_review,
      createdAt: recordedAt,
    }),
    'project.manual_review_changed': (row, { streamId, streamVersion, detail }) => {
      if (row === undefined) throw new Error(`Project ${streamId} has no row for its project.manual_review_changed.`);
      return { ...row, streamVersion, requireManualReview: detail.require_manual_review };
    },
  },
};
