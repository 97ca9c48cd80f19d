/** Steps of a candidate's run, as a client takes them over HTTP. */
import type { ApiClient } from './api-client.js';
import { accepted, type RunBody } from './founder-walk.js';

export const hiringStages = [
  'resume_screen',
  'oa',
  'phone_screen',
  'onsite_coding_1',
  'onsite_coding_2',
  'onsite_behavioral',
  'onsite_design_lite',
  'debrief',
] as const;

export type Application = Readonly<{ candidate_id: string; job_profile_id: string }>;

/** A candidate and a job to apply for. */
export async function newApplication(api: ApiClient): Promise<Application> {
  const candidate = accepted(await api.post<{ id: string }>('/candidates', { name: 'Robin Fairweather' }));
  const job = accepted(await api.post<{ id: string }>('/job-profiles', { title: 'Software engineer' }));
  return { candidate_id: candidate.id, job_profile_id: job.id };
}

/** A run of a new candidate for a new job. */
export async function startApplication(api: ApiClient): Promise<Readonly<{ application: Application; run: RunBody }>> {
  const application = await newApplication(api);
  return { application, run: accepted(await api.post<RunBody>('/pipeline/start', application)) };
}

/** Starts the stage a run stands at, records its result and completes it: a decision is due then. */
export async function interview(api: ApiClient, run: RunBody, result: object): Promise<RunBody> {
  const stage = `/pipeline/${run.id}/stages/${run.current_stage}`;
  accepted(await api.post(`${stage}/start`));
  accepted(await api.post(`${stage}/result`, result));
  return accepted(await api.post<RunBody>(`${stage}/complete`));
}
