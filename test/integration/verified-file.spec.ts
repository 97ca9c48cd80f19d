import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stageline } from '../support/command-line.js';
import { OF_RUN, PERIOD, key, laterKey, timeline } from '../support/export-verdicts.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { RUN, TENANT, fileOf, linesOf, newKey, ours, timelineOf } from '../support/sample-export.js';

const folder = makeFolder();
const at = (name: string): string => join(folder, name);
const put = (name: string, content: string | Buffer): string => {
  writeFileSync(at(name), content);
  return at(name);
};
let keys: readonly string[] = [];
beforeAll(() => {
  keys = ['--key', put('public.pem', key.publicKeyPem), '--key', put('later.pem', laterKey.publicKeyPem)];
});
afterAll(() => removeFolder(folder));

describe('stageline verify FILE', () => {
  it('says what it proved, and what no file can', async () => {
    const file = put('whole.jsonl', fileOf(linesOf(timeline)));
    const { code, out, err } = await stageline(['verify', file, ...keys]);
    const last = timeline.seals.at(-1)?.seal;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')).toEqual([
      `${file} is as it was recorded: 6 events under 4 seals.`,
      `It is the whole timeline of tenant ${TENANT}.`,
      `It is sealed up to position 9, at 2026-03-01T12:00:13.145Z, by the key ${laterKey.id}.`,
      `Its last seal is number 4: ${String(last?.sealHash.toString('hex'))}.`,
      '3 positions up to there are not in the file: of other tenants, or left out, which the file cannot tell.',
      'What came later, or was left out at the end, no file can tell: compare the last seal with one you have from elsewhere.',
      '',
    ]);
  });

  it('says of a run that none of its events is missing, and of a period that it cannot', async () => {
    const run = await stageline(['verify', put('run.jsonl', fileOf(linesOf(timeline, OF_RUN))), ...keys]);
    expect(run.out).toMatch(
      new RegExp(`It is run ${RUN} of tenant [^]*No event of the run is missing up to the last one here\\.`),
    );
    const period = await stageline(['verify', put('period.jsonl', fileOf(linesOf(timeline, PERIOD))), ...keys]);
    expect(period.out).toMatch(
      /recorded from 2026-03-01T12:00:13\.000Z on before [^]*Whether other events of that period/,
    );
    const full = timelineOf([ours, ours], [2], [key]);
    const { out } = await stageline(['verify', put('full.jsonl', fileOf(linesOf(full))), ...keys]);
    expect(out).toContain('No position up to there is missing.');
  });

  it('says of a file without events that it proves nothing', async () => {
    for (const scope of [OF_RUN, PERIOD, undefined]) {
      const file = put('nothing.jsonl', fileOf(linesOf(timelineOf([], [], [key]), scope)));
      const { code, out } = await stageline(['verify', file, ...keys]);
      expect(code).toBe(0);
      expect(out).toMatch(/0 events under 0 seals[^]*It holds no event, and proves nothing\.\n/);
      expect(out).not.toMatch(/missing/);
    }
  });

  it('names the first event that was changed, and ends with 1', async () => {
    const text = fileOf(linesOf(timeline)).toString('utf8').replace('“3”', '“4”');
    const { code, out, err } = await stageline(['verify', put('changed.jsonl', text), ...keys]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      `${at('changed.jsonl')} is not as it was recorded. Line 6, position 3: Event ${String(timeline.events[2]?.id)} ` +
        `(version 2 of stream ${RUN}) was changed after it was recorded.\nBefore it, 2 events under 2 seals are as they were recorded.\n`,
    );
  });

  it.each<readonly [string, () => string | Buffer, RegExp]>([
    ['empty', () => '', /Line 1: The file is empty/],
    ['compressed', () => gzipSync(fileOf(linesOf(timeline))), /compressed \(gzip\)/],
    ['cut off', () => fileOf(linesOf(timeline)).subarray(0, -400), /cut off/],
    ['something else', () => 'hello\n', /Line 1: The line is not JSON/],
  ])('ends with 1 on a file that is %s, in a line or two', async (_what, content, message) => {
    const { code, out, err } = await stageline(['verify', put('bad.jsonl', content()), ...keys]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(2);
  });

  it('does not take a seal by a key that it was not given', async () => {
    const { code, err } = await stageline([
      'verify',
      put('whole.jsonl', fileOf(linesOf(timeline))),
      ...keys.slice(0, 2),
    ]);
    expect(code).toBe(1);
    expect(err).toContain(`Seal 2 is signed by the key ${laterKey.id}, which is not among those given (${key.id}).`);
  });

  it('ends with 2 where it cannot tell', async () => {
    const file = put('whole.jsonl', fileOf(linesOf(timeline)));
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
    const privatePem = newKey().privateKey.export({ type: 'pkcs8', format: 'pem' });
    const asked: readonly (readonly [readonly string[], RegExp])[] = [
      [[file], /^Give the public key with --key public\.pem/],
      [[at('nowhere.jsonl'), ...keys], /nowhere\.jsonl cannot be read: ENOENT/],
      [[folder, ...keys], /cannot be read: EISDIR/],
      [[file, '--key', at('nowhere.pem')], /The key .+nowhere\.pem cannot be read: ENOENT/],
      [[file, '--key', file], /holds no Ed25519 public key in PEM\.$/m],
      [[file, '--key', put('rsa.pem', rsa)], /holds no Ed25519 public key in PEM\.$/m],
      [[file, '--key', put('private.pem', privatePem)], /holds a private key/],
    ];
    for (const [args, message] of asked) {
      const { code, out, err } = await stageline(['verify', ...args]);
      expect({ args, code, out }).toEqual({ args, code: 2, out: '' });
      expect(err).toMatch(message);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  it('loads no framework and no database, and opens no connection', async () => {
    const guard = `data:text/javascript,${encodeURIComponent(`
      import { registerHooks } from 'node:module';
      registerHooks({ resolve(specifier, context, next) {
        const found = next(specifier, context);
        const isNetwork = /^(node:)?(net|http2?|https|dgram|dns|tls)$/.test(specifier);
        if (isNetwork || found.url.includes('/node_modules/')) process.stderr.write('LOADS ' + found.url + '\\n');
        return found;
      } });`)}`;
    const file = put('whole.jsonl', fileOf(linesOf(timeline)));
    expect(await stageline(['verify', file, ...keys], {}, ['--import', guard])).toMatchObject({ code: 0, err: '' });
    const { err } = await stageline(['migrate'], { DATABASE_URL: 'none' }, ['--import', guard]);
    expect(err).toContain('LOADS'); // The guard sees what another command loads.
  });

  it('holds no more than a line of it in memory', async () => {
    const owners = Array.from({ length: 30_000 }, () => ours);
    const sizes = Array.from({ length: 15 }, () => 2_000);
    const file = fileOf(linesOf(timelineOf(owners, sizes, [key])));
    expect(file.length).toBeGreaterThan(40_000_000);
    const { code, out } = await stageline(['verify', put('large.jsonl', file), ...keys], {}, [
      '--max-old-space-size=24',
    ]);
    expect(code).toBe(0);
    expect(out).toContain('30000 events under 15 seals');
  }, 60_000);
});
