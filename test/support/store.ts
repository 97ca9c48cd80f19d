import { generateKeyPairSync } from 'node:crypto';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { v7 as newId } from 'uuid';
import type { DomainEvent, Recorded } from '../../src/kernel/recorded-event.js';
import { dataSourceOptions } from '../../src/platform/database/data-source.js';
import { Database } from '../../src/platform/database/database.js';
import { RECORDED_AT } from '../../src/platform/event-store/recorded-at.js';
import { CommandExecutor } from '../../src/platform/event-store/command-executor.js';
import { type CommandContext, DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { EventStore } from '../../src/platform/event-store/event-store.js';
import { Receipts } from '../../src/platform/event-store/receipts.js';
import { RowSignal } from '../../src/platform/event-store/row-signal.js';
import { Sealer } from '../../src/platform/event-store/sealer.js';
import { sealingKeyFrom } from '../../src/platform/event-store/sealing-key.js';
import { StreamMemory } from '../../src/platform/event-store/stream-memory.js';
import { Subscriptions } from '../../src/platform/event-store/subscription.js';
import { TimelineReader } from '../../src/platform/event-store/timeline-reader.js';
import { TimelineSignal } from '../../src/platform/event-store/timeline-signal.js';
import { Verification } from '../../src/platform/event-store/verification.js';
import { createTestDatabase } from './database.js';

const sealingPem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const sealingKey = sealingKeyFrom(sealingPem);

export type Process = Awaited<ReturnType<typeof startProcess>>;

/** The store's parts on a database of their own; `process()` makes a second set, as another process would have. */
export async function openStore() {
  const { connection, drop } = await createTestDatabase();
  const closing: (() => Promise<void>)[] = [];
  const process = async () => {
    const started = await startProcess(connection);
    closing.push(started.close);
    return started;
  };
  /** A client with all rights, as whoever owns the server has. */
  const superuser = async (): Promise<pg.Client> => {
    const client = new pg.Client(connection);
    await client.connect();
    await client.query('set search_path = stageline');
    closing.push(() => client.end());
    return client;
  };
  const close = async () => {
    for (const end of closing.reverse()) await end();
    await drop();
  };
  return { ...(await process()), connection, process, superuser, close };
}

/** The store's parts on a database that is there. */
export async function startProcess(connection: pg.ClientConfig) {
  const dataSource = await new DataSource(dataSourceOptions(connection, 'stageline_app', { poolSize: 8 })).initialize();
  const database = new Database(dataSource);
  const store = new EventStore(database);
  const memory = new StreamMemory(database, store);
  const reader = new TimelineReader(database);
  const signal = new TimelineSignal(connection);
  const rows = new RowSignal(store, signal);
  rows.onModuleInit();
  const close = async () => {
    await signal.beforeApplicationShutdown();
    await dataSource.destroy();
  };
  return {
    database,
    store,
    memory,
    reader,
    rows,
    executor: new CommandExecutor(store, memory),
    receipts: new Receipts(database),
    sealer: new Sealer(database, sealingKey),
    subscriptions: new Subscriptions(reader, signal),
    verification: new Verification(database, sealingKey, new Set()),
    close,
  };
}

/** A command's context as an operator's key gives it, with a time fixed for the test. */
export function contextOf(overrides: Partial<CommandContext> = {}): CommandContext {
  return {
    caller: {
      tenantId: DEFAULT_TENANT_ID,
      keyId: '00000000-0000-7000-8000-00000000000a',
      actor: { type: 'user', id: 'olga' },
      roles: ['operator'],
    },
    commandId: newId(),
    correlationId: newId(),
    now: '2026-03-01T09:00:00.000Z',
    dryRun: false,
    ...overrides,
  };
}

/** A new event as an append takes it. */
export function note(
  streamId: string,
  streamVersion: number,
  overrides: Partial<Recorded<DomainEvent>> = {},
): Recorded<DomainEvent> {
  return {
    type: 'note.added',
    detail: { text: `note ${String(streamVersion)}` },
    id: newId(),
    tenantId: DEFAULT_TENANT_ID,
    streamId,
    streamType: 'notebook',
    streamVersion,
    category: 'subject',
    schemaVersion: 1,
    correlationId: newId(),
    causationId: newId(),
    actor: { type: 'user', id: 'olga' },
    context: {},
    occurredAt: RECORDED_AT,
    recordedAt: RECORDED_AT,
    ...overrides,
  };
}

/**
 * Seals until every recorded event has its position. Transactions of other databases on the same server hold events back for as long
 * as they run, so one tick may not be enough.
 */
export async function sealAll({ sealer, database }: Pick<Process, 'sealer' | 'database'>): Promise<void> {
  for (let look = 0; look < 1000; look += 1) {
    await sealer.tick();
    const [count] = await database.system((manager) =>
      manager.query<{ unsealed: string }[]>(
        'select (select count(*) from stage_events) - (select last_position from seal_state) as unsealed',
      ),
    );
    if (count?.unsealed === '0') return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('Events stayed unsealed for 10 seconds.');
}
