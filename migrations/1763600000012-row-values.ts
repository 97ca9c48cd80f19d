import { SqlMigration } from './sql-migration.js';

export class RowValues1763600000012 extends SqlMigration {
  protected readonly files = [
    'row-values/read-model-columns.sql',
    'row-values/define-row-writer.sql',
    'row-values/define-read-model.sql',
    'row-values/drop-third-append.sql',
    'row-values/append-events.sql',
    'row-values/grants.sql',
  ];
}
