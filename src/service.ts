/**
 * One Stageline process, from its settings to its end.
 *
 *   database    the embedded one is started, or the one named is used; migrations run under a lock
 *   put together  the modules, the edge around them
 *   prepare     what must be there before the first command: the epoch, the first key, the built-in templates
 *   work        by its roles: seal, expire gates, listen
 *   close       stop accepting, finish what was accepted, stop the loops, let go of the database
 *
 * Each step may fail and then undoes the ones before it; a crash anywhere leaves nothing that the next start does not mend.
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { ApiKeyStore } from './platform/auth/api-key-store.js';
import { ensureFirstKey } from './platform/auth/first-key.js';
import type { Config } from './platform/config/config.js';
import { Database } from './platform/database/database.js';
import { migrate } from './platform/database/migrate.js';
import { type OpenDatabase, openDatabase } from './platform/database/open-database.js';
import { DEFAULT_TENANT_ID } from './platform/event-store/command-context.js';
import { HorizonWatch } from './platform/event-store/horizon-watch.js';
import { ReceiptRetention } from './platform/event-store/receipt-retention.js';
import { Sealer } from './platform/event-store/sealer.js';
import { SealerLoop } from './platform/event-store/sealer-loop.js';
import { sealingKeyFrom, sealingKeyIn } from './platform/event-store/sealing-key.js';
import { createHttpApp } from './platform/http/create-http-app.js';
import { ReadinessChecks } from './platform/http/readiness-checks.js';
import { SOFTWARE_VERSION } from './platform/software-version.js';
import { GateExpiry } from './runs/gate-expiry.js';
import { BuiltInTemplates } from './templates/built-in-templates.js';

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
    if (config.migrate === 'on') await migrate({ connection: database.connection });
    const app = await putTogether(config, logger, database);
    const { url, newAdminKey } = await begin(app, config, database).catch(async (error: unknown) => {
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

async function begin(app: NestFastifyApplication, config: Config, { isEmbedded }: OpenDatabase) {
  const newAdminKey = await prepare(app, config, isEmbedded);
  return { newAdminKey, url: await work(app, config) };
}

async function putTogether(
  config: Config,
  logger: Logger,
  { connection }: OpenDatabase,
): Promise<NestFastifyApplication> {
  const { databasePool: poolSize, sealIntervalMs, trustedKeys } = config;
  const { bodyLimitBytes, rateLimitPerMinute, shutdownSeconds: drainSeconds } = config;
  const sealingKey =
    config.sealingKey === undefined ? await sealingKeyIn(resolve(config.dataDir)) : sealingKeyFrom(config.sealingKey);
  const root = AppModule.with({ connection, poolSize, sealingKey, trustedKeys, sealIntervalMs });
  const edge = { bodyLimitBytes, rateLimitPerMinute, drainSeconds, logger, version: SOFTWARE_VERSION };
  const app = await createHttpApp(root, edge);
  const database = app.get(Database, anywhere);
  const checks = app.get(ReadinessChecks, anywhere);
  checks.register({ name: 'database', check: () => database.assertReachable() });
  checks.register({ name: 'migrations', check: () => database.assertMigrated() });
  return app;
}

async function prepare(app: NestFastifyApplication, config: Config, isEmbedded: boolean): Promise<string | null> {
  await beginEpochAfterRestore(app);
  const keys = app.get(ApiKeyStore, anywhere);
  const now = new Date().toISOString();
  const configured = config.adminKey === undefined ? {} : { configured: config.adminKey };
  const made = await ensureFirstKey(keys, { tenantId: DEFAULT_TENANT_ID, now, ...configured });
  const known = made ?? config.adminKey;
  if (isEmbedded && known !== undefined) await leaveKey(resolve(config.dataDir), known);
  await app.get(BuiltInTemplates, anywhere).publishFor(DEFAULT_TENANT_ID);
  return made;
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

/** Beside the embedded database, so that the demo and the command line of the same machine just work. */
async function leaveKey(dataDir: string, key: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'admin-key');
  await writeFile(path, `${key}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
}

async function work(app: NestFastifyApplication, { roles, port, host }: Config): Promise<string | null> {
  if (roles.includes('sealer')) {
    const sealing = app.get(SealerLoop, anywhere);
    sealing.start();
    app.get(HorizonWatch, anywhere).start();
    app.get(ReadinessChecks, anywhere).register({ name: 'sealer', check: () => sealing.assertHealthy() });
  }
  if (roles.includes('worker')) {
    app.get(GateExpiry, anywhere).start();
    app.get(ReceiptRetention, anywhere).start();
  }
  if (!roles.includes('api')) return null;
  await app.listen(port, host);
  return (await app.getUrl()).replace('[::1]', 'localhost');
}
