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
  openGates: number;
  unmatchedRules: readonly string[];
  shortRules: readonly ShortRule[];
  unknownApprovers: readonly string[];
}>;

/** A layer that was changed, with what that means. */
export function changedPolicyOnWire(
  projectId: string | null,
  row: GatePolicyRow | null,
  { openGates, unmatchedRules, shortRules, unknownApprovers }: Meaning,
): ChangedGatePolicyResponse {
  return {
    ...gatePolicyOnWire(projectId, row),
    open_gates: openGates,
    note: noteOn(openGates),
    unmatched_rules: unmatchedRules,
    short_rules: shortRules,
    unknown_approvers: unknownApprovers,
  };
}

function noteOn(openGates: number): string {
  const later = 'this policy holds for every approval that opens from now on.';
  if (openGates === 0) return `No approval is open; ${later}`;
  if (openGates === 1) return `1 open approval keeps the terms it opened with; ${later}`;
  return `${String(openGates)} open approvals keep the terms they opened with; ${later}`;
}
