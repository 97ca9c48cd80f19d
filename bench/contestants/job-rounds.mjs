/**
 * What is asked of each queue, in the same way of all.
 *
 * A queue has `add(payload)`, `addMany(payloads)`, `work(way, onJob)`, which starts workers that call `onJob(payload)` for each job and answers how to
 * stop them once everything they did is written, `left()`, how many jobs are not done, and `close()`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { roundOf, runCallers } from '../harness/callers.mjs';
import { payload } from './payload.mjs';

/** Jobs of one call where many are added at once. */
const MANY = 1000;

/** Between two jobs for a worker that is to be idle again: not always the same, so as not to fall into step with anything. */
const IDLE_MS = { least: 15, spread: 10 };

/** What has not been picked up by then never is. */
const LOST_MS = 10_000;

export function jobRounds(queue) {
  const tasks = {
    add: (task) => runCallers(task, () => queue.add(payload(0))),
    addMany: (task) => addMany(queue, task),
    drain: (task) => drain(queue, task),
    pickUp: (task) => pickUp(queue, task),
  };
  const prepare = async ({ what, jobs }) => {
    if (what !== 'drain') return;
    for (let from = 0; from < jobs; from += MANY) await queue.addMany(payloads(Math.min(MANY, jobs - from)));
  };
  return { prepare, round: (task) => tasks[task.what](task), close: queue.close };
}

/** Counts jobs, though its latencies are of calls. */
async function addMany(queue, { seconds }) {
  const { count, perSecond, ...latencies } = await runCallers({ callers: 1, seconds }, () =>
    queue.addMany(payloads(MANY)),
  );
  return { ...latencies, count: count * MANY, perSecond: perSecond * MANY };
}

/** From the first job that is handed out to the moment at which the end of the last is written. */
async function drain(queue, { jobs, way }) {
  let began;
  let count = 0;
  const all = Promise.withResolvers();
  const stop = await queue.work(way, () => {
    began ??= performance.now();
    count += 1;
    if (count === jobs) all.resolve();
  });
  await all.promise;
  await stop();
  const seconds = (performance.now() - began) / 1000;
  const left = await queue.left();
  if (left !== 0 || count !== jobs) throw new Error(`${jobs} jobs were done ${count} times, ${left} are left.`);
  return { count, perSecond: count / seconds };
}

/** From the call that adds a job to its handler, one job at a time, the worker idle before each. */
async function pickUp(queue, { jobs }) {
  const latencies = [];
  let arrived;
  const stop = await queue.work('idle', () => arrived.resolve(performance.now()));
  const began = performance.now();
  while (latencies.length < jobs) {
    await pause(IDLE_MS.least + Math.random() * IDLE_MS.spread);
    arrived = Promise.withResolvers();
    const late = setTimeout(() => arrived.reject(new Error('A job was not picked up.')), LOST_MS);
    const sent = performance.now();
    await queue.add(payload(latencies.length));
    latencies.push((await arrived.promise) - sent);
    clearTimeout(late);
  }
  const seconds = (performance.now() - began) / 1000;
  await stop();
  return roundOf(latencies, seconds);
}

function payloads(count) {
  return Array.from({ length: count }, (_, index) => payload(index));
}
