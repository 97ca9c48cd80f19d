import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { fold } from '../../src/kernel/decider.js';
import { project } from '../../src/kernel/projection.js';
import type { Recorded } from '../../src/kernel/recorded-event.js';
import { webhookDecider } from '../../src/webhooks/webhook.decider.js';
import { type WebhookEvent, webhookCatalogue } from '../../src/webhooks/webhook.events.js';
import { webhooks } from '../../src/webhooks/webhook/webhook.projection.js';

/** A webhook as the first version stored it, and what it was then read as. The file is never edited. */
type Frozen = Readonly<{ events: readonly Recorded<WebhookEvent>[]; readAs: Readonly<{ state: object; row: object }> }>;

const { events, readAs } = JSON.parse(
  readFileSync(new URL('./frozen/webhook.v1.json', import.meta.url), 'utf8'),
) as Frozen;

describe('a webhook stored by an earlier version', () => {
  it('folds to what it folded to then', () => {
    expect(fold(webhookDecider.evolve, webhookDecider.initialState, events.slice(0, -1))).toMatchObject(readAs.state);
    expect([...project(webhooks, new Map(), events).values()]).toMatchObject([readAs.row]);
  });

  it('has every type of event', () => {
    expect(events.map(({ type }) => type).sort()).toEqual(Object.keys(webhookCatalogue).sort());
  });
});
