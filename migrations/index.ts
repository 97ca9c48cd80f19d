import { EventStore1763600000001 } from './1763600000001-event-store.js';
import { Access1763600000002 } from './1763600000002-access.js';
import { ReadModels1763600000003 } from './1763600000003-read-models.js';
import { Append1763600000004 } from './1763600000004-append.js';
import { Hiring1763600000005 } from './1763600000005-hiring.js';
import { GateRules1763600000006 } from './1763600000006-gate-rules.js';
import { Projections1763600000007 } from './1763600000007-projections.js';
import { Insights1763600000008 } from './1763600000008-insights.js';
import { Jobs1763600000009 } from './1763600000009-jobs.js';
import { GraphRuns1763600000010 } from './1763600000010-graph-runs.js';
import { JointAppend1763600000011 } from './1763600000011-joint-append.js';
import { RowValues1763600000012 } from './1763600000012-row-values.js';
import { JobBatches1763600000014 } from './1763600000014-job-batches.js';
import { GatePolicies1763600000016 } from './1763600000016-gate-policies.js';
import { Approvals1763600000017 } from './1763600000017-approvals.js';
import { Webhooks1763600000018 } from './1763600000018-webhooks.js';
import { AlikeJobs1763600000022 } from './1763600000022-alike-jobs.js';

/** Every migration, oldest first. */
export const migrations = [
  EventStore1763600000001,
  Access1763600000002,
  ReadModels1763600000003,
  Append1763600000004,
  Hiring1763600000005,
  GateRules1763600000006,
  Projections1763600000007,
  Insights1763600000008,
  Jobs1763600000009,
  GraphRuns1763600000010,
  JointAppend1763600000011,
  RowValues1763600000012,
  JobBatches1763600000014,
  GatePolicies1763600000016,
  Approvals1763600000017,
  Webhooks1763600000018,
  AlikeJobs1763600000022,
];
