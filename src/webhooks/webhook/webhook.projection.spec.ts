import { describe, expect, it } from '@jest/globals';
import { project } from '../../kernel/projection.js';
import { change, create, pause, recordedWebhook, remove, resume, rotate } from '../../../test/support/webhook-story.js';
import type { WebhookCommand } from '../webhook.decider.js';
import { type WebhookRow, webhooks } from './webhook.projection.js';

const rowAfter = (...commands: readonly WebhookCommand[]): WebhookRow | undefined =>
  project(webhooks, new Map(), recordedWebhook(...commands)).get('webhook-1');

describe('the row of a webhook', () => {
  it('is what it was set up with', () => {
    expect(rowAfter(create)).toEqual({
      id: 'webhook-1',
      tenantId: 'tenant-1',
      streamVersion: 1,
      origin: 'https://crm.example',
      urlId: 'url-1',
      secretId: 'secret-1',
      previousSecretId: null,
      secretRotatedAt: null,
      categories: ['run'],
      eventTypes: [],
      description: null,
      fromPosition: 7,
      status: 'active',
      pausedBecause: null,
      createdAt: '2026-03-01T12:00:00.000Z',
      updatedAt: '2026-03-01T12:00:00.000Z',
    });
  });

  it('follows changes, and keeps what none of them names', () => {
    const changed = { description: 'x', event_types: ['gate.opened'], url_id: 'url-2' };
    expect(rowAfter(create, change(changed))).toMatchObject({
      origin: 'https://crm.example',
      urlId: 'url-2',
      categories: ['run'],
      eventTypes: ['gate.opened'],
      description: 'x',
      streamVersion: 2,
      updatedAt: '2026-03-01T12:00:01.000Z',
    });
    expect(rowAfter(create, change({ description: 'x' }), change({ description: null }))?.description).toBeNull();
  });

  it('says why it is paused, while it is', () => {
    expect(rowAfter(create, pause)).toMatchObject({ status: 'paused', pausedBecause: 'Maintenance.' });
    expect(rowAfter(create, pause, resume)).toMatchObject({ status: 'active', pausedBecause: null });
  });

  it('knows the secret before, and since when it is that', () => {
    expect(rowAfter(create, rotate)).toMatchObject({
      secretId: 'secret-2',
      previousSecretId: 'secret-1',
      secretRotatedAt: '2026-03-01T12:00:01.000Z',
    });
  });

  it('stays when it is deleted', () => {
    expect(rowAfter(create, remove)).toMatchObject({ status: 'deleted', streamVersion: 2 });
  });
});
