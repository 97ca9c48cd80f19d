import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EventLine, ExportLine, SealLine } from '../../src/timeline/export/export-format.js';
import { verifyExport } from '../../src/timeline/export/export-verification.js';
import {
  OF_RUN,
  findingIn,
  flip,
  isEvent,
  isSeal,
  key,
  timeline,
  trusted,
  verify,
} from '../support/export-verdicts.js';
import { WHOLE, ended, fileOf, linesOf, ours, timelineOf } from '../support/sample-export.js';

const whole = () => fileOf(linesOf(timeline));
const edited = (edit: (text: string) => string) => ended(Buffer.from(edit(linesText())));
const linesText = () => whole().toString('utf8').split('\n').slice(0, -2).join('\n') + '\n';

const files: readonly (readonly [string, RegExp, () => Buffer])[] = [
  ['is empty', /^The file is empty/, () => Buffer.alloc(0)],
  ['is one line feed', /not JSON/, () => Buffer.from('\n')],
  ['is compressed', /compressed \(gzip\)/, () => gzipSync(whole())],
  ['begins with a byte order mark', /not JSON/, () => Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), whole()])],
  ['ends its lines as DOS does', /not in canonical form/, () => edited((text) => text.replaceAll('\n', '\r\n'))],
  ['is not UTF-8', /not UTF-8/, () => edited((text) => text).fill(0xff, 600, 601)],
  ['lacks its last line', /^The file is cut off: its last line is missing/, () => Buffer.from(linesText())],
  ['lacks its last byte', /cut off: its last line does not end/, () => whole().subarray(0, -1)],
  ['has a byte more', /goes on after its end/, () => Buffer.concat([whole(), Buffer.of(0)])],
  ['has a line feed more', /goes on after its end/, () => Buffer.concat([whole(), Buffer.from('\n')])],
  ['is there twice', /goes on after its end/, () => Buffer.concat([whole(), whole()])],
  ['has an empty line', /not JSON/, () => edited((text) => text.replace('\n', '\n\n'))],
  ['has white space', /not in canonical form/, () => edited((text) => text.replace('"actor_id":', '"actor_id": '))],
  [
    'has a name twice',
    /not in canonical form/,
    () => edited((text) => text.replace('{"actor_id":', '{"actor_id":"eve","actor_id":')),
  ],
  [
    'has a name twice, escaped',
    /not in canonical form/,
    () => edited((text) => text.replace('{"actor_id":', '{"\\u0061ctor_id":"eve","actor_id":')),
  ],
  [
    'has names out of order',
    /not in canonical form/,
    () =>
      edited((text) =>
        text.replace('"actor_id":"ada","actor_type":"founder"', '"actor_type":"founder","actor_id":"ada"'),
      ),
  ],
  [
    'spells a number otherwise',
    /not in canonical form/,
    () => edited((text) => text.replace('"schema_version":1', '"schema_version":1.0')),
  ],
  [
    'has a number that loses digits',
    /not in canonical form/,
    () => edited((text) => text.replace('"position":1', '"position":1.00000000000000000001')),
  ],
  [
    'has a number beyond all',
    /not in canonical form/,
    () => edited((text) => text.replace('"schema_version":1', '"schema_version":1e999')),
  ],
  [
    'has a minus before nothing',
    /not in canonical form/,
    () => edited((text) => text.replace('"schema_version":1', '"schema_version":-0')),
  ],
  ['spells a letter otherwise', /not in canonical form/, () => edited((text) => text.replace('"ada"', '"\\u0061da"'))],
  ['has half a character', /not in canonical form/, () => edited((text) => text.replace('"ada"', '"\\ud83d"'))],
  [
    'has a name that objects inherit',
    /does not belong there: "__proto__"/,
    () => edited((text) => text.replace('"event":{', '"event":{"__proto__":{},')),
  ],
  [
    'has a line that is null',
    /neither a header/,
    () => ended(Buffer.concat([Buffer.from(linesText()), Buffer.from('null\n')])),
  ],
  [
    'has a line that is a list',
    /neither a header/,
    () => ended(Buffer.concat([Buffer.from(linesText()), Buffer.from('[{"seal":1}]\n')])),
  ],
  [
    'nests deeply',
    /nests deeper than 100 levels/,
    () => edited((text) => text.replace('"context":{}', `"context":${'['.repeat(5000)}${']'.repeat(5000)}`)),
  ],
  ['nests without an end', /not JSON/, () => Buffer.from(`${'['.repeat(2_000_000)}\n`)],
  [
    'has another sum',
    /The sum over the file is another/,
    () =>
      Buffer.from(
        whole()
          .toString('utf8')
          .replace(/("sha256":")(.)/, (_all, name: string, digit: string) => name + flip(digit)),
      ),
  ],
  [
    'says another number of events',
    /should have 7 events and 4 seals; it has 6 and 4/,
    () => Buffer.from(whole().toString('utf8').replace('"events":6', '"events":7')),
  ],
  [
    'says another number of seals',
    /should have 6 events and 5 seals/,
    () => Buffer.from(whole().toString('utf8').replace('"seals":4', '"seals":5')),
  ],
  [
    'was made at another time, says its header',
    /The sum over the file is another: its header/,
    () => Buffer.from(whole().toString('utf8').replace('"2026-03-02T08', '"2026-03-02T09')),
  ],
];

describe('a file', () => {
  it.each(files)('that %s is refused', async (_what, message, make) => {
    expect((await findingIn(make()))?.message).toMatch(message);
  });

  it('with a line beyond all bounds is read no further', async () => {
    let readBytes = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (const piece = Buffer.alloc(1024 * 1024, 0x20); ; readBytes += piece.length)
        yield await Promise.resolve(piece);
    }
    const { finding } = await verifyExport(endless(), trusted);
    expect(finding).toEqual({ line: 1, message: 'The line is longer than 67108864 bytes.' });
    expect(readBytes).toBeLessThan(70 * 1024 * 1024);
  });

  it('is found out at every single bit that is flipped', async () => {
    const small = fileOf(linesOf(timelineOf([ours, ours], [2], [key])));
    for (let bit = 0; bit < small.length * 8; bit += 1) {
      const flipped = Buffer.from(small);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const { finding } = await verify(flipped);
      if (finding === null)
        throw new Error(
          `Bit ${String(bit)} may be flipped: ${flipped.subarray((bit >> 3) - 20, (bit >> 3) + 20).toString()}`,
        );
      if (bit % 97 === 0) await findingIn(flipped);
    }
  }, 120_000);

  it('is found out wherever it is cut off', async () => {
    const file = whole();
    for (let length = 0; length < file.length; length += 1)
      expect((await verify(file.subarray(0, length))).finding).not.toBeNull();
  }, 60_000);

  it('is found out whatever bytes are put in, taken out or repeated', async () => {
    const file = whole();
    const places = fc.nat(file.length - 1);
    const edits = fc.oneof(
      fc
        .tuple(places, fc.nat(200))
        .map(([at, count]) => Buffer.concat([file.subarray(0, at), file.subarray(at + count + 1)])),
      fc
        .tuple(places, fc.uint8Array({ minLength: 1, maxLength: 40 }))
        .map(([at, bytes]) => Buffer.concat([file.subarray(0, at), bytes, file.subarray(at)])),
      fc
        .tuple(places, fc.nat(2000))
        .map(([at, count]) => Buffer.concat([file.subarray(0, at + count + 1), file.subarray(at)])),
      fc
        .tuple(places, places, fc.nat(300))
        .map(([from, to, count]) =>
          Buffer.concat([file.subarray(0, to), file.subarray(from, from + count + 1), file.subarray(to)]),
        ),
    );
    await fc.assert(
      fc.asyncProperty(edits, async (changed) => {
        fc.pre(!changed.equals(file));
        expect(await findingIn(changed)).not.toBeNull();
      }),
      { numRuns: 1500 },
    );
  }, 60_000);

  it('is found out whatever lines are moved, repeated or left out, though its end is made to fit', async () => {
    for (const scope of [WHOLE, OF_RUN]) {
      const lines = linesOf(timeline, scope);
      const orders = fc.array(fc.nat(lines.length - 1), { minLength: 1, maxLength: lines.length + 3 });
      await fc.assert(
        fc.asyncProperty(orders, async (order) => {
          const chosen = order.map((index) => lines[index] as ExportLine);
          const finding = await findingIn(fileOf(chosen));
          // A run that ends earlier is a run: that nothing came later is what no file can show.
          const isBeginning = scope === OF_RUN && isBeginningOf(chosen, lines);
          expect(finding === null).toBe(isBeginning);
        }),
        { numRuns: 1500 },
      );
    }
  }, 60_000);
});

/** Whether the lines have the header, the first events in order, and their seals, none of which is without events. */
function isBeginningOf(chosen: readonly ExportLine[], lines: readonly ExportLine[]): boolean {
  const indexes = chosen.map((line) => lines.indexOf(line));
  const isInOrder = indexes.every((index, at) => at === 0 || index > (indexes[at - 1] ?? 0));
  const events = chosen.filter(isEvent);
  const areFirst = events.every((event, index) => event === lines.filter(isEvent)[index]);
  const seals = chosen.filter(isSeal);
  const isUnder = ({ event: { position } }: EventLine, { seal: { from_position: from, to_position: to } }: SealLine) =>
    from <= position && position <= to;
  const areSealed = events.every((event) => seals.some((seal) => isUnder(event, seal)));
  const areNeeded = seals.every((seal) => events.some((event) => isUnder(event, seal)));
  return indexes[0] === 0 && isInOrder && areFirst && areSealed && areNeeded;
}
