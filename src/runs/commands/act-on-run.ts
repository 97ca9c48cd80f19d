import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Outcome } from '../../platform/event-store/command-context.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { runAmong, runOnWire } from '../pipeline-run/run-on-wire.js';
import type { Asked, RunCommand } from '../run-command.decider.js';
import { runStream } from '../run-stream.js';
import { newId } from '../../platform/new-id.js';

/** Ask something of a run; every command but starting one and deciding its gates comes this way. */
export class ActOnRun extends Command<Outcome> {
  constructor(
    readonly runId: string,
    readonly asked: Asked,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ActOnRun)
export class ActOnRunHandler implements ICommandHandler<ActOnRun> {
  constructor(private readonly executor: CommandExecutor) {}

  execute({ runId, asked, context }: ActOnRun): Promise<Outcome> {
    return this.executor.execute(runStream, {
      streamId: runId,
      command: runCommand(runId, asked, context),
      context,
      answer: (rows) => ({ noun: 'run', body: runOnWire(runAmong(rows, runId)) }),
    });
  }
}

/** Adds who asks, when, and an id for whatever the command may create. */
export function runCommand(runId: string, asked: Asked, { caller, now }: CommandContext): RunCommand {
  return { ...asked, runId, by: { actor: caller.actor, roles: caller.roles }, now, freshId: newId() };
}
