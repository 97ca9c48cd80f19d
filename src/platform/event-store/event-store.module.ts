import { type DynamicModule, Module } from '@nestjs/common';
import { CommandExecutor } from './command-executor.js';
import { EventStore } from './event-store.js';
import { HorizonWatch } from './horizon-watch.js';
import { ReceiptRetention } from './receipt-retention.js';
import { Receipts } from './receipts.js';
import { Sealer } from './sealer.js';
import { RowSignal } from './row-signal.js';
import { SEAL_INTERVAL_MS, SealerLoop } from './sealer-loop.js';
import { SEALING_KEY, type SealingKey, TRUSTED_KEYS } from './sealing-key.js';
import { StreamMemory } from './stream-memory.js';
import { Subscriptions } from './subscription.js';
import { TimelineReader } from './timeline-reader.js';
import { TimelineSignal } from './timeline-signal.js';
import { Verification } from './verification.js';

export type EventStoreSettings = Readonly<{
  sealingKey: SealingKey;
  /** Ids of other keys whose seals are trusted. */
  trustedKeys: readonly string[];
  sealIntervalMs: number;
}>;

const parts = [
  EventStore,
  StreamMemory,
  CommandExecutor,
  Receipts,
  ReceiptRetention,
  Sealer,
  SealerLoop,
  HorizonWatch,
  RowSignal,
  TimelineReader,
  TimelineSignal,
  Subscriptions,
  Verification,
];

/** The timeline: appending, sealing, reading and following it; for every part of the service. */
@Module({})
export class EventStoreModule {
  static with({ sealingKey, trustedKeys, sealIntervalMs }: EventStoreSettings): DynamicModule {
    return {
      module: EventStoreModule,
      global: true,
      providers: [
        ...parts,
        { provide: SEALING_KEY, useValue: sealingKey },
        { provide: TRUSTED_KEYS, useValue: new Set(trustedKeys) },
        { provide: SEAL_INTERVAL_MS, useValue: sealIntervalMs },
      ],
      exports: parts,
    };
  }
}
