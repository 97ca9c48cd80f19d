import { EventStore1763600000001 } from './1763600000001-event-store.js';
import { Access1763600000002 } from './1763600000002-access.js';
import { ReadModels1763600000003 } from './1763600000003-read-models.js';
import { Append1763600000004 } from './1763600000004-append.js';
import { Projections1763600000006 } from './1763600000006-projections.js';

/** Every migration, oldest first. */
export const migrations = [
  EventStore1763600000001,
  Access1763600000002,
  ReadModels1763600000003,
  Append1763600000004,
  Projections1763600000006,
];
