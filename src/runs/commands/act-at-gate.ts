import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { type DecisionGateRow, decisionGates } from '../decision-gate/decision-gate.projection.js';
import { FoundGates } from '../decision-gate/found-gates.js';
import { gateOnWire } from '../decision-gate/gate-on-wire.js';
import { GateSettings } from '../decision-gate/gate-setting.js';
import { runAmong, runOnWire } from '../pipeline-run/run-on-wire.js';
import type { AskedAtGate } from '../run-command.decider.js';
import { decidingAs, runCommand } from './act-on-run.js';
import { RunExecutor } from './run-executor.js';

/** Decide at a gate, give it more time, or have somebody else vote. */
export class ActAtGate extends Command<Outcome> {
  constructor(
    readonly asked: AskedAtGate,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ActAtGate)
export class ActAtGateHandler implements ICommandHandler<ActAtGate> {
  constructor(
    private readonly executor: RunExecutor,
    private readonly gates: FoundGates,
    private readonly settings: GateSettings,
  ) {}

  async execute({ asked, context }: ActAtGate): Promise<Outcome> {
    const { caller, now } = context;
    const { gateId } = asked.data;
    const found = await this.gates.get(caller.tenantId, gateId);
    const setting = (await this.settings.of(caller.tenantId, [found])).get(gateId);
    const seen = { setting, by: decidingAs(caller), now };
    return this.executor.execute({
      streamId: found.runId,
      command: runCommand(found.runId, asked, context),
      context,
      // A gate decided long ago is not among the rows that are still written: then it is as it was found.
      answer: (rows) => ({
        body: {
          gate: gateOnWire((rows[decisionGates.name]?.get(gateId) as DecisionGateRow | undefined) ?? found, seen),
          run: runOnWire(runAmong(rows, found.runId)),
        },
      }),
    });
  }
}
