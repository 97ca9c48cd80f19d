import type { Catalogue, DomainEvent } from '../kernel/recorded-event.js';
import type { OnExpiry } from '../templates/contract.js';

/** What a layer says of the approval of some stages; what it leaves out is left to the layers below. Spelled as on the wire. */
export type ApprovalRule = Readonly<{
  require_approval?: boolean;
  /** Roles, or names of keys. */
  approvers?: readonly string[];
  /** How many different people have to approve. */
  quorum?: number;
  /** Whoever did the work of the stage may not approve it. */
  no_self_approval?: boolean;
  /** Null: it never expires, whatever the layers below say. */
  expires_after_seconds?: number | null;
  on_expiry?: OnExpiry;
  /** Who may vote once it escalated. */
  escalate_to?: readonly string[];
  /** How long before it expires approvers are reminded; a quarter of its time where nothing is said, and where it is null. */
  remind_before_seconds?: number | null;
}>;

/** Rules by what they are about: `<template>/<stage>`, `<stage>` or `*`; the closest one that speaks of a field has the word. */
export type GatePolicy = Readonly<Record<string, ApprovalRule>>;

/** A layer of the policy was replaced. `project_id` is null for the layer of the whole tenant. */
export type GatePolicyChanged = DomainEvent<
  'gate_policy.changed',
  Readonly<{ project_id: string | null; policy: GatePolicy }>
>;

/** How the store files each event of a policy. */
export const gatePolicyCatalogue: Catalogue<GatePolicyChanged> = {
  'gate_policy.changed': { category: 'policy', schemaVersion: 1 },
};
