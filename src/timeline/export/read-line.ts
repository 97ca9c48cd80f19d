import { isUtf8 } from 'node:buffer';
import { canonicalJson } from '../../kernel/canonical-json.js';
import {
  type EndLine,
  type EventLine,
  type ExportHeader,
  FORMAT,
  FORMAT_VERSION,
  MAX_DEPTH,
  type SealLine,
} from './export-format.js';
import { kindOf, lineFault } from './export-shape.js';

/** A line that can be relied on to look right; what it says is not checked yet. */
export type ReadLine =
  | Readonly<{ kind: 'header'; header: ExportHeader }>
  | (Readonly<{ kind: 'seal' }> & SealLine)
  | (Readonly<{ kind: 'event' }> & EventLine)
  | (Readonly<{ kind: 'end' }> & EndLine);

/** Why a line is none, as a sentence. */
export type Unreadable = Readonly<{ kind: 'unreadable'; message: string }>;

/** Reads one line, without the line feed. */
export function readLine(bytes: Buffer): ReadLine | Unreadable {
  if (!isUtf8(bytes)) return unreadable('The line is not UTF-8.');
  const text = bytes.toString('utf8');
  const value = parsed(text);
  if (value === undefined) return unreadable('The line is not JSON.');
  if (isDeeperThan(value, MAX_DEPTH)) return unreadable(`The line nests deeper than ${String(MAX_DEPTH)} levels.`);
  if (canonical(value) !== text) return unreadable(NOT_CANONICAL);
  return shaped(value);
}

/** A name that stands twice is among this: only one of the two would be read. */
const NOT_CANONICAL =
  'The line is not in canonical form (RFC 8785): fields are out of order or there twice, or something is spelt otherwise.';

function shaped(value: unknown): ReadLine | Unreadable {
  const kind = kindOf(value);
  if (kind === null) return unreadable('The line is neither a header nor a seal, an event or an end.');
  const fault = lineFault(kind, value);
  if (kind !== 'header') {
    return fault === null
      ? ({ kind, ...(value as object) } as ReadLine)
      : unreadable(`The line is no ${kind}: ${fault}.`);
  }
  const header = value as ExportHeader;
  if ((header.format as string) !== FORMAT) return unreadable(`The file is not an export of a timeline (${FORMAT}).`);
  if (header.version !== FORMAT_VERSION) {
    return unreadable(
      `The file has version ${JSON.stringify(header.version)} of the format; known here is ${String(FORMAT_VERSION)}.`,
    );
  }
  return fault === null ? { kind, header } : unreadable(`The line is no header: ${fault}.`);
}

function unreadable(message: string): Unreadable {
  return { kind: 'unreadable', message };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Null for what has no canonical form: half a character, a number beyond all numbers. */
function canonical(value: unknown): string | null {
  try {
    return canonicalJson(value);
  } catch {
    return null;
  }
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeperThan(each, levels - 1));
}
