import { Module } from '@nestjs/common';
import { ReadModels, asyncReadModel } from '../platform/projections/read-models.js';
import { runStreamType } from '../runs/contract.js';
import { CountedTemplate } from './counted-template.js';
import { CycleTimes } from './cycle-times/cycle-times.js';
import { Funnels } from './funnel/funnels.js';
import { GateInsights } from './gates/gate-insights.js';
import { InsightsController } from './insights.controller.js';
import { Journeys } from './run-journey/journeys.js';
import { runJourneys } from './run-journey/run-journey.projection.js';

/** What dashboards ask of runs: funnels, cycle times, gates. */
@Module({
  controllers: [InsightsController],
  providers: [Journeys, CountedTemplate, Funnels, CycleTimes, GateInsights],
})
export class InsightsModule {
  constructor(readModels: ReadModels) {
    readModels.register(asyncReadModel(runStreamType, runJourneys));
  }
}
