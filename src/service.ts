/**
 * One Stageline process, from its settings to its end.
 *
 *   database    the embedded one is started, or the one named is used; migrations run under a lock
 *   put together  the modules, the edge around them
 *   prepare     what must be there before the first command: the epoch, the versions of read models, the configured key, the
 *               built-in templates
 *   listen      where its roles include `api`
 *   first key   made when nothing can fail any more, and handed over at once: it is shown only this once
 *   work        by its roles: seal, catch up and rebuild; fire timers; do jobs, end leases, archive jobs; send to webhooks
 *   close       stop accepting, finish what was accepted, stop the loops, let go of the database
 *
 * Each step may fail and then undoes the ones before it; a crash anywhere leaves nothing that the next start does not mend.
 */
import { join, resolve } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { ApiKeyStore } from './platform/auth/api-key-store.js';
import { admitConfiguredKey, makeFirstKey } from './platform/auth/first-key.js';
import type { Config } from './platform/config/config.js';
import { Database } from './platform/database/database.js';
import { assertMigrated, migrate } from './platform/database/migrate.js';
import { type OpenDatabase, openDatabase } from './platform/database/open-database.js';
import { DEFAULT_TENANT_ID } from './kernel/command-context.js';
import { HorizonWatch } from './platform/event-store/horizon-watch.js';
import { ReceiptRetention } from './platform/event-store/receipt-retention.js';
import { Sealer } from './platform/event-store/sealer.js';
import { SealerLoop } from './platform/event-store/sealer-loop.js';
import { SEALING_KEY, type SealingKey, sealingKeyFrom, sealingKeyIn } from './platform/event-store/sealing-key.js';
import { unknownKeys } from './platform/event-store/unknown-keys.js';
import { createHttpApp } from './platform/http/create-http-app.js';
import { ReadinessChecks } from './platform/http/readiness-checks.js';
import { BuiltVersions } from './platform/projections/built-versions.js';
import { CatchUp } from './platform/projections/catch-up.js';
import { Rebuilder } from './platform/projections/rebuilder.js';
import { replaceSecret } from './platform/secret-file.js';
import { SOFTWARE_VERSION } from './platform/software-version.js';
import { vaultKeyIn } from './platform/vault/vault-key.js';
import { TimerLoop } from './runs/timers/timer-loop.js';
import { BuiltInTemplates } from './templates/built-in-templates.js';
import { WebhookLoop } from './webhooks/sending/webhook-loop.js';
import { WebhookRetention } from './webhooks/sending/webhook-retention.js';
import { JobArchive } from './work/jobs/job-archive.js';
import { LeaseSweeper } from './work/jobs/lease-sweeper.js';
import { jobRunners } from './work/worker/runners.js';
import { WorkerLoop } from './work/worker/worker-loop.js';

/** A process that serves. */
export type Service = Readonly<{
  /** Where it listens, or null where its roles do not include `api`. */
  url: string | null;
  /** The admin key made at this start, to be shown this once; null where there was one. */
  newAdminKey: string | null;
  isEmbedded: boolean;
  /** Finishes what was accepted and stops. */
  close: () => Promise<void>;
  /** Calls back should the embedded database end by itself. */
  onDatabaseExit: (callback: (reason: string) => void) => void;
}>;

const anywhere = { strict: false } as const;

