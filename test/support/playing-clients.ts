import { type HammeringClient, clientOf, playRun } from './hammering-client.js';
import type { ApiClient } from './api-client.js';
import { emptyLedger } from './marked-commands.js';

/** Clients that play one run after the other until they are told to stop; they fail when a command does. */
export function startPlaying(apis: readonly ApiClient[], count: number) {
  const ledger = emptyLedger();
  let isOver = false;
  let runCount = 0;
  const play = async (client: HammeringClient) => {
    while (!isOver) {
      await playRun(client);
      runCount += 1;
    }
  };
  const stall = startWatchingStalls(apis);
  const playing = Promise.all(Array.from({ length: count }, (_, index) => play(clientOf(apis, index, ledger))));
  playing.catch(() => undefined); // Whoever stops them learns of it.
  /** Answers what they were told, how many runs they played, and the longest a command took. */
  const stop = async () => {
    isOver = true;
    const longestMs = await stall.stop();
    await playing;
    return { statuses: [...ledger.statuses], runCount, longestMs };
  };
  return { stop, runs: () => runCount };
}

/** Sends one command after the other, each cheap, and remembers the longest wait for an answer. */
function startWatchingStalls([api]: readonly ApiClient[]) {
  if (api === undefined) throw new Error('A client needs a service.');
  let isOver = false;
  let longestMs = 0;
  const watch = async () => {
    while (!isOver) {
      const began = performance.now();
      const { status, body } = await api.post('/projects', { name: 'Watched' });
      if (status !== 201) throw new Error(`A command failed: ${JSON.stringify(body)}`);
      longestMs = Math.max(longestMs, performance.now() - began);
    }
  };
  const watching = watch();
  watching.catch(() => undefined);
  const stop = async () => {
    isOver = true;
    await watching;
    return longestMs;
  };
  return { stop };
}
