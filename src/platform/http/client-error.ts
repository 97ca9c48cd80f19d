import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { invalidInput } from './invalid-input.js';
import { problemAnswer } from './problem-document.js';

const HEADERS_TOO_LARGE = 431;

/** Answers bytes that are no HTTP request, which no route, hook or filter ever sees, and closes the connection. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const detail = tooLarge ? 'has headers that are too large.' : 'is not valid HTTP.';
  const correlationId = uuidv7();
  const { status, body, headers } = problemAnswer(invalidInput([{ pointer: '', detail }]), {
    instance: '',
    correlationId,
  });
  const sentStatus = tooLarge ? HEADERS_TOO_LARGE : status;
  const text = JSON.stringify({ ...(body as object), status: sentStatus });
  const lines = Object.entries({
    ...headers,
    'x-correlation-id': correlationId,
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${sentStatus} ${STATUS_CODES[sentStatus] ?? ''}\r\n${lines.join('')}\r\n${text}`);
}
