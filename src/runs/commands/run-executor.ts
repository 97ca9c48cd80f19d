import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { Outcome } from '../../kernel/command-context.js';
import { FindPolicyLayers, type PolicyLayers } from '../../gate-policy/contract.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import type { Task } from '../../platform/event-store/waiting-commands.js';
import type { PolicyWanted } from '../gate-terms.policy.js';
import type { RunCommand } from '../run-command.decider.js';
import { runStream } from '../run-stream.js';

/** Runs every command on a run; where the rules ask what the approval policy says, it is looked up then, so that no gate opens by an older one. */
@Injectable()
export class RunExecutor {
  constructor(
    private readonly executor: CommandExecutor,
    private readonly queries: QueryBus,
  ) {}

  /** Fails as `CommandExecutor.execute` does. */
  execute(task: Omit<Task<RunCommand>, 'inform'>): Promise<Outcome> {
    const { tenantId } = task.context.caller;
    const inform = async (question: object): Promise<RunCommand> => {
      const { projectId } = question as PolicyWanted;
      const policy = await this.queries.execute<FindPolicyLayers, PolicyLayers>(
        new FindPolicyLayers(tenantId, projectId),
      );
      return { ...task.command, policy };
    };
    return this.executor.execute(runStream, { ...task, inform });
  }
}
