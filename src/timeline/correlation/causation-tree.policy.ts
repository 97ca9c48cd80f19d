/** What a tree of causes needs to know of an event. `commandId` is the command it was decided by, null where that is not recorded. */
export type Caused = Readonly<{ id: string; causationId: string; commandId: string | null }>;

/** An event with what followed from it: the other events of its command, and the commands it led to. */
export type EventNode<Event> = Readonly<{
  event: Event;
  events: readonly EventNode<Event>[];
  commands: readonly CommandNode<Event>[];
}>;

/** A command with the events it caused itself; one that acts on several streams has one for each. */
export type CommandNode<Event> = Readonly<{
  id: string;
  /** Whether what led to it is known: it came from outside, or stands under the event that led to it. */
  causeKnown: boolean;
  /** The first of its events. */
  first: Event;
  events: readonly EventNode<Event>[];
}>;

type Growing<Event> = { id: string; causeKnown: boolean; first: Event; events: GrowingEvent<Event>[] };
type GrowingEvent<Event> = { event: Event; events: GrowingEvent<Event>[]; commands: Growing<Event>[] };

/**
 * What caused what among the events of one flow, in the order of their positions.
 *
 * The first event of a command names the command as its cause, or, where the command followed from an event, that event; the others
 * name the first or another before them. A cause comes before what it causes: one that is not among the events before is unknown, and a root begins there.
 */
export function causationTree<Event extends Caused>(events: readonly Event[]): readonly CommandNode<Event>[] {
  const roots: Growing<Event>[] = [];
  const known = new Map<string, GrowingEvent<Event>>();
  const commands = new Map<string, Growing<Event>>();
  for (const event of events) {
    const node: GrowingEvent<Event> = { event, events: [], commands: [] };
    const cause = known.get(event.causationId);
    if (cause !== undefined && cause.event.commandId === event.commandId) cause.events.push(node);
    else commandOf(event, cause, commands, roots).events.push(node);
    known.set(event.id, node);
  }
  return roots;
}

/** The command an event was decided by; a new one grows from its cause, or as a root. */
function commandOf<Event extends Caused>(
  event: Event,
  cause: GrowingEvent<Event> | undefined,
  commands: Map<string, Growing<Event>>,
  roots: Growing<Event>[],
): Growing<Event> {
  const { causationId, commandId } = event;
  const id = commandId ?? causationId;
  const place = `${id} ${causationId}`;
  const there = commands.get(place);
  if (there !== undefined) return there;
  const command = { id, causeKnown: cause !== undefined || causationId === commandId, first: event, events: [] };
  (cause?.commands ?? roots).push(command);
  commands.set(place, command);
  return command;
}
