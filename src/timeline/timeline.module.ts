import { Module } from '@nestjs/common';
import { AuthModule } from '../platform/auth/auth.module.js';
import { AuditController } from './audit/audit.controller.js';
import { EventProofs } from './audit/event-proofs.js';
import { SealReader } from './audit/seal-reader.js';
import { CorrelationsController } from './correlation/correlations.controller.js';
import { RunTimelineController } from './run-timeline.controller.js';
import { TimelineController } from './timeline.controller.js';
import { STREAM_LIMITS, type StreamLimits, TimelineStream } from './timeline-stream.js';

const streamLimits: StreamLimits = { heartbeatMs: 15_000, maxStreams: 500 };

/** Reading, following, verifying and proving what happened. */
@Module({
  imports: [AuthModule],
  controllers: [TimelineController, RunTimelineController, AuditController, CorrelationsController],
  providers: [TimelineStream, SealReader, EventProofs, { provide: STREAM_LIMITS, useValue: streamLimits }],
})
export class TimelineModule {}
