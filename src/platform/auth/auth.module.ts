import { Module } from '@nestjs/common';
import { ApiKeyStore } from './api-key-store.js';
import { KeyRing } from './key-ring.js';
import { KeysController } from './keys.controller.js';
import { NewKeys } from './new-keys.js';
import { PgApiKeyStore } from './pg-api-key-store.js';

/** Keys: who calls, and the routes to make and revoke keys. Needs `Database` and `Receipts` to be global. */
@Module({
  controllers: [KeysController],
  providers: [KeyRing, NewKeys, { provide: ApiKeyStore, useClass: PgApiKeyStore }],
  exports: [KeyRing, ApiKeyStore],
})
export class AuthModule {}
