import { SqlMigration } from './sql-migration.js';

export class GraphRuns1763600000010 extends SqlMigration {
  protected readonly files = ['runs/node-runs.sql', 'runs/node-input.sql', 'runs/timers.sql', 'runs/waits.sql'];
}
