import { SqlMigration } from './sql-migration.js';

export class AlikeJobs1763600000022 extends SqlMigration {
  protected readonly files = ['alike-jobs/jobs.sql', 'alike-jobs/job-beats.sql', 'alike-jobs/reserve-jobs.sql'];
}
