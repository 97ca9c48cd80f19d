import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  graphOf,
  play,
  playOut,
  repeated,
  someGraph,
  someHappenings,
  withJob,
  type Happened,
} from '../../test/support/graph-play.js';
import { breaches, fates } from '../../test/support/graph-reference.js';
import {
  agent,
  begin,
  completes,
  fails,
  graphStage,
  loses,
  noop,
  parks,
  playOn,
  statuses,
  takes,
  trigger,
  unparks,
  type Move,
  type Played,
} from '../../test/support/graph-story.js';
import { stateAfter } from '../../test/support/run-story.js';
import { jobCatalogue, nodeCatalogue } from '../work/contract.js';

function holdsForEvery(
  check: (run: Played, all: readonly Happened[]) => void,
  options: Readonly<{ seed?: number }> = {},
): void {
  fc.assert(
    fc.property(someGraph, someHappenings, (stage, happenings) => {
      const { run, all } = play(stage, happenings);
      check(run, all);
    }),
    { numRuns: 300, ...options },
  );
}

const hasFailed = (run: Played): boolean => Object.values(statuses(run)).includes('failed');

describe('any graph, whatever happens to it', () => {
  it('comes to its end when all that is left is done', () => {
    holdsForEvery((run) => {
      expect(playOut(run).state.status).not.toBe('running');
    });
  });

  it('ends as its definition and its workers say, and its run completes if nothing failed', () => {
    holdsForEvery((run) => {
      const ended = playOut(run);
      if (ended.state.status !== 'completed' && ended.state.status !== 'failed') return;
      expect(statuses(ended)).toEqual(fates(graphOf(ended.state), ended.events));
      expect(hasFailed(ended)).toBe(ended.state.status === 'failed');
    });
  });

  it('resolves each edge once and ends each node once an attempt, and begins none before its sources have ended', () => {
    holdsForEvery((run) => {
      const ended = playOut(run);
      expect(breaches(graphOf(ended.state), ended.events)).toEqual([]);
    });
  });

  it('has no job that is at work once its run is over', () => {
    holdsForEvery((run) => {
      const ended = playOut(run);
      expect(withJob(ended.state, 'QUEUED', 'RUNNING', 'NEEDS_HUMAN')).toEqual([]);
    });
  });

  it('replays to the state it led to, which survives being written down', () => {
    holdsForEvery((run) => {
      const stored = JSON.parse(JSON.stringify(run.events)) as typeof run.events;
      expect(stateAfter(stored)).toEqual(run.state);
      expect(JSON.parse(JSON.stringify(run.state))).toEqual(run.state);
    });
  });

  it('is not changed by the same command again', () => {
    holdsForEvery((_run, all) => {
      for (const each of all) {
        const { type } = each.move.ask(each.before.state);
        const isOver = each.after.state.status !== 'running' && (type === 'resume' || type === 'unpark');
        if (!isOver && type !== 'wake') expect(repeated(each)).toEqual([]);
      }
    });
  });

  it('makes no id twice', () => {
    holdsForEvery((run) => {
      const ids = run.events.flatMap((event) => (event.type === 'job.queued' ? [event.detail.job_id] : []));
      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  it('begins nothing while it is parked', () => {
    holdsForEvery((_run, all) => {
      const parked = all.filter(
        ({ before, after }) => before.state.status === 'parked' && after.state.status === 'parked',
      );
      const types = parked.flatMap(({ before, after }) =>
        after.events.slice(before.events.length).map(({ type }) => type),
      );
      for (const type of [
        'job.queued',
        'job.started',
        'pipeline_node.started',
        'pipeline_node.scheduled',
        'pipeline_node.skipped',
      ])
        expect(types).not.toContain(type);
    });
  });
});

describe('what happens to the graphs', () => {
  it('is every kind of event', () => {
    const reached = new Set<string>();
    const collect = (run: Played): void => {
      for (const { type } of run.events) reached.add(type);
    };
    holdsForEvery(collect, { seed: 1 });
    const kinds = [...Object.keys(nodeCatalogue), ...Object.keys(jobCatalogue)];
    for (const outcome of ['completed', 'failed', 'timeout', 'cancelled', 'resumed', 'parked', 'unparked'])
      kinds.push(`pipeline_run.${outcome}`);
    expect(kinds.filter((kind) => !reached.has(kind))).toEqual([]);
  });
});

describe('every order of events in a small graph', () => {
  const stage = graphStage(
    [trigger(), agent('a', { on_exhausted: 'fail' }), agent('b'), agent('c'), noop('join')],
    ['start>a', 'start>b', 'a>c: has(output.ok) && output.ok == true', 'b>join', 'c>join', 'a>join'],
    { graph: { max_retries_per_node: 0 } },
  );

  it('leads to the end that the definition says', () => {
    const ends = everyEnd(begin([stage]));
    expect(ends.length).toBeGreaterThan(1000);
    const distinct = new Set<string>();
    for (const run of ends) {
      expect(statuses(run)).toEqual(fates(graphOf(run.state), run.events));
      expect(breaches(graphOf(run.state), run.events)).toEqual([]);
      distinct.add(JSON.stringify(statuses(run)));
    }
    expect(distinct.size).toBe(6); // What `a` does, three ways, by what `b` does, two ways.
  });
});

/** All runs from here to their end; each job is taken, perhaps lost once, and then done well, done badly or failed for good; once the run is parked. */
function everyEnd(run: Played): readonly Played[] {
  const moves = possible(run);
  return moves.length === 0 ? [run] : moves.flatMap((move) => everyEnd(playOn(run, move)));
}

function possible(run: Played): readonly Move[] {
  const { state, events } = run;
  const happened = (type: string) => events.some((event) => event.type === type);
  const results = withJob(state, 'RUNNING').flatMap((id) => [
    completes(id, { ok: true }),
    ...(id === 'a' ? [completes(id, { ok: false })] : []),
    ...(id === 'c' ? [] : [fails(id, { retryable: false })]),
    ...(happened('job.lease_lost') || id !== 'b' ? [] : [loses(id)]),
  ]);
  if (state.status === 'parked') return [unparks(), ...results];
  if (state.status !== 'running') return [];
  const parking = happened('pipeline_run.parked') || !happened('job.started') ? [] : [parks()];
  return [...withJob(state, 'QUEUED').map((id) => takes([id])), ...results, ...parking];
}
