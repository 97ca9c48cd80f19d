import { describe, expect, it } from '@jest/globals';
import { seal } from '../../src/platform/event-store/seal.js';
import { sealFromWire, sealOnWire } from '../../src/platform/event-store/seal-on-wire.js';
import type { EventLine, ExportLine, SealLine } from '../../src/timeline/export/export-format.js';
import { OF_RUN, findingIn, flip, isEvent, isSeal, key, laterKey, timeline } from '../support/export-verdicts.js';
import { OTHER_TENANT, RUN, fileOf, linesOf, newKey } from '../support/sample-export.js';

const strangerKey = newKey();

/** The lines with the nth event or seal (from 0) made another. */
function withEvent(lines: readonly ExportLine[], nth: number, change: (line: EventLine) => ExportLine) {
  const found = lines.filter(isEvent)[nth];
  return lines.map((line) => (line === found ? change(line) : line));
}
function withSeal(lines: readonly ExportLine[], nth: number, change: (line: SealLine) => ExportLine) {
  const found = lines.filter(isSeal)[nth];
  return lines.map((line) => (line === found ? change(line) : line));
}
const withHeader = ([header, ...rest]: readonly ExportLine[], change: object) => [
  { ...header, ...change } as ExportLine,
  ...rest,
];
const without = (lines: readonly ExportLine[], index: number) => lines.toSpliced(index, 1);
const swapped = (lines: readonly ExportLine[], one: number, other: number) =>
  lines.map((line, index) => lines[index === one ? other : index === other ? one : index] ?? line);
const eventWith = (change: object) => (line: EventLine) => ({ ...line, event: { ...line.event, ...change } });
const sealWith = (change: object) => (line: SealLine) => ({ seal: { ...line.seal, ...change } });

type Forgery = readonly [string, RegExp, (lines: readonly ExportLine[]) => readonly ExportLine[]];

