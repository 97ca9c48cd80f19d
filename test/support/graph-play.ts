/** Random graphs, and random things that happen to their runs. */
import fc from 'fast-check';
import { DomainError } from '../../src/kernel/domain-error.js';
import { currentStage, type Begun } from '../../src/runs/run-state.decider.js';
import type { StageDefinition } from '../../src/templates/contract.js';
import { jobOf, type GraphDefinition } from '../../src/work/contract.js';
import { conditions } from './graph-reference.js';
import {
  agent,
  begin,
  cancels,
  cancelsJob,
  commandOf,
  completes,
  condition,
  delay,
  emit,
  fails,
  graphStage,
  loses,
  needsHuman,
  nodeState,
  noop,
  parallel,
  parks,
  playOn,
  resolves,
  resumes,
  retries,
  set,
  takes,
  trigger,
  unparks,
  wakes,
  type Move,
  type NodeDefinition,
  type Played,
} from './graph-story.js';
import { runDecider } from './run-story.js';

const makers: readonly ((id: string) => NodeDefinition)[] = [
  agent,
  agent,
  agent,
  (id) => agent(id, { timeout_seconds: 50, on_exhausted: 'fail' }),
  noop,
  parallel,
  (id) => condition(id, 'input.idea == "boats"'),
  (id) => condition(id, 'output.missing == 1'),
  (id) => set(id, { ok: 'true' }),
  (id) => emit(id, { ok: 'false' }),
  (id) => delay(id, 0),
  (id) => delay(id, 30),
];

const someCondition = fc.constantFrom(undefined, undefined, ...Object.keys(conditions));
const someEdge = fc.record({ from: fc.nat(), condition: someCondition });
const someNode = fc.record({
  make: fc.constantFrom(...makers),
  edges: fc.array(someEdge, { minLength: 1, maxLength: 4 }),
});

/** A sound graph: every edge leads from an earlier node to a later one, and every node is reached. */
export const someGraph: fc.Arbitrary<StageDefinition> = fc
  .record({ triggerCount: fc.integer({ min: 1, max: 2 }), others: fc.array(someNode, { minLength: 1, maxLength: 10 }) })
  .map(({ triggerCount, others }) => {
    const triggers = Array.from({ length: triggerCount }, (_, n) => trigger(`t${String(n)}`));
    const nodes = [...triggers, ...others.map(({ make }, n) => make(`n${String(n)}`))];
    const written = others.flatMap(({ edges }, n) =>
      edges.map(({ from, condition: when }) => {
        const source = nodes[from % (triggerCount + n)]?.id ?? 't0';
        return `${source}>n${String(n)}${when === undefined ? '' : `: ${when}`}`;
      }),
    );
    return graphStage(nodes, written, { graph: { max_retries_per_node: 1, timeout_seconds: 100_000 } });
  });

/** What happens next; what it is about depends on where the run stands. */
export type Happening = Readonly<{ kind: number; pick: number }>;
export const someHappenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.record({ kind: fc.nat(25), pick: fc.nat(30) }),
  { maxLength: 60, size: 'max' },
);

/** The nodes whose job has that status. */
export function withJob(run: Begun, ...wanted: readonly string[]): readonly string[] {
  const stage = currentStage(run);
  return graphOf(run).nodes.flatMap(({ id }) =>
    wanted.includes(jobOf(nodeState(stage, id))?.status ?? '') ? [id] : [],
  );
}

export function graphOf(run: Begun): GraphDefinition {
  const { graph } = currentStage(run).definition;
  if (graph === undefined) throw new Error('The stage has no graph.');
  return graph;
}

function moveFor(run: Begun, { kind, pick }: Happening, at: number): Move {
  const any = ({ [pick % Math.max(1, graphOf(run).nodes.length)]: node }: GraphDefinition['nodes']) => node?.id ?? 't0';
  const one = (...wanted: readonly string[]) => {
    const ids = withJob(run, ...wanted);
    return ids[pick % Math.max(1, ids.length)] ?? any(graphOf(run).nodes);
  };
  const isOk = pick % 3 !== 0;
  const moves: readonly Move[] = [
    takes(withJob(run, 'QUEUED'), at),
    takes(withJob(run, 'QUEUED'), at),
    takes([one('QUEUED')], at),
    takes([one('QUEUED')], at),
    completes(one('RUNNING'), { ok: isOk }, at),
    completes(one('RUNNING'), { ok: isOk }, at),
    completes(one('RUNNING'), { ok: isOk }, at),
    completes(one('RUNNING'), { ok: isOk }, at),
    fails(one('RUNNING'), {}, at),
    fails(one('RUNNING'), {}, at),
    fails(one('RUNNING'), { retryable: false }, at),
    loses(one('RUNNING')),
    needsHuman(one('RUNNING')),
    isOk ? resolves(one('NEEDS_HUMAN'), 'succeeded', { ok: true }) : resolves(one('NEEDS_HUMAN'), 'failed'),
    retries(one('NEEDS_HUMAN', 'QUEUED'), undefined, at),
    retries(one('NEEDS_HUMAN', 'QUEUED'), { again: pick }, at),
    cancelsJob(one('QUEUED', 'RUNNING', 'NEEDS_HUMAN')),
    wakes(at),
    wakes(at),
    parks(at),
    unparks(at),
    unparks(at),
    resumes(undefined, at),
    resumes(any(graphOf(run).nodes), at),
    pick === 0 ? cancels(at) : wakes(at),
    pick === 0 ? wakes(200_000) : wakes(at),
  ];
  return moves[kind % moves.length] ?? wakes(at);
}

/** One thing that happened and was not refused. */
export type Happened = Readonly<{ before: Played; move: Move; after: Played }>;

/** Whatever happens, ten seconds apart; what is refused changes nothing. */
export function play(
  stage: StageDefinition,
  happenings: readonly Happening[],
): Readonly<{ run: Played; all: readonly Happened[] }> {
  const all: Happened[] = [];
  let run = begin([stage]);
  for (const [index, happening] of happenings.entries()) {
    const move = moveFor(run.state, happening, index * 10);
    const after = attempt(run, move);
    if (after === null) continue;
    all.push({ before: run, move, after });
    run = after;
  }
  return { run, all };
}

function attempt(run: Played, move: Move): Played | null {
  try {
    return playOn(run, move);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

/** All that is left is done: people answer, workers succeed, time passes. A graph that hangs is not through after as many rounds as it has nodes. */
export function playOut(played: Played): Played {
  let run = played.state.status === 'parked' ? playOn(played, unparks()) : played;
  for (let round = 0; round <= graphOf(run.state).nodes.length && run.state.status === 'running'; round += 1) {
    const at = 10_000 + round * 100;
    for (const id of withJob(run.state, 'NEEDS_HUMAN')) run = playOn(run, resolves(id, 'succeeded', { ok: true }));
    run = playOn(run, takes(withJob(run.state, 'QUEUED'), at));
    for (const id of withJob(run.state, 'RUNNING')) run = playOn(run, completes(id, { ok: true }, at));
    run = playOn(run, wakes(at + 99));
  }
  return run;
}

/** What the command of a move leads to when it is sent once more. */
export function repeated({ before, move, after }: Happened) {
  return runDecider.decide(after.state, commandOf(before, move));
}
