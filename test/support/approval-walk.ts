/** Runs that stand at an approval, as clients bring them there over HTTP. */
import type { ApiClient } from './api-client.js';
import { accepted, type RunBody } from './founder-walk.js';
import { keyFor } from './service.js';

/** A gate as it goes over the wire, as far as tests look at it. */
export type GateBody = Readonly<{
  id: string;
  run_id: string;
  status: string;
  decision: string | null;
  votes: readonly Readonly<{ actor_id: string; vote: string; on_behalf_of: string | null; reason: string | null }>[];
  quorum: number | null;
  missing_approvals: number | null;
  expires_at: string | null;
  remind_at: string | null;
  excluded: readonly string[];
  caller: Readonly<{
    may_decide: boolean;
    reason: { code: string } | null;
    voted: string | null;
    on_behalf_of: string | null;
  }>;
}>;

/** A template of one stage with an approval at its end on these terms, and a stage after it. */
export function approvalTemplate(key: string, terms: object) {
  const gate = { gate_type: 'approval', options: ['approve', 'send_back'], decided_by: ['approver'], ...terms };
  const copy = { title: 'Copy', weight: 2 };
  return {
    key,
    name: 'Press release',
    stages: [
      {
        key: 'writing',
        name: 'Writing',
        auto_start: true,
        milestones: { copy, title: { title: 'Title', weight: 1 } },
        exit_criteria: [{ key: 'spelled', text: 'It is spelled right' }],
        gate,
      },
      { key: 'sending', name: 'Sending', milestones: {}, exit_criteria: [{ key: 'sent', text: 'It is sent' }] },
    ],
  };
}

/** Publishes a template with these terms. */
export async function publishApproval(api: ApiClient, key: string, terms: object): Promise<void> {
  const { status, body } = await api.post('/templates', approvalTemplate(key, terms));
  if (status !== 201) throw new Error(`No template: ${JSON.stringify(body)}`);
}

/** A new run through it, for a project where one is named, with its work done by `writer` and its approval open. */
export async function standAtApproval(
  api: ApiClient,
  template: string,
  writer: ApiClient = api,
  project?: string,
): Promise<Readonly<{ runId: string; gateId: string }>> {
  const subject = project === undefined ? {} : { project_id: await projectOf(api, project) };
  const { id } = accepted(await api.post<{ id: string }>('/pipeline/start', { template, ...subject }));
  const stage = `/pipeline/${id}/stages/writing`;
  const steps = ['milestones/copy/complete', 'milestones/title/complete', 'criteria/spelled/meet', 'complete'];
  let run: RunBody | null = null;
  for (const step of steps) run = accepted(await writer.post<RunBody>(`${stage}/${step}`));
  if (run === null || run.open_gate_id === null) throw new Error('The stage ends at an approval.');
  return { runId: id, gateId: run.open_gate_id };
}

async function projectOf(api: ApiClient, name: string): Promise<string> {
  return accepted(await api.post<{ id: string }>('/projects', { name })).id;
}

/** Clients of people who may vote, by their ids. */
export async function approvers(api: ApiClient, ...ids: readonly string[]): Promise<readonly ApiClient[]> {
  const keys = await Promise.all(ids.map((id) => keyFor(api, { roles: ['approver'], actor_id: id, name: `${id}'s` })));
  return keys.map((key) => api.as(key));
}
