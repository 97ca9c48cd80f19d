/** Steps of a founder's run, as a client takes them over HTTP. */
import { expect } from '@jest/globals';
import type { Answer, ApiClient } from './api-client.js';
import { startFounderRun } from './service.js';

/** A run as it goes over the wire, as far as tests look at it. */
export type RunBody = Readonly<{
  id: string;
  status: string;
  waiting_on: string | null;
  current_stage: string;
  stage_number: number;
  stage_entered_at: string;
  stage_progress: Readonly<Record<string, string>>;
  progress_percent: number;
  open_gate_id: string | null;
  outcome: string | null;
  version: number;
  updated_at: string;
}>;

export type StageBody = Readonly<{
  key: string;
  state: string;
  progress_percent: number;
  milestones: Readonly<Record<string, Readonly<{ weight: number; completed: boolean }>>>;
  exit_criteria: readonly Readonly<{ key: string; met: boolean }>[];
  blocking_risks: readonly Readonly<{ id: string; type: string; message: string; dismissed: boolean }>[];
  suggested_focus: readonly string[];
  result: unknown;
  entered_at: string | null;
  completed_at: string | null;
}>;

/** What people complete themselves in each stage; decisions complete the rest. */
export const milestones: Readonly<Record<string, readonly string[]>> = {
  thesis_defined: ['brief_generated', 'risks_identified'],
  validated_direction: ['direction_chosen', 'validation_complete'],
  mvp_built: ['build_started', 'build_complete', 'tests_passing', 'preview_live'],
  feedback_loop_active: ['feedback_collected', 'iteration_planned', 'iteration_shipped'],
};

/** The answer's body, once it is certain that the command was accepted. */
export function accepted<Body>({ status, body }: Answer<Body>): Body {
  expect({ status, body }).toEqual({ status: status === 201 ? 201 : 200, body });
  return body;
}

export async function readRun(api: ApiClient, runId: string): Promise<RunBody> {
  return accepted(await api.get<RunBody>(`/pipeline/${runId}`));
}

export async function readStage(api: ApiClient, runId: string, key: string): Promise<StageBody> {
  const { items } = accepted(await api.get<{ items: readonly StageBody[] }>(`/pipeline/${runId}/stages`));
  const stage = items.find((each) => each.key === key);
  if (stage === undefined) throw new Error(`The run has no stage ${key}.`);
  return stage;
}

/** Completes what is left to people in a stage, then the stage. */
export async function finishStage(api: ApiClient, runId: string, stage: string): Promise<RunBody> {
  for (const key of milestones[stage] ?? []) {
    accepted(await api.post(`/pipeline/${runId}/stages/${stage}/milestones/${key}/complete`));
  }
  return accepted(await api.post<RunBody>(`/pipeline/${runId}/stages/${stage}/complete`));
}

export async function decide(
  api: ApiClient,
  gateId: string | null,
  body: object,
): Promise<Readonly<{ gate: Record<string, unknown>; run: RunBody }>> {
  return accepted(await api.post(`/gates/${String(gateId)}/decision`, body));
}

/** A new founder run, standing at the gate of its first stage. */
export async function standAtGate(api: ApiClient) {
  const { projectId, runId } = await startFounderRun(api);
  const run = await finishStage(api, runId, 'thesis_defined');
  if (run.open_gate_id === null) throw new Error('The first stage ends at a gate.');
  return { projectId, runId, gateId: run.open_gate_id, run };
}

/** Goes through gates by proceeding until the run stands in `stage`. */
export async function reachStage(api: ApiClient, runId: string, stage: string): Promise<RunBody> {
  let run = await readRun(api, runId);
  while (run.current_stage !== stage) {
    if (run.open_gate_id === null) run = await finishStage(api, runId, run.current_stage);
    else ({ run } = await decide(api, run.open_gate_id, { decision: 'proceed' }));
  }
  return run;
}

/** Types of a run's events after a version, oldest first. */
export async function eventTypes(api: ApiClient, runId: string, afterVersion: number): Promise<readonly string[]> {
  const path = `/pipeline/${runId}/timeline?limit=200&after_version=${String(afterVersion)}`;
  const { items } = accepted(await api.get<{ items: readonly { event_type: string }[] }>(path));
  return items.map(({ event_type: type }) => type);
}
