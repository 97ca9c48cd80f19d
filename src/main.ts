import 'reflect-metadata';
import type { Logger } from 'pino';
import { type Config, loadConfig } from './platform/config/config.js';
import { createLogger, type LogFormat } from './platform/telemetry/logger.js';
import { greeting } from './greeting.js';
import { type Service, startService } from './service.js';
import { startFailure } from './start-failure.js';
import { stopOnSignal } from './stop-on-signal.js';

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const format = config.logFormat ?? (process.stdout.isTTY ? 'text' : 'json');
  const logger = createLogger({ level: config.logLevel, format });
  const service = await startService(config, logger).catch((error: unknown) => fail(error, config));
  service.onDatabaseExit((reason) => {
    process.stderr.write(`The embedded PostgreSQL ended by itself, so this process ends too: ${reason}\n`);
    process.exit(1);
  });
  stopOnSignal(() => stop(service, logger), config.shutdownSeconds);
  greet(service, config, format, logger);
}

/** For people. Where standard output is for machines, one JSON object a line, it goes to standard error. */
function greet(service: Service, config: Config, format: LogFormat, logger: Logger): void {
  const stream = format === 'text' ? process.stdout : process.stderr;
  stream.write(greeting(service, config));
  if (format === 'json') logger.info({ url: service.url, roles: config.roles }, 'Started.');
}

async function stop(service: Service, logger: Logger): Promise<void> {
  await service.close();
  logger.info('Stopped: what was accepted is finished.');
}

function fail(error: unknown, config: Config | null): never {
  process.stderr.write(`${startFailure(error, config)}\n`);
  process.exit(1);
}

main().catch((error: unknown) => fail(error, null));
