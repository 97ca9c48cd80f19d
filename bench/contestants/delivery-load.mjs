/**
 * Sends commands at a steady rate and follows the timeline: how long after its command's answer does an event arrive? Both are seen by this
 * one process, so by one clock. The answer follows the commit, so what passed between them is in neither.
 */
import { get } from 'node:http';
import { roundOf } from '../harness/callers.mjs';
import { openConnection } from '../harness/http-client.mjs';
import { payload } from './payload.mjs';

const TICK_MS = 4;

/** What has not arrived by then is lost. */
const LOST_MS = 5_000;

export async function open({ url, connections, headers, key }) {
  const clients = await Promise.all(Array.from({ length: connections }, () => openConnection(url)));
  const runs = [];
  for (const client of clients) {
    runs.push(JSON.parse((await client.post('/pipeline/start', { template: 'founder' }, headers)).body()).id);
  }
  const seen = new Map();
  const answered = new Map();
  const stream = await follow(url, key, (event) =>
    seen.set(`${event.stream_id} ${event.stream_version}`, performance.now()),
  );
  const send = async (index, count) => {
    const answer = await clients[index].post(`/pipeline/${runs[index]}/facts`, payload(count), headers);
    const at = performance.now();
    const { id, version } = JSON.parse(answer.body());
    answered.set(`${id} ${version}`, at);
  };
  const round = async ({ seconds, rate }) => {
    answered.clear();
    const elapsedMs = await sendSteadily({ seconds, rate }, clients.length, send);
    await until(() => [...answered.keys()].every((event) => seen.has(event)));
    const missing = [...answered.keys()].filter((event) => !seen.has(event)).length;
    if (missing > 0) throw new Error(`${missing} events were recorded and did not arrive.`);
    const delays = [...answered].map(([event, at]) => Math.max(0, seen.get(event) - at));
    return roundOf(delays, elapsedMs / 1000);
  };
  const close = async () => {
    stream.destroy();
    for (const client of clients) client.close();
  };
  return { round, close };
}

/** As many a second as asked for, on whichever connection is free; falls behind where none is. */
async function sendSteadily({ seconds, rate }, connections, send) {
  const free = Array.from({ length: connections }, (_, index) => index);
  const began = performance.now();
  const total = seconds * rate;
  const underWay = new Set();
  let sent = 0;
  let failure;
  while (sent < total) {
    const due = Math.min(total, ((performance.now() - began) / 1000) * rate);
    while (sent < due && free.length > 0) {
      const index = free.pop();
      const one = send(index, (sent += 1))
        .catch((error) => (failure = error))
        .finally(() => (underWay.delete(one), free.push(index)));
      underWay.add(one);
    }
    if (failure !== undefined) throw failure;
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(underWay);
  return performance.now() - began;
}

async function until(isSo) {
  const deadline = performance.now() + LOST_MS;
  while (!isSo() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function follow(url, key, onEvent) {
  const request = get(`${url}/timeline/stream`, { headers: { authorization: `Bearer ${key}` } });
  const response = await new Promise((resolve, reject) => request.once('response', resolve).once('error', reject));
  if (response.statusCode !== 200) throw new Error(`The stream answered ${response.statusCode}.`);
  let text = '';
  response.setEncoding('utf8').on('data', (chunk) => {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data: '));
      if (data !== undefined) onEvent(JSON.parse(data.slice('data: '.length)));
    }
  });
  return request;
}
