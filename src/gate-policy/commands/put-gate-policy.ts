import { Command, CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { askedVotes } from '../asked-votes.policy.js';
import {
  FindOpenApprovals,
  FindPolicyEffects,
  FindPolicyLayers,
  type GatePolicy,
  type OpenApprovals,
  type PolicyEffects,
  type PolicyLayers,
} from '../contract.js';
import type { ChangeGatePolicy } from '../gate-policy.decider.js';
import { gatePolicyStream, gatePolicyStreamId } from '../gate-policy-stream.js';
import { changedPolicyOnWire, type Meaning } from '../policy/gate-policy-on-wire.js';
import { gatePolicies, type GatePolicyRow } from '../policy/gate-policy.projection.js';
import { UnmatchedRules } from '../policy/unmatched-rules.js';
import { Voters } from '../policy/voters.js';
import { requireProject } from '../require-project.js';

/** Replace a layer of the policy: of a project, or of the tenant. */
export class PutGatePolicy extends Command<Outcome> {
  constructor(
    readonly projectId: string | null,
    readonly change: Omit<ChangeGatePolicy['data'], 'projectId'>,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(PutGatePolicy)
export class PutGatePolicyHandler implements ICommandHandler<PutGatePolicy> {
  constructor(
    private readonly executor: CommandExecutor,
    private readonly unmatchedRules: UnmatchedRules,
    private readonly voters: Voters,
    private readonly queries: QueryBus,
  ) {}

  async execute({ projectId, change: { policy, reason }, context }: PutGatePolicy): Promise<Outcome> {
    const { tenantId } = context.caller;
    await requireProject(this.queries, tenantId, projectId);
    const id = gatePolicyStreamId(tenantId, projectId);
    const meaning = await this.meaning(tenantId, projectId, policy);
    const outcome = await this.executor.execute(gatePolicyStream, {
      streamId: id,
      command: { type: 'change_gate_policy', data: { projectId, policy, reason } },
      context,
      answer: (rows) => {
        const row = (rows[gatePolicies.name]?.get(id) as GatePolicyRow | undefined) ?? null;
        return { noun: 'gate_policy', body: changedPolicyOnWire(projectId, row, meaning) };
      },
    });
    if (!context.dryRun) return outcome;
    const asked = new FindPolicyEffects(
      tenantId,
      projectId,
      projectId === null ? { global: policy } : { project: policy },
    );
    const effects = await this.queries.execute<FindPolicyEffects, PolicyEffects>(asked);
    return { ...outcome, body: { ...outcome.body, effects } };
  }

  private async meaning(tenantId: string, projectId: string | null, policy: GatePolicy): Promise<Meaning> {
    const asked = new FindPolicyLayers(tenantId, null);
    const { global, ...others } = await this.queries.execute<FindPolicyLayers, PolicyLayers>(asked);
    const layers = projectId === null ? { ...others, global: policy } : { ...others, global, project: policy };
    const open = new FindOpenApprovals(tenantId, projectId);
    return {
      openApprovals: await this.queries.execute<FindOpenApprovals, OpenApprovals>(open),
      unmatchedRules: await this.unmatchedRules.among(tenantId, policy),
      shortRules: await this.voters.shortRules(tenantId, askedVotes(policy, layers)),
      unknownApprovers: await this.voters.unknownNames(tenantId, policy),
    };
  }
}
