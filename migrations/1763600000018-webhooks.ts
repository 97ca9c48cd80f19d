import { SqlMigration } from './sql-migration.js';

export class Webhooks1763600000018 extends SqlMigration {
  protected readonly files = [
    'webhooks/webhooks.sql',
    'webhooks/deliveries.sql',
    'webhooks/spread-timeline.sql',
    'webhooks/claim-deliveries.sql',
    'webhooks/settle-deliveries.sql',
    'webhooks/dead-letters.sql',
  ];
}
