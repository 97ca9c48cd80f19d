import { describe, expect, it } from '@jest/globals';
import { given } from '../../test/support/given.js';
import { project } from '../kernel/projection.js';
import type { Recorded } from '../kernel/recorded-event.js';
import { founder } from './built-in/founder.js';
import { templateDecider, type PublishTemplate } from './template.decider.js';
import type { TemplateEvent } from './template.events.js';
import { templates } from './template/template.projection.js';

const publish = (contentHash: string, content = founder): PublishTemplate => ({
  type: 'publish_template',
  data: { content, contentHash },
});
const published = (version: number, contentHash: string): TemplateEvent => ({
  type: 'template.published',
  detail: { key: 'founder', version, name: 'Founder', content: founder, content_hash: contentHash },
});

describe('publishing a template', () => {
  it('begins with version 1', () => {
    given(templateDecider).when(publish('aa')).then(published(1, 'aa'));
  });

  it('counts on from the last version', () => {
    given(templateDecider, [published(1, 'aa'), published(2, 'bb')])
      .when(publish('cc'))
      .then(published(3, 'cc'));
  });

  it('ignores the same content again', () => {
    given(templateDecider, [published(1, 'aa')])
      .when(publish('aa'))
      .thenNothing();
  });

  it('returns to earlier content as a new version', () => {
    given(templateDecider, [published(1, 'aa'), published(2, 'bb')])
      .when(publish('aa'))
      .then(published(3, 'aa'));
  });

  it('refuses what could not be run, with every problem', () => {
    given(templateDecider)
      .when(publish('aa', { key: 'founder', name: '', stages: [] }))
      .thenRejects('invalid-template', {
        errors: [
          { code: 'no-name', path: '/name' },
          { code: 'no-open-stage', path: '/stages' },
        ],
      });
  });
});

describe('the templates read model', () => {
  it('has a row for each version', () => {
    const events = [published(1, 'aa'), published(2, 'bb')].map((event, index): Recorded<TemplateEvent> => ({
      ...event,
      id: `event-${String(index + 1)}`,
      tenantId: 'tenant-1',
      streamId: 'stream-1',
      streamType: 'template',
      streamVersion: index + 1,
      category: 'template',
      schemaVersion: 1,
      correlationId: 'correlation-1',
      causationId: 'command-1',
      actor: { type: 'system', id: 'start' },
      context: {},
      occurredAt: 'then',
      recordedAt: 'now',
    }));
    const rows = project(templates, new Map(), events);
    expect([...rows.keys()]).toEqual(['founder/1', 'founder/2']);
    expect(rows.get('founder/2')).toEqual({
      id: 'founder/2',
      tenantId: 'tenant-1',
      streamVersion: 2,
      key: 'founder',
      version: 2,
      name: 'Founder',
      content: founder,
      contentHash: 'bb',
      publishedAt: 'now',
    });
  });
});
