import type { CommandContext, Outcome, Reply } from '../../kernel/command-context.js';
import type { StreamRows } from '../../kernel/projection.js';

/** What a command's handler knows: which stream, the words of the command, and how to answer from the rows and the state it leaves. */
export type Task<Command, State = unknown> = Readonly<{
  streamId: string;
  command: Command;
  context: CommandContext;
  answer: (rows: StreamRows, state: State) => Reply;
  /** The stream's id was made for this very command: there is nothing to load. Where there is after all, it is decided anew. */
  isNew?: true;
  /** Answers the command with what its rules want to know and the stream does not say; asked each time that they want to. */
  inform?: (question: object) => Promise<Command>;
}>;

/** A command that has not been answered yet. */
export type Waiting<Command> = Readonly<{ task: Task<Command>; answer: PromiseWithResolvers<Outcome> }>;

/** How many go together. More would win little, and keep this process from everything else while they are decided. */
const GROUP_SIZE = 64;

/** Commands that wait for their stream, in the order they came. A key stands for streams of one type, and so for commands of one. */
export class WaitingCommands {
  private readonly lines = new Map<string, Waiting<unknown>[]>();

  add<Command>(key: string, waiting: Waiting<Command>): void {
    const line = this.lines.get(key);
    if (line === undefined) this.lines.set(key, [waiting]);
    else line.push(waiting);
  }

  /** Takes the one that waited longest, and those right behind it that may go along. */
  take<Command>(key: string): readonly Waiting<Command>[] {
    const line = this.lines.get(key) ?? [];
    const first = line.slice(0, GROUP_SIZE);
    const apart = first.findIndex(({ task }) => goesAlone(task));
    const taken = line.splice(0, apart === -1 ? first.length : Math.max(apart, 1));
    if (line.length === 0) this.lines.delete(key);
    return taken as readonly Waiting<unknown>[] as readonly Waiting<Command>[];
  }
}

/** A receipt belongs to one transaction, a named version to the stream as its caller saw it, and a dry run leaves nothing to go on from. */
function goesAlone({ context: { receipt, expectedVersion, dryRun } }: Task<unknown>): boolean {
  return receipt !== undefined || expectedVersion !== undefined || dryRun;
}
