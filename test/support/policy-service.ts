import type { StageDefinition } from '../../src/templates/contract.js';
import type { Answer } from './api-client.js';
import { openBackstage } from './backstage.js';
import { accepted, type RunBody } from './founder-walk.js';
import { startDocumentedService } from './service.js';

/** A setting with where it comes from. */
export type Sourced = Readonly<{ value: unknown; layer: string; rule: string | null }>;

/** What holds for a stage of a run, as far as tests look at it. */
export type StagePolicyBody = Readonly<{
  stage: string;
  state: string;
  approved: boolean;
  policy: Readonly<Record<string, Sourced>>;
  open_gate: Readonly<{
    gate_id: string;
    gate_type: string;
    terms: Readonly<Record<string, Sourced>> | null;
    changed_since: readonly string[];
    note: string | null;
  }> | null;
}>;

const bare = { milestones: {}, exit_criteria: [], auto_start: true } as const;
const decision = { gate_type: 'decision', options: ['proceed', 'park'], decided_by: ['approver'] } as const;
const approval = {
  gate_type: 'approval',
  options: ['approve', 'send_back'],
  decided_by: ['operator'],
  quorum: 1,
  no_self_approval: false,
} as const;

/** A plain stage, one that ends at a decision, one that the template itself wants approved, and a locked one. */
const stages: readonly StageDefinition[] = [
  { ...bare, key: 'plain', name: 'Plain' },
  { ...bare, key: 'decided', name: 'Decided', gate: decision },
  { ...bare, key: 'approved', name: 'Approved', gate: approval },
  { ...bare, key: 'vault', name: 'Vault', locked: true },
];

/** A service with runs through those stages, of projects or of none. */
export async function startPolicyService() {
  const service = await startDocumentedService();
  const { api } = service;
  const backstage = await openBackstage(service.connection);
  await backstage.publish({ key: 'trail', name: 'Trail', stages });

  const newProject = async (more: object = {}) =>
    accepted(await api.post<{ id: string }>('/projects', { name: 'Solar kiosk', ...more })).id;
  const startRun = async (projectId?: string) => {
    const subject = projectId === undefined ? {} : { project_id: projectId };
    return accepted(await api.post<{ id: string }>('/pipeline/start', { template: 'trail', ...subject })).id;
  };
  const complete = async (runId: string, stage: string) =>
    accepted(await api.post<RunBody>(`/pipeline/${runId}/stages/${stage}/complete`));
  const put = (path: string, policy: unknown, headers = {}) => api.send('PUT', path, { body: policy, headers });
  const effective = async (runId: string) =>
    accepted(await api.get<{ items: readonly StagePolicyBody[] }>(`/pipeline/${runId}/gate-policy`)).items;
  const close = async () => {
    await backstage.close();
    await service.close();
  };
  return { ...service, backstage, newProject, startRun, complete, put, effective, close };
}

/** Where each setting comes from. */
export function layersOf(settings: Readonly<Record<string, Sourced>> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(settings ?? {}).map(([field, { layer }]) => [field, layer]));
}

/** The pointers of a refusal for bad input. */
export function pointersOf({ body }: Answer): readonly string[] {
  return ((body['errors'] ?? []) as readonly { pointer: string }[]).map(({ pointer }) => pointer);
}
