import type { CommandContext, Reply } from '../kernel/command-context.js';
import type { StreamRows } from '../kernel/projection.js';
import type { Asked } from './run-command.decider.js';
import { runCatalogue } from './run.events.js';

export type { Asked } from './run-command.decider.js';
export type { RunEvent, Subject } from './run.events.js';

/** The type of the streams that runs are, and what their events are: for read models of other capabilities. */
export const runStreamType = { name: 'pipeline_run', catalogue: runCatalogue } as const;

/**
 * Asks something of a run, over the command bus; every command but starting one and deciding its gates comes this way. Answered with an `Outcome`: of
 * the run, unless `answer` makes another of the rows that the command leaves, by table and key.
 */
export class ActOnRun {
  constructor(
    readonly runId: string,
    readonly asked: Asked,
    readonly context: CommandContext,
    readonly answer?: (rows: StreamRows) => Reply,
  ) {}
}
