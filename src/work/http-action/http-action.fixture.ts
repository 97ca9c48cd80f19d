import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject, JsonValue } from '../../kernel/json.js';
import { JobFailure } from '../worker/runner.js';
import { httpAction, type HttpActionSettings } from './http-action.js';

/** What the runner under test knows as the secret CRM. */
export const TOKEN = 'Bearer a-long-token-2718';

const secrets = new Map([
  ['CRM', TOKEN],
  ['PIN', '4711'],
]);
const closing: (() => void)[] = [];

/** Ends the servers of a test. */
export function closeServers(): void {
  for (const close of closing.splice(0)) close();
}

/** A server on loopback; answers its address. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** A server's whole behaviour. */
export function answering(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): RequestListener {
  return (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
}

export const json = { 'content-type': 'application/json; charset=utf-8' };

type Circumstances = Readonly<{ allowed?: HttpActionSettings['allowed']; signal?: AbortSignal; input?: JsonObject }>;

/** Runs the action as a node with this config would; private addresses are allowed unless it says otherwise. */
export function run(
  config: JsonObject,
  { allowed = 'all', signal = new AbortController().signal, input = {} }: Circumstances = {},
): Promise<JsonValue> {
  const payload = { run_id: 'r', stage: 's', node: 'n', config: { action: 'http', method: 'GET', ...config }, input };
  const work = { id: 'job-1', payload, attempt: 1, correlationId: 'flow-1', idempotencyKey: 'r/s/nö/1' };
  return httpAction({ allowed, secrets })(work, { signal });
}

/** The failure that the same ends with. */
export async function failure(config: JsonObject, circumstances: Circumstances = {}): Promise<JobFailure> {
  try {
    await run(config, circumstances);
  } catch (error) {
    if (error instanceof JobFailure) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}
