/**
 * An outside worker, as anybody would write one: it claims, works for a while, completes, and says what it does, a line each. It goes on while the
 * service is away, for a bounded time. `skewMs` sets its clock wrong.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkerSettings } from '../workers.js';

type Claimed = Readonly<{ id: string; attempt: number; payload: Readonly<{ node?: string }> }>;

const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings;
const { url, key, workerId, handlers, leaseSeconds, holdMs, skewMs = 0, limit = 5 } = settings;
const LIFE_MS = 120_000;
const RETRY_MS = 50;

const realNow = Date.now.bind(Date);
Date.now = () => realNow() + skewMs;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Sends until there is an answer that is one: what is repeated is fenced by the attempt. */
async function send(path: string, body: object): Promise<Readonly<{ status: number; body: unknown }>> {
  for (;;) {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => null);
    if (answer !== null && answer.status < 500) return { status: answer.status, body: await answer.json() };
    await pause(RETRY_MS);
  }
}

async function work({ id, attempt, payload }: Claimed): Promise<void> {
  say(`took ${id} ${attempt}`);
  await pause(holdMs);
  const output = { node: payload.node ?? null, by: workerId, at: new Date(Date.now()).toISOString() };
  const { status } = await send(`/jobs/${id}/complete`, { attempt, output });
  say(`${status === 200 ? 'done' : `refused-${status}`} ${id} ${attempt}`);
}

setTimeout(() => process.exit(3), LIFE_MS);
say('works');
for (;;) {
  const claim = { handlers, limit, worker_id: workerId, lease_seconds: leaseSeconds, wait_seconds: 1 };
  const { status, body } = await send('/jobs/claim', claim);
  if (status !== 200) throw new Error(`The claim was answered ${status}: ${JSON.stringify(body)}`);
  await Promise.all((body as Readonly<{ jobs: readonly Claimed[] }>).jobs.map(work));
}
