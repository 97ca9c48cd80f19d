/** What tests do behind a service's back, through its database: tenants and templates that no route makes yet, and counting. */
import pg from 'pg';
import { DataSource } from 'typeorm';
import { v7 as newId } from 'uuid';
import { hashOf, newSecret } from '../../src/platform/auth/api-key.js';
import { someKey } from '../../src/platform/auth/api-key.fixture.js';
import { ApiKeyEntity } from '../../src/platform/auth/api-key.entity.js';
import { PgApiKeyStore } from '../../src/platform/auth/pg-api-key-store.js';
import { dataSourceOptions } from '../../src/platform/database/data-source.js';
import { Database } from '../../src/platform/database/database.js';
import type { Append } from '../../src/platform/event-store/append.js';
import { CommandExecutor } from '../../src/platform/event-store/command-executor.js';
import { DEFAULT_TENANT_ID, type Role } from '../../src/kernel/command-context.js';
import { EventStore } from '../../src/platform/event-store/event-store.js';
import { StreamMemory } from '../../src/platform/event-store/stream-memory.js';
import { systemCaller } from '../../src/platform/event-store/system-caller.js';
import { PublishTemplateContent, PublishTemplateHandler } from '../../src/templates/commands/publish-template.js';
import { FindTemplateHandler } from '../../src/templates/template/find-template.query.js';
import { TemplateEntity } from '../../src/templates/template/template.entity.js';
import type { TemplateContent } from '../../src/templates/template.events.js';

export type Backstage = Awaited<ReturnType<typeof openBackstage>>;

export async function openBackstage(connection: pg.ClientConfig) {
  const options = dataSourceOptions(connection, 'stageline_app', {
    poolSize: 2,
    entities: [ApiKeyEntity, TemplateEntity],
  });
  const dataSource = await new DataSource(options).initialize();
  const superuser = new pg.Client(connection);
  await superuser.connect();
  const database = new Database(dataSource);
  return {
    /** Publishes a template as the next version of its key, by the command the built-in ones come by. */
    publish: (content: TemplateContent, tenantId = DEFAULT_TENANT_ID) => publish(database, content, tenantId),
    /** Makes a key in any tenant and answers its secret. */
    keyIn: (tenantId: string, ...roles: readonly Role[]) => keyIn(database, tenantId, roles),
    /** Appends events that nobody decided. */
    append: (appends: readonly Append[]) => new EventStore(database).append(appends),
    /** How many events and receipts there are. */
    stored: async () => {
      const counted = await superuser.query<{ events: number; receipts: number; keys: number }>(COUNT);
      return counted.rows[0];
    },
    close: async () => {
      await superuser.end();
      await dataSource.destroy();
    },
  };
}

const COUNT = `select (select count(*) from stageline.stage_events)::int as events,
  (select count(*) from stageline.command_receipts)::int as receipts, (select count(*) from stageline.api_keys)::int as keys`;

async function publish(database: Database, content: TemplateContent, tenantId: string): Promise<void> {
  const store = new EventStore(database);
  const handler = new PublishTemplateHandler(
    new CommandExecutor(store, new StreamMemory(database, store)),
    new FindTemplateHandler(database),
  );
  const context = {
    caller: systemCaller(tenantId, 'test'),
    commandId: newId(),
    correlationId: newId(),
    now: new Date().toISOString(),
    dryRun: false,
  };
  await handler.execute(new PublishTemplateContent(content, context));
}

async function keyIn(database: Database, tenantId: string, roles: readonly Role[]): Promise<string> {
  const secret = newSecret();
  await new PgApiKeyStore(database).add({ ...someKey(tenantId, ...roles), hash: hashOf(secret) });
  return secret;
}
