import type { IncomingMessage } from 'node:http';
import { refuse, type DomainError } from '../../kernel/domain-error.js';
import type { InputError } from './invalid-input.js';
import { isUuid } from './field-rules.js';

/** Headers of which a second one would have to be guessed away: whichever won, the client meant the other too. */
const onceOnly: ReadonlyMap<string, string> = new Map(
  [
    'Authorization',
    'Content-Encoding',
    'Content-Type',
    'Host',
    'Idempotency-Key',
    'If-Match',
    'Last-Event-ID',
    'X-Correlation-Id',
    'X-Occurred-At',
  ].map((name) => [name.toLowerCase(), name]),
);

/** What is wrong with a request's headers, whatever route it is for. */
export function headerFaults(request: IncomingMessage): readonly InputError[] {
  const { headers } = request;
  const doubled = doubledHeaders(request).map((name) => headerError(name, 'may come only once.'));
  return [
    ...doubled,
    ...(request.httpVersion === '1.1' && headers.host === undefined ? [headerError('Host', 'is needed.')] : []),
    ...(isExpectation(headers.expect) ? [] : [headerError('Expect', 'may only be 100-continue.')]),
    ...(isCorrelationId(headers['x-correlation-id']) ? [] : [headerError('X-Correlation-Id', 'must be a uuid.')]),
  ].filter(({ pointer }, index, all) => all.findIndex((other) => other.pointer === pointer) === index);
}

/** Refuses a body that is announced as anything but JSON's own encoding: read as UTF-8 it would say something else. */
export function bodyEncodingRefusal({ headers }: Pick<IncomingMessage, 'headers'>): DomainError | null {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (/^utf-?8$/i.test(charset) && /^identity$/i.test(encoding)) return null;
  return refuse(
    'unsupported-media-type',
    'Send JSON in UTF-8, not compressed: leave Content-Encoding out, and charset too or make it utf-8.',
  );
}

// Node joins some doubled headers and drops others; only the raw list still has both.
function doubledHeaders({ rawHeaders }: IncomingMessage): readonly string[] {
  const names = rawHeaders.filter((_name, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return [...onceOnly].filter(([name]) => names.indexOf(name) !== names.lastIndexOf(name)).map(([, name]) => name);
}

function isExpectation(expect: string | undefined): boolean {
  return expect === undefined || /^100-continue$/i.test(expect);
}

function isCorrelationId(sent: string | readonly string[] | undefined): boolean {
  return sent === undefined || (typeof sent === 'string' && isUuid(sent));
}

function headerError(name: string, detail: string): InputError {
  return { pointer: `/${name}`, in: 'header', detail };
}
