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
  const rounds = await withStageline({ ...ours, profileTo }, (stageline) =>
    withBareNest({ ...theirs, profileTo }, (bare) =>
      contest(entrants(stageline, bare), {
        task: { callers: CONNECTIONS, seconds: pace.seconds },
        warmUp: { seconds: pace.warmUpSeconds },
        rounds: pace.rounds,
        databasePid: postgres.pid,
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

function entrants(stageline, bare) {
  const headers = `authorization: Bearer ${ADMIN_KEY}\r\n`;
  const ours = { url: stageline.url, connections: CONNECTIONS, headers, startsRuns: true };
  return [
    { name: 'command', module: 'http-load', options: ours, service: stageline.pid },
    { name: PEER, module: 'http-load', options: { url: bare.url, connections: CONNECTIONS }, service: bare.pid },
    {
      name: 'command with an idempotency key',
      module: 'http-load',
      options: { ...ours, idempotent: true },
      service: stageline.pid,
    },
  ];
}
