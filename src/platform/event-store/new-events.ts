import type { JsonObject } from '../../kernel/json.js';
import type { DomainEvent, Recorded } from '../../kernel/recorded-event.js';
import { SOFTWARE_VERSION } from '../software-version.js';
import { RECORDED_AT } from './recorded-at.js';
import type { CommandContext } from '../../kernel/command-context.js';
import type { Folded } from './folded.js';
import type { StreamType } from './stream-type.js';
import { newId } from '../new-id.js';

/**
 * The events of one command as the append will record them, but for the time, which the database knows.
 *
 * The first is caused by the command, the others by the first, unless their type of stream knows it more exactly.
 */
export function newEvents<State, Event extends DomainEvent<string, object>>(
  type: StreamType<State, never, Event>,
  before: Folded<State>,
  decided: readonly Event[],
  { streamId, context }: Readonly<{ streamId: string; context: CommandContext }>,
): readonly Recorded<Event>[] {
  const ids = decided.map(() => newId());
  const about = actContext(type, before, context);
  const causes = type.causes?.(decided) ?? decided.map((_event, index) => (index === 0 ? null : 0));
  return decided.map(({ by, ...event }, index) => {
    const { category, schemaVersion } = type.catalogue[event.type];
    return {
      ...(event as Event),
      id: ids[index] ?? newId(),
      tenantId: context.caller.tenantId,
      streamId,
      streamType: type.name,
      streamVersion: before.version + index + 1,
      category,
      schemaVersion,
      correlationId: context.correlationId,
      causationId: ids[causes[index] ?? -1] ?? context.commandId,
      actor: by ?? context.caller.actor,
      context: about,
      occurredAt: context.occurredAt ?? RECORDED_AT,
      recordedAt: RECORDED_AT,
    };
  });
}

/** The same events with the time at which they were recorded. */
export function recordedAt<Event extends DomainEvent<string, object>>(
  events: readonly Recorded<Event>[],
  at: string,
): readonly Recorded<Event>[] {
  return events.map((event) => ({
    ...event,
    recordedAt: at,
    occurredAt: event.occurredAt === RECORDED_AT ? at : event.occurredAt,
  }));
}

/** What an auditor asks about the act itself. */
function actContext<State, Event extends DomainEvent<string, object>>(
  type: StreamType<State, never, Event>,
  before: Folded<State>,
  { caller, commandId }: CommandContext,
): JsonObject {
  return {
    key_id: caller.keyId,
    command_id: commandId,
    software_version: SOFTWARE_VERSION,
    stream_version: before.version,
    ...type.provenance?.(before.state),
  };
}