/** Starts a process by its settings. Throws, having undone what it began, where that cannot be. */
export async function startService(config: Config, logger: Logger): Promise<Service> {
  const database = await openDatabase(config, (message) => {
    logger.debug({ context: 'PostgreSQL' }, message);
  });
  try {
    await (config.migrate === 'on' ? migrate(database) : assertMigrated(database));
    const app = await putTogether(config, logger, database);
    const { url, newAdminKey } = await begin(app, config, logger, database).catch(async (error: unknown) => {
      await app.close();
      throw error;
    });
    const close = async (): Promise<void> => {
      await app.close();
      await database.stop();
    };
    return { url, newAdminKey, isEmbedded: database.isEmbedded, close, onDatabaseExit: database.onExit };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

async function begin(app: NestFastifyApplication, config: Config, logger: Logger, { isEmbedded }: OpenDatabase) {
  const keyFile = isEmbedded ? join(resolve(config.dataDir), 'admin-key') : null;
  await prepare(app, config, keyFile);
  if (config.roles.includes('sealer')) await warnOfUnknownKeys(app, config, logger);
  const url = config.roles.includes('api') ? await listen(app, config) : null;
  const newAdminKey = config.adminKey === undefined ? await firstKey(app, keyFile) : null;
  work(app, config);
  return { url, newAdminKey };
}

async function putTogether(
  config: Config,
  logger: Logger,
  { connection }: OpenDatabase,
): Promise<NestFastifyApplication> {
  const { databasePool: poolSize, sealIntervalMs, trustedKeys, httpAllowPrivate: allowedHosts } = config;
  const { bodyLimitBytes, rateLimitPerMinute, shutdownSeconds: drainSeconds } = config;
  const sealingKey =
    config.sealingKey === undefined ? await sealingKeyIn(resolve(config.dataDir)) : sealingKeyFrom(config.sealingKey);
  const vaultKey = config.vaultKey ?? (await vaultKeyIn(resolve(config.dataDir)));
  const store = { connection, poolSize, sealingKey, trustedKeys, sealIntervalMs };
  const root = AppModule.with({ ...store, allowedHosts, vaultKey });
  const edge = { bodyLimitBytes, rateLimitPerMinute, drainSeconds, logger, version: SOFTWARE_VERSION };
  const app = await createHttpApp(root, edge);
  const database = app.get(Database, anywhere);
  const checks = app.get(ReadinessChecks, anywhere);
  checks.register({ name: 'database', check: () => database.assertReachable() });
  checks.register({ name: 'migrations', check: () => database.assertMigrated() });
  return app;
}

/** The key file lies beside the embedded database, so that the demo and the command line of the same machine just work. */
async function prepare(app: NestFastifyApplication, { adminKey }: Config, keyFile: string | null): Promise<void> {
  await beginEpochAfterRestore(app);
  await app.get(BuiltVersions, anywhere).review();
  if (adminKey !== undefined) {
    await admitConfiguredKey(app.get(ApiKeyStore, anywhere), firstKeyRequest(), adminKey);
    if (keyFile !== null) await replaceSecret(keyFile, `${adminKey}\n`);
  }
  await app.get(BuiltInTemplates, anywhere).publishFor(DEFAULT_TENANT_ID);
}

/** With a key file it is in there before it counts: a crash in between leaves a file that the next start writes anew. */
function firstKey(app: NestFastifyApplication, keyFile: string | null): Promise<string | null> {
  const keep = (key: string) => (keyFile === null ? Promise.resolve() : replaceSecret(keyFile, `${key}\n`));
  return makeFirstKey(app.get(ApiKeyStore, anywhere), firstKeyRequest(), keep);
}

function firstKeyRequest() {
  return { tenantId: DEFAULT_TENANT_ID, now: new Date().toISOString() };
}

/** Verification stops at the first seal it cannot trust; whoever started processes with keys of their own should learn of it before. */
async function warnOfUnknownKeys(app: NestFastifyApplication, { trustedKeys }: Config, logger: Logger): Promise<void> {
  const { id } = app.get<SealingKey>(SEALING_KEY, anywhere);
  const unknown = await unknownKeys(app.get(Database, anywhere), [id, ...trustedKeys]);
  if (unknown.length === 0) return;
  logger.warn(
    { context: 'Sealer' },
    `Seals of this timeline are signed by ${unknown.join(', ')}, neither this process's key (${id}) nor trusted, so verification ` +
      'stops at them. Do other processes seal too? Give all of them the same STAGELINE_SEALING_KEY. Was it a former key of yours? ' +
      'Name it in STAGELINE_TRUSTED_KEYS.',
  );
}

/** A restored timeline is sealed to its end before new events may follow it. */
async function beginEpochAfterRestore(app: NestFastifyApplication): Promise<void> {
  const database = app.get(Database, anywhere);
  const sealer = app.get(Sealer, anywhere);
  for (;;) {
    const [row] = await database.call<{ current_epoch: number; waiting: string }>(BEGIN_EPOCH, []);
    if (row === undefined || row.waiting === '0') return;
    await sealer.sealRestored(row.current_epoch);
  }
}

const BEGIN_EPOCH = { name: 'begin_epoch', text: 'select * from begin_epoch_after_restore()' };

async function listen(app: NestFastifyApplication, { port, host }: Config): Promise<string> {
  await app.listen(port, host);
  return (await app.getUrl()).replace('[::1]', 'localhost');
}

function work(app: NestFastifyApplication, config: Config): void {
  const { roles, archiveJobsAfterSeconds } = config;
  if (roles.includes('sealer')) {
    const sealing = app.get(SealerLoop, anywhere);
    sealing.start();
    app.get(HorizonWatch, anywhere).start();
    app.get(CatchUp, anywhere).start();
    app.get(Rebuilder, anywhere).start();
    app.get(ReadinessChecks, anywhere).register({ name: 'sealer', check: () => sealing.assertHealthy() });
  }
  if (roles.includes('worker')) {
    app.get(TimerLoop, anywhere).start();
    app.get(ReceiptRetention, anywhere).start();
    app.get(LeaseSweeper, anywhere).start();
    app.get(JobArchive, anywhere).start(archiveJobsAfterSeconds);
    const {
      httpAllowPrivate: allowed,
      secrets,
      workerConcurrency: concurrency,
      shutdownSeconds: patienceSeconds,
    } = config;
    app.get(WorkerLoop, anywhere).start({ runners: jobRunners({ allowed, secrets }), concurrency, patienceSeconds });
    sendToWebhooks(app, config);
  }
}

function sendToWebhooks(app: NestFastifyApplication, config: Config): void {
  const { webhookConcurrency: concurrency, webhookAttempts: attempts, webhookBackoffSeconds: backoffSeconds } = config;
  const patienceSeconds = config.shutdownSeconds;
  app.get(WebhookLoop, anywhere).start({ concurrency, attempts, backoffSeconds, patienceSeconds });
  app.get(WebhookRetention, anywhere).start(config.webhookKeepSeconds);
}
