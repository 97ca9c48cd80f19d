import { Global, Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { HomeController } from './home.controller.js';
import { ProblemsController } from './problems.controller.js';
import { ReadinessChecks } from './readiness-checks.js';
import { Shutdown } from './shutdown.js';

/** What every part may use of the edge: `Shutdown` to end streams, `ReadinessChecks` to say when it is ready. */
@Global()
@Module({
  controllers: [HomeController, HealthController, ProblemsController],
  providers: [ReadinessChecks, Shutdown],
  exports: [ReadinessChecks, Shutdown],
})
export class HttpModule {}
