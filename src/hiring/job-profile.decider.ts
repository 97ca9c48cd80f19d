import type { Decider } from '../kernel/decider.js';
import type { JobProfileEvent } from './job-profile.events.js';

/** Whether there is such a job profile yet. */
export type JobProfileState = Readonly<{ exists: boolean }>;

/** Describe the job whose id is the stream's. */
export type CreateJobProfileCommand = Readonly<{ type: 'create_job_profile'; data: JobProfileEvent['detail'] }>;

/** The rules of one job profile. */
export const jobProfileDecider: Decider<JobProfileState, CreateJobProfileCommand, JobProfileEvent> = {
  initialState: { exists: false },
  decide: ({ exists }, { data }) => (exists ? [] : [{ type: 'job_profile.created', detail: data }]),
  evolve: () => ({ exists: true }),
};
