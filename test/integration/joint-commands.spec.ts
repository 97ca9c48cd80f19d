import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import type { Append } from '../../src/platform/event-store/append.js';
import { CommandExecutor } from '../../src/platform/event-store/command-executor.js';
import { ClaimHeldError, UnwritableError } from '../../src/platform/event-store/errors.js';
import { EventStore } from '../../src/platform/event-store/event-store.js';
import { StreamMemory } from '../../src/platform/event-store/stream-memory.js';
import { agents, jobWorkers } from '../support/job-workers.js';
import { type NotebookCommand, claimingNotebook, notebook, taskOf } from '../support/notebook-stream.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { type Process, contextOf, openStore } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let other: Process;
let streamId: string;
let appended: Append[];

beforeAll(async () => {
  opened = await openStore();
  other = await opened.process();
  opened.store.onAppended((appends) => appended.push(...appends));
});
afterAll(() => opened.close());
beforeEach(() => {
  streamId = newId();
  appended = [];
});

type Context = Parameters<typeof contextOf>[0];
type Asked = NotebookCommand | readonly [NotebookCommand, Context];

const add = (text = 'a note') => ({ type: 'add', text }) as const;
const [open, close, fill] = [{ type: 'open' }, { type: 'close' }, { type: 'fill' }] as const;
const askedOf = (asked: Asked): readonly [NotebookCommand, Context] => ('type' in asked ? [asked, {}] : asked);

/** Sends commands in one turn of the event loop, so that all of them wait before the first is run. */
const together = (asked: readonly Asked[], { executor }: Pick<Process, 'executor'> = opened, type = notebook) =>
  Promise.allSettled(asked.map((one) => executor.execute(type, taskOf(streamId, ...askedOf(one)))));
/** Each as its version, or why it was refused. */
const told = (outcomes: Awaited<ReturnType<typeof together>>) =>
  outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value.version : (outcome.reason as { code?: string }).code,
  );
const read = () => opened.store.read(DEFAULT_TENANT_ID, streamId);
const textsOf = async () => (await read()).map(({ type, detail }) => detail['text'] ?? type);
const sizes = () => appended.map(({ events }) => events.length);

