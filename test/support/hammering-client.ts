import { v7 as newId } from 'uuid';
import type { Answer, ApiClient } from './api-client.js';
import { type Ledger, issue, markedCommand } from './marked-commands.js';
import { startFounderRun } from './service.js';

/** One of many clients: it sends each request to the next of the services it knows. */
export type HammeringClient = Readonly<{ next: () => ApiClient; ledger: Ledger }>;

export function clientOf(apis: readonly ApiClient[], index: number, ledger: Ledger): HammeringClient {
  let turn = index;
  const next = (): ApiClient => {
    const api = apis[turn % apis.length];
    turn += 1;
    if (api === undefined) throw new Error('A client needs a service.');
    return api;
  };
  return { next, ledger };
}

/** Commands on a run that others command too: each in one of the ways a client may go about it. */
export async function commandRun(client: HammeringClient, runId: string, index: number): Promise<void> {
  const ways = [plainly, withKey, twiceAtOnce, byVersion];
  for (let step = 0; step < ways.length; step += 1) {
    await ways[(index + step) % ways.length]?.(client, runId);
    const toggle = index % 2 === 0 ? 'complete' : 'reopen';
    const { status } = await client
      .next()
      .post(`/pipeline/${runId}/stages/thesis_defined/milestones/brief_generated/${toggle}`);
    client.ledger.statuses.add(status);
  }
}

/** A run of the client's own, from its project to its second stage. Answers the run's id. */
export async function playRun({ next, ledger }: HammeringClient): Promise<string> {
  const { runId } = await startFounderRun(next());
  const stage = `/pipeline/${runId}/stages/thesis_defined`;
  await withKey({ next, ledger }, runId);
  await byVersion({ next, ledger }, runId);
  const send = async (path: string, body: object, headers: Readonly<Record<string, string>>) => {
    const answer = await answered(() => next().post(path, body, { headers }));
    ledger.statuses.add(answer.status);
    return answer;
  };
  const repeated = { 'idempotency-key': newId() };
  await send(`${stage}/milestones/brief_generated/complete`, {}, repeated);
  await send(`${stage}/milestones/brief_generated/complete`, {}, repeated);
  const { headers, body } = await send(`${stage}/complete`, { override: true, reason: 'We know.' }, {});
  const version = { 'if-match': headers.get('etag') ?? '' };
  await send(`/gates/${String(body['open_gate_id'])}/decision`, { decision: 'proceed' }, version);
  return runId;
}

async function plainly({ next, ledger }: HammeringClient, runId: string): Promise<void> {
  await issue(next(), markedCommand(runId), ledger, {});
}

async function withKey({ next, ledger }: HammeringClient, runId: string): Promise<void> {
  await issue(next(), markedCommand(runId), ledger);
}

/** An impatient client, or a proxy that repeats: one of the two may be told to wait for the other. */
async function twiceAtOnce({ next, ledger }: HammeringClient, runId: string): Promise<void> {
  const command = markedCommand(runId);
  const headers = { 'idempotency-key': command.key };
  const send = () => answered(() => next().post(command.path, command.body, { headers }));
  const answers = await Promise.all([send(), send()]);
  for (const { status } of answers) ledger.statuses.add(status);
  const bodies = new Set(answers.map(({ body }) => JSON.stringify(body)));
  if (bodies.size > 1) throw new Error(`One key was answered in two ways: ${[...bodies].join(' and ')}`);
  ledger.acknowledged.push(command);
}

/** Decides by the version it has seen; told of a newer one, it decides again, and gives up after a while. */
async function byVersion({ next, ledger }: HammeringClient, runId: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const { headers } = await next().get(`/pipeline/${runId}`);
    const command = markedCommand(runId);
    const version = { 'if-match': headers.get('etag') ?? '', 'idempotency-key': command.key };
    const answer = await issue(next(), command, ledger, version);
    if (answer?.status !== 412) return;
  }
}

/** The answer once the first request under the same key is through. */
async function answered(send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await send();
    if (answer.body['code'] !== 'command-in-progress') return answer;
  }
}
