import { Global, Module } from '@nestjs/common';
import { BuiltVersions } from './built-versions.js';
import { CatchUp } from './catch-up.js';
import { Freshness } from './freshness.js';
import { ParkedStreams } from './parked-streams.js';
import { Projections } from './projections.js';
import { ProjectionsController } from './projections.controller.js';
import { ReadModels } from './read-models.js';
import { Rebuilder } from './rebuilder.js';
import { TimeTravel } from './time-travel.js';

const forCapabilities = [ReadModels, Freshness, TimeTravel];

/** Read models: where each is registered, how far it is, how it was, and how it is made anew. */
@Global()
@Module({
  controllers: [ProjectionsController],
  providers: [...forCapabilities, BuiltVersions, CatchUp, Rebuilder, Projections, ParkedStreams],
  exports: forCapabilities,
})
export class ProjectionsModule {}
