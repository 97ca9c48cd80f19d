/** A process that calls the address it is given, as a node would, and says what came back. */
import { httpAction } from '../../../src/work/http-action/http-action.js';

const [url = ''] = process.argv.slice(2);
const payload = { config: { action: 'http', method: 'GET', url }, input: {} };
const work = { id: 'job-1', payload, attempt: 1, correlationId: 'flow-1', idempotencyKey: null };
const call = httpAction({ allowed: 'all', secrets: new Map() });
const output = await call(work, { signal: new AbortController().signal });
process.stdout.write(`${JSON.stringify(output)}\n`);
