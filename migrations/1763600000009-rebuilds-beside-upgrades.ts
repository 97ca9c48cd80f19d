import { SqlMigration } from './sql-migration.js';

export class RebuildsBesideUpgrades1763600000009 extends SqlMigration {
  protected readonly files = [
    'projections/require-same-shape.sql',
    'projections/lock-for-switch.sql',
    'projections/know-newer-read-model.sql',
  ];
}
