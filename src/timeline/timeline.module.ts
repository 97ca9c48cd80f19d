import { Module } from '@nestjs/common';
import { AuthModule } from '../platform/auth/auth.module.js';
import { AuditController } from './audit.controller.js';
import { RunTimelineController } from './run-timeline.controller.js';
import { TimelineController } from './timeline.controller.js';
import { STREAM_LIMITS, type StreamLimits, TimelineStream } from './timeline-stream.js';

const streamLimits: StreamLimits = { heartbeatMs: 15_000, maxStreams: 500 };

/** Reading, following and verifying what happened. */
@Module({
  imports: [AuthModule],
  controllers: [TimelineController, RunTimelineController, AuditController],
  providers: [TimelineStream, { provide: STREAM_LIMITS, useValue: streamLimits }],
})
export class TimelineModule {}
