import { SqlMigration } from './sql-migration.js';

export class Append1763600000004 extends SqlMigration {
  protected readonly files = [
    'append/drop-first-append.sql',
    'append/refuse-append.sql',
    'append/put-read-models.sql',
    'append/append-events.sql',
    'append/grants.sql',
  ];
}
