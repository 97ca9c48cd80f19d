import type { Category } from '../../kernel/recorded-event.js';

/** Every category, for fields that take one. One that is missing here does not compile. */
export const categories = Object.keys({
  transition: true,
  gate_decision: true,
  milestone: true,
  risk_change: true,
  park: true,
  unpark: true,
  run: true,
  node: true,
  job: true,
  result: true,
  fact: true,
  profile: true,
  policy: true,
  template: true,
  subject: true,
} satisfies Record<Category, true>);
