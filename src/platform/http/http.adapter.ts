import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { answerClientError } from './client-error.js';
import { takeExpectations } from './expectations.js';
import { readJsonBody } from './json-body.js';
import type { Shutdown } from './shutdown.js';

/** Longer path parameters are refused before any handler sees them. */
const MAX_PARAM_LENGTH = 500;

/** How long a client may take to send its request; answers, such as streams, may take as long as they like. */
const REQUEST_TIMEOUT_MS = 60_000;

type Hooks = Readonly<{
  /** Answers failures that Fastify finds before any route is reached. */
  onFrameworkError: (error: Error, request: FastifyRequest, reply: FastifyReply) => void;
  shutdown: Shutdown;
}>;

/** Fastify as Stageline wants it: JSON only and strictly read, `/api` accepted before every route, draining on close. */
export class HttpAdapter extends FastifyAdapter {
  private hooks: Hooks | null = null;

  /** Running requests may take `drainSeconds` to finish when the service stops. */
  constructor(
    bodyLimitBytes: number,
    private readonly drainSeconds: number,
  ) {
    super({
      bodyLimit: bodyLimitBytes,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Node would answer a missing Host with nothing but a status; the hooks say what is wrong.
      http: { requireHostHeader: false },
      // Once drained, whoever is still connected has asked nothing: browsers and pools open connections ahead of need.
      forceCloseConnections: true,
      routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: true },
      rewriteUrl,
      clientErrorHandler: answerClientError,
      frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
        this.hooks?.onFrameworkError(error, request, reply),
    });
    this.takeJsonOnly();
    takeExpectations(this.getInstance().server);
  }

  /** Says who answers early failures and who drains; known only once the application is put together. */
  connect(hooks: Hooks): void {
    this.hooks = hooks;
  }

  /** Nest calls it before anything is torn down. */
  override beforeClose(): void {
    super.beforeClose();
    this.hooks?.shutdown.begin();
  }

  /** Nest calls it before `onApplicationShutdown`, which is where the database goes: until then commands may finish. */
  override async close(): Promise<void> {
    await this.hooks?.shutdown.drain(this.drainSeconds * 1000);
    await super.close();
  }

  private takeJsonOnly(): void {
    const fastify = this.getInstance();
    fastify.removeContentTypeParser('text/plain');
    fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
      try {
        done(null, readJsonBody(bytes as Buffer));
      } catch (error) {
        done(error as Error);
      }
    });
  }
}

/** `/api/x` is `/x`, and `/api` is `/`, whatever is asked of it. */
function rewriteUrl({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  return url.replace(/^\/api(?:\/|$|(?=\?))/, '/');
}
