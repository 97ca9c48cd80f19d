import { describe, expect, it } from '@jest/globals';
import {
  change,
  create,
  gone,
  pause,
  remove,
  resume,
  rotate,
  terms,
  webhookAfter,
  webhookEvents,
  webhookStory,
} from '../../test/support/webhook-story.js';

const { origin } = terms;

describe('setting up a webhook', () => {
  it('records what was said of it, without its secret', () => {
    webhookAfter()
      .when(create)
      .then({ type: 'webhook.created', detail: { ...terms, from_position: 7 } });
  });
});

describe('changing a webhook', () => {
  it('records only what is different', () => {
    webhookAfter(create)
      .when(change({ categories: ['run'], event_types: ['gate.opened'], description: 'x' }))
      .then({ type: 'webhook.changed', detail: { event_types: ['gate.opened'], description: 'x' } });
  });

  it('records another URL by its origin and its id', () => {
    webhookAfter(create)
      .when(change({ origin, url_id: 'url-2' }))
      .then({ type: 'webhook.changed', detail: { url_id: 'url-2' } });
  });

  it('pauses it for a reason, and resumes it', () => {
    webhookAfter(create).when(pause).then({ type: 'webhook.paused', detail: { origin }, reason: 'Maintenance.' });
    webhookAfter(create, pause).when(resume).then({ type: 'webhook.resumed', detail: { origin } });
  });

  it('changes and pauses at once', () => {
    webhookAfter(create)
      .when(change({ description: 'x' }, { status: 'paused' }))
      .thenTypes('webhook.changed', 'webhook.paused');
  });
});

describe('a receiver that says it is gone', () => {
  it('pauses its webhook, once', () => {
    webhookAfter(create).when(gone).then({ type: 'webhook.paused', detail: { origin }, reason: 'It is gone.' });
    webhookAfter(create, gone).when(gone).thenNothing();
  });

  it('pauses none that is sent to another URL by now, and none that is deleted', () => {
    webhookAfter(create, change({ url_id: 'url-2' }))
      .when(gone)
      .thenNothing();
    webhookAfter(create, remove).when(gone).thenNothing();
    webhookAfter().when(gone).thenRejects('webhook-not-found');
  });
});

describe('making another secret', () => {
  it('records its id', () => {
    webhookAfter(create)
      .when(rotate)
      .then({ type: 'webhook.secret_rotated', detail: { secret_id: 'secret-2' } });
  });
});

describe('a webhook', () => {
  it.each([change({}), rotate, remove])('that was never set up is not found: %j', (command) => {
    webhookAfter().when(command).thenRejects('webhook-not-found');
  });

  it.each([change({ description: 'x' }), pause, rotate])('that is deleted is not found: %j', (command) => {
    webhookAfter(create, remove).when(command).thenRejects('webhook-not-found');
  });

  it.each(webhookStory.map((command, index) => ({ command, index })))(
    'ignores a command that is in effect: $command.type',
    ({ command, index }) => {
      webhookAfter(...webhookStory.slice(0, index + 1))
        .when(command)
        .thenNothing();
    },
  );

  it('has a story with every event', () => {
    expect(webhookEvents(...webhookStory)).toHaveLength(6);
  });
});
