import type { Projected, Projection } from '../../kernel/projection.js';
import type { RunEvent } from '../run.events.js';

/**
 * What a timer is for: the end of a delay, the time limit of a node or of the whole graph, going on where one command was not enough, the
 * expiry of a gate, a reminder of it.
 */
export type TimerPurpose =
  'node_delay' | 'node_timeout' | 'work_timeout' | 'continue' | 'gate_expiry' | 'gate_reminder';

/** Something that happens to a run by itself at a time. */
export type TimerRow = Readonly<{
  runId: string;
  purpose: TimerPurpose;
  /** Which one: of a node the stage, the node and the attempt; of a gate its id; of the graph at work none, there is only one. */
  subject: string;
  tenantId: string;
  /** The run's version at the last event about it. */
  streamVersion: number;
  /** The run's version by the event that set it. */
  setBy: number;
  stage: string;
  dueAt: string;
  /**
   * `resting`: it limits a graph of which nothing is under way. `cancelled`: what it was for ended, or was put aside, before its time.
   */
  status: 'waiting' | 'resting' | 'fired' | 'cancelled';
  /** Nodes under way, where it limits a graph. */
  liveCount: number;
}>;

type Named = Pick<TimerRow, 'purpose' | 'subject'>;
type Setting = Named & Pick<TimerRow, 'stage' | 'dueAt'>;
/** What an event means for one timer: it is set; ends, if it has not; or limits one node more, or less. */
type Effect = Setting | (Named & Readonly<{ ends: 'fired' | 'cancelled' }>) | (Named & Readonly<{ live: 1 | -1 }>);

type Of<Type extends RunEvent['type']> = Projected<Extract<RunEvent, { type: Type }>>;
type OfNode = Of<Extract<RunEvent['type'], `pipeline_node.${string}`>>;

const workLimit = { purpose: 'work_timeout', subject: '' } as const;
const goingOn = { purpose: 'continue', subject: '' } as const;
const noTimer: readonly Effect[] = [];

/** A node begins: the graph goes on. One that a job starts has begun before, when it was scheduled. */
const begins: readonly Effect[] = [
  { ...goingOn, ends: 'fired' },
  { ...workLimit, live: 1 },
];

/** The graph is at its end, or left. */
const leaves: readonly Effect[] = [
  { ...workLimit, ends: 'cancelled' },
  { ...goingOn, ends: 'cancelled' },
];

/** What each type of event means for which timers. */
const effects: { readonly [Type in RunEvent['type']]?: (event: Of<Type>) => readonly Effect[] } = {
  'stage.started': worked,
  'stage.reopened': worked,
  'stage.completed': () => leaves,
  'stage.reset': () => leaves,
  'pipeline_run.resumed': ({ detail: { stage, times_out_at: dueAt } }) => [{ ...workLimit, stage, dueAt }],
  'pipeline_run.failed': () => leaves,
  'pipeline_run.cancelled': () => leaves,
  'pipeline_run.timeout': () => [
    { ...workLimit, ends: 'fired' },
    { ...goingOn, ends: 'cancelled' },
  ],
  'gate.opened': ({ detail }) => gateTimers(detail),
  'gate.extended': ({ detail }) => [
    ...gateTimers(detail),
    ...(detail.remind_at === null ? [reminderEnds(detail, 'cancelled')] : []),
  ],
  'gate.reminded': ({ detail }) => [reminderEnds(detail, 'fired')],
  'gate.decided': ({ detail }) => gateTimersEnd(detail, 'cancelled'),
  'gate.superseded': ({ detail }) => gateTimersEnd(detail, 'cancelled'),
  'gate.expired': ({ detail }) => gateTimersEnd(detail, 'fired'),
  'pipeline_node.scheduled': ({ detail: { job_id: jobId, due_at: dueAt, stage } }) => {
    if (jobId !== null) return begins;
    return dueAt === null ? noTimer : [{ ...goingOn, stage, dueAt }];
  },
  'pipeline_node.started': (event) => {
    const { job_id: jobId, times_out_at: dueAt, stage } = event.detail;
    const limit = dueAt === null ? noTimer : [{ ...nodeTimer('node_timeout', event), stage, dueAt }];
    return jobId === null ? [...begins, ...limit] : limit;
  },
  'pipeline_node.waiting': (event) => {
    const { due_at: dueAt, stage } = event.detail;
    if (dueAt === null) return [{ ...nodeTimer('node_timeout', event), ends: 'cancelled' }];
    return [{ ...nodeTimer('node_delay', event), stage, dueAt }];
  },
  'pipeline_node.retrying': (event) => {
    const { times_out_at: dueAt, stage } = event.detail;
    return dueAt === null ? noTimer : [{ ...nodeTimer('node_timeout', event), stage, dueAt }];
  },
  'pipeline_node.skipped': () => [{ ...goingOn, ends: 'fired' }],
  'pipeline_node.completed': (event) => ended(event, 'cancelled'),
  'pipeline_node.failed': (event) => ended(event, event.detail.error.code === 'timeout' ? 'fired' : 'cancelled'),
  'pipeline_node.cancelled': (event) => ended(event, 'cancelled'),
};

