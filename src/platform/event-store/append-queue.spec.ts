import { describe, expect, it } from '@jest/globals';
import type { Append, Appended } from './append.js';
import { AppendQueue } from './append-queue.js';
import { until } from '../../../test/support/wait.js';
import { ConcurrencyError } from './errors.js';

const to = (streamId: string): Append => ({ streamId, expectedVersion: 0, events: [], rows: {} });
const recorded = (append: Append): Appended => ({ recordedAt: append.streamId });

/** A database that answers when it is told to. */
function slowDatabase() {
  const calls: { streams: string[]; answer: (failure?: Error) => void }[] = [];
  const queue = new AppendQueue((appends) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Appended[]>();
    const answer = (failure?: Error) => {
      if (failure === undefined) resolve(appends.map(recorded));
      else reject(failure);
    };
    calls.push({ streams: appends.map(({ streamId }) => streamId), answer });
    return promise;
  });
  return { queue, calls, sent: () => calls.map(({ streams }) => streams) };
}

/** The end of this turn of the event loop, and of the next. */
const turn = async () => {
  for (let end = 0; end < 2; end += 1) await new Promise((resolve) => setImmediate(resolve));
};

const named = (count: number) => Array.from({ length: count }, (_, index) => `s${String(index)}`);

describe('appending while others are under way', () => {
  it('sends what comes in one turn of the event loop together, each answered by itself', async () => {
    const { queue, calls, sent } = slowDatabase();
    const answers = ['a', 'b', 'c'].map((stream) => queue.append(to(stream)));
    expect(sent()).toEqual([]);
    await turn();
    expect(sent()).toEqual([['a', 'b', 'c']]);
    calls[0]?.answer();
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c'].map((recordedAt) => ({ recordedAt })));
  });

  it('joins the few that come meanwhile', async () => {
    const { queue, calls, sent } = slowDatabase();
    void queue.append(to('a'));
    await turn();
    for (const stream of named(7)) void queue.append(to(stream));
    await turn();
    expect(sent()).toEqual([['a']]);
    calls[0]?.answer();
    await turn();
    expect(sent()).toEqual([['a'], named(7)]);
  });

  it('sends the many that come meanwhile beside the one under way', async () => {
    const { queue, sent } = slowDatabase();
    void queue.append(to('a'));
    await turn();
    for (const stream of named(8)) void queue.append(to(stream));
    await turn();
    void queue.append(to('z'));
    await turn();
    expect(sent()).toEqual([['a'], named(8)]);
  });

  it('shares out many that come at once', async () => {
    const { queue, sent } = slowDatabase();
    for (const stream of named(17)) void queue.append(to(stream));
    await turn();
    expect(sent().map(({ length }) => length)).toEqual([9, 8]);
  });

  it('waits no longer for one that takes long', async () => {
    const { queue, sent } = slowDatabase();
    void queue.append(to('slow'));
    await turn();
    void queue.append(to('next'));
    await until('the next one is sent', () => sent().length === 2);
    expect(sent()).toEqual([['slow'], ['next']]);
  });

  it('lets the next appends of those just answered go together', async () => {
    const { queue, calls, sent } = slowDatabase();
    const goOn = async (name: string): Promise<void> => {
      await queue.append(to(`${name}1`));
      await queue.append(to(`${name}2`));
    };
    for (const name of ['a', 'b']) void goOn(name);
    await turn();
    calls[0]?.answer();
    await turn();
    expect(sent()).toEqual([
      ['a1', 'b1'],
      ['a2', 'b2'],
    ]);
  });

  it('never puts a stream twice into a group, and keeps the order of its appends', async () => {
    const { queue, calls, sent } = slowDatabase();
    for (const stream of ['a', 'b', 'c', 'c', 'd', 'c']) void queue.append(to(stream));
    for (const index of [0, 1, 2]) {
      await turn();
      calls[index]?.answer();
    }
    expect(sent()).toEqual([['a', 'b', 'c', 'd'], ['c'], ['c']]);
  });

  it('sends groups of 256 at most', async () => {
    const { queue, calls, sent } = slowDatabase();
    for (const stream of named(600)) void queue.append(to(stream));
    await turn();
    calls[0]?.answer();
    await turn();
    expect(sent().map(({ length }) => length)).toEqual([256, 256, 88]);
  });
});

describe('a group that is refused', () => {
  const grouped = async () => {
    const database = slowDatabase();
    const outcomes = Promise.allSettled(['a', 'b', 'c'].map((stream) => database.queue.append(to(stream))));
    await turn();
    return { ...database, outcomes };
  };

  it('is sent again one by one, and only the one at fault is refused', async () => {
    const { calls, sent, outcomes } = await grouped();
    calls[0]?.answer(new ConcurrencyError('a', 0, 1));
    await turn();
    expect(sent()).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
    calls[1]?.answer(new ConcurrencyError('a', 0, 1));
    calls[2]?.answer();
    calls[3]?.answer();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  it('is searched for the one at fault in ever smaller parts', async () => {
    const atFault = 's7';
    const sent: number[] = [];
    const queue = new AppendQueue((appends) => {
      sent.push(appends.length);
      const isRefused = appends.some(({ streamId }) => streamId === atFault);
      return isRefused ? Promise.reject(new ConcurrencyError(atFault, 0, 1)) : Promise.resolve(appends.map(recorded));
    });
    const answers = named(128).map((stream) => queue.append(to(stream)));
    const refused = (await Promise.allSettled(answers)).flatMap(({ status }, index) =>
      status === 'rejected' ? [index] : [],
    );
    expect(refused).toEqual([7]);
    expect(sent).toEqual([64, 64, ...Array<number>(8).fill(8), ...Array<number>(8).fill(1)]);
  });

  it('is not sent again where nobody knows whether it was committed', async () => {
    const { calls, sent, outcomes } = await grouped();
    calls[0]?.answer(new Error('Connection terminated unexpectedly'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(sent()).toHaveLength(1);
  });
});
