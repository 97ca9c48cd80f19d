import { isSameJson } from '../kernel/json-values.js';
import type { EffectiveRule } from './resolve.policy.js';

/** What a change of the policy comes to for a stage that is yet to be left. */
export type Effect = 'newly_required' | 'no_longer_required' | 'other_terms';

/** What changes for a stage between two resolutions; null where nothing does. Where nobody has to approve, terms are nobody's matter. */
export function effectOf(before: EffectiveRule, after: EffectiveRule): Effect | null {
  const [was, is] = [before.require_approval.value, after.require_approval.value];
  if (!was && !is) return null;
  if (!was) return 'newly_required';
  if (!is) return 'no_longer_required';
  return fieldsThatDiffer(before, after).length > 0 ? 'other_terms' : null;
}

/** The settings whose values are not the same in both, whatever layer they come from. */
export function fieldsThatDiffer(one: EffectiveRule, other: EffectiveRule): readonly (keyof EffectiveRule)[] {
  const fields = Object.keys(one) as (keyof EffectiveRule)[];
  return fields.filter((field) => !isSameJson(one[field].value, other[field].value));
}
