import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { CommandExecutor } from '../../src/platform/event-store/command-executor.js';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { EventStore } from '../../src/platform/event-store/event-store.js';
import { StreamMemory } from '../../src/platform/event-store/stream-memory.js';
import { notebook, taskOf } from '../support/notebook-stream.js';
import { type Process, note, openStore } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let other: Process;
let streamId: string;

beforeAll(async () => {
  opened = await openStore();
  other = await opened.process();
});
afterAll(() => opened.close());
beforeEach(() => {
  streamId = newId();
});

const run = (process: Process, ...rest: Parameters<typeof taskOf> extends [string, ...infer Rest] ? Rest : never) =>
  process.executor.execute(notebook, taskOf(streamId, ...rest));
const typesOf = async () => (await opened.store.read(DEFAULT_TENANT_ID, streamId)).map(({ type }) => type);
const add = (text = 'a note') => ({ type: 'add', text }) as const;

/** A store that counts how often it is read, and the events. */
class CountingStore extends EventStore {
  lookCount = 0;
  readCount = 0;

  override async read(...slice: Parameters<EventStore['read']>): ReturnType<EventStore['read']> {
    this.lookCount += 1;
    const events = await super.read(...slice);
    this.readCount += events.length;
    return events;
  }
}

/** A process that has just started and remembers nothing. */
const freshProcess = () => {
  const store = new CountingStore(opened.database);
  const memory = new StreamMemory(opened.database, store);
  return { store, memory, executor: new CommandExecutor(store, memory) };
};
const fill = async (count: number) => {
  for (let version = 0; version < count; version += 500) {
    const size = Math.min(500, count - version);
    const events = Array.from({ length: size }, (_, index) => note(streamId, version + index + 1));
    await opened.store.append([{ streamId, expectedVersion: version, events, rows: {} }]);
  }
};

describe('a command decided by what another process has overtaken', () => {
  it('is thought over where it would be refused', async () => {
    await run(opened, { type: 'close' });
    await run(other, { type: 'open' });
    expect(await run(opened, add())).toMatchObject({ kind: 'ok', version: 3 });
    expect(await typesOf()).toEqual(['book.closed', 'book.opened', 'note.added']);
  });

  it('is thought over where it would change nothing', async () => {
    await run(opened, { type: 'close' });
    await run(other, { type: 'open' });
    expect(await run(opened, { type: 'close' })).toMatchObject({ version: 3 });
    expect(await typesOf()).toEqual(['book.closed', 'book.opened', 'book.closed']);
  });

  it('is decided anew where it would append', async () => {
    await run(opened, add());
    await run(other, { type: 'close' });
    await expect(run(opened, add())).rejects.toMatchObject({ code: 'run-parked' });
    expect(await typesOf()).toEqual(['note.added', 'book.closed']);
  });

  it('is rehearsed by the stream as it is now', async () => {
    await run(opened, add());
    await run(other, add());
    const { body } = await run(opened, add(), { dryRun: true });
    expect(body).toMatchObject({ events: [{ stream_version: 3 }] });
    expect(await typesOf()).toEqual(['note.added', 'note.added']);
  });
});

describe('a command that begins a stream', () => {
  const begin = async () => {
    const { store, executor } = freshProcess();
    const { version } = await executor.execute(notebook, { ...taskOf(streamId, add()), isNew: true });
    return { version, lookCount: store.lookCount };
  };

  it('reads nothing before it appends', async () => {
    expect(await begin()).toEqual({ version: 1, lookCount: 0 });
  });

  it('is decided anew where the stream is there after all', async () => {
    await run(opened, add());
    expect(await begin()).toEqual({ version: 2, lookCount: 1 });
  });
});

describe('an event that says who acted', () => {
  it('is recorded as theirs, the others as the caller’s', async () => {
    await run(opened, { type: 'fill' });
    const events = await opened.store.read(DEFAULT_TENANT_ID, streamId);
    expect(events.map(({ type, actor, detail }) => [type, actor.id, detail])).toEqual([
      ['note.added', 'olga', { text: 'the last' }],
      ['book.closed', 'last-page', { by: 'the last page' }],
    ]);
  });
});

describe('commands of two processes on one stream at once', () => {
  it('all take effect, each once', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => `note ${index}`);
    await Promise.all(texts.map((text, index) => run(index % 2 === 0 ? opened : other, add(text))));
    const events = await opened.store.read(DEFAULT_TENANT_ID, streamId);
    expect(events.map(({ detail }) => detail['text']).toSorted()).toEqual(texts.toSorted());
    expect(events.map(({ streamVersion }) => streamVersion)).toEqual(texts.map((_, index) => index + 1));
  });

  it('let one in of those that name the same version', async () => {
    await run(opened, add());
    const racing = [opened, other, opened, other].map((process) => run(process, add(), { expectedVersion: 1 }));
    const results = await Promise.allSettled(racing);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        code: 'stale-version',
        details: { expected: 1, actual: 2, intervening: [{ stream_version: 2 }] },
      });
    }
    expect(await typesOf()).toHaveLength(2);
  });
});

describe('a dry run', () => {
  it('answers the events and stores nothing', async () => {
    const { kind, body } = await run(opened, add('only thought of'), { dryRun: true });
    expect({ kind, body }).toMatchObject({ kind: 'dry_run', body: { events: [{ event_type: 'note.added' }] } });
    expect(await opened.store.version(DEFAULT_TENANT_ID, streamId)).toBe(0);
  });
});

describe('the state of a long stream', () => {
  it('is the same through a snapshot as without', async () => {
    await fill(250);
    const whole = await freshProcess().memory.load(notebook, DEFAULT_TENANT_ID, streamId); // Leaves a snapshot.
    await run(other, add());
    const reader = freshProcess();
    const { state, version } = await reader.memory.load(notebook, DEFAULT_TENANT_ID, streamId);
    expect(whole).toMatchObject({ version: 250, state: { notes: 250 } });
    expect({ state, version }).toEqual({ version: 251, state: { notes: 251, isClosed: false } });
    expect(reader.store.readCount).toBe(1);
  });

  it('is folded anew where the snapshot was made by other code', async () => {
    await fill(250);
    await freshProcess().memory.load(notebook, DEFAULT_TENANT_ID, streamId);
    const reader = freshProcess();
    const changed = { ...notebook, stateVersion: 2 };
    const { state } = await reader.memory.load(changed, DEFAULT_TENANT_ID, streamId);
    expect(state.notes).toBe(250);
    expect(reader.store.readCount).toBe(250);
  });

  it.each([10, 5000])('costs a command the same few events after %d', async (count) => {
    await fill(count);
    await freshProcess().memory.load(notebook, DEFAULT_TENANT_ID, streamId);
    const process = freshProcess();
    await process.executor.execute(notebook, taskOf(streamId, add()));
    expect(process.store.readCount).toBeLessThanOrEqual(200);
    const before = process.store.readCount;
    await process.executor.execute(notebook, taskOf(streamId, add()));
    expect(process.store.readCount).toBe(before);
  });
});
