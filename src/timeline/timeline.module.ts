import { Module } from '@nestjs/common';
import { AuthModule } from '../platform/auth/auth.module.js';
import { AuditController } from './audit.controller.js';
import { RunTimelineController } from './run-timeline.controller.js';
import { TimelineController } from './timeline.controller.js';
import { TimelineStream } from './timeline-stream.js';

/** Reading, following and verifying what happened. */
@Module({
  imports: [AuthModule],
  controllers: [TimelineController, RunTimelineController, AuditController],
  providers: [TimelineStream],
})
export class TimelineModule {}
