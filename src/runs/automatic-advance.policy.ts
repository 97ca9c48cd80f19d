import type { RunCommand } from './run-command.decider.js';
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
 * The first thing that may have made the stage ready since the command started it; null where there was none. A command that reopens a stage does
 * so for it to be worked on: then only its graph completes it.
 *
 * A trigger whose facts are known is no news, and is one all the same. Only a stage that was sent back, or that a rule reopened, waits for something new:
 * nothing was done in it yet, and the rule would reopen it again.
 */
export function triggerOf(stage: Stage, events: readonly RunEvent[], command: RunCommand): string | null {
  const isBare = events.length === 0 && command.type === 'record_facts';
  if (isBare) return stage.isSentBack === true ? null : command.data.trigger;
  return newsFor(stage, events);
}

function newsFor(stage: Stage, events: readonly RunEvent[]): string | null {
  const { key } = stage.definition;
  const lastOf = (wanted: RunEvent['type']) =>
    events.findLastIndex(({ type, detail }) => type === wanted && 'stage' in detail && detail.stage === key);
  const reopened = lastOf('stage.reopened');
  const since = events.slice(Math.max(reopened, lastOf('stage.started'), 0));
  const news = since.find(({ type }) => isNews(type, stage) && (reopened === -1 || type.startsWith('pipeline_node.')));
  if (news === undefined) return null;
  return news.type === 'facts.recorded' ? news.detail.trigger : (triggers[news.type] ?? null);
}

/** While a run is parked only its jobs end: where there are none, nothing was done in a stage that was sent back. */
function isNews(type: RunEvent['type'], { isSentBack, work }: Stage): boolean {
  if (type === 'pipeline_run.unparked' && isSentBack === true && work === null) return false;
  return type === 'facts.recorded' || triggers[type] !== undefined;
}
