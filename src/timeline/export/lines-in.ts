/** A line without its end; `isEnded` is false for the last of a file that does not end with a line feed. */
export type Line = Readonly<{ bytes: Buffer; isEnded: boolean }>;

const LINE_FEED = 0x0a;

/**
 * Splits bytes at line feeds, without ever holding more than one line and one piece of what comes in. A line of more than `maxBytes` comes cut
 * off, not ended, and is the last: whoever asked for the limit reads no further.
 */
export async function* linesIn(pieces: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, start)) {
      const bytes = joined(begun, piece.subarray(start, end));
      yield { bytes: bytes.subarray(0, maxBytes), isEnded: bytes.length <= maxBytes };
      if (bytes.length > maxBytes) return;
      [begun, begunBytes, start] = [[], 0, end + 1];
    }
    begun.push(piece.subarray(start));
    begunBytes += piece.length - start;
    if (begunBytes > maxBytes) break;
  }
  if (begunBytes > 0) yield { bytes: joined(begun, Buffer.alloc(0)).subarray(0, maxBytes), isEnded: false };
}

function joined(begun: readonly Buffer[], last: Buffer): Buffer {
  return begun.length === 0 ? last : Buffer.concat([...begun, last]);
}
