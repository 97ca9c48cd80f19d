/** Stageline as the service puts it together, not listening; nothing seals unless asked to. */
import { generateKeyPairSync } from 'node:crypto';
import { v7 as newId } from 'uuid';
import { AppModule } from '../../dist/src/app.module.js';
import { DEFAULT_TENANT_ID } from '../../dist/src/kernel/command-context.js';
import { sealingKeyFrom } from '../../dist/src/platform/event-store/sealing-key.js';
import { createHttpApp } from '../../dist/src/platform/http/create-http-app.js';
import { BuiltVersions } from '../../dist/src/platform/projections/built-versions.js';
import { createLogger } from '../../dist/src/platform/telemetry/logger.js';

/** As many database connections as the service takes by default. */
const POOL_SIZE = 16;

/** `get(Class)` answers a part of it. */
export async function openStageline(connection) {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const settings = {
    connection,
    poolSize: POOL_SIZE,
    sealingKey: sealingKeyFrom(pem),
    trustedKeys: [],
    sealIntervalMs: 20,
  };
  const logger = createLogger({ level: 'error', format: 'json' });
  const app = await createHttpApp(AppModule.with(settings), { logger, version: 'bench' });
  await app.get(BuiltVersions, { strict: false }).review(); // As the service does before its first command.
  return { get: (part) => app.get(part, { strict: false }), close: () => app.close() };
}

/** Who calls, in every contest. */
export const caller = {
  tenantId: DEFAULT_TENANT_ID,
  keyId: '00000000-0000-7000-8000-00000000000a',
  actor: { type: 'founder', id: 'olga' },
  roles: ['operator'],
};

/** A command's context, as the edge makes it for each request. */
export function newContext() {
  return { caller, commandId: newId(), correlationId: newId(), now: new Date().toISOString(), dryRun: false };
}
