/** A delivery as its timeline tells it, in sentences; events that only say how are left out. */
import type { StageEvent } from './wire.ts';

type Telling = (event: StageEvent) => string | null;

const silent: Telling = () => null;

/** What each type of event says to people. */
const tellings: Readonly<Record<string, Telling>> = {
  'pipeline_run.started': ({ actor_id: who }) => `${named(who)} starts the delivery.`,
  'pipeline_run.completed': () => 'The delivery is complete.',
  'facts.recorded': ({ actor_id: who, detail }) => `${named(who)} records ${factsIn(detail)}.`,
  'stage.entered': ({ from_stage: from, to_stage: to }) =>
    from === null ? `It begins at ${String(to)}.` : `It leaves ${from} for ${String(to)}.`,
  'stage.completed': ({ detail }) => `${word(detail, 'stage')} has all it needs (${word(detail, 'trigger')}).`,
  'stage.reset': ({ detail }) => `${word(detail, 'stage')} begins anew.`,
  'stage.reopened': ({ detail }) => `${word(detail, 'stage')} is worked on again.`,
  'gate.opened': ({ detail }) => opened(detail),
  'gate.vote_recorded': ({ actor_id: who, detail, reason }) => voted(named(who), detail, reason),
  'gate.delegated': ({ actor_id: who, detail, reason }) =>
    `${named(who)} hands the vote on to ${named(word(detail, 'to'))}${because(reason)}.`,
  'gate.decided': ({ actor_id: who, detail, reason }) => decided(named(who), detail, reason),
  'gate.expired': ({ detail }) => `Nobody decided in time at ${word(detail, 'stage')}: ${word(detail, 'on_expiry')}.`,
  'job.queued': ({ detail }) => `There is work for the ${agentOf(detail)}.`,
  'job.retry_scheduled': ({ actor_id: who, detail }) => `${named(who)} fails: ${word(detail, 'error')}`,
  'job.needs_human': ({ actor_id: who, detail }) => `${named(who)} fails: ${word(detail, 'error')} A person is needed.`,
  'job.succeeded': ({ actor_id: who, detail, reason }) =>
    `${named(who)} hands in ${answerOf(detail)}${because(reason)}.`,
};

/** One line for each event that says something, with the time of day. */
export function accountOf(events: readonly StageEvent[]): readonly string[] {
  return events.flatMap((event) => {
    const sentence = (tellings[event.event_type] ?? silent)(event);
    return sentence === null ? [] : [`  ${event.recorded_at.slice(11, 19)}  ${sentence}`];
  });
}

const parts: Readonly<Record<string, string>> = {
  rule: 'A rule',
  graph: 'The graph',
  timers: 'The clock',
  advance: 'The run itself',
};

function named(actor: string): string {
  return parts[actor] ?? `${actor.slice(0, 1).toUpperCase()}${actor.slice(1)}`;
}

function factsIn({ facts, trigger }: StageEvent['detail']): string {
  const said = Object.entries(facts as object).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `${said.join(', ')} (${String(trigger)})`;
}

function opened(detail: StageEvent['detail']): string {
  const who = (detail['decided_by'] as readonly string[]).join(' or ');
  const asks = detail['gate_type'] === 'approval' ? 'waits for an approval' : 'waits for a decision';
  return `${word(detail, 'stage')} ${asks} by ${who}.`;
}

function voted(who: string, detail: StageEvent['detail'], reason: string | null): string {
  const inStead = detail['on_behalf_of'] === null ? '' : ` in place of ${named(word(detail, 'on_behalf_of'))}`;
  const says = detail['vote'] === 'approve' ? 'approves' : 'sends it back';
  return `${who} ${says}${inStead}${because(reason)}.`;
}

/** What people decide at an approval they have said as their vote; what is sent back has reasons of its own. */
function decided(who: string, detail: StageEvent['detail'], reason: string | null): string | null {
  if (detail['decision'] === 'approve') return null;
  if (detail['decision'] === 'send_back') return sentBack(detail);
  const back = detail['to_stage'] === null ? '' : `, back to ${word(detail, 'to_stage')}`;
  return `${who} decides: ${word(detail, 'decision')}${back}${because(reason)}.`;
}

function sentBack({ send_back: sent }: StageEvent['detail']): string {
  const { nodes = {} } = (sent ?? {}) as Readonly<{ nodes?: Readonly<Record<string, string>> }>;
  const parts = Object.entries(nodes).map(([node, why]) => `${node}${because(why)}`);
  return `To be done again: ${parts.join(', ') || 'the whole stage'}.`;
}

function agentOf(detail: StageEvent['detail']): string {
  return word(detail, 'handler').replace(/-[0-9a-f]{8}$/, '');
}

function answerOf(detail: StageEvent['detail']): string {
  return JSON.stringify(detail['output']);
}

function because(reason: string | null): string {
  return reason === null ? '' : ` (${reason.replace(/\.$/, '')})`;
}

function word(detail: StageEvent['detail'], field: string): string {
  const value = detail[field];
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
