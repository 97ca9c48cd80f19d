import { SqlMigration } from './sql-migration.js';

export class Insights1763600000008 extends SqlMigration {
  protected readonly files = ['insights/run-journeys.sql', 'insights/open-ms.sql'];
}
