import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { gatePolicyCatalogue } from '../../src/gate-policy/gate-policy.events.js';
import { gatePolicyStream } from '../../src/gate-policy/gate-policy-stream.js';
import { fold } from '../../src/kernel/decider.js';
import { type Row, project } from '../../src/kernel/projection.js';
import type { DomainEvent, Recorded } from '../../src/kernel/recorded-event.js';
import { type StreamType, eventsOf } from '../../src/platform/event-store/stream-type.js';
import type { StoredEvent } from '../../src/platform/event-store/stored-event.js';
import { projectCatalogue } from '../../src/projects/project.events.js';
import { projectStream } from '../../src/projects/project-stream.js';

/** A policy and a project as the first version that knew them stored them, and what they were then read as. The file is never edited. */
type Frozen = Readonly<{ events: readonly StoredEvent[]; readAs: Readonly<{ state: object; row: object }> }>;
type AnyStream = StreamType<unknown, never, DomainEvent<string, object>>;

const frozen = JSON.parse(readFileSync(new URL('./frozen/policies.v1.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Frozen>
>;
const streams = [gatePolicyStream, projectStream] as unknown as readonly AnyStream[];

describe('layers of the policy stored by an earlier version', () => {
  it.each(streams)('fold to what they folded to then: $name', (stream) => {
    const { events, readAs } = frozen[stream.name] as Frozen;
    const known: readonly Recorded<DomainEvent<string, object>>[] = eventsOf(stream, events);
    expect(fold(stream.decider.evolve, stream.decider.initialState, known)).toMatchObject(readAs.state);
    const rows = stream.projections.flatMap((each) => [...project(each, new Map<string, Row>(), known).values()]);
    expect(rows).toMatchObject([readAs.row]);
  });

  it('have every type of event between them', () => {
    const types = new Set(Object.values(frozen).flatMap(({ events }) => events.map(({ type }) => type)));
    expect([...types].sort()).toEqual([...Object.keys(gatePolicyCatalogue), ...Object.keys(projectCatalogue)].sort());
  });
});
