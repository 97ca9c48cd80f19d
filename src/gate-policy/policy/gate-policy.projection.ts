import type { Projection } from '../../kernel/projection.js';
import type { Actor } from '../../kernel/recorded-event.js';
import type { GatePolicy, GatePolicyChanged } from '../gate-policy.events.js';

/** One layer as it is, with who changed it last. */
export type GatePolicyRow = Readonly<{
  id: string;
  tenantId: string;
  streamVersion: number;
  /** Null for the layer of the whole tenant. */
  projectId: string | null;
  policy: GatePolicy;
  reason: string | null;
  changedBy: Actor;
  changedAt: string;
}>;

/** One row per layer that was ever changed. */
export const gatePolicies: Projection<GatePolicyRow, GatePolicyChanged> = {
  name: 'gate_policies',
  version: 1,
  keysOf: ({ streamId }) => [streamId],
  on: {
    'gate_policy.changed': (_row, { streamId, tenantId, streamVersion, detail, reason, actor, recordedAt }) => ({
      id: streamId,
      tenantId,
      streamVersion,
      projectId: detail.project_id,
      policy: detail.policy,
      reason: reason ?? null,
      changedBy: actor,
      changedAt: recordedAt,
    }),
  },
};
