/** Clients of an HTTP service, each on a connection of its own, that record facts on runs of their own. */
import { v7 as newId } from 'uuid';
import { runCallers } from '../harness/callers.mjs';
import { openConnection } from '../harness/http-client.mjs';
import { EVENTS_PER_STREAM } from './own-streams.mjs';
import { payload } from './payload.mjs';
import { stockOf } from './stock.mjs';

/** `startsRuns` where the service has runs; `headers` go with each request, `idempotent` adds a key of its own. */
export async function open({ url, connections, headers = '', startsRuns, idempotent }) {
  const clients = await Promise.all(Array.from({ length: connections }, () => openConnection(url)));
  const starter = await Promise.all(Array.from({ length: connections }, () => openConnection(url)));
  const startRun = async () => {
    if (!startsRuns) return newId();
    const client = starter.pop();
    const answer = await client.post('/pipeline/start', { template: 'founder' }, headers);
    starter.push(client);
    return JSON.parse(answer.body()).id;
  };
  const runs = stockOf(startRun);
  const places = [];
  const work = async (index) => {
    const place = (places[index] ??= { runId: await runs.take(), count: 0 });
    const own = idempotent ? `${headers}idempotency-key: ${newId()}\r\n` : headers;
    await clients[index].post(`/pipeline/${place.runId}/facts`, payload(place.count), own);
    place.count += 1;
    if (place.count === EVENTS_PER_STREAM) places[index] = undefined;
  };
  const round = async (task) => runs.note(await runCallers(task, work));
  const close = async () => {
    for (const client of [...clients, ...starter]) client.close();
  };
  return { prepare: runs.fill, round, close };
}
