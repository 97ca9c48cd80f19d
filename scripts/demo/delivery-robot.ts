import type { Person } from './client.ts';
import { type Storyteller, UnexpectedAnswerError } from './storyteller.ts';
import type { Job } from './wire.ts';

type Claimed = Readonly<{ jobs: readonly Readonly<{ id: string; attempt: number; idempotency_key: string }>[] }>;

/** Does the work of every agent in a delivery. */
export class DeliveryRobot {
  private readonly teller: Storyteller;
  private readonly robot: Person;
  private readonly mark: string;

  constructor(teller: Storyteller, robot: Person, mark: string) {
    this.teller = teller;
    this.robot = robot;
    this.mark = mark;
  }

  async does(agent: string, output: object): Promise<void> {
    const { id, attempt } = await this.claim(agent);
    await this.teller.step<Job>(this.robot, {
      does: `answers ${JSON.stringify(output)}`,
      request: { path: `/jobs/${id}/complete`, body: { attempt, output } },
      hears: ({ status }) => status,
    });
  }

  /** Until nobody lets it try again; answers the id of the job. */
  async failsFor(agent: string, attempts: number, error: string): Promise<string> {
    for (;;) {
      const { id, attempt } = await this.claim(agent);
      await this.teller.step<Job>(this.robot, {
        does: `fails: ${error}`,
        request: { path: `/jobs/${id}/fail`, body: { attempt, error, retry_after_seconds: 0 } },
        hears: ({ status }) => status,
      });
      if (attempt >= attempts) return id;
    }
  }

  private async claim(agent: string): Promise<Claimed['jobs'][number]> {
    const handlers = [`${agent}-${this.mark}`];
    const { jobs } = await this.teller.step<Claimed>(this.robot, {
      does: `claims work for the ${agent}`,
      request: {
        path: '/jobs/claim',
        body: { handlers, limit: 1, worker_id: 'robot', lease_seconds: 30, wait_seconds: 10 },
      },
      hears: (claimed) =>
        claimed.jobs.map(({ idempotency_key: key, attempt }) => `attempt ${String(attempt)} of ${key}`).join(),
    });
    const [job] = jobs;
    if (job === undefined) throw new UnexpectedAnswerError(`There was no work for the ${agent}.`);
    return job;
  }
}
