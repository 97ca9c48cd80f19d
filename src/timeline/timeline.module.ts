import { Module } from '@nestjs/common';
import { AuthModule } from '../platform/auth/auth.module.js';
import { AuditController } from './audit/audit.controller.js';
import { EventProofs } from './audit/event-proofs.js';
import { SealReader } from './audit/seal-reader.js';
import { ExportController } from './export/export.controller.js';
import { ExportParts } from './export/export-parts.js';
import { TimelineExport } from './export/timeline-export.js';
import { CorrelationsController } from './correlation/correlations.controller.js';
import { RunTimelineController } from './run-timeline.controller.js';
import { TimelineController } from './timeline.controller.js';
import { STREAM_LIMITS, type StreamLimits, TimelineStream } from './timeline-stream.js';

const streamLimits: StreamLimits = { heartbeatMs: 15_000, maxStreams: 500 };

/** Reading, following, verifying, proving and exporting what happened. */
@Module({
  imports: [AuthModule],
  controllers: [TimelineController, RunTimelineController, AuditController, ExportController, CorrelationsController],
  providers: [
    TimelineStream,
    SealReader,
    EventProofs,
    ExportParts,
    TimelineExport,
    { provide: STREAM_LIMITS, useValue: streamLimits },
  ],
})
export class TimelineModule {}
