import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Caller, CommandContext, Outcome } from '../../kernel/command-context.js';
import { refuse } from '../../kernel/domain-error.js';
import { ClaimHeldError } from '../../platform/event-store/errors.js';
import { ActOnRun } from '../contract.js';
import { runAmong, runOnWire } from '../pipeline-run/run-on-wire.js';
import type { Asked, Deciding, RunCommand } from '../run-command.decider.js';
import { RunExecutor } from './run-executor.js';
import { newId } from '../../platform/new-id.js';

@CommandHandler(ActOnRun)
export class ActOnRunHandler implements ICommandHandler<ActOnRun> {
  constructor(private readonly executor: RunExecutor) {}

  execute({ runId, asked, context, answer }: ActOnRun): Promise<Outcome> {
    return this.executor
      .execute({
        streamId: runId,
        command: runCommand(runId, asked, context),
        context,
        answer: answer ?? ((rows) => ({ noun: 'run', body: runOnWire(runAmong(rows, runId)) })),
      })
      .catch((error: unknown) => {
        throw error instanceof ClaimHeldError ? otherIsOpen(error) : error;
      });
  }
}

/** A run that failed gave its subject free: by the time it is resumed, another may have it. */
function otherIsOpen({ holder }: ClaimHeldError): Error {
  const message = `What this run moves has another open run by now, ${holder}. Finish or cancel that one first.`;
  return refuse('run-already-open', message, { run_id: holder });
}

/** Adds who asks, when, and an id for whatever the command may create. */
export function runCommand(runId: string, asked: Asked, { caller, now }: CommandContext): RunCommand {
  return { ...asked, runId, by: decidingAs(caller), now, freshId: newId() };
}

/** Who a caller is to the rules. */
export function decidingAs({ actor, roles, keyName }: Caller): Deciding {
  return { actor, roles, ...(keyName === undefined ? {} : { keyName }) };
}
