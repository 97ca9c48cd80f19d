import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { type DecisionGateRow, decisionGates } from '../decision-gate/decision-gate.projection.js';
import { FoundGates } from '../decision-gate/found-gates.js';
import { gateOnWire } from '../decision-gate/gate-on-wire.js';
import { runAmong, runOnWire } from '../pipeline-run/run-on-wire.js';
import { RunExecutor } from './run-executor.js';
import { runCommand } from './act-on-run.js';
import type { DecideGateRequest } from './decide-gate.request.js';

/** Decide at a gate. */
export class DecideAtGate extends Command<Outcome> {
  constructor(
    readonly gateId: string,
    readonly request: DecideGateRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(DecideAtGate)
export class DecideGateHandler implements ICommandHandler<DecideAtGate> {
  constructor(
    private readonly executor: RunExecutor,
    private readonly gates: FoundGates,
  ) {}

  async execute({ gateId, request, context }: DecideAtGate): Promise<Outcome> {
    const found = await this.gates.get(context.caller.tenantId, gateId);
    const { decision, reason, to_stage: toStage, scope } = request;
    const data = { gateId, decision, reason, toStage, scope: scope && { ...scope } };
    return this.executor.execute({
      streamId: found.runId,
      command: runCommand(found.runId, { type: 'decide_gate', data }, context),
      context,
      // A gate decided long ago is not among the rows that are still written: then it is as it was found.
      answer: (rows) => ({
        body: {
          gate: gateOnWire((rows[decisionGates.name]?.get(gateId) as DecisionGateRow | undefined) ?? found),
          run: runOnWire(runAmong(rows, found.runId)),
        },
      }),
    });
  }
}
