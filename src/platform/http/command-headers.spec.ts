import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../kernel/domain-error.js';
import { dryRunIn, expectedVersionIn, idempotencyKeyIn, occurredAtIn } from './command-headers.js';

const now = '2026-06-01T12:00:00.000Z';

describe('If-Match', () => {
  it.each([
    ['"7"', 7],
    ['W/"7"', 7],
    ['7', 7],
    [' "0" ', 0],
    ['*', undefined],
    [undefined, undefined],
  ])('%s expects %s', (header, version) => expect(expectedVersionIn(header)).toBe(version));

  it.each(['', '"x"', '"7", "8"', '-1', '"7', '7.5', '9'.repeat(20)])('refuses %j', (header) =>
    expect(() => expectedVersionIn(header)).toThrow(DomainError),
  );
});

describe('X-Occurred-At', () => {
  it('is read in UTC', () => expect(occurredAtIn('2026-06-01T01:00:00+02:00', now)).toBe('2026-05-31T23:00:00.000Z'));

  it('may be ahead of us by as much as clocks differ, and then counts as now', () =>
    expect(occurredAtIn('2026-06-01T12:00:05Z', now)).toBe(now));

  it.each(['2026-06-01T12:00:05.001Z', 'yesterday', '2026-06-01', ''])('refuses %j', (header) =>
    expect(() => occurredAtIn(header, now)).toThrow(DomainError),
  );
});

describe('Idempotency-Key', () => {
  it('is any printable text of 255 characters', () => expect(idempotencyKeyIn('~'.repeat(255))).toHaveLength(255));

  it.each(['', 'a'.repeat(256), 'tab\there', 'é'])('refuses %j', (header) =>
    expect(() => idempotencyKeyIn(header)).toThrow(DomainError),
  );
});

describe('dry_run', () => {
  it.each([
    [undefined, false],
    ['false', false],
    ['true', true],
  ])('%s is %s', (value, dryRun) => expect(dryRunIn(value)).toBe(dryRun));

  it.each(['1', '', ['true', 'true']])('refuses %j: a real command must not be guessed', (value) =>
    expect(() => dryRunIn(value)).toThrow(DomainError),
  );
});
