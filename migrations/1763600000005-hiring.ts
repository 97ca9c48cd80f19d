import { SqlMigration } from './sql-migration.js';

export class Hiring1763600000005 extends SqlMigration {
  protected readonly files = [
    'personal-data/person-keys.sql',
    'hiring/read-models.sql',
    'runs/application-indexes.sql',
  ];
}
