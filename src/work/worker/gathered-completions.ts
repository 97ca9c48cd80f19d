/**
 * Results of jobs that share a stream, handed in together.
 *
 *   waiting     until the turn of the event loop is over, and for as long as results of the same batch are under way
 *   under way   with one command, which takes or refuses each by itself
 *
 * Whoever waits is answered for its own job: taken, refused, or with whatever failed. Crash anywhere: leases run out and the jobs run again.
 */
import type { DomainError } from '../../kernel/domain-error.js';
import type { CompleteJob } from '../jobs/job-command.decider.js';

/** Hands in results of jobs of one batch; answers for each what it was refused for, or null. */
type Send = (tenantId: string, jobs: readonly CompleteJob[]) => Promise<readonly (DomainError | null)[]>;

type Waiting = Readonly<{ job: CompleteJob; answer: PromiseWithResolvers<null> }>;
type Line = { waiting: Waiting[]; isUnderWay: boolean };

/** Results that go together: more would keep the others waiting for long. */
const AT_ONCE = 1000;

export class GatheredCompletions {
  private readonly lines = new Map<string, Line>();

  constructor(private readonly send: Send) {}

  /** Resolves once the result is taken. @throws DomainError as `complete_job` does */
  complete(batch: Readonly<{ tenantId: string; batchId: string }>, job: CompleteJob): Promise<null> {
    const line = this.lines.get(batch.batchId) ?? { waiting: [], isUnderWay: false };
    const answer = Promise.withResolvers<null>();
    this.lines.set(batch.batchId, line);
    line.waiting.push({ job, answer });
    if (!line.isUnderWay) {
      line.isUnderWay = true;
      setImmediate(() => void this.empty(batch, line));
    }
    return answer.promise;
  }

  private async empty(
    { tenantId, batchId }: Readonly<{ tenantId: string; batchId: string }>,
    line: Line,
  ): Promise<void> {
    while (line.waiting.length > 0) await this.handIn(tenantId, line.waiting.splice(0, AT_ONCE));
    this.lines.delete(batchId);
  }

  private async handIn(tenantId: string, some: readonly Waiting[]): Promise<void> {
    try {
      const refusals = await this.send(
        tenantId,
        some.map(({ job }) => job),
      );
      for (const [index, { answer }] of some.entries()) {
        const refusal = refusals[index] ?? null;
        if (refusal === null) answer.resolve(null);
        else answer.reject(refusal);
      }
    } catch (error) {
      for (const { answer } of some) answer.reject(error);
    }
  }
}
