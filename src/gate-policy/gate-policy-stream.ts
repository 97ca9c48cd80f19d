import { v5 as nameBasedId } from 'uuid';
import { type StreamType, inline } from '../platform/event-store/stream-type.js';
import { type ChangeGatePolicy, type GatePolicyState, gatePolicyDecider } from './gate-policy.decider.js';
import { type GatePolicyChanged, gatePolicyCatalogue } from './gate-policy.events.js';
import { gatePolicies } from './policy/gate-policy.projection.js';

/** A layer's stream: its rules and the read model written with each append. */
export const gatePolicyStream: StreamType<GatePolicyState, ChangeGatePolicy, GatePolicyChanged> = {
  name: 'gate_policy',
  decider: gatePolicyDecider,
  catalogue: gatePolicyCatalogue,
  stateVersion: 1,
  projections: [inline(gatePolicies)],
};

/** The stream of a tenant's layer, or of one of its projects': derived from them (uuid v5 below the tenant's id), so that all who change it meet there. */
export function gatePolicyStreamId(tenantId: string, projectId: string | null): string {
  return nameBasedId(projectId === null ? 'gate-policy' : `gate-policy/${projectId}`, tenantId);
}
