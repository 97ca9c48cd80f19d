import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { KeyGuard } from '../auth/key.guard.js';
import { KeyRing } from '../auth/key-ring.js';
import { requireAccessOnEveryRoute } from '../auth/route-access.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Receipts } from '../event-store/receipts.js';
import { PersonKeys } from '../personal-data/person-keys.js';
import { NestLog } from '../telemetry/nest-log.js';
import { CommandInterceptor } from './command.interceptor.js';
import { FieldsPipe } from './fields.pipe.js';
import { HttpAdapter } from './http.adapter.js';
import { HttpModule } from './http.module.js';
import { Idempotency } from './idempotency.js';
import { serveOpenApi } from './openapi.js';
import { ProblemFilter } from './problem.filter.js';
import { RateLimit } from './rate-limit.js';
import { addRequestHooks } from './request-hooks.js';
import { RouteTable } from './route-table.js';
import { Shutdown } from './shutdown.js';

/** What the edge can be told. */
export type HttpSettings = Readonly<{
  /** Larger bodies are refused. Defaults to 1 MiB. */
  bodyLimitBytes?: number;
  /** Requests per key and minute in this process; 0 is no limit. Defaults to 0. */
  rateLimitPerMinute?: number;
  /** How long running requests may take to finish when the service stops. Defaults to 10. */
  drainSeconds?: number;
  logger: Logger;
  /** The software's version, as the OpenAPI document says it. */
  version: string;
}>;

const MEBIBYTE = 1_048_576;

@Module({})
class HttpRoot {}

/**
 * Puts the whole edge around `rootModule`, ready for `listen` or `inject`.
 *
 * `rootModule` has to provide `Receipts`, `PersonKeys`, `DatabaseClock` and, with `AuthModule`, keys. Refuses to start where a route does not say who
 * may call it.
 */
export async function createHttpApp(
  rootModule: Type | DynamicModule,
  { bodyLimitBytes = MEBIBYTE, rateLimitPerMinute = 0, drainSeconds = 10, logger, version }: HttpSettings,
): Promise<NestFastifyApplication> {
  const adapter = new HttpAdapter(bodyLimitBytes, drainSeconds);
  const root: DynamicModule = { module: HttpRoot, imports: [HttpModule, rootModule] };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLog(logger),
    bodyParser: false,
    abortOnError: false,
  });
  requireAccessOnEveryRoute(app.get(ModulesContainer));
  const guard = new KeyGuard(app.get(KeyRing, anywhere), new RateLimit(rateLimitPerMinute));
  connect(app, adapter, { logger, guard });
  app.useGlobalGuards(guard);
  const idempotency = new Idempotency(app.get(Receipts, anywhere));
  const [personKeys, clock] = [app.get(PersonKeys, anywhere), app.get(DatabaseClock, anywhere)];
  app.useGlobalInterceptors(new CommandInterceptor(idempotency, personKeys, clock));
  app.useGlobalPipes(new FieldsPipe());
  serveOpenApi(app, version);
  await app.init();
  await adapter.getInstance().ready();
  return app;
}

const anywhere = { strict: false } as const;

type Inner = Readonly<{ logger: Logger; guard: KeyGuard }>;

function connect(app: NestFastifyApplication, adapter: HttpAdapter, { logger, guard }: Inner): void {
  const routes = new RouteTable();
  const shutdown = app.get(Shutdown, anywhere);
  const filter = new ProblemFilter(logger, routes);
  addRequestHooks(adapter.getInstance(), { logger, routes, shutdown, guard });
  app.useGlobalFilters(filter);
  adapter.connect({
    onFrameworkError: (error, request, reply) => filter.answer(error, request, reply),
    shutdown,
  });
}
