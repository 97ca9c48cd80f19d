import { SqlMigration } from './sql-migration.js';

export class EventStore1763600000001 extends SqlMigration {
  protected readonly files = [
    'event-store/privileges.sql',
    'event-store/stage-events.sql',
    'event-store/stream-heads.sql',
    'event-store/command-receipts.sql',
    'event-store/sealed-events.sql',
    'event-store/append-only.sql',
    'event-store/read-models.sql',
    'event-store/leaf-hash.sql',
    'event-store/take-claims.sql',
    'event-store/append-checks.sql',
    'event-store/append-events.sql',
    'event-store/settled-events.sql',
    'event-store/grants.sql',
    'event-store/begin-epoch.sql',
  ];
}
