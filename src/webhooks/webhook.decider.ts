import type { Decider } from '../kernel/decider.js';
import { refuse } from '../kernel/domain-error.js';
import type { WebhookEvent, WebhookTerms } from './webhook.events.js';

type Open = Readonly<{ kind: 'open'; terms: WebhookTerms; isPaused: boolean }>;

/** What the rules need to know of a webhook. */
export type WebhookState = Readonly<{ kind: 'absent' }> | Open | Readonly<{ kind: 'deleted' }>;

type Create = Readonly<{ type: 'create_webhook'; data: WebhookTerms & Readonly<{ from_position: number }> }>;
type Change = Readonly<{
  type: 'change_webhook';
  /** What is not in it stays. `status` pauses and resumes, for that reason. */
  data: Readonly<{
    terms: Partial<Omit<WebhookTerms, 'secret_id'>>;
    status?: 'active' | 'paused' | undefined;
    reason?: string | undefined;
  }>;
}>;
/** A receiver said that it is gone, at that URL: it counts only where messages still go there. */
type Gone = Readonly<{ type: 'receiver_gone'; data: Readonly<{ url_id: string; reason: string }> }>;
type Rotate = Readonly<{ type: 'rotate_secret'; data: Readonly<{ secret_id: string }> }>;
type Delete = Readonly<{ type: 'delete_webhook' }>;

/** What may be asked of a webhook. */
export type WebhookCommand = Create | Change | Gone | Rotate | Delete;

/** The rules of one webhook. */
export const webhookDecider: Decider<WebhookState, WebhookCommand, WebhookEvent> = {
  initialState: { kind: 'absent' },
  decide(state, command) {
    if (command.type === 'create_webhook')
      return state.kind === 'absent' ? [{ type: 'webhook.created', detail: command.data }] : [];
    if (state.kind === 'deleted' && (command.type === 'delete_webhook' || command.type === 'receiver_gone')) return [];
    if (state.kind !== 'open') throw refuse('webhook-not-found', 'There is no such webhook.');
    return decideOpen(state, command);
  },
  evolve,
};

function decideOpen(state: Open, command: Exclude<WebhookCommand, Create>): readonly WebhookEvent[] {
  switch (command.type) {
    case 'change_webhook':
      return [...changed(state, command.data.terms), ...pausedOrResumed(state, command.data)];
    case 'receiver_gone':
      return command.data.url_id === state.terms.url_id
        ? pausedOrResumed(state, { status: 'paused', reason: command.data.reason })
        : [];
    case 'rotate_secret':
      return command.data.secret_id === state.terms.secret_id
        ? []
        : [{ type: 'webhook.secret_rotated', detail: command.data }];
    case 'delete_webhook':
      return [{ type: 'webhook.deleted', detail: { origin: state.terms.origin } }];
  }
}

function changed({ terms }: Open, asked: Change['data']['terms']): readonly WebhookEvent[] {
  const known: Readonly<Record<string, unknown>> = terms;
  const different = Object.entries(asked).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(known[name]),
  );
  return different.length === 0 ? [] : [{ type: 'webhook.changed', detail: Object.fromEntries(different) }];
}

function pausedOrResumed(
  { isPaused, terms }: Open,
  { status, reason }: Pick<Change['data'], 'status' | 'reason'>,
): readonly WebhookEvent[] {
  if (status === undefined || (status === 'paused') === isPaused) return [];
  const type = isPaused ? 'webhook.resumed' : 'webhook.paused';
  return [{ type, detail: { origin: terms.origin }, ...(reason === undefined ? {} : { reason }) }];
}

function evolve(state: WebhookState, event: WebhookEvent): WebhookState {
  if (event.type === 'webhook.created') return { kind: 'open', terms: event.detail, isPaused: false };
  if (event.type === 'webhook.deleted') return { kind: 'deleted' };
  return state.kind === 'open' ? evolveOpen(state, event) : state;
}

type Later = Exclude<WebhookEvent, { type: 'webhook.created' | 'webhook.deleted' }>;

function evolveOpen(state: Open, event: Later): Open {
  switch (event.type) {
    case 'webhook.changed':
      return { ...state, terms: { ...state.terms, ...event.detail } };
    case 'webhook.secret_rotated':
      return { ...state, terms: { ...state.terms, ...event.detail } };
    case 'webhook.paused':
      return { ...state, isPaused: true };
    case 'webhook.resumed':
      return { ...state, isPaused: false };
  }
}
