import type { GatePolicy } from './gate-policy.events.js';
import { resolve, type PolicyLayers } from './resolve.policy.js';

/** How many people a rule asks for, and among whom, as its layer and those below it leave that. */
export type AskedVotes = Readonly<{ rule: string; approvers: readonly string[]; quorum: number }>;

/**
 * What each rule of a layer that speaks of who or how many asks for; not where it says that nobody has to approve. What templates say of their own
 * stages is not known here.
 */
export function askedVotes(policy: GatePolicy, layers: PolicyLayers): readonly AskedVotes[] {
  return Object.entries(policy).flatMap(([rule, { approvers, quorum }]) => {
    if (approvers === undefined && quorum === undefined) return [];
    const { require_approval, ...asked } = resolve({ ...subjectOf(rule), ofTemplate: null }, layers);
    if (require_approval.layer !== 'default' && !require_approval.value) return [];
    return [{ rule, approvers: asked.approvers.value, quorum: asked.quorum.value }];
  });
}

/** A stage that the rule is about and no closer one is: an empty key is nobody's. */
function subjectOf(rule: string): Readonly<{ template: string; stage: string }> {
  if (rule === '*') return { template: '', stage: '' };
  const [template = '', stage] = rule.split('/');
  return stage === undefined ? { template: '', stage: template } : { template, stage };
}
