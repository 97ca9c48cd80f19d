import { v7 as newId } from 'uuid';

/** Each caller goes on with a stream of its own, and after so many events with the next. */
export const EVENTS_PER_STREAM = 20;

/** Answers, for a caller, the stream to write to next and the version it is at. */
export function ownStreams(nameOf = (id) => id) {
  const places = [];
  return (caller) => {
    const before = places[caller];
    const isFull = before === undefined || before.version + 1 === EVENTS_PER_STREAM;
    const place = isFull ? { streamId: nameOf(newId()), version: 0 } : { ...before, version: before.version + 1 };
    places[caller] = place;
    return place;
  };
}
