import { type DynamicModule, Module } from '@nestjs/common';
import type { AllowedHosts } from '../platform/outbound/allowed-addresses.js';
import { ReadModels, inlineReadModels } from '../platform/projections/read-models.js';
import { VAULT_KEY, type VaultKey } from '../platform/vault/vault-key.js';
import { WebhookCommands } from './commands/webhook-commands.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { DeliveryList } from './deliveries/delivery-list.js';
import { ALLOWED_HOSTS } from './receiver-url.js';
import { DeliveryQueue } from './sending/delivery-queue.js';
import { Ping } from './sending/ping.js';
import { Sender } from './sending/sender.js';
import { WebhookLoop } from './sending/webhook-loop.js';
import { WebhookRetention } from './sending/webhook-retention.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { webhookStream } from './webhook-stream.js';
import { WebhookReader } from './webhook/webhook-reader.js';
import { WebhooksController } from './webhooks.controller.js';

/** Where else events go. */
export type WebhookSettings = Readonly<{ allowedHosts: AllowedHosts; vaultKey: VaultKey }>;

const parts = [
  ...[WebhookSecrets, WebhookReader, WebhookCommands, DeliveryList],
  ...[DeliveryQueue, Sender, Ping, WebhookLoop, WebhookRetention],
];

/** Sending events to those who asked for them. */
@Module({})
export class WebhooksModule {
  constructor(readModels: ReadModels) {
    readModels.register(...inlineReadModels(webhookStream));
  }

  static with({ allowedHosts, vaultKey }: WebhookSettings): DynamicModule {
    return {
      module: WebhooksModule,
      controllers: [WebhooksController, DeliveriesController],
      providers: [
        ...parts,
        { provide: ALLOWED_HOSTS, useValue: allowedHosts },
        { provide: VAULT_KEY, useValue: vaultKey },
      ],
    };
  }
}
