import { SqlMigration } from './sql-migration.js';

export class Approvals1763600000017 extends SqlMigration {
  protected readonly files = ['runs/approvals.sql'];
}