describe('commands that wait for the same stream', () => {
  it('are recorded by one append, in their order, each answered with its own version', async () => {
    const texts = Array.from({ length: 10 }, (_, index) => `note ${String(index)}`);
    expect(told(await together(texts.map(add)))).toEqual(texts.map((_, index) => index + 1));
    expect(sizes()).toEqual([10]);
    expect(await textsOf()).toEqual(texts);
    const events = await read();
    expect(events.map(({ streamVersion }) => streamVersion)).toEqual(texts.map((_, index) => index + 1));
    expect(new Set(events.map(({ recordedAt }) => recordedAt)).size).toBe(1);
  });

  it('are refused each by itself', async () => {
    expect(told(await together([add(), close, add(), open, add()]))).toEqual([1, 2, 'run-parked', 3, 4]);
    expect(sizes()).toEqual([4]);
  });

  it('are answered with the version at which they found nothing to do', async () => {
    expect(told(await together([open, add(), close, close, fill, close]))).toEqual([0, 1, 2, 2, 4, 4]);
    expect(sizes()).toEqual([4]);
  });

  it('write their events each with its own flow, act, cause, actor and time', async () => {
    const olga = contextOf({ occurredAt: '2026-02-03T04:05:06.789Z' });
    const { caller } = contextOf();
    const keyId = '00000000-0000-7000-8000-00000000000b';
    const otto = contextOf({ caller: { ...caller, keyId, actor: { type: 'worker', id: 'otto' } } });
    await together([[add(), olga], open, [fill, otto]]);
    const events = await read();
    expect(sizes()).toEqual([3]);
    const flowOf = ({ correlationId, commandId, caller: { keyId: key } }: typeof olga, version: number) => ({
      correlationId,
      context: { command_id: commandId, key_id: key, stream_version: version },
    });
    expect(events).toMatchObject([flowOf(olga, 0), flowOf(otto, 1), flowOf(otto, 1)]);
    expect(events.map(({ causationId }) => causationId)).toEqual([olga.commandId, otto.commandId, events[1]?.id]);
    expect(events.map(({ actor }) => actor.id)).toEqual(['olga', 'otto', 'last-page']);
    const recordedAt = events[0]?.recordedAt;
    expect(events.map(({ occurredAt }) => occurredAt)).toEqual(['2026-02-03T04:05:06.789Z', recordedAt, recordedAt]);
  });

  it('let a dry run between them see what those before it did, and leave nothing', async () => {
    const outcomes = await together([add('first'), [add('thought of'), { dryRun: true }], add('last')]);
    expect(told(outcomes)).toEqual([1, undefined, 2]);
    expect(outcomes[1]).toMatchObject({ value: { kind: 'dry_run', body: { events: [{ stream_version: 2 }] } } });
    expect(await textsOf()).toEqual(['first', 'last']);
  });

  it('let one that names a version between them go alone, refused where those before it moved the stream', async () => {
    const outcomes = await together([add(), [add(), { expectedVersion: 1 }], add(), [add(), { expectedVersion: 2 }]]);
    expect(told(outcomes)).toEqual([1, 2, 3, 'stale-version']);
    expect(outcomes[3]).toMatchObject({ reason: { details: { actual: 3, intervening: [{ stream_version: 3 }] } } });
    expect(sizes()).toEqual([1, 1, 1]);
  });

  it('let one with an idempotency key between them have a receipt of its own', async () => {
    const receipt = { key: newId(), requestHash: 'ab'.repeat(32) };
    const outcomes = await together([add('a'), [add('b'), { receipt }], [add('b'), { receipt }], add('c')]);
    expect(told(outcomes)).toEqual([1, 2, 2, 3]);
    expect(outcomes.map((outcome) => outcome.status === 'fulfilled' && outcome.value.replayed)).toEqual([
      undefined,
      undefined,
      true,
      undefined,
    ]);
    expect(await opened.receipts.find(DEFAULT_TENANT_ID, receipt.key)).toMatchObject({
      answer: { headers: { etag: '"2"' } },
    });
    expect(await textsOf()).toEqual(['a', 'b', 'c']);
  });

  it('go in groups, nobody overtaken, where very many wait', async () => {
    const texts = Array.from({ length: 200 }, (_, index) => `note ${String(index)}`);
    await together(texts.map(add));
    expect(sizes()).toEqual([64, 64, 64, 8]);
    expect(await textsOf()).toEqual(texts);
  });

  it('go in appends of a bounded size, and alone where one is larger by itself', async () => {
    const decide = (_state: unknown, command: NotebookCommand) =>
      Array.from({ length: 'text' in command ? Number(command.text) : 0 }, (_, index) => ({
        type: 'note.added' as const,
        detail: { text: String(index) },
      }));
    const long = { ...notebook, name: 'long-notebook', decider: { ...notebook.decider, decide } };
    const outcomes = await together(['200', '200', '200', '600', '1'].map(add), opened, long);
    expect(told(outcomes)).toEqual([200, 400, 600, 1200, 1201]);
    expect(sizes()).toEqual([400, 200, 600, 1]);
  });

  it('are told one by one where an answer cannot be made', async () => {
    const broken = taskOf(streamId, add());
    const answer = () => {
      throw new Error('There is no such row.');
    };
    const asked = [taskOf(streamId, add()), { ...broken, answer }, taskOf(streamId, add())];
    const outcomes = await Promise.allSettled(asked.map((task) => opened.executor.execute(notebook, task)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(told(await together([add()]))).toEqual([4]);
  });
});

describe('commands decided together by what another process has overtaken', () => {
  it('are all decided anew where some would append', async () => {
    await together([add()]);
    await together([close], other);
    expect(told(await together([add(), open, add()]))).toEqual(['run-parked', 3, 4]);
    expect(await textsOf()).toEqual(['a note', 'book.closed', 'book.opened', 'a note']);
  });

  it('are all thought over where none would', async () => {
    await together([close]);
    await together([open], other);
    expect(told(await together([add(), add(), open]))).toEqual([3, 4, 4]);
    expect(sizes()).toEqual([1, 2]);
  });

  it('lose and double nothing while both go on', async () => {
    const texts = Array.from({ length: 120 }, (_, index) => `note ${String(index)}`);
    const halves = [texts.slice(0, 60), texts.slice(60)] as const;
    await Promise.all([together(halves[0].map(add), opened), together(halves[1].map(add), other)]);
    const recorded = await textsOf();
    expect(recorded.toSorted()).toEqual(texts.toSorted());
    for (const half of halves) expect(recorded.filter((text) => half.some((one) => one === text))).toEqual(half);
  });
});

describe('an append of several commands that is refused', () => {
  it.each([
    ['cannot be written down', '\ud800', UnwritableError],
    ['the database cannot hold', 'a\u0000b', Error],
  ])('refuses the one that %s, and no other', async (_what, text, kind) => {
    const outcomes = await together([add('a'), add(text), add('b')]);
    expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: expect.any(kind) });
    expect(await textsOf()).toEqual(['a', 'b']);
  });

  it('refuses the one whose claim another stream holds, and no other', async () => {
    const claim = `claim:${newId()}`;
    await together([add(claim)], opened, claimingNotebook);
    [streamId, appended] = [newId(), []];
    const outcomes = await together([add('a'), add('b'), add(claim), add('c'), add('d')], opened, claimingNotebook);
    expect(outcomes[2]).toMatchObject({ status: 'rejected', reason: expect.any(ClaimHeldError) });
    expect(await textsOf()).toEqual(['a', 'b', 'c', 'd']);
    expect(sizes()).toEqual([2, 2]);
  });

  it('takes a claim for the one command only', async () => {
    const claim = `claim:${newId()}`;
    await together([add('a'), add(claim), add('b')], opened, claimingNotebook);
    expect(appended.map(({ events, claims }) => [events.length, claims?.take])).toEqual([
      [1, undefined],
      [1, [claim]],
      [1, undefined],
    ]);
  });
});

