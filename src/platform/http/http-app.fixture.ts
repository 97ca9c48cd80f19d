import { Module, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiKeyStore } from '../auth/api-key-store.js';
import { MemoryApiKeyStore } from '../auth/api-key-store.fake.js';
import { someKey } from '../auth/api-key.fixture.js';
import { hashOf, hintOf, newSecret } from '../auth/api-key.js';
import { KeyRing } from '../auth/key-ring.js';
import { KeysController } from '../auth/keys.controller.js';
import { NewKeys } from '../auth/new-keys.js';
import { DEFAULT_TENANT_ID, type Role } from '../../kernel/command-context.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Receipts } from '../event-store/receipts.js';
import { PersonKeys } from '../personal-data/person-keys.js';
import { createLogger } from '../telemetry/logger.js';
import { createHttpApp, type HttpSettings } from './create-http-app.js';
import { MemoryReceipts } from './receipts.fake.js';

/** A running edge around throw-away controllers, with keys and receipts in memory. */
export type HttpFixture = Readonly<{
  app: NestFastifyApplication;
  keys: MemoryApiKeyStore;
  receipts: MemoryReceipts;
  /** Every line that was logged. */
  lines: readonly string[];
  /** Makes a key and gives the header that presents it. */
  keyFor: (...roles: readonly Role[]) => Promise<{ authorization: string }>;
}>;

/** Starts the edge around `controllers`; whoever starts it closes `app`. */
export async function httpFixture(
  controllers: readonly Type[],
  settings: Partial<HttpSettings> = {},
): Promise<HttpFixture> {
  const receipts = new MemoryReceipts();
  const keys = new MemoryApiKeyStore(receipts);
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level: 'info', format: 'json', destination });

  @Module({
    controllers: [KeysController, ...controllers],
    providers: [
      KeyRing,
      NewKeys,
      { provide: ApiKeyStore, useValue: keys },
      { provide: Receipts, useValue: receipts },
      { provide: PersonKeys, useValue: nobodysKeys },
      { provide: DatabaseClock, useValue: thisClock },
    ],
  })
  class FixtureModule {}

  const app = await createHttpApp(FixtureModule, { logger, version: '1.2.3', ...settings });
  return { app, keys, receipts, lines, keyFor: (...roles) => keyFor(keys, roles) };
}

/** No answer of a throw-away controller is about a person. */
const nobodysKeys: Pick<PersonKeys, 'find'> = { find: () => Promise.resolve(new Map()) };

/** There is no database whose clock it could be. */
const thisClock: Pick<DatabaseClock, 'now'> = { now: () => Promise.resolve(new Date().toISOString()) };

async function keyFor(keys: MemoryApiKeyStore, roles: readonly Role[]): Promise<{ authorization: string }> {
  const secret = newSecret();
  await keys.add({ ...someKey(DEFAULT_TENANT_ID, ...roles), hash: hashOf(secret), hint: hintOf(secret) });
  return { authorization: `Bearer ${secret}` };
}
