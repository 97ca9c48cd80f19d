import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { requestScope } from './request-scope.js';
import { textLine } from './text-line.js';

/** `text` is for terminals, `json` (one object a line) for machines. */
export type LogFormat = 'text' | 'json';

/** From which level on lines are written. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** How the log is written, and where to. */
export type LogSettings = Readonly<{
  level: LogLevel;
  format: LogFormat;
  /** Defaults to standard output. */
  destination?: DestinationStream;
}>;

const redacted = ['authorization', 'key', 'headers.authorization', 'req.headers.authorization', 'body.key'];

// A key that slips into a message or a stack is masked too: its shape is known.
const apiKey = /sl_[A-Za-z0-9_-]{43}/g;

/** The process's logger: correlation id on every line of a request, secrets masked. */
export function createLogger({ level, format, destination }: LogSettings): Logger {
  const sink = destination ?? pino.destination({ sync: format === 'text' });
  const shape = format === 'text' ? textLine : (line: string) => line;
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths: redacted, censor: '***' },
      mixin: correlation,
    },
    { write: (line: string) => sink.write(shape(line.replace(apiKey, 'sl_***'))) },
  );
}

function correlation(): object {
  const scope = requestScope.getStore();
  return scope === undefined ? {} : { correlation_id: scope.correlationId };
}
