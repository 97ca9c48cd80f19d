/** From a command's answer to its event at whoever follows the timeline, at a steady load. */
import { contest } from '../harness/contest.mjs';
import { limitLineOf } from '../harness/line.mjs';
import { progress } from '../harness/progress.mjs';
import { ADMIN_KEY, withStageline } from '../harness/service.mjs';

const RATE = 1000;
const CONNECTIONS = 32;
const LIMIT_MS = 100;
const WARM_UP_SECONDS = 3;

export async function run({ postgres, pace, profileTo }) {
  progress(`delivery, ${RATE} events a second for ${pace.deliverySeconds} s`);
  const { delivery } = await withStageline({ ...(await postgres.createDatabase()), profileTo }, ({ url, pid }) => {
    const headers = `authorization: Bearer ${ADMIN_KEY}\r\n`;
    const options = { url, connections: CONNECTIONS, headers, key: ADMIN_KEY };
    return contest([{ name: 'delivery', module: 'delivery-load', options, service: pid }], {
      task: { seconds: pace.deliverySeconds, rate: RATE },
      warmUp: { seconds: WARM_UP_SECONDS },
      rounds: pace.rounds,
      databasePid: postgres.pid,
    });
  });
  const measured = `p99 from a command's answer to its event over SSE, at ${RATE} events/s`;
  return [limitLineOf({ measured, unit: 'ms', limit: LIMIT_MS }, delivery)];
}
