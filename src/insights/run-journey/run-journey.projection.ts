import type { Projected, Projection } from '../../kernel/projection.js';
import type { ActorType } from '../../kernel/recorded-event.js';
import type { RunEvent, Subject } from '../../runs/contract.js';
import type { Decision } from '../../templates/contract.js';
import { elapsedMs } from '../elapsed.policy.js';

/**
 * How a run stands to a stage that it has entered, as of its last event; one of them at any time.
 *
 * `in_stage`: it is there, also parked or failed. `passed`: it went on from there. `dropped_out`: it was cancelled there. `moved_back`: it was
 * sent back before or from there, and has not come again.
 */
export type Standing = 'in_stage' | 'passed' | 'dropped_out' | 'moved_back';

/** What a run spends time on: a stage nobody has begun, one that is worked on, an open gate. */
export type SpellKind = 'waiting' | 'working' | 'gate';

/** How a gate was closed: by a decision, by its time, or by something else that happened to the run. */
export type GateEnd = Decision | 'expired' | 'superseded';

/** A gate that is no longer open; spelled as it is stored. `by` is the kind of actor who closed it, `ms` how long it was open. */
export type ClosedGate = Readonly<{ stage: string; end: GateEnd; by: ActorType; ms: number }>;

/** Milliseconds of each finished spell, by stage; a stage that was visited again, or reopened, has several. */
type Finished = Readonly<Record<string, readonly number[]>>;

/**
 * One run's way through its stages: where it has been, where it stands, and how long each part took.
 *
 * All times are those of the acts (`occurred_at`). Time while parked, or failed until resumed, belongs to no spell.
 */
export type RunJourneyRow = Readonly<{
  runId: string;
  tenantId: string;
  streamVersion: number;
  templateKey: string;
  templateVersion: number;
  subject: Subject;
  startedAt: string;
  status: 'running' | 'parked' | 'completed' | 'failed' | 'timeout' | 'cancelled';
  outcome: string | null;
  endedAt: string | null;
  /** Where it stands, or stood at its end. */
  currentStage: string | null;
  /** Every stage it ever entered. */
  standings: Readonly<Record<string, Readonly<{ number: number; standing: Standing }>>>;
  waitingMs: Finished;
  workingMs: Finished;
  gates: readonly ClosedGate[];
  /** The spell in `currentStage` that is not finished; null where nobody is to act, such as after a gate that expired. */
  spell: SpellKind | null;
  /** Since when it runs; null while the run does not. */
  spellSince: string | null;
  /** How long it ran before the run was parked or failed. */
  spellMs: number;
}>;

type Event<Type extends RunEvent['type']> = Projected<Extract<RunEvent, { type: Type }>>;

/** One row per run; all insights are sums over these rows. */
export const runJourneys: Projection<RunJourneyRow, RunEvent> = {
  name: 'run_journeys',
  version: 1,
  keysOf: ({ streamId }) => [streamId],
  isFinal: ({ status }) => status === 'completed' || status === 'cancelled',
  on: {
    'pipeline_run.started': (_row, event) => started(event),
    'stage.entered': (row, event) => entered(begun(row, event), event),
    'stage.started': (row, event) => ({ ...finished(begun(row, event), event), ...spell('working', event) }),
    'stage.completed': (row, event) => finished(begun(row, event), event),
    'stage.reopened': (row, event) => ({ ...begun(row, event), ...spell('working', event) }),
    'stage.reset': (row, event) => reset(begun(row, event), event),
    'gate.opened': (row, event) => ({ ...begun(row, event), ...spell('gate', event) }),
    'gate.decided': (row, event) => gateClosed(begun(row, event), event, event.detail.decision),
    'gate.expired': (row, event) => gateClosed(begun(row, event), event, 'expired'),
    'gate.superseded': (row, event) => gateClosed(begun(row, event), event, 'superseded'),
    'pipeline_run.parked': (row, event) => halted(begun(row, event), event, 'parked'),
    'pipeline_run.unparked': (row, event) => takenUp(begun(row, event), event),
    'pipeline_run.failed': (row, event) => halted(begun(row, event), event, 'failed'),
    'pipeline_run.timeout': (row, event) => halted(begun(row, event), event, 'timeout'),
    'pipeline_run.resumed': (row, event) => takenUp(begun(row, event), event),
    'pipeline_run.completed': (row, event) => ended(begun(row, event), event, 'completed', 'passed'),
    'pipeline_run.cancelled': (row, event) => ended(begun(row, event), event, 'cancelled', 'dropped_out'),
  },
};

