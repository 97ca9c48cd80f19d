import { it } from '@jest/globals';
import { makeFolder, removeFolder } from '../support/folders.js';
import { ADMIN_KEY, startFounderRun } from '../support/service.js';
import { spawnService, stop } from '../support/spawn-service.js';
import { follow } from '../support/sse-reader.js';
it.each([['none', 0, false], ['leave', 2, true], ['stay', 2, false], ['get', 0, false]])('x %s', async (_n, count, leaves) => {
  const dataDir = makeFolder();
  const service = await spawnService({ STAGELINE_DATA_DIR: dataDir, STAGELINE_LOG_LEVEL: 'debug' });
  await startFounderRun(service.api);
  const fs = Array.from({ length: count }, () => follow(() => service.url, ADMIN_KEY));
  await new Promise((r) => setTimeout(r, 1500));
  if (leaves) await Promise.all(fs.map((f) => f.leave()));
  const s = Date.now();
  const code = await stop(service);
  console.log(_n, code, Date.now() - s, service.output().slice(-1500));
  await Promise.all(fs.map((f) => f.leave()));
  removeFolder(dataDir);
}, 60000);
