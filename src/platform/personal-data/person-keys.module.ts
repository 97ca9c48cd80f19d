import { Global, Module } from '@nestjs/common';
import { PersonKeys } from './person-keys.js';

/** The keys of people, for every part of the service that encrypts or opens what is known of them. */
@Global()
@Module({ providers: [PersonKeys], exports: [PersonKeys] })
export class PersonKeysModule {}
