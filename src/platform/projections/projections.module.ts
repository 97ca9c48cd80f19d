import { Module, Global } from '@nestjs/common';
import { Freshness } from './freshness.js';
import { ReadModels } from './read-models.js';
import { TimeTravel } from './time-travel.js';

const parts = [ReadModels, Freshness, TimeTravel];

/** Read models: where each is registered, how far it is, and how it was. */
@Global()
@Module({ providers: parts, exports: parts })
export class ProjectionsModule {}
