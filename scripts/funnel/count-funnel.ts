/**
 * The funnel of a template, counted from the events of a timeline alone, in another way than the service counts it: nothing is folded.
 * Each run's history is asked afterwards, per stage, what happened there last.
 */

/** An event as the timeline and its export spell it. */
export type ExportedEvent = Readonly<{
  stream_id: string;
  stream_type: string;
  stream_version: number;
  event_type: string;
  to_stage: string | null;
  detail: Readonly<Record<string, unknown>>;
}>;

export type FunnelStage = {
  readonly stage: string;
  readonly number: number;
  entered: number;
  passed: number;
  in_stage: number;
  parked: number;
  moved_back: number;
  readonly dropped_out: { count: number; readonly by_outcome: Record<string, number> };
  percent_of_first: number | null;
  percent_of_previous: number | null;
};

type Started = Readonly<{
  template: Readonly<{ key: string; version: number }>;
  stages: readonly Readonly<{ key: string; locked?: boolean }>[];
}>;

/** Every stage of the template's newest version that a run was started with, locked ones left out. */
export function countFunnel(events: readonly ExportedEvent[], template: string): readonly FunnelStage[] {
  const runs = [...Map.groupBy(events, ({ stream_id: id }) => id).values()]
    .map((run) => run.toSorted((one, other) => one.stream_version - other.stream_version))
    .filter(([first]) => first?.event_type === 'pipeline_run.started' && startOf(first).template.key === template);
  const stages = stagesOf(runs);
  for (const run of runs) for (const stage of stages) countRun(run, stage);
  for (const [index, stage] of stages.entries()) {
    stage.percent_of_first = percent(stage.entered, stages[0]?.entered ?? 0);
    stage.percent_of_previous = index === 0 ? null : percent(stage.entered, stages[index - 1]?.entered ?? 0);
  }
  return stages;
}

function startOf({ detail }: ExportedEvent): Started {
  return detail as unknown as Started;
}

function stagesOf(runs: readonly (readonly ExportedEvent[])[]): FunnelStage[] {
  const starts = runs.flatMap(([first]) => (first === undefined ? [] : [startOf(first)]));
  const newest = starts.toSorted((one, other) => other.template.version - one.template.version)[0];
  return (newest?.stages ?? []).flatMap(({ key, locked }, index) => (locked === true ? [] : [empty(key, index + 1)]));
}

function empty(stage: string, number: number): FunnelStage {
  const counts = { entered: 0, passed: 0, in_stage: 0, parked: 0, moved_back: 0 };
  return {
    stage,
    number,
    ...counts,
    dropped_out: { count: 0, by_outcome: {} },
    percent_of_first: null,
    percent_of_previous: null,
  };
}

function countRun(run: readonly ExportedEvent[], row: FunnelStage): void {
  const moves = run.filter(({ event_type: type }) => type === 'stage.entered' || type === 'stage.reset');
  const here = moves.filter(({ to_stage: stage }) => stage === row.stage);
  if (here.length === 0) return;
  row.entered += 1;
  if (here.at(-1)?.event_type === 'stage.reset') row.moved_back += 1;
  else if (moves.at(-1)?.to_stage !== row.stage) row.passed += 1;
  else countLast(run, row);
}

/** The run never went on from here: it is still here, or this is where it ended. */
function countLast(run: readonly ExportedEvent[], row: FunnelStage): void {
  const statuses = run.filter(({ event_type: type }) => type.startsWith('pipeline_run.'));
  const last = statuses.at(-1);
  const status = last?.event_type;
  if (status === 'pipeline_run.completed') row.passed += 1;
  else if (status === 'pipeline_run.cancelled') {
    const outcome = String(last?.detail['outcome']);
    row.dropped_out.count += 1;
    row.dropped_out.by_outcome[outcome] = (row.dropped_out.by_outcome[outcome] ?? 0) + 1;
  } else {
    row.in_stage += 1;
    if (status === 'pipeline_run.parked') row.parked += 1;
  }
}

/** To one decimal place; null of nothing. */
function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((1000 * part) / whole) / 10;
}
