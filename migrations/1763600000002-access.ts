import { SqlMigration } from './sql-migration.js';

export class Access1763600000002 extends SqlMigration {
  protected readonly files = ['access/api-keys.sql'];
}
