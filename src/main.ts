import 'reflect-metadata';
import { ConfigError, loadConfig } from './platform/config/config.js';
import { FolderInUseError } from './platform/database/embedded/folder-lock.js';
import { createLogger } from './platform/telemetry/logger.js';
import { greeting } from './greeting.js';
import { type Service, startService } from './service.js';

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const format = config.logFormat ?? (process.stdout.isTTY ? 'text' : 'json');
  const logger = createLogger({ level: config.logLevel, format });
  const service = await startService(config, logger);
  process.stdout.write(greeting(service, config));
  service.onDatabaseExit((reason) => {
    process.stderr.write(`The embedded PostgreSQL ended by itself, so this process ends too: ${reason}\n`);
    process.exit(1);
  });
  stopOnSignal(service, config.shutdownSeconds);
}

/** After running requests had their time, closing the rest takes moments; longer means that something hangs. */
const CLOSING_MS = 10_000;

/** A second signal, or a stop that takes too long, ends the process at once: what was acknowledged is in the database. */
function stopOnSignal(service: Service, patienceSeconds: number): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), patienceSeconds * 1000 + CLOSING_MS).unref();
    service.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Stopping failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  const isExpected = error instanceof ConfigError || error instanceof FolderInUseError;
  process.stderr.write(`${isExpected ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(1);
});
