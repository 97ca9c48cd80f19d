import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../kernel/domain-error.js';
import { secretIn } from '../platform/auth/api-key.js';
import { KeyRing } from '../platform/auth/key-ring.js';
import { type StoredEvent, eventOnWire } from '../platform/event-store/stored-event.js';
import { Subscriptions } from '../platform/event-store/subscription.js';
import type { TimelineFilter } from '../platform/event-store/timeline-reader.js';
import { Shutdown } from '../platform/http/shutdown.js';

/** What one client follows. */
export type Followed = Readonly<{ tenantId: string; after: number; filter: TimelineFilter }>;

/** The nest token of `StreamLimits`. */
export const STREAM_LIMITS = Symbol('STREAM_LIMITS');

export type StreamLimits = Readonly<{
  /** A comment this often keeps proxies from closing a silent connection; a revoked key is noticed as often. */
  heartbeatMs: number;
  /** More streams than this at once are refused by this process: each wants its page of whatever is sealed. */
  maxStreams: number;
}>;

/** After a lost connection the client waits this long before it is back. */
const RETRY_MS = 1000;

/**
 * Sends the timeline as server-sent events (WHATWG HTML, section 9.2).
 *
 * The id of each event is its position, so that what a client got last is where it goes on. A slow client is waited for: what it has not
 * taken yet is not read from the database either.
 */
@Injectable()
export class TimelineStream {
  private readonly logger = new Logger('TimelineStream');
  private openCount = 0;

  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly shutdown: Shutdown,
    private readonly keys: KeyRing,
    @Inject(STREAM_LIMITS) private readonly limits: StreamLimits,
  ) {}

  /** Sends until the client leaves, its key is revoked, or the service stops. @throws DomainError `service-unavailable` */
  async send(followed: Followed, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (this.openCount >= this.limits.maxStreams) {
      throw refuse('service-unavailable', 'Too many clients follow the timeline here. Try again, some will leave.');
    }
    this.openCount += 1;
    try {
      const response = begin(reply);
      if (request.method === 'HEAD') response.end();
      else await this.follow(followed, request, response);
    } finally {
      this.openCount -= 1;
    }
  }

  private async follow(
    { tenantId, after, filter }: Followed,
    request: FastifyRequest,
    response: ServerResponse,
  ): Promise<void> {
    const left = new AbortController();
    response.once('close', () => {
      left.abort();
    });
    if (response.closed) left.abort(); // It left while its place was looked up.
    const signal = AbortSignal.any([left.signal, this.shutdown.signal]);
    const heartbeat = setInterval(() => {
      response.write(': still here\n\n');
      void this.isStillAllowed(request).then((isAllowed) => {
        if (!isAllowed) left.abort();
      });
    }, this.limits.heartbeatMs);
    try {
      for await (const { events } of this.subscriptions.follow(tenantId, { after, filter, signal })) {
        await write(response, events, signal);
      }
    } catch (error) {
      // The answer has begun, so nobody is left to tell: the client comes back for what it missed.
      this.logger.error(error, 'A stream broke off; its client will reconnect.');
    } finally {
      clearInterval(heartbeat);
      response.end();
    }
  }

  /** A key that cannot be looked up right now is not a key that was revoked. */
  private async isStillAllowed({ headers }: FastifyRequest): Promise<boolean> {
    const secret = secretIn(headers.authorization);
    if (secret === null) return false;
    return this.keys.callerOf(secret).then(
      (caller) => caller !== null,
      () => true,
    );
  }
}

function begin(reply: FastifyReply): ServerResponse {
  reply.hijack();
  const response = reply.raw;
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) response.setHeader(name, value);
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${String(RETRY_MS)}\n\n`);
  return response;
}

async function write(response: ServerResponse, events: readonly StoredEvent[], signal: AbortSignal): Promise<void> {
  if (events.length === 0) return;
  const text = events
    .map(
      (event) => `id: ${String(event.position)}\nevent: stage_event\ndata: ${JSON.stringify(eventOnWire(event))}\n\n`,
    )
    .join('');
  if (response.write(text)) return;
  await once(response, 'drain', { signal }).catch(() => undefined); // Aborted: the loop ends by itself.
}