const noSpell = { spell: null, spellSince: null, spellMs: 0 } as const;

function spell(kind: SpellKind, { occurredAt }: Projected<RunEvent>): Pick<RunJourneyRow, keyof typeof noSpell> {
  return { spell: kind, spellSince: occurredAt, spellMs: 0 };
}

function started({
  tenantId,
  streamId,
  streamVersion,
  occurredAt,
  detail,
}: Event<'pipeline_run.started'>): RunJourneyRow {
  return {
    runId: streamId,
    tenantId,
    streamVersion,
    templateKey: detail.template.key,
    templateVersion: detail.template.version,
    subject: detail.subject,
    startedAt: occurredAt,
    status: 'running',
    outcome: null,
    endedAt: null,
    currentStage: null,
    standings: {},
    waitingMs: {},
    workingMs: {},
    gates: [],
    ...noSpell,
  };
}

/** The row at this event's version; every event here is about a run that was started. */
function begun(row: RunJourneyRow | undefined, { streamId, streamVersion, type }: Projected<RunEvent>): RunJourneyRow {
  if (row === undefined) throw new Error(`Run ${streamId} has no journey for its ${type}.`);
  return { ...row, streamVersion };
}

/** A stage is left onward by entering another, unless the run was sent back from it just before. */
function entered(row: RunJourneyRow, event: Event<'stage.entered'>): RunJourneyRow {
  const { stage, stage_number: number } = event.detail;
  const standings = { ...leaving(row, 'passed'), [stage]: { number, standing: 'in_stage' as const } };
  return { ...row, currentStage: stage, standings, ...spell('waiting', event) };
}

function reset(row: RunJourneyRow, { detail: { stage } }: Event<'stage.reset'>): RunJourneyRow {
  const before = row.standings[stage];
  if (before === undefined) return row;
  const standings = { ...row.standings, [stage]: { ...before, standing: 'moved_back' as const } };
  return { ...row, standings };
}

/** The standings once the run is no longer in the stage where it stood. */
function leaving({ currentStage, standings }: RunJourneyRow, standing: Standing): RunJourneyRow['standings'] {
  const current = currentStage === null ? undefined : standings[currentStage];
  if (currentStage === null || current?.standing !== 'in_stage') return standings;
  return { ...standings, [currentStage]: { ...current, standing } };
}

function ranMs({ spellSince, spellMs }: RunJourneyRow, { occurredAt }: Projected<RunEvent>): number {
  return spellMs + (spellSince === null ? 0 : elapsedMs(spellSince, occurredAt));
}

/** The wait ends when the stage is started, the work when it is completed. */
function finished(row: RunJourneyRow, event: Event<'stage.started' | 'stage.completed'>): RunJourneyRow {
  const { stage } = event.detail;
  const spells = event.type === 'stage.started' ? 'waitingMs' : 'workingMs';
  const list = [...(row[spells][stage] ?? []), ranMs(row, event)];
  return { ...row, [spells]: { ...row[spells], [stage]: list }, ...noSpell };
}

function gateClosed(
  row: RunJourneyRow,
  event: Event<'gate.decided' | 'gate.expired' | 'gate.superseded'>,
  end: GateEnd,
): RunJourneyRow {
  const gate = { stage: event.detail.stage, end, by: event.actor.type, ms: ranMs(row, event) };
  return { ...row, gates: [...row.gates, gate], ...noSpell };
}

/** The run stands still where it is, and may be taken up again. */
function halted(
  row: RunJourneyRow,
  event: Projected<RunEvent>,
  status: 'parked' | 'failed' | 'timeout',
): RunJourneyRow {
  return { ...row, status, spellSince: null, spellMs: ranMs(row, event) };
}

function takenUp(row: RunJourneyRow, { occurredAt }: Projected<RunEvent>): RunJourneyRow {
  return { ...row, status: 'running', spellSince: row.spell === null ? null : occurredAt };
}

function ended(
  row: RunJourneyRow,
  { occurredAt, detail }: Event<'pipeline_run.completed' | 'pipeline_run.cancelled'>,
  status: 'completed' | 'cancelled',
  standing: Standing,
): RunJourneyRow {
  const standings = leaving(row, standing);
  return { ...row, status, outcome: detail.outcome, endedAt: occurredAt, standings, ...noSpell };
}
