import { Module } from '@nestjs/common';
import { CommandExecutor } from './command-executor.js';
import { EventStore } from './event-store.js';
import { Receipts } from './receipts.js';
import { Sealer } from './sealer.js';
import { SealerLoop } from './sealer-loop.js';
import { StreamMemory } from './stream-memory.js';
import { Subscriptions } from './subscription.js';
import { TimelineReader } from './timeline-reader.js';
import { TimelineSignal } from './timeline-signal.js';
import { Verification } from './verification.js';

const parts = [EventStore, StreamMemory, CommandExecutor, Receipts, Sealer, SealerLoop, TimelineReader, TimelineSignal, Subscriptions, Verification];

/** The timeline: appending, sealing, reading and following it. */
@Module({ providers: parts, exports: parts })
export class EventStoreModule {}
