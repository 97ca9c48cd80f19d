import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Hands on each line of a stream; empty ones are left out. */
export function linesOf(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on('line', (line) => {
    if (line.trim() !== '') onLine(line);
  });
}
