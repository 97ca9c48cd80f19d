/** The same command over HTTP, beside the same stack with one bare INSERT a request. */
import { contest } from '../harness/contest.mjs';
import { lineOf } from '../harness/line.mjs';
import { progress } from '../harness/progress.mjs';
import { ADMIN_KEY, withBareNest, withStageline } from '../harness/service.mjs';

const CONNECTIONS = 32;
const PEER = 'Nest and Fastify with one bare INSERT';

export async function run({ postgres, pace, profileTo }) {
  progress(`http, ${CONNECTIONS} connections`);
  const ours = await postgres.createDatabase();
  const theirs = await postgres.createDatabase();
  const rounds = await withStageline({ ...ours, profileTo }, (stagelineUrl) =>
    withBareNest({ ...theirs, profileTo }, (bareUrl) =>
      contest(entrants(stagelineUrl, bareUrl), {
        task: { callers: CONNECTIONS, seconds: pace.seconds },
        warmUp: { seconds: pace.warmUpSeconds },
        rounds: pace.rounds,
      }),
    ),
  );
  const line = (asked, required) =>
    lineOf(
      { measured: `${asked} over HTTP, ${CONNECTIONS} connections`, peer: PEER, required, unit: 'requests/s' },
      rounds[asked],
      rounds[PEER],
    );
  return [line('command', 1.0), line('command with an idempotency key')];
}

function entrants(stagelineUrl, bareUrl) {
  const headers = `authorization: Bearer ${ADMIN_KEY}\r\n`;
  const ours = { url: stagelineUrl, connections: CONNECTIONS, headers, startsRuns: true };
  return [
    { name: 'command', module: 'http-load', options: ours },
    { name: PEER, module: 'http-load', options: { url: bareUrl, connections: CONNECTIONS } },
    { name: 'command with an idempotency key', module: 'http-load', options: { ...ours, idempotent: true } },
  ];
}