type OfGate = Readonly<{ gate_id: string }>;

/** The clocks of a gate, where it has them. */
function gateTimers({
  gate_id: subject,
  stage,
  expires_at: expiry,
  remind_at: reminder = null,
}: OfGate & Readonly<{ stage: string; expires_at: string | null; remind_at?: string | null }>): readonly Effect[] {
  const timer = (purpose: TimerPurpose, dueAt: string | null) =>
    dueAt === null ? noTimer : [{ purpose, subject, stage, dueAt }];
  return [...timer('gate_expiry', expiry), ...timer('gate_reminder', reminder)];
}

/** Nobody is reminded of a gate that is over. */
function gateTimersEnd({ gate_id: subject }: OfGate, ends: 'fired' | 'cancelled'): readonly Effect[] {
  return [{ purpose: 'gate_expiry', subject, ends }, reminderEnds({ gate_id: subject }, 'cancelled')];
}

function reminderEnds({ gate_id: subject }: OfGate, ends: 'fired' | 'cancelled'): Effect {
  return { purpose: 'gate_reminder', subject, ends };
}

function worked({ detail: { stage, work } }: Of<'stage.started' | 'stage.reopened'>): readonly Effect[] {
  return work === undefined ? noTimer : [{ ...workLimit, stage, dueAt: work.times_out_at }];
}

/** A delay that ends by itself, also in failure, was due; only what needs a worker has a time limit of its own. */
function ended(event: OfNode, limit: 'fired' | 'cancelled'): readonly Effect[] {
  const ends = event.type === 'pipeline_node.cancelled' ? 'cancelled' : 'fired';
  switch (event.detail.node_type) {
    case 'delay':
      return [
        { ...workLimit, live: -1 },
        { ...nodeTimer('node_delay', event), ends },
      ];
    case 'agent':
    case 'action':
      return [
        { ...workLimit, live: -1 },
        { ...nodeTimer('node_timeout', event), ends: limit },
      ];
    case 'trigger':
    case 'condition':
    case 'parallel':
      return [{ ...workLimit, live: -1 }];
  }
}

function nodeTimer<Purpose extends TimerPurpose>(purpose: Purpose, { detail: { stage, node, attempt } }: OfNode) {
  return { purpose, subject: `${stage}/${node}/${String(attempt)}` } as const;
}

/** One row per timer, by `runId/purpose/subject`. The graph at work has one time limit and goes on at one time: a later one takes its place. */
export const timers: Projection<TimerRow, RunEvent> = {
  name: 'timers',
  version: 1,
  keysOf: (event) => effectsOf(event).map((effect) => keyOf(event, effect)),
  isFinal: isOver,
  on: Object.fromEntries(Object.keys(effects).map((type) => [type, changed])),
};

function effectsOf(event: Projected<RunEvent>): readonly Effect[] {
  const meaning = effects[event.type] as ((event: Projected<RunEvent>) => readonly Effect[]) | undefined;
  return meaning?.(event) ?? noTimer;
}

function keyOf({ streamId }: Projected<RunEvent>, { purpose, subject }: Named): string {
  return `${streamId}/${purpose}/${subject}`;
}

function changed(row: TimerRow | undefined, event: Projected<RunEvent>, key: string): TimerRow | undefined {
  const effect = effectsOf(event).find((each) => keyOf(event, each) === key);
  if (effect === undefined) return row;
  if ('dueAt' in effect) return set(effect, event);
  if (row === undefined || isOver(row)) return row;
  const { streamVersion } = event;
  if ('ends' in effect) return { ...row, status: effect.ends, streamVersion };
  const liveCount = row.liveCount + effect.live;
  return { ...row, liveCount, status: liveCount === 0 ? 'resting' : 'waiting', streamVersion };
}

function set(effect: Setting, { streamId: runId, tenantId, streamVersion }: Projected<RunEvent>): TimerRow {
  const status = effect.purpose === 'work_timeout' ? 'resting' : 'waiting';
  return { runId, tenantId, streamVersion, setBy: streamVersion, ...effect, status, liveCount: 0 };
}

function isOver({ status }: TimerRow): boolean {
  return status === 'fired' || status === 'cancelled';
}
