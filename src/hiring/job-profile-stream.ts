import { type StreamType, inline } from '../platform/event-store/stream-type.js';
import { type CreateJobProfileCommand, type JobProfileState, jobProfileDecider } from './job-profile.decider.js';
import { type JobProfileEvent, jobProfileCatalogue } from './job-profile.events.js';
import { jobProfiles } from './job-profile/job-profile.projection.js';

/** A job profile's stream: its rules and the read model written with each append. */
export const jobProfileStream: StreamType<JobProfileState, CreateJobProfileCommand, JobProfileEvent> = {
  name: 'job_profile',
  decider: jobProfileDecider,
  catalogue: jobProfileCatalogue,
  stateVersion: 1,
  projections: [inline(jobProfiles)],
};
