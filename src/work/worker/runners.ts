import type { WorkedAction } from '../actions.policy.js';
import { httpAction, type HttpActionSettings } from '../http-action/http-action.js';
import { actionHandler } from '../node-jobs.policy.js';
import type { Runner } from './runner.js';

/**
 * Everything that workers of this process can do, by the name of the handler. An action that needs a worker and has no runner here does not
 * compile; what its config holds is said in actions.policy.ts.
 */
export function jobRunners(http: HttpActionSettings): Readonly<Record<string, Runner>> {
  const actions: Readonly<Record<WorkedAction, Runner>> = { http: httpAction(http) };
  const names = Object.keys(actions) as readonly WorkedAction[];
  return Object.fromEntries(names.map((name) => [actionHandler(name), actions[name]]));
}
