import { SqlMigration } from './sql-migration.js';

export class Projections1763600000006 extends SqlMigration {
  protected readonly files = ['projections/read-models.sql'];
}
