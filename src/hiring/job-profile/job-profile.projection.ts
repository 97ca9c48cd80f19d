import type { Projection } from '../../kernel/projection.js';
import type { JobProfileEvent } from '../job-profile.events.js';

/** One job profile as it was created. */
export type JobProfileRow = Readonly<{
  id: string;
  tenantId: string;
  streamVersion: number;
  title: string;
  level: string | null;
  skills: readonly string[];
  description: string | null;
  createdAt: string;
}>;

/** One row per job profile. */
export const jobProfiles: Projection<JobProfileRow, JobProfileEvent> = {
  name: 'job_profiles',
  version: 1,
  keysOf: ({ streamId }) => [streamId],
  on: {
    'job_profile.created': (_row, { streamId, tenantId, streamVersion, recordedAt, detail }) => ({
      id: streamId,
      tenantId,
      streamVersion,
      title: detail.title,
      level: detail.level,
      skills: detail.skills,
      description: detail.description,
      createdAt: recordedAt,
    }),
  },
};
