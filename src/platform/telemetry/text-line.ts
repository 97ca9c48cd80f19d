type LogRecord = Readonly<Record<string, unknown> & { context?: string; msg?: string }>;

const levelNames: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

const shownElsewhere = new Set(['level', 'time', 'msg', 'context', 'err', 'correlation_id']);

/** Turns one JSON log line into one for a person's terminal: `10:31:07 info  [Http] message key=value`, what it belongs to last. */
export function textLine(line: string): string {
  const record = JSON.parse(line) as LogRecord;
  const time = String(record['time']).slice(11, 19);
  const level = (levelNames[Number(record['level'])] ?? 'info').padEnd(5);
  const context = record.context === undefined ? '' : `[${record.context}] `;
  return `${time} ${level} ${context}${record.msg ?? ''}${fieldsOf(record)}${correlationOf(record)}${stackOf(record)}\n`;
}

function fieldsOf(record: LogRecord): string {
  return Object.entries(record)
    .filter(([name]) => !shownElsewhere.has(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
}

/** Whole, because it is what one searches by. */
function correlationOf({ correlation_id: id }: LogRecord): string {
  return typeof id === 'string' ? ` correlation_id=${id}` : '';
}

function stackOf({ err }: LogRecord): string {
  if (typeof err !== 'object' || err === null) return '';
  const { stack, message } = err as { stack?: unknown; message?: unknown };
  return `\n${String(stack ?? message)}`;
}
