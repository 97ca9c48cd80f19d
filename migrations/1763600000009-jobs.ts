import { SqlMigration } from './sql-migration.js';

export class Jobs1763600000009 extends SqlMigration {
  protected readonly files = ['work/kept-columns.sql', 'work/jobs.sql', 'work/claim-jobs.sql'];
}
