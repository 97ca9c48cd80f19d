import type { ErrorCode } from '../../kernel/domain-error.js';

/** How any command on a run may be refused. */
export const runProblems = [
  'run-not-found',
  'run-parked',
  'run-closed',
  'stale-version',
] as const satisfies readonly ErrorCode[];

/** How any command on a run's current stage may be refused. */
export const stageProblems = [
  ...runProblems,
  'stage-not-found',
  'stage-locked',
  'illegal-transition',
] as const satisfies readonly ErrorCode[];
