import type { WorkedAction } from '../actions.policy.js';
import { httpAction, type HttpActionSettings } from '../http-action/http-action.js';
import { actionHandler } from '../node-jobs.policy.js';
import type { Runner } from './runner.js';

/**
 * Everything that workers of this process can do, by the name of the handler. An action that needs a worker and has no runner here does not
 * compile.
 */
export function jobRunners(http: HttpActionSettings): Readonly<Record<string, Runner>> {
  const actions: Readonly<Record<WorkedAction, Runner>> = { http: httpAction(http) };
  return Object.fromEntries(Object.entries(actions).map(([action, runner]) => [actionHandler(action), runner]));
}
