import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import {
  bigintArray,
  booleanArray,
  byteaArray,
  integerArray,
  jsonbArray,
  textArray,
  timestamptzArray,
  uuidArray,
} from '../../src/platform/database/binary-array.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ ...database.connection, options: '-c timezone=UTC' });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** What the server understood, as JSON. */
const understood = async (type: string, parameter: Buffer): Promise<unknown> => {
  const { rows } = await client.query<{ list: unknown }>(`select to_jsonb($1::${type}[]) as list`, [parameter]);
  return rows[0]?.list;
};
const id = '0190a0a0-0000-7000-8000-0000000c0bd0';

describe('an array in binary form', () => {
  it.each([
    ['uuid', uuidArray([id, null]), [id, null]],
    [
      'text',
      textArray(['', 'a"b\\c{},null', 'NULL', null, 'Zoë 🐦\n']),
      ['', 'a"b\\c{},null', 'NULL', null, 'Zoë 🐦\n'],
    ],
    ['int', integerArray([0, -1, 2 ** 31 - 1, null]), [0, -1, 2 ** 31 - 1, null]],
    ['bigint', bigintArray([0n, -5n, 2n ** 52n]), [0, -5, 2 ** 52]],
    ['bytea', byteaArray([Buffer.from('00ff', 'hex'), Buffer.of(), null]), ['\\x00ff', '\\x', null]],
    [
      'timestamptz',
      timestamptzArray(['2026-11-20T09:17:37.123Z', '1969-12-31T23:59:59.999Z', null]),
      ['2026-11-20T09:17:37.123+00:00', '1969-12-31T23:59:59.999+00:00', null],
    ],
    ['jsonb', jsonbArray(['{"a": [1.5, null, "é\\""]}', 'null', '"x"']), [{ a: [1.5, null, 'é"'] }, null, 'x']],
    ['text', textArray([]), []],
    ['boolean', booleanArray([true, false, null]), [true, false, null]],
    [
      'text',
      textArray(['a', null, 'c', 'd', '', 'f'], 3),
      [
        ['a', null, 'c'],
        ['d', '', 'f'],
      ],
    ],
  ])('is understood: %s', async (type, parameter, expected) => {
    expect(await understood(type, parameter)).toEqual(expected);
  });

  it('carries any text', async () => {
    const texts = fc.array(fc.option(fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'))));
    await fc.assert(
      fc.asyncProperty(texts, async (list) => {
        expect(await understood('text', textArray(list))).toEqual(list);
      }),
      { numRuns: 50 },
    );
  });
});
