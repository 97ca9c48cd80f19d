import { EventStore1763600000001 } from './1763600000001-event-store.js';
import { Access1763600000002 } from './1763600000002-access.js';
import { ReadModels1763600000003 } from './1763600000003-read-models.js';
import { Projections1763600000006 } from './1763600000006-projections.js';
import { Insights1763600000007 } from './1763600000007-insights.js';

/** Every migration, oldest first. */
export const migrations = [
  EventStore1763600000001,
  Access1763600000002,
  ReadModels1763600000003,
  Projections1763600000006,
  Insights1763600000007,
];
