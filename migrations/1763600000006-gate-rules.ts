import { SqlMigration } from './sql-migration.js';

export class GateRules1763600000006 extends SqlMigration {
  protected readonly files = ['event-store/redefine-read-model.sql', 'runs/gate-rules.sql'];
}
