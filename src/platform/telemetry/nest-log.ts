import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

// Nest tells each module and route at every start: for whoever looks into Nest, not for whoever runs the service.
const startup = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

// What Nest throws as well is told by whoever started it.
const thrownToo = new Set(['NestApplication', 'ExceptionHandler']);

/** Nest's own lines through the process's logger. Nest passes the context as the last text, a stack before it. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    const level = startup.has(String(rest.at(-1))) ? 'debug' : 'info';
    this.logger[level](...lineOf(message, rest));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const level = thrownToo.has(String(rest.at(-1))) ? 'debug' : 'error';
    this.logger[level](...lineOf(message, rest));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn(...lineOf(message, rest));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(...lineOf(message, rest));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.trace(...lineOf(message, rest));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.fatal(...lineOf(message, rest));
  }
}

function lineOf(message: unknown, rest: readonly unknown[]): [object, string] {
  const texts = rest.filter((part): part is string => typeof part === 'string');
  const context = texts.at(-1);
  const stack = texts.length > 1 ? texts[0] : undefined;
  const named = context === undefined ? {} : { context };
  if (message instanceof Error) return [{ ...named, err: message }, message.message];
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return [stack === undefined ? named : { ...named, err: { message: text, stack } }, text];
}
