/** A process that locks the folder it is given and keeps it until it is ended. */
import { lockFolder } from '../../../src/platform/database/embedded/folder-lock.js';

const [dataDir = ''] = process.argv.slice(2);
try {
  await lockFolder(dataDir);
  process.stdout.write('locked\n');
  setInterval(() => undefined, 60_000);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(3);
}
