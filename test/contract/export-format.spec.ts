import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { verifyExport } from '../../src/timeline/export/export-verification.js';
import { faultyLine } from '../support/documented-export.js';
import { OF_RUN, PERIOD, findingIn, isEvent, isSeal, key, timeline, verify } from '../support/export-verdicts.js';
import { WHOLE, fileOf, linesOf, ours, timelineOf } from '../support/sample-export.js';

const scopes = { whole: WHOLE, run: OF_RUN, period: PERIOD } as const;

describe('verifying an exported timeline', () => {
  it.each(Object.entries(scopes))('finds nothing wrong with a %s that is as it was recorded', async (_what, scope) => {
    const lines = linesOf(timeline, scope);
    const { finding, verified } = await verify(fileOf(lines));
    expect({ finding, ...verified }).toMatchObject({
      finding: null,
      eventCount: lines.filter(isEvent).length,
      sealCount: lines.filter(isSeal).length,
    });
    expect(verified.eventCount).toBeGreaterThan(2);
    expect(await findingIn(fileOf(lines))).toBeNull();
  });

  it('comes to the same verdict however the bytes arrive', async () => {
    const file = fileOf(linesOf(timeline));
    for (const size of [1, 7, 100, 1000]) expect(await verify(file, size)).toEqual(await verify(file));
  });

  it('takes a timeline in which nothing is sealed yet', async () => {
    expect(await findingIn(fileOf(linesOf({ events: [], seals: [] })))).toBeNull();
  });

  it('takes any size of a seal, and every place in it', async () => {
    for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17]) {
      const of = timelineOf(
        Array.from({ length: size }, () => ours),
        [size],
        [key],
      );
      expect({ size, finding: await findingIn(fileOf(linesOf(of))) }).toEqual({ size, finding: null });
    }
  });

  it('takes the example in docs/export-format.md, and not when a letter is changed', async () => {
    const page = readFileSync(new URL('../../docs/export-format.md', import.meta.url), 'utf8');
    const block = (kind: string): string => new RegExp(`\`\`\`${kind}\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';
    const [file, pem] = [block('jsonl'), block('pem')];
    const keys = new Map([[/"key_id":"(\w+)"/.exec(file)?.[1] ?? '', createPublicKey(pem)]]);
    const verdict = (text: string) => verifyExport(Readable.from([Buffer.from(text)]) as AsyncIterable<Buffer>, keys);
    expect(await verdict(file)).toMatchObject({ finding: null, verified: { eventCount: 1 } });
    expect(faultyLine(Buffer.from(file), [pem])).toBeNull();
    expect((await verdict(file.replace('"ada"', '"eve"'))).finding).toMatchObject({ line: 3, position: 1 });
  });
});
