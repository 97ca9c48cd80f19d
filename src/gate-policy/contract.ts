import type { Effect } from './effect.policy.js';
import type { EffectiveRule, PolicyLayers } from './resolve.policy.js';

export { effectOf, fieldsThatDiffer, type Effect } from './effect.policy.js';
export type { ApprovalRule, GatePolicy } from './gate-policy.events.js';
export { resolve, type EffectiveRule, type Layer, type PolicyLayers, type PolicyQuestion } from './resolve.policy.js';

/** Asks, over the query bus, what the layers above the templates say, of a tenant and of one of its projects or of none. Answered with `PolicyLayers`. */
export class FindPolicyLayers {
  constructor(
    readonly tenantId: string,
    readonly projectId: string | null,
  ) {}
}

/** What a change of the policy would come to over all open runs. */
export type PolicyEffects = Readonly<{
  /** How many runs were looked at, and for how many of them anything would change. */
  open_runs: number;
  affected_runs: number;
  /** How many stages of them, by what would change. */
  stages: Readonly<Record<Effect, number>>;
  /** The first of those stages, at most 100, of the runs that began first. */
  items: readonly Readonly<{
    run_id: string;
    stage: string;
    effect: Effect;
    before: EffectiveRule;
    after: EffectiveRule;
  }>[];
}>;

/**
 * Asks, over the query bus, which stages that open runs stand at, or have yet to come to, would need an approval, need none any more, or need one on
 * other terms, if these layers were as given: of a project's runs, or, where that is null, of all of the tenant's. Answered with `PolicyEffects`,
 * by whoever keeps the runs.
 */
export class FindPolicyEffects {
  constructor(
    readonly tenantId: string,
    readonly projectId: string | null,
    readonly change: Partial<PolicyLayers>,
  ) {}
}

/** The approvals that are open when the policy is changed, spelled as on the wire: `note` says in words that each keeps its terms. */
export type OpenApprovals = Readonly<{ open_gates: number; note: string }>;

/** Asks, over the query bus, how many approvals are open on the runs of a project, or of the whole tenant. Answered with `OpenApprovals`. */
export class FindOpenApprovals {
  constructor(
    readonly tenantId: string,
    readonly projectId: string | null,
  ) {}
}
