import { refuse } from '../../src/kernel/domain-error.js';
import type { DomainEvent } from '../../src/kernel/recorded-event.js';
import type { Task } from '../../src/platform/event-store/waiting-commands.js';
import type { StreamType } from '../../src/platform/event-store/stream-type.js';
import { contextOf } from './store.js';

type NoteAdded = DomainEvent<'note.added', { text: string }>;
type BookClosed = DomainEvent<'book.closed', { by: string }>;
type BookOpened = DomainEvent<'book.opened', { by: string }>;
type NotebookEvent = NoteAdded | BookClosed | BookOpened;

export type NotebookCommand = Readonly<
  { type: 'add'; text: string } | { type: 'close' } | { type: 'open' } | { type: 'fill' }
>;
type NotebookState = Readonly<{ notes: number; isClosed: boolean }>;
type NotebookStream = StreamType<NotebookState, NotebookCommand, NotebookEvent>;

const decide = ({ isClosed }: NotebookState, command: NotebookCommand): readonly NotebookEvent[] => {
  switch (command.type) {
    case 'add':
      if (isClosed) throw refuse('run-parked', 'The book is closed.');
      return [{ type: 'note.added', detail: { text: command.text } }];
    case 'close':
      return isClosed ? [] : [{ type: 'book.closed', detail: { by: 'olga' } }];
    case 'fill': // The last page closes the book by itself.
      return [
        { type: 'note.added', detail: { text: 'the last' } },
        { type: 'book.closed', detail: { by: 'the last page' }, by: { type: 'system', id: 'last-page' } },
      ];
    case 'open':
      return isClosed ? [{ type: 'book.opened', detail: { by: 'olga' } }] : [];
  }
};

const catalogued = { category: 'subject', schemaVersion: 1 } as const;

/** The smallest stream with a refusal, a repeat without effect and a fold: for tests of how commands run. */
export const notebook: NotebookStream = {
  name: 'notebook',
  decider: {
    initialState: { notes: 0, isClosed: false },
    decide,
    evolve: (state, { type }) => ({
      notes: state.notes + (type === 'note.added' ? 1 : 0),
      isClosed: type === 'note.added' ? state.isClosed : type === 'book.closed',
    }),
  },
  catalogue: { 'note.added': catalogued, 'book.closed': catalogued, 'book.opened': catalogued },
  stateVersion: 1,
  projections: [],
};

/** A notebook that claims the text of each note that says so, for as long as there are notebooks. */
export const claimingNotebook: NotebookStream = {
  ...notebook,
  claims: (_before, events) => ({
    take: events.flatMap((event) =>
      event.type === 'note.added' && event.detail.text.startsWith('claim:') ? [event.detail.text] : [],
    ),
    release: [],
  }),
};

/** A command on a notebook as the executor takes it. */
export function taskOf(
  streamId: string,
  command: NotebookCommand,
  context: Parameters<typeof contextOf>[0] = {},
): Task<NotebookCommand> {
  return { streamId, command, context: contextOf(context), answer: () => ({ body: { streamId } }) };
}
