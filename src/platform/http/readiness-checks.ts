import { Injectable, Logger } from '@nestjs/common';

/** One thing that must hold for the service to be of use; `check` throws where it does not. */
export type ReadinessCheck = Readonly<{ name: string; check: () => Promise<void> }>;

/** How a check went. */
export type ReadinessResult = Readonly<{ name: string; ok: boolean }>;

/** A check that does not come back is a check that failed. */
const PATIENCE_MS = 2_000;

/** Where the parts of the service register what must hold before it is ready. */
@Injectable()
export class ReadinessChecks {
  private readonly logger = new Logger('Readiness');
  private readonly checks: ReadinessCheck[] = [];

  register(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  /** Runs all checks at once; each has two seconds. Why one failed goes to the log: the page is public. */
  async run(): Promise<readonly ReadinessResult[]> {
    return Promise.all(this.checks.map((check) => this.runOne(check)));
  }

  private async runOne({ name, check }: ReadinessCheck): Promise<ReadinessResult> {
    const patience = Promise.withResolvers<never>();
    const timer = setTimeout(() => patience.reject(new Error('No answer in time.')), PATIENCE_MS);
    try {
      await Promise.race([check(), patience.promise]);
      return { name, ok: true };
    } catch (error) {
      this.logger.warn(`Not ready: ${name}: ${error instanceof Error ? error.message : String(error)}`);
      return { name, ok: false };
    } finally {
      clearTimeout(timer);
    }
  }
}
