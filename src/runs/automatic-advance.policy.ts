import type { RunEvent } from './run.events.js';
import type { Stage } from './stage.plan.js';

/** What may make a stage ready, and what that is called in `stage.completed`; facts bring their own name. */
const triggers: Readonly<Partial<Record<RunEvent['type'], string>>> = {
  'stage.started': 'stage_started',
  'pipeline_run.unparked': 'run_unparked',
  'milestone.completed': 'milestone_completed',
  'criterion.met': 'criterion_met',
  'risk.dismissed': 'risk_dismissed',
  'stage.result_recorded': 'result_recorded',
  'job.succeeded': 'job_finished',
  'pipeline_node.completed': 'node_finished',
  'pipeline_node.skipped': 'node_finished',
};

/**
 * The first thing that may have made the stage ready since the command started or reopened it; null where there was none: a stage that was
 * reopened to be worked on is not completed by that alone.
 */
export function triggerOf({ definition: { key } }: Stage, events: readonly RunEvent[]): string | null {
  const reopened = events.findLastIndex(({ type, detail }) => type === 'stage.reopened' && isOf(key, detail));
  const started = events.findLastIndex(({ type, detail }) => type === 'stage.started' && isOf(key, detail));
  const news = events.slice(Math.max(reopened + 1, started, 0)).find(({ type }) => nameOf(type));
  if (news === undefined) return null;
  return news.type === 'facts.recorded' ? news.detail.trigger : (triggers[news.type] ?? null);
}

function nameOf(type: RunEvent['type']): boolean {
  return type === 'facts.recorded' || triggers[type] !== undefined;
}

function isOf(key: string, detail: object): boolean {
  return 'stage' in detail && detail.stage === key;
}
