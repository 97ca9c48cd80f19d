import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { RunTimelineController } from './run-timeline.controller.js';
import { TimelineController } from './timeline.controller.js';
import { TimelineStream } from './timeline-stream.js';

/** Reading, following and verifying what happened. */
@Module({ controllers: [TimelineController, RunTimelineController, AuditController], providers: [TimelineStream] })
export class TimelineModule {}
