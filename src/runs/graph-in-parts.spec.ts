import { describe, expect, it } from '@jest/globals';
import {
  afterMoves,
  agent,
  completes,
  delay,
  graphStage,
  noonPlus,
  played,
  set,
  statuses,
  takes,
  trigger,
  wakes,
} from '../../test/support/graph-story.js';

describe('more than one command can do', () => {
  const ids = Array.from({ length: 450 }, (_, n) => `a${String(n)}`);
  const stage = graphStage(
    [trigger(), ...ids.map((id) => agent(id))],
    ids.map((id) => `start>${id}`),
  );
  const queuedOf = (run: ReturnType<typeof played>) => run.events.filter(({ type }) => type === 'job.queued').length;

  it('goes on at a time it names, and each node begins once', () => {
    const begun = played([stage]);
    expect(queuedOf(begun)).toBe(199);
    const { type, detail } = begun.events.at(-1) ?? { type: '', detail: {} };
    expect([type, detail]).toEqual([
      'pipeline_node.scheduled',
      expect.objectContaining({ node: 'a199', job_id: null, due_at: noonPlus(0) }),
    ]);
    const once = played([stage], wakes());
    expect(queuedOf(once)).toBe(399);
    const run = played([stage], wakes(), wakes(1));
    const jobIds = run.events.flatMap((event) => (event.type === 'job.queued' ? [event.detail.job_id] : []));
    expect(new Set(jobIds).size).toBe(450);
    afterMoves([stage], wakes(), wakes(1)).when(wakes(2)).thenNothing();
  });

  it('is less where nodes ask costly expressions', () => {
    const some = ids.slice(0, 10);
    const loop = 'output.all(x, x > 0.0 && x < 9000.0)'; // Seven steps an item.
    const asking = graphStage(
      [trigger(), agent('list'), ...some.map((id) => set(id, { v: loop }))],
      ['start>list', ...some.map((id) => `list>${id}`)],
    );
    const listed = [takes(['list']), completes('list', Array(9000).fill(1))];
    const doneOf = (run: ReturnType<typeof played>) =>
      Object.values(statuses(run)).filter((status) => status === 'completed').length - 2;
    expect(doneOf(played([asking], ...listed))).toBe(4);
    expect(doneOf(played([asking], ...listed, wakes()))).toBe(8);
    expect(played([asking], ...listed, wakes(), wakes(1)).state.status).toBe('completed');
  });

  it('stays due where time ends it', () => {
    const waits = Array.from({ length: 190 }, (_, n) => [`d${String(n)}`, `e${String(n)}`]).flat();
    const due = graphStage(
      [trigger(), ...waits.map((id) => delay(id, 5))],
      waits.map((id) => `start>${id}`),
    );
    const overOf = (run: ReturnType<typeof played>) =>
      Object.values(statuses(run)).filter((status) => status === 'completed').length - 1;
    expect(overOf(played([due], wakes(), wakes(5)))).toBe(200);
    expect(played([due], wakes(), wakes(5), wakes(6)).state.status).toBe('completed');
  });

  it('is left to its timer by other commands', () => {
    const run = played([stage], takes(['a0']), completes('a0'));
    expect(queuedOf(run)).toBe(199);
    expect(statuses(run)).toMatchObject({ a0: 'completed', a199: 'pending' });
  });
});
