/** A process that starts the embedded server on the folder it is given, says where, and stays until it is ended. */
import { startEmbeddedPostgres } from '../../../src/platform/database/embedded/embedded-postgres.js';

const [dataDir = ''] = process.argv.slice(2);
const log = (message: string): void => {
  process.stderr.write(`${message}\n`);
};
try {
  const server = await startEmbeddedPostgres({ dataDir, log });
  process.stdout.write(`${JSON.stringify(server.connection)}\n`);
  process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)));
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exit(3);
}
