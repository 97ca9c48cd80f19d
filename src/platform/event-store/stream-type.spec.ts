import { describe, expect, it } from '@jest/globals';
import type { StoredEvent } from './stored-event.js';
import { type StreamType, eventsOf } from './stream-type.js';

const notebook = { name: 'notebook', catalogue: { 'note.added': { category: 'subject', schemaVersion: 2 } } };
const type = notebook as unknown as StreamType<unknown, never, never>;
const stored = (event: Partial<StoredEvent>) => [
  { id: 'e-1', type: 'note.added', schemaVersion: 1, ...event } as StoredEvent,
];

describe('reading stored events as those of a stream', () => {
  it('takes every version up to the one this software writes', () => {
    expect(eventsOf(type, [...stored({ schemaVersion: 1 }), ...stored({ schemaVersion: 2 })])).toHaveLength(2);
  });

  it.each([
    ['a newer version', { schemaVersion: 3 }],
    ['an unknown type', { type: 'note.sung' }],
  ])('refuses %s, naming the event', (_what, event) => {
    expect(() => eventsOf(type, stored(event))).toThrow(/Event e-1 .* newer software wrote it/);
  });
});
