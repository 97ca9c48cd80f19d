import { SqlMigration } from './sql-migration.js';

export class ReadModels1763600000003 extends SqlMigration {
  protected readonly files = ['templates/read-models.sql', 'projects/read-models.sql', 'runs/read-models.sql'];
}
