import { describe, expect, it } from '@jest/globals';
import type { Append, Appended } from './append.js';
import { AppendQueue } from './append-queue.js';
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

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('appending while others are under way', () => {
  it('sends the first at once and joins those that come meanwhile, each answered by itself', async () => {
    const { queue, calls, sent } = slowDatabase();
    const answers = ['a', 'b', 'c', 'd', 'e'].map((stream) => queue.append(to(stream)));
    expect(sent()).toEqual([['a'], ['b']]);
    calls[0]?.answer();
    await settled();
    expect(sent()).toEqual([['a'], ['b'], ['c', 'd', 'e']]);
    calls[1]?.answer();
    calls[2]?.answer();
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd', 'e'].map((recordedAt) => ({ recordedAt })));
  });

  it('never puts a stream twice into a group, and keeps the order of its appends', async () => {
    const { queue, calls, sent } = slowDatabase();
    for (const stream of ['a', 'b', 'c', 'c', 'd', 'c']) void queue.append(to(stream));
    for (const index of [0, 1, 2, 3, 4]) {
      calls[index]?.answer();
      await settled();
    }
    expect(sent()).toEqual([['a'], ['b'], ['c', 'd'], ['c'], ['c']]);
  });

  it('sends groups of thirty-two at most', async () => {
    const { queue, calls, sent } = slowDatabase();
    for (let stream = 0; stream < 40; stream += 1) void queue.append(to(String(stream)));
    calls[0]?.answer();
    await settled();
    expect(sent().map(({ length }) => length)).toEqual([1, 1, 32]);
  });
});

describe('a group that is refused', () => {
  const grouped = async () => {
    const database = slowDatabase();
    const answers = ['a', 'b', 'c', 'd'].map((stream) => database.queue.append(to(stream)));
    const outcomes = Promise.allSettled(answers);
    database.calls[0]?.answer();
    await settled();
    return { ...database, outcomes };
  };

  it('is sent again one by one, and only the one at fault is refused', async () => {
    const { calls, sent, outcomes } = await grouped();
    calls[2]?.answer(new ConcurrencyError('c', 0, 1));
    await settled();
    expect(sent()).toEqual([['a'], ['b'], ['c', 'd'], ['c'], ['d']]);
    calls[1]?.answer();
    calls[3]?.answer(new ConcurrencyError('c', 0, 1));
    calls[4]?.answer();
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('is not sent again where nobody knows whether it was committed', async () => {
    const { calls, sent, outcomes } = await grouped();
    calls[1]?.answer();
    calls[2]?.answer(new Error('Connection terminated unexpectedly'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    expect(sent()).toHaveLength(3);
  });
});
