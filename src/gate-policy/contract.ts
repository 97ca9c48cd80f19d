export type { ApprovalRule, GatePolicy } from './gate-policy.events.js';
export {
  resolve,
  type EffectiveRule,
  type Layer,
  type PolicyLayers,
  type PolicyQuestion,
  type Sourced,
} from './resolve.policy.js';

/** Asks, over the query bus, what the layers above the templates say, of a tenant and of one of its projects or of none. Answered with `PolicyLayers`. */
export class FindPolicyLayers {
  constructor(
    readonly tenantId: string,
    readonly projectId: string | null,
  ) {}
}
