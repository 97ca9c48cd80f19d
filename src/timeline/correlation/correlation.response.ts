import { ApiSchema } from '@nestjs/swagger';
import { actorTypes } from '../../platform/auth/actor-types.js';
import type { StoredEvent } from '../../platform/event-store/stored-event.js';
import { Choice, Flag, KeyText, Moment, NestedList, Text, Uuid, Whole } from '../../platform/http/fields.js';
import type { Caused, CommandNode, EventNode } from './causation-tree.policy.js';

@ApiSchema({ name: 'CausedEvent' })
class CausedEventResponse {
  @Uuid()
  readonly id!: string;

  @Whole({ min: 1 })
  readonly position!: number;

  @KeyText()
  readonly event_type!: string;

  @Uuid()
  readonly stream_id!: string;

  @KeyText()
  readonly stream_type!: string;

  @Whole({ min: 1 })
  readonly stream_version!: number;

  @Choice(actorTypes, {
    description: 'Who acted: another than who sent the command, where the system decided by a rule.',
  })
  readonly actor_type!: string;

  @Text()
  readonly actor_id!: string;

  @KeyText({ nullable: true })
  readonly to_stage!: string | null;

  @Moment()
  readonly occurred_at!: string;

  @Moment()
  readonly recorded_at!: string;

  @NestedList(() => CausedEventResponse, {
    description: 'The other events of the same command, which followed from it.',
  })
  readonly events!: readonly CausedEventResponse[];

  @NestedList(() => CausedCommandResponse, { description: 'The commands that followed from it.' })
  readonly commands!: readonly CausedCommandResponse[];
}

@ApiSchema({ name: 'CausedCommand' })
class CausedCommandResponse {
  @Uuid()
  readonly id!: string;

  @Flag({ description: 'False where it followed from something that is not in this flow, or beyond its limit.' })
  readonly cause_known!: boolean;

  @Choice(actorTypes)
  readonly actor_type!: string;

  @Text()
  readonly actor_id!: string;

  @Text({ nullable: true, description: 'The key it came with, or what of the service acted.' })
  readonly key_id!: string | null;

  @Moment({ description: 'When its events were recorded.' })
  readonly recorded_at!: string;

  @Uuid({ description: 'The stream of its first event.' })
  readonly stream_id!: string;

  @KeyText()
  readonly stream_type!: string;

  @NestedList(() => CausedEventResponse)
  readonly events!: readonly CausedEventResponse[];
}

@ApiSchema({ name: 'Correlation' })
export class CorrelationResponse {
  @Uuid()
  readonly correlation_id!: string;

  @Whole({ min: 1, description: 'How many events the tree has.' })
  readonly event_count!: number;

  @Flag({ description: 'Whether there are more: the tree ends with its first 1,000 events.' })
  readonly truncated!: boolean;

  @Whole({ min: 0, description: 'The position up to which the tree is complete.' })
  readonly as_of_position!: number;

  @Whole({ min: 0, description: 'The last position given.' })
  readonly head_position!: number;

  @NestedList(() => CausedCommandResponse, { description: 'The commands that nothing before in this flow led to.' })
  readonly commands!: readonly CausedCommandResponse[];
}

/** An event in a tree of causes. */
export type CorrelatedEvent = StoredEvent & Caused;

/** A command of the tree with all that followed, as it goes over the wire. */
export function commandOnWire({ id, causeKnown, first, events }: CommandNode<CorrelatedEvent>): CausedCommandResponse {
  const keyId = first.context['key_id'];
  return {
    id,
    cause_known: causeKnown,
    actor_type: first.actor.type,
    actor_id: first.actor.id,
    key_id: typeof keyId === 'string' ? keyId : null,
    recorded_at: first.recordedAt,
    stream_id: first.streamId,
    stream_type: first.streamType,
    events: events.map(eventOnWire),
  };
}

function eventOnWire({ event, events, commands }: EventNode<CorrelatedEvent>): CausedEventResponse {
  return {
    id: event.id,
    position: event.position ?? 0,
    event_type: event.type,
    stream_id: event.streamId,
    stream_type: event.streamType,
    stream_version: event.streamVersion,
    actor_type: event.actor.type,
    actor_id: event.actor.id,
    to_stage: event.toStage ?? null,
    occurred_at: event.occurredAt,
    recorded_at: event.recordedAt,
    events: events.map(eventOnWire),
    commands: commands.map(commandOnWire),
  };
}
