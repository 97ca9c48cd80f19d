import { SqlMigration } from './sql-migration.js';

export class AlikeRows1763600000015 extends SqlMigration {
  protected readonly files = ['alike-rows/define-alike-writer.sql', 'alike-rows/define-write-rows.sql'];
}
