import type { Action } from './actions.policy.js';
import type { RunCommand } from './run-command.decider.js';

// The roles of a key that may call each route; the rules of the run ask more of some, such as who decides at a gate.
export const commandRoles = ['operator'] as const;
export const factRoles = ['operator', 'worker'] as const;
export const decisionRoles = ['operator', 'approver'] as const;

/** Whether a key with these roles may call a route that is for those. */
export function mayCall(needed: readonly string[], roles: readonly string[]): boolean {
  return roles.includes('admin') || needed.some((role) => roles.includes(role));
}

/** The same actions, refusing those whose route a key with these roles may not call. */
export function callableWith(roles: readonly string[], actions: readonly Action[]): readonly Action[] {
  return actions.map((action) => {
    const needed = rolesOf(action.action);
    if (mayCall(needed, roles)) return action;
    const message = `This takes a key with one of these roles: admin, ${needed.join(', ')}.`;
    return { ...action, allowed: false, refusal: { code: 'forbidden', message } };
  });
}

function rolesOf(action: RunCommand['type']): readonly string[] {
  if (action === 'decide_gate' || action === 'extend_gate' || action === 'delegate_gate') return decisionRoles;
  return action === 'record_facts' ? factRoles : commandRoles;
}
