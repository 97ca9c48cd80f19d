import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { InputWanted } from '../../src/kernel/decider.js';
import type { Append } from '../../src/platform/event-store/append.js';
import type { Task } from '../../src/platform/event-store/waiting-commands.js';
import { type NotebookCommand, notebook, taskOf } from '../support/notebook-stream.js';
import { type Process, type contextOf, openStore } from '../support/store.js';

type Inform = NonNullable<Task<NotebookCommand>['inform']>;
type Asked = Readonly<{
  command: NotebookCommand;
  inform?: Inform;
  context?: Parameters<typeof contextOf>[0];
}>;

let opened: Awaited<ReturnType<typeof openStore>>;
let other: Process;
let streamId: string;
let appended: Append[];
let questions: object[];

beforeAll(async () => {
  opened = await openStore();
  other = await opened.process();
  opened.store.onAppended((appends) => appended.push(...appends));
});
afterAll(() => opened.close());
beforeEach(() => {
  streamId = newId();
  appended = [];
  questions = [];
});

/** A notebook that wants to know what is to be written where a note ends with a question mark. */
const curious: typeof notebook = {
  ...notebook,
  decider: {
    ...notebook.decider,
    decide: (state, command) => {
      if (command.type === 'add' && command.text.endsWith('?')) throw new InputWanted({ about: command.text });
      return notebook.decider.decide(state, command);
    },
  },
};

const add = (text: string) => ({ type: 'add', text }) as const;
const plain = (text: string): Asked => ({ command: add(text) });
/** Asks for what is told, in turn; the last again and again. */
const curiousOf = (...told: readonly NotebookCommand[]): Asked => ({
  command: add('what?'),
  inform: (question) => {
    questions.push(question);
    return Promise.resolve(told[Math.min(questions.length, told.length) - 1] as NotebookCommand);
  },
});

const together = (asked: readonly Asked[], { executor }: Pick<Process, 'executor'> = opened) =>
  Promise.allSettled(
    asked.map(({ command, inform, context }) => {
      const task = taskOf(streamId, command, context);
      return executor.execute(curious, inform === undefined ? task : { ...task, inform });
    }),
  );
const told = (outcomes: Awaited<ReturnType<typeof together>>) =>
  outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value.version : ((outcome.reason as { code?: string }).code ?? 'failed'),
  );
const textsOf = async () =>
  (await opened.store.read(DEFAULT_TENANT_ID, streamId)).map(({ type, detail }) => detail['text'] ?? type);
const sizes = () => appended.map(({ events }) => events.length);

describe('a command whose rules want to know something', () => {
  it('is told, once, and goes along with those that wait beside it', async () => {
    const outcomes = await together([plain('a'), curiousOf(add('told')), plain('b')]);
    expect(told(outcomes)).toEqual([1, 2, 3]);
    expect(await textsOf()).toEqual(['a', 'told', 'b']);
    expect(sizes()).toEqual([3]);
    expect(questions).toEqual([{ about: 'what?' }]);
  });

  it('leaves its mark on those behind it, none of which is told what it did not ask', async () => {
    const outcomes = await together([curiousOf({ type: 'close' }), plain('late'), curiousOf({ type: 'open' })]);
    expect(told(outcomes)).toEqual([1, 'run-parked', 2]);
    expect(questions).toHaveLength(2);
    expect(await textsOf()).toEqual(['book.closed', 'book.opened']);
  });

  it('is told anew where another process was faster', async () => {
    await together([plain('first')]);
    await together([plain('faster')], other);
    expect(told(await together([curiousOf(add('as it was'), add('as it is'))]))).toEqual([3]);
    expect(await textsOf()).toEqual(['first', 'faster', 'as it is']);
    expect(questions).toHaveLength(2);
  });

  it('is told anew where it is run by itself, because the database refused it with others', async () => {
    const outcomes = await together([curiousOf(add('together'), add('alone')), plain('a\u0000b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await textsOf()).toEqual(['alone']);
  });

  it('is told in a dry run too, which leaves nothing', async () => {
    const [outcome] = await together([{ ...curiousOf(add('told')), context: { dryRun: true } }]);
    expect(outcome).toMatchObject({ value: { kind: 'dry_run', body: { events: [{ detail: { text: 'told' } }] } } });
    expect(await textsOf()).toEqual([]);
  });

  it('has a receipt as every other, by which a repeat is answered', async () => {
    const context = { receipt: { key: newId(), requestHash: 'ab'.repeat(32) } };
    const asked = { ...curiousOf(add('told'), add('told otherwise')), context };
    const outcomes = await together([asked, asked]);
    expect(told(outcomes)).toEqual([1, 1]);
    expect(outcomes[1]).toMatchObject({ value: { replayed: true } });
    expect(await textsOf()).toEqual(['told']);
  });
});

describe('a command that is not told what its rules want to know', () => {
  it.each<[string, Inform | undefined, object]>([
    ['by nobody', undefined, { name: 'InputWanted', message: expect.stringContaining('{"about":"what?"}') }],
    ['by who does not know', () => Promise.reject(new Error('No connection.')), { message: 'No connection.' }],
    [
      'by who fails at once',
      () => {
        throw new Error('No such place.');
      },
      { message: 'No such place.' },
    ],
    ['by who tells something else', () => Promise.resolve(add('or what?')), { question: { about: 'or what?' } }],
  ])('%s fails by itself, and the stream goes on', async (_whom, inform, reason) => {
    const silent = { command: add('what?'), ...(inform === undefined ? {} : { inform }) };
    const outcomes = await together([plain('a'), silent, plain('b')]);
    expect(outcomes[1]).toMatchObject({ status: 'rejected', reason });
    expect(told(outcomes)).toEqual([1, 'failed', 2]);
    expect(told(await together([silent]))).toEqual(['failed']);
    expect(told(await together([plain('c')]))).toEqual([3]);
    expect(await textsOf()).toEqual(['a', 'b', 'c']);
  });
});