/** By somebody who knows the format: counts and sum are made to fit. Lines: 0 header, 1 seal, 2 event, 3 seal, 4 to 7 events, 8 and 9 seals, 10 event. */
const forgeries: readonly Forgery[] = [
  [
    'another actor',
    /^Event \S+ \(version 1 .*changed after/,
    (lines) => withEvent(lines, 0, eventWith({ actor_id: 'eve' })),
  ],
  ['a number for a text', /changed after/, (lines) => withEvent(lines, 1, eventWith({ schema_version: '1' }))],
  [
    'another time',
    /changed after/,
    (lines) => withEvent(lines, 1, eventWith({ recorded_at: '2026-03-01T12:00:11.126Z' })),
  ],
  [
    'another leaf',
    /changed after/,
    (lines) => withEvent(lines, 1, (line) => eventWith({ leaf_hash: flip(line.event.leaf_hash) })(line)),
  ],
  ['another position', /is not proven/, (lines) => withEvent(lines, 2, eventWith({ position: 4 }))],
  [
    'a position beyond its seal',
    /does not stand under the seal/,
    (lines) => withEvent(lines, 4, eventWith({ position: 7 })),
  ],
  ['a position beyond the head', /beyond the head/, (lines) => withEvent(lines, 5, eventWith({ position: 10 }))],
  [
    'the proof of another event',
    /is not proven/,
    (lines) => withEvent(lines, 1, (line) => ({ ...line, path: lines.filter(isEvent)[2]?.path ?? [] })),
  ],
  [
    'a proof that is too short',
    /is not proven/,
    (lines) => withEvent(lines, 1, (line) => ({ ...line, path: line.path.slice(1) })),
  ],
  [
    'a proof that is too long',
    /is not proven/,
    (lines) => withEvent(lines, 1, (line) => ({ ...line, path: [...line.path, line.event.leaf_hash] })),
  ],
  [
    'a proof turned round',
    /is not proven/,
    (lines) => withEvent(lines, 1, (line) => ({ ...line, path: line.path.toReversed() })),
  ],
  [
    'a bit of a proof flipped',
    /is not proven/,
    (lines) => withEvent(lines, 1, (line) => ({ ...line, path: line.path.with(0, flip(line.path[0] ?? '')) })),
  ],
  [
    'a proof longer than any',
    /path is not a list of at most 53/,
    (lines) =>
      withEvent(lines, 1, (line) => ({ ...line, path: Array.from({ length: 54 }, () => line.event.leaf_hash) })),
  ],
  [
    'a proof with half a hash',
    /path is not/,
    (lines) => withEvent(lines, 1, (line) => ({ ...line, path: line.path.with(0, 'ab') })),
  ],
  ['an event twice', /does not come after/, (lines) => lines.toSpliced(4, 0, lines[4] as ExportLine)],
  ['two events swapped', /does not come after/, (lines) => swapped(lines, 4, 5)],
  ['two seals swapped', /was taken out/, (lines) => swapped(lines, 1, 3)],
  [
    'a seal with its events moved',
    /was taken out/,
    (lines) => [...lines.slice(0, 1), ...lines.slice(3, 8), ...lines.slice(1, 3), ...lines.slice(8)],
  ],
  ['an event before any seal', /does not stand under/, (lines) => swapped(lines, 1, 2)],
  ['an event under the next seal', /does not stand under/, (lines) => swapped(lines, 7, 8)],
  ['a seal taken out', /does not follow the seal before it/, (lines) => without(lines, 8)],
  ['the first seal and its event taken out', /does not follow/, (lines) => lines.toSpliced(1, 2)],
  [
    'the last seal and its event taken out',
    /says that 9 positions were sealed; its seals end at 8/,
    (lines) => lines.slice(0, 9),
  ],
  ['a seal twice', /does not follow/, (lines) => lines.toSpliced(8, 0, lines[8] as ExportLine)],
  ['a seal over a wider range', /its hash does not match/, (lines) => withSeal(lines, 1, sealWith({ to_position: 7 }))],
  [
    'a seal over a narrower range',
    /its hash does not match/,
    (lines) => withSeal(lines, 1, sealWith({ to_position: 5 })),
  ],
  [
    'a seal that overlaps the one before',
    /does not follow/,
    (lines) => withSeal(lines, 1, sealWith({ from_position: 1 })),
  ],
  ['another number of a seal', /does not follow/, (lines) => withSeal(lines, 1, sealWith({ number: 3 }))],
  [
    'another time of sealing',
    /its hash does not match/,
    (lines) => withSeal(lines, 0, sealWith({ sealed_at: '2020-01-01T00:00:00.000Z' })),
  ],
  [
    'another root',
    /its hash does not match/,
    (lines) => withSeal(lines, 0, (line) => sealWith({ merkle_root: flip(line.seal.merkle_root) })(line)),
  ],
  [
    'another seal before',
    /not chained/,
    (lines) => withSeal(lines, 1, (line) => sealWith({ previous_hash: flip(line.seal.previous_hash) })(line)),
  ],
  [
    'another hash of a seal',
    /its hash does not match/,
    (lines) => withSeal(lines, 1, (line) => sealWith({ seal_hash: flip(line.seal.seal_hash) })(line)),
  ],
  [
    'a signature that is none',
    /signature that is not its key's/,
    (lines) => withSeal(lines, 0, (line) => sealWith({ signature: flip(line.seal.signature) })(line)),
  ],
  [
    'the signature of another seal',
    /signature that is not/,
    (lines) => withSeal(lines, 0, sealWith({ signature: lines.filter(isSeal)[1]?.seal.signature })),
  ],
  [
    'a seal signed again by a stranger',
    /signed by the key \w+, which is not among those given/,
    (lines) => withSeal(lines, 2, (line) => ({ seal: sealOnWire(seal(sealFromWire(line.seal), strangerKey)) })),
  ],
  [
    'a stranger’s seal under a trusted name',
    /signature that is not/,
    (lines) =>
      withSeal(lines, 2, (line) => ({
        seal: { ...sealOnWire(seal(sealFromWire(line.seal), strangerKey)), key_id: key.id },
      })),
  ],
  [
    'a trusted key under the name of another',
    /signature that is not/,
    (lines) => withSeal(lines, 0, sealWith({ key_id: laterKey.id })),
  ],
  ['a second header', /second header/, (lines) => lines.toSpliced(3, 0, lines[0] as ExportLine)],
  ['no header', /does not begin with a header/, (lines) => without(lines, 0)],
  ['another format', /not an export of a timeline/, (lines) => withHeader(lines, { format: 'stageline.timelines' })],
  [
    'a version to come',
    /version 2 of the format; known here is 1/,
    (lines) => withHeader(lines, { version: 2, more: true }),
  ],
  ['another tenant in the header', /of another tenant/, (lines) => withHeader(lines, { tenant_id: OTHER_TENANT })],
  ['another run in the header', /of another run/, (lines) => withHeader(lines, { run_id: RUN })],
  [
    'a period in the header',
    /not recorded in the period/,
    (lines) => withHeader(lines, { from: '2026-03-01T12:00:12.000Z' }),
  ],
  ['a later head', /says that 10 positions/, (lines) => withHeader(lines, { head_position: 10 })],
  [
    'a field more',
    /a field that does not belong there: "shown"/,
    (lines) => withEvent(lines, 0, eventWith({ shown: 'other' })),
  ],
  [
    'a field less',
    /its actor_id is not/,
    (lines) =>
      withEvent(lines, 0, (line) => {
        const { actor_id: _actor, ...event } = line.event;
        return { ...line, event };
      }),
  ],
  [
    'a time to the microsecond',
    /occurred_at is not a time/,
    (lines) => withEvent(lines, 0, eventWith({ occurred_at: '2026-03-01T11:58:11.250000Z' })),
  ],
  [
    'a time with an offset',
    /occurred_at is not a time/,
    (lines) => withEvent(lines, 0, eventWith({ occurred_at: '2026-03-01T11:58:11.250+00:00' })),
  ],
  [
    'a time that is none',
    /sealed_at is not a time/,
    (lines) => withSeal(lines, 0, sealWith({ sealed_at: '2026-02-30T12:00:00.000Z' })),
  ],
  [
    'hex in capitals',
    /merkle_root is not/,
    (lines) => withSeal(lines, 0, (line) => sealWith({ merkle_root: line.seal.merkle_root.toUpperCase() })(line)),
  ],
  [
    'a fraction of a position',
    /position is not a whole number/,
    (lines) => withEvent(lines, 0, eventWith({ position: 1.5 })),
  ],
  [
    'a position beyond counting',
    /position is not a whole number/,
    (lines) => withEvent(lines, 0, eventWith({ position: 1e300 })),
  ],
  [
    'a seal beyond counting',
    /to_position is not a whole number/,
    (lines) => withSeal(lines, 0, sealWith({ to_position: 2 ** 60 })),
  ],
  [
    'an event that is a list',
    /it is not an object/,
    (lines) => withEvent(lines, 0, (line) => ({ ...line, event: [] as never })),
  ],
  ['a line of another kind', /neither a header nor a seal/, (lines) => [...lines, { note: 'x' } as never]],
  [
    'a line that is two kinds',
    /a field that does not belong there/,
    (lines) => withEvent(lines, 0, (line) => ({ ...line, ...(lines[1] as SealLine) })),
  ],
];

describe('an exported timeline that was tampered with', () => {
  it.each(forgeries)('is found to have %s', async (_what, message, forge) => {
    const finding = await findingIn(fileOf(forge(linesOf(timeline))));
    expect(finding?.message).toMatch(message);
  });

  it('names the event, its position and its line', async () => {
    const finding = await findingIn(fileOf(withEvent(linesOf(timeline), 3, eventWith({ reason: 'forged' }))));
    const { id } = timeline.events[4] ?? {};
    expect(finding).toMatchObject({ line: 7, position: 5, eventId: id });
    expect(finding?.message).toBe(
      `Event ${String(id)} (version 3 of stream ${RUN}) was changed after it was recorded.`,
    );
  });

  it('is found to lack an event of its run', async () => {
    for (const taken of [0, 1, 2]) {
      const lines = linesOf(timeline, OF_RUN);
      const left = lines.filter((line) => line !== lines.filter(isEvent)[taken]);
      const needed = left.filter((line, index) => !isSeal(line) || 'event' in (left[index + 1] ?? {}));
      const finding = await findingIn(fileOf(needed));
      expect(finding?.message).toMatch(/does not follow version \d: events between were taken out/);
    }
  });

  it('is found to have an event of another run, though its proof is right', async () => {
    const lines = linesOf(timeline, OF_RUN);
    const other = linesOf(timeline).filter(isEvent)[1];
    const at = lines.findIndex((line) => isEvent(line) && line.event.position === 3);
    const finding = await findingIn(fileOf(lines.toSpliced(at, 0, other as EventLine)));
    expect(finding).toMatchObject({ position: 2 });
    expect(finding?.message).toMatch(/is of another run than the file/);
  });

  it('is found to reach no further than its events where it is a part', async () => {
    const lines = linesOf(timeline, OF_RUN);
    const unneeded = linesOf(timeline).filter(isSeal)[2] as SealLine;
    const padded = lines.toSpliced(-2, 0, unneeded);
    for (const [forged, number] of [[lines.slice(0, -1), 4] as const, [padded, 3] as const]) {
      const message = `Seal ${String(number)} has no event of this file under it.`;
      expect(await findingIn(fileOf(forged))).toMatchObject({ line: lines.length, message });
    }
  });

  it('is found to have seals in the wrong order where it is a part', async () => {
    const lines = linesOf(timeline, OF_RUN);
    const last = lines.filter(isSeal).at(-1);
    const turned = lines.toSpliced(1, 0, last as SealLine);
    expect((await findingIn(fileOf(turned)))?.message).toMatch(/does not come after the seal before it/);
  });
});
