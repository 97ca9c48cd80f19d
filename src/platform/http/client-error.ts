import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { refuse } from '../../kernel/domain-error.js';
import { invalidInput } from './invalid-input.js';
import { problemAnswer, type Answer } from './problem-document.js';
import { newId } from '../new-id.js';

const HEADERS_TOO_LARGE = 431;

/** Answers bytes that are no HTTP request, which no route, hook or filter ever sees, and closes the connection. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const correlationId = newId();
  const { status, body, headers } = answerTo(error.code, correlationId);
  const text = JSON.stringify(body);
  const lines = Object.entries({
    ...headers,
    'x-correlation-id': correlationId,
    'x-content-type-options': 'nosniff',
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`);
}

function answerTo(code: string | undefined, correlationId: string): Answer {
  const occasion = { instance: '', correlationId };
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return problemAnswer(refuse('request-timeout', 'The request did not arrive in time. Send it again.'), occasion);
  }
  const isTooLarge = code === 'HPE_HEADER_OVERFLOW';
  const detail = isTooLarge ? 'has headers that are too large.' : 'is not valid HTTP.';
  const answer = problemAnswer(invalidInput([{ pointer: '', detail }]), occasion);
  if (!isTooLarge) return answer;
  return { ...answer, status: HEADERS_TOO_LARGE, body: { ...(answer.body as object), status: HEADERS_TOO_LARGE } };
}
