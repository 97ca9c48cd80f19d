import { isInheritedName } from '../kernel/inherited-name.js';
import { pointerStep, readablePointer } from '../kernel/json-pointer.js';
import type { ApprovalRule, GatePolicy } from './gate-policy.events.js';

/** One thing that keeps a policy from being taken; `pointer` leads to it from the policy, `detail` ends a sentence that begins with it. */
export type PolicyFault = Readonly<{ pointer: string; detail: string }>;

/** `*`, the key of a stage, or that of a template and of one of its stages. */
const ruleKey = /^(\*|[a-z0-9][a-z0-9_-]{0,63}(\/[a-z0-9][a-z0-9_-]{0,63})?)$/;

/** Everything that makes no sense in a policy whose fields are each as they should be. */
export function policyFaults(policy: GatePolicy): readonly PolicyFault[] {
  return Object.entries(policy).flatMap(([key, rule]) => [
    ...keyFaults(key),
    ...ruleFaults(rule).map(({ pointer, detail }) => ({
      pointer: readablePointer(pointerStep(key) + pointer),
      detail,
    })),
  ]);
}

function keyFaults(key: string): readonly PolicyFault[] {
  if (ruleKey.test(key) && !key.split('/').some(isInheritedName)) return [];
  return [
    { pointer: readablePointer(pointerStep(key)), detail: 'must be "*", the key of a stage, or "<template>/<stage>".' },
  ];
}

function ruleFaults(rule: ApprovalRule): readonly PolicyFault[] {
  const { approvers, quorum, expires_after_seconds: expiry, on_expiry, escalate_to, remind_before_seconds } = rule;
  const holds: readonly (readonly [boolean, string, string])[] = [
    [approvers?.length !== 0, '/approvers', 'must name somebody.'],
    [isCount(quorum), '/quorum', 'must be a whole number from 1.'],
    [isCount(expiry), '/expires_after_seconds', 'must be whole seconds from 1, or null.'],
    [isCount(remind_before_seconds), '/remind_before_seconds', 'must be whole seconds from 1, or null.'],
    [isBefore(remind_before_seconds, expiry), '/remind_before_seconds', 'must be less than expires_after_seconds.'],
    [on_expiry !== 'escalate' || escalate_to !== undefined, '/escalate_to', 'must say to whom it escalates.'],
    [escalate_to?.length !== 0, '/escalate_to', 'must name somebody.'],
  ];
  return holds.flatMap(([isSo, pointer, detail]) => (isSo ? [] : [{ pointer, detail }]));
}

function isCount(value: number | null | undefined): boolean {
  return value === null || value === undefined || (Number.isSafeInteger(value) && value >= 1);
}

function isBefore(reminder: number | null | undefined, expiry: number | null | undefined): boolean {
  return typeof reminder !== 'number' || typeof expiry !== 'number' || reminder < expiry;
}