/** A store that loses its connection once, before or after the database has committed. */
class LostConnection extends EventStore {
  lost: 'before' | 'after' | null = null;

  override async append(appends: readonly Append[]): ReturnType<EventStore['append']> {
    const { lost } = this;
    this.lost = null;
    const result = lost === 'before' ? [] : await super.append(appends);
    if (lost !== null) throw new Error('Connection terminated unexpectedly');
    return result;
  }
}

describe('a connection lost under commands that are appended together', () => {
  it.each([
    ['before', 2, ['a note', 'a note']],
    ['after', 4, ['a note', 'a', 'b', 'a note']],
  ] as const)('%s the commit is told those who wrote, and the others are answered', async (lost, version, left) => {
    const store = new LostConnection(opened.database);
    const process = { executor: new CommandExecutor(store, new StreamMemory(opened.database, store)) };
    await together([add()], process);
    store.lost = lost;
    const outcomes = await together([open, add('a'), open, add('b')], process);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(outcomes[1]).toMatchObject({ reason: { message: 'Connection terminated unexpectedly' } });
    expect(told(outcomes)[0]).toBe(version - 1);
    expect(told(await together([add()], process))).toEqual([version]);
    expect(await textsOf()).toEqual(left);
  });
});

describe('the same commands, waiting together or sent one after another', () => {
  const command = fc.oneof(
    fc.string({ minLength: 1, unit: 'grapheme-ascii' }).map(add),
    fc.constantFrom<NotebookCommand>(open, close, fill),
  );
  /** Everything of an event but ids and the time of recording. */
  const whatHappened = async () => {
    const events = await read();
    const placeOf = (id: string) => events.findIndex((event) => event.id === id);
    return events.map(({ type, detail, streamVersion, category, actor, context, causationId }) => {
      const { stream_version: seen, key_id: keyId } = context;
      return { type, detail, streamVersion, category, actor, seen, keyId, cause: placeOf(causationId) };
    });
  };

  it('are answered alike and lead to the same events, but for ids and times', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 90 }), async (commands) => {
        streamId = newId();
        const joined = [told(await together(commands)), await whatHappened()];
        streamId = newId();
        const outcomes = [];
        for (const one of commands) outcomes.push(...(await together([one])));
        expect(joined).toEqual([told(outcomes), await whatHappened()]);
      }),
      { numRuns: 25 },
    );
  });
});

describe('the jobs of a wide graph', () => {
  it('that are reported all at once end each once, and leave the rows that their events fold to', async () => {
    const { startRun, complete, claim } = jobWorkers(opened);
    const handler = `wide-${newId()}`;
    const { runId } = await startRun(agents(handler, 100));
    const claimed = await claim([handler], 100);
    appended = [];
    const answers = await Promise.all(claimed.map(({ id, attempt }) => complete(id, attempt, 'drawn')));
    expect(answers.map(({ status }) => status)).toEqual(claimed.map(() => 'SUCCESS'));
    const types = (await opened.store.read(DEFAULT_TENANT_ID, runId)).map(({ type }) => type);
    expect(types.filter((type) => type === 'pipeline_node.completed')).toHaveLength(101);
    expect(types.at(-1)).toBe('pipeline_run.completed');
    expect(appended.length).toBeLessThan(60);
    await expectReadModelsToEqualFold(opened.connection);
  });
});
