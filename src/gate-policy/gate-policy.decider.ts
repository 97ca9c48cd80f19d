import type { Decider } from '../kernel/decider.js';
import { refuse } from '../kernel/domain-error.js';
import { isSameJson } from '../kernel/json-values.js';
import type { GatePolicy, GatePolicyChanged } from './gate-policy.events.js';
import { policyFaults } from './rules.policy.js';

/** The layer as it is; empty before it was first changed. */
export type GatePolicyState = Readonly<{ policy: GatePolicy }>;

/** Replace a layer of the policy: of a project, or, where that is null, of the tenant. */
export type ChangeGatePolicy = Readonly<{
  type: 'change_gate_policy';
  data: Readonly<{ projectId: string | null; policy: GatePolicy; reason?: string | undefined }>;
}>;

/** A policy can be wrong in hundreds of places; a person reads the first few. */
const SHOWN_FAULTS = 20;

/** The rules of one layer. */
export const gatePolicyDecider: Decider<GatePolicyState, ChangeGatePolicy, GatePolicyChanged> = {
  initialState: { policy: {} },
  decide: (state, { data: { projectId, policy, reason } }) => {
    const faults = policyFaults(policy);
    const [first] = faults;
    if (first !== undefined) {
      const errors = faults.slice(0, SHOWN_FAULTS);
      throw refuse('invalid-input', `${first.pointer} ${first.detail}`, { errors });
    }
    if (isSameJson(state.policy, policy)) return [];
    const said = reason === undefined ? {} : { reason };
    return [{ type: 'gate_policy.changed', detail: { project_id: projectId, policy }, ...said }];
  },
  evolve: (_state, { detail: { policy } }) => ({ policy }),
};
