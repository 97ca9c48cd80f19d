/** How the refusals of webhooks look on the wire: a part of `problems`. */
export const webhookProblems = {
  'delivery-closed': {
    status: 409,
    title: 'The delivery is not in question',
    advice:
      'A dead letter can be replayed, and one that is dead or still tried can be skipped; the answer names the status it has.',
  },
  'delivery-not-found': {
    status: 404,
    title: 'There is no such delivery',
    advice: 'List the deliveries with GET /webhooks/{id}/deliveries; their ids are those of their events.',
  },
  'webhook-not-found': {
    status: 404,
    title: 'There is no such webhook',
    advice: 'List the webhooks with GET /webhooks; a deleted one is gone.',
  },
  'webhook-url-refused': {
    status: 422,
    title: 'The URL may not be called',
    advice:
      'Give a URL on the public internet whose name leads somewhere; whoever runs the service may allow others with STAGELINE_HTTP_ALLOW_PRIVATE.',
  },
};
