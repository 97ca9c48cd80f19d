import { SqlMigration } from './sql-migration.js';

export class JointAppend1763600000011 extends SqlMigration {
  protected readonly files = [
    'joint-append/drop-second-append.sql',
    'joint-append/append-events.sql',
    'joint-append/grants.sql',
  ];
}
