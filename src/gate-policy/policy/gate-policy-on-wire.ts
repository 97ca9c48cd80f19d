import type { OpenApprovals } from '../contract.js';
import type { GatePolicyRow } from './gate-policy.projection.js';
import type { ChangedGatePolicyResponse, GatePolicyResponse } from './gate-policy.response.js';
import type { ShortRule } from './voters.js';

/** A layer as it goes over the wire; one that was never changed says nothing. */
export function gatePolicyOnWire(projectId: string | null, row: GatePolicyRow | null): GatePolicyResponse {
  return {
    project_id: projectId,
    policy: row?.policy ?? {},
    version: row?.streamVersion ?? 0,
    reason: row?.reason ?? null,
    changed_by: row === null ? null : { actor_type: row.changedBy.type, actor_id: row.changedBy.id },
    changed_at: row?.changedAt ?? null,
  };
}

/** What a change means besides: for approvals that are open, for rules that are about nothing there is, and for those who are to approve. */
export type Meaning = Readonly<{
  openApprovals: OpenApprovals;
  unmatchedRules: readonly string[];
  shortRules: readonly ShortRule[];
  unknownApprovers: readonly string[];
}>;

/** A layer that was changed, with what that means. */
export function changedPolicyOnWire(
  projectId: string | null,
  row: GatePolicyRow | null,
  { openApprovals, unmatchedRules, shortRules, unknownApprovers }: Meaning,
): ChangedGatePolicyResponse {
  return {
    ...gatePolicyOnWire(projectId, row),
    ...openApprovals,
    unmatched_rules: unmatchedRules,
    short_rules: shortRules,
    unknown_approvers: unknownApprovers,
  };
}
