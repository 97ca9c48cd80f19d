import { SqlMigration } from './sql-migration.js';

export class GatePolicies1763600000016 extends SqlMigration {
  protected readonly files = ['gate-policy/gate-policies.sql'];
}
