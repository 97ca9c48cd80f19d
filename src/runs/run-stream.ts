import { beginEvaluation } from '../platform/expressions/evaluation.js';
import { type StreamType, inline } from '../platform/event-store/stream-type.js';
import { jobs } from '../work/contract.js';
import { causesOf } from './causes.policy.js';
import { decisionGates } from './decision-gate/decision-gate.projection.js';
import { nodeRuns } from './node-run/node-run.projection.js';
import { pipelineRuns } from './pipeline-run/pipeline-run.projection.js';
import type { RunCommand } from './run-command.decider.js';
import { type RunEvent, type Subject, runStreamType } from './contract.js';
import { createRunDecider, createRunRehearsal } from './run.decider.js';
import type { RunState } from './run-state.decider.js';
import { stageConfigs } from './stage-config/stage-config.projection.js';
import { stageGraphs } from './stage-graph/stage-graph.projection.js';
import { timers } from './timers/timer.projection.js';

/** A run's stream: its rules, its read models, and the claim that lets a subject have one open run at a time. */
export const runStream: StreamType<RunState, RunCommand, RunEvent> = {
  ...runStreamType,
  decider: createRunDecider(beginEvaluation),
  stateVersion: 5,
  projections: [
    inline(pipelineRuns),
    inline(stageConfigs),
    inline(stageGraphs),
    inline(nodeRuns),
    inline(decisionGates),
    inline(jobs),
    inline(timers),
  ],
  claims: (before, events) => ({
    take: events.flatMap((event) => openedSubjects(before, event).flatMap(openRunClaims)),
    release:
      events.some(({ type }) => closing.has(type)) && before.status !== 'not_started'
        ? openRunClaims(before.origin.subject)
        : [],
  }),
  causes: causesOf,
  sizeOf,
  provenance: (state) =>
    state.status === 'not_started'
      ? {}
      : { template: { key: state.origin.template.key, version: state.origin.template.version } },
};

/** What a run may be asked, tried without what would follow. */
export const runRehearsal = createRunRehearsal(beginEvaluation);

/** Of a run without graphs, and of each node with its job and its rows: measured, and rounded up. */
const RUN_SIZE = 10_000;
const NODE_SIZE = 3000;

function sizeOf(run: RunState): number {
  if (run.status === 'not_started') return 0;
  const sizes = run.stages.map(
    ({ definition: { graph }, work }) => (graph?.nodes.length ?? 0) * NODE_SIZE + (work?.outputLength ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, RUN_SIZE);
}

const closing = new Set<RunEvent['type']>([
  'pipeline_run.completed',
  'pipeline_run.failed',
  'pipeline_run.timeout',
  'pipeline_run.cancelled',
]);

function openedSubjects(before: RunState, event: RunEvent): readonly Subject[] {
  if (event.type === 'pipeline_run.started') return [event.detail.subject];
  return event.type === 'pipeline_run.resumed' && before.status !== 'not_started' ? [before.origin.subject] : [];
}

function openRunClaims(subject: Subject): readonly string[] {
  switch (subject.type) {
    case 'project':
      return [`project/${subject.project_id}/open-run`];
    case 'application':
      return [`candidate/${subject.candidate_id}/job-profile/${subject.job_profile_id}/open-run`];
    case 'none':
      return [];
  }
}
