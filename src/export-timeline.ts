/** `stageline export`: a service's export of its timeline, to standard output or into a file, whole or not at all. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CommandError } from './command-error.js';
import { download } from './service-client.js';

type Asked = Readonly<{
  out?: string | undefined;
  run?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}>;

/** Long enough for the last line of any export. */
const TAIL_CHARACTERS = 1000;

/** Writes the export and says on standard error how much it was. */
export async function exportTimeline({ out, run, from, to }: Asked): Promise<void> {
  const given = Object.entries({ run_id: run, from, to }).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams({ format: 'jsonl', ...Object.fromEntries(given) });
  const pieces = await download(process.env, `/audit/export?${query.toString()}`);
  const counted = { events: '' };
  const text = Readable.from(toItsEnd(pieces, counted));
  if (out === undefined) await pipeline(text, process.stdout, { end: false }).catch(unlessReaderLeft);
  else await writeWhole(out, text);
  if (counted.events !== '') process.stderr.write(`Exported ${counted.events} events.\n`);
}

/** Passes on what comes, and fails where the last line is not what ends an export. */
async function* toItsEnd(pieces: AsyncIterable<Buffer>, counted: { events: string }): AsyncGenerator<Buffer> {
  let tail = '';
  for await (const piece of pieces) {
    tail = (tail + piece.subarray(-TAIL_CHARACTERS).toString('latin1')).slice(-TAIL_CHARACTERS);
    yield piece;
  }
  const count = /\n\{"end":\{"events":(\d+),[^\n]*\n$/.exec(tail)?.[1];
  if (count === undefined) throw new CommandError('The export broke off. Try again; the log of the service says why.');
  counted.events = count;
}

/** Beside the file first, so that a broken export never stands where a whole one is expected. */
async function writeWhole(path: string, text: Readable): Promise<void> {
  const draft = `${path}.${String(process.pid)}.part`;
  try {
    await pipeline(text, createWriteStream(draft, { flags: 'wx' }));
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CommandError(`${path} cannot be written: ${message}`, { cause: error });
  }
}

/** `export | head` closes the other end: nothing is wrong then. */
function unlessReaderLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
