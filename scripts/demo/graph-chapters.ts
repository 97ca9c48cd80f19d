/**
 * A question goes through a graph of work, chapter by chapter: agents that fail and are tried again, a branch that is not taken, a pause, a join, and a
 * person where a machine does not know any further.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Person } from './client.ts';
import { researchDesk } from './graph-definition.ts';
import { told } from './moves.ts';
import { table } from './pen.ts';
import { type Storyteller, UnexpectedAnswerError } from './storyteller.ts';
import type { Job, NodeRun, Run } from './wire.ts';

/** Who is in the story. */
export type GraphCast = Readonly<{ admin: Person; olga: Person; robot: Person; vic: Person }>;

type Claimed = Readonly<{ jobs: readonly Readonly<{ id: string; attempt: number; payload: { node: string } }>[] }>;
type Nodes = Readonly<{ items: readonly NodeRun[] }>;
type Invalid = Readonly<{ errors: readonly Readonly<{ code: string; message: string }>[] }>;

const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 1000;

/** Plays one run of the graph; the agents are this story's own, so that it can be told as often as one likes. */
export class GraphChapters {
  private readonly teller: Storyteller;
  private readonly cast: GraphCast;
  private readonly mark = randomUUID().slice(0, 8);

  constructor(teller: Storyteller, cast: GraphCast) {
    this.teller = teller;
    this.cast = cast;
  }

  async drawnUp(): Promise<void> {
    const { teller, cast, mark } = this;
    teller.chapter('A graph is drawn up');
    const desk = researchDesk(mark);
    const back = { id: 'back', from: 'archive', to: 'research' };
    await teller.refused(cast.olga, {
      does: 'draws an edge back to the beginning',
      request: { path: '/pipelines', body: { ...desk, edges: [...desk.edges, back] } },
      status: 422,
      code: 'invalid-template',
      adds: ({ errors }: Invalid & { code: string; detail: string; correlation_id: string }) =>
        errors.map(({ message }) => message).join(' '),
    });
    await teller.step(cast.olga, {
      does: 'publishes the graph without it',
      request: { path: '/pipelines', body: desk },
      status: 201,
      hears: () => `${String(desk.nodes.length)} nodes, ${String(desk.edges.length)} edges`,
    });
  }

  started(): Promise<Run> {
    return this.teller.step<Run>(this.cast.olga, {
      does: 'asks a question',
      request: {
        path: '/pipeline/start',
        body: { template: `research-desk-${this.mark}`, input: { question: 'How warm is the sea?' } },
      },
      status: 201,
      hears: told,
    });
  }

  /** The first attempt fails and is tried again after its backoff. */
  async researched(run: Run): Promise<void> {
    const { teller, cast } = this;
    teller.chapter('An agent fails, and is tried again');
    const first = await this.claim('researcher');
    await teller.step<Job>(cast.robot, {
      does: 'fails: the library is closed',
      request: {
        path: `/jobs/${first.id}/fail`,
        body: { attempt: first.attempt, error: 'The library is closed.', retry_after_seconds: 1 },
      },
      hears: ({ status, next_run_at: at }) => `${status}, next at ${String(at)}`,
    });
    const again = await this.claim('researcher');
    await teller.refused(cast.robot, {
      does: 'completes the first attempt after all',
      request: { path: `/jobs/${first.id}/complete`, body: { attempt: first.attempt, output: {} } },
      status: 409,
      code: 'lease-lost',
    });
    await teller.step<Job>(cast.robot, {
      does: 'completes the second attempt',
      request: {
        path: `/jobs/${again.id}/complete`,
        body: { attempt: again.attempt, output: { answer: '17 degrees', sources: 3, confidence: 0.9 } },
      },
      hears: ({ status }) => status,
    });
    await this.look(run, 'looks at the nodes');
  }

  /** Whoever checks gives up for good; a person answers in its place. */
  async checkedByAPerson(run: Run): Promise<void> {
    const { teller, cast } = this;
    teller.chapter('A person answers where an agent cannot');
    const { id, attempt } = await this.claim('checker');
    await teller.step<Job>(cast.robot, {
      does: 'asks for a person',
      request: { path: `/jobs/${id}/needs-human`, body: { attempt, reason: 'Two sources disagree.' } },
      hears: ({ status }) => status,
    });
    await teller.step<Run>(cast.vic, {
      does: 'sees what the run waits for',
      request: { path: `/pipeline/${run.id}` },
      hears: told,
    });
    await teller.step<Job>(cast.olga, {
      does: 'settles it',
      request: {
        path: `/jobs/${id}/resolve`,
        body: { outcome: 'succeeded', output: { verdict: 'true' }, reason: 'I asked a fisherman.' },
      },
      hears: ({ status }) => status,
    });
  }

  /** Waits for the pause of the graph to end. */
  async finished(run: Run): Promise<Run> {
    this.teller.chapter('The pause ends, and with it the run');
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const now = await this.teller.step<Run>(this.cast.vic, {
        does: 'looks at the run',
        request: { path: `/pipeline/${run.id}` },
        hears: told,
      });
      if (now.status === 'completed') return now;
      if (Date.now() > deadline) throw new UnexpectedAnswerError(`The run is still ${now.status}.`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** What became of each node, and why. */
  async explained(run: Run): Promise<void> {
    this.teller.chapter('What became of each node');
    const nodes = await this.look(run, 'reads what became of the nodes');
    const rows = nodes.map(({ node_id: id, type, status, retry_count: retries, skip_reason: reason, output }) => [
      id,
      type,
      status,
      String(retries),
      reason?.message ?? JSON.stringify(output),
    ]);
    for (const line of table(['node', 'type', 'status', 'retries', 'because, or output'], rows))
      this.teller.pen.line(line);
  }

  private async look(run: Run, does: string): Promise<readonly NodeRun[]> {
    const { items } = await this.teller.step<Nodes>(this.cast.vic, {
      does,
      request: { path: `/pipeline/${run.id}/nodes?limit=50` },
      hears: (nodes) => nodes.items.map(({ node_id: id, status }) => `${id} ${status}`).join(', '),
    });
    return items;
  }

  private async claim(agent: string): Promise<Claimed['jobs'][number]> {
    const { jobs } = await this.teller.step<Claimed>(this.cast.robot, {
      does: `claims work for the ${agent}`,
      request: {
        path: '/jobs/claim',
        body: {
          handlers: [`${agent}-${this.mark}`],
          limit: 1,
          worker_id: 'robot',
          lease_seconds: 30,
          wait_seconds: 10,
        },
      },
      hears: (claimed) =>
        claimed.jobs.map(({ payload, attempt }) => `${payload.node}, attempt ${String(attempt)}`).join(),
    });
    const [job] = jobs;
    if (job === undefined) throw new UnexpectedAnswerError(`There was no work for the ${agent}.`);
    return job;
  }
}
