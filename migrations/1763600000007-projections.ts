import { SqlMigration } from './sql-migration.js';

export class Projections1763600000007 extends SqlMigration {
  protected readonly files = [
    'projections/read-models.sql',
    'projections/parked-streams.sql',
    'projections/advance-read-model.sql',
    'projections/settle-parked.sql',
    'projections/projection-rebuilds.sql',
    'projections/know-read-model.sql',
    'projections/claim-rebuild.sql',
    'projections/copy-walls.sql',
    'projections/begin-rebuild.sql',
    'projections/load-rebuild.sql',
    'projections/index-rebuild.sql',
    'projections/put-rebuild.sql',
    'projections/compare-rebuild.sql',
    'projections/require-same-shape.sql',
    'projections/switch-rebuild.sql',
    'projections/block-rebuild.sql',
    'projections/drop-previous.sql',
  ];
}
