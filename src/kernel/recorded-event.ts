import type { JsonObject } from './json.js';

/** The coarse kind an auditor filters by. */
export type Category =
  | 'transition'
  | 'gate_decision'
  | 'milestone'
  | 'risk_change'
  | 'park'
  | 'unpark'
  | 'run'
  | 'node'
  | 'job'
  | 'result'
  | 'fact'
  | 'profile'
  | 'policy'
  | 'template'
  | 'subject';

/** What kind of party acted; taken from the caller's credentials. */
export type ActorType = 'founder' | 'user' | 'system' | 'llm' | 'worker';

/** Who acted. */
export type Actor = Readonly<{ type: ActorType; id: string }>;

/** Something that happened, as a decider states it: past tense, dotted, with its subject. */
export type DomainEvent<Type extends string = string, Detail extends object = JsonObject> = Readonly<{
  type: Type;
  detail: Detail;
  fromStage?: string;
  toStage?: string;
  reason?: string;
  /** Who acted, where it is not the command's caller: a gate's rule decides for the system. */
  by?: Actor;
}>;

/** What the store adds to an event when it records it. Times are ISO 8601 in UTC, to the millisecond. */
export type Envelope = Readonly<{
  id: string;
  tenantId: string;
  streamId: string;
  streamType: string;
  streamVersion: number;
  category: Category;
  schemaVersion: number;
  correlationId: string;
  causationId: string;
  actor: Actor;
  context: JsonObject;
  occurredAt: string;
  recordedAt: string;
}>;

/** An event as it stands on the timeline. */
export type Recorded<Event extends DomainEvent<string, object>> = Event & Envelope;

/** What is the same for every event of one type: its category and the version of its detail's shape. */
export type Catalogue<Event extends DomainEvent<string, object>> = Readonly<
  Record<Event['type'], Readonly<{ category: Category; schemaVersion: number }>>
>;
