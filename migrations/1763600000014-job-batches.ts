import { SqlMigration } from './sql-migration.js';

export class JobBatches1763600000014 extends SqlMigration {
  protected readonly files = ['job-batches/jobs.sql', 'job-batches/reservations.sql', 'job-batches/reserve-jobs.sql'];
}
