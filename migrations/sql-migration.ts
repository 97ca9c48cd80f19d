import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A migration that runs the named `.sql` files of this folder in order. Migrations go forward only. */
export abstract class SqlMigration implements MigrationInterface {
  protected abstract readonly files: readonly string[];

  async up(runner: QueryRunner): Promise<void> {
    for (const file of this.files) {
      await runner.query(readFileSync(new URL(file, import.meta.url), 'utf8'));
    }
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup to go back.'));
  }
}
