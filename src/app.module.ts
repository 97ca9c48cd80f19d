import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { CandidateEntity } from './hiring/candidate/candidate.entity.js';
import { GatePolicyModule } from './gate-policy/gate-policy.module.js';
import { GatePolicyEntity } from './gate-policy/policy/gate-policy.entity.js';
import { HiringModule } from './hiring/hiring.module.js';
import { JobProfileEntity } from './hiring/job-profile/job-profile.entity.js';
import { InsightsModule } from './insights/insights.module.js';
import { ApiKeyEntity } from './platform/auth/api-key.entity.js';
import { AuthModule } from './platform/auth/auth.module.js';
import { DatabaseModule, type DatabaseSettings } from './platform/database/database.module.js';
import { EventStoreModule, type EventStoreSettings } from './platform/event-store/event-store.module.js';
import { PersonKeysModule } from './platform/personal-data/person-keys.module.js';
import { ProjectionsModule } from './platform/projections/projections.module.js';
import { ProjectsModule } from './projects/projects.module.js';
import { DecisionGateEntity } from './runs/decision-gate/decision-gate.entity.js';
import { PipelineRunEntity } from './runs/pipeline-run/pipeline-run.entity.js';
import { RunsModule } from './runs/runs.module.js';
import { StageConfigEntity } from './runs/stage-config/stage-config.entity.js';
import { TemplateEntity } from './templates/template/template.entity.js';
import { TemplatesModule } from './templates/templates.module.js';
import { TimelineModule } from './timeline/timeline.module.js';
import { WebhooksModule, type WebhookSettings } from './webhooks/webhooks.module.js';
import { WorkModule } from './work/work.module.js';

export type AppSettings = Omit<DatabaseSettings, 'entities'> & EventStoreSettings & WebhookSettings;

const entities = [
  ApiKeyEntity,
  TemplateEntity,
  JobProfileEntity,
  CandidateEntity,
  GatePolicyEntity,
  PipelineRunEntity,
  StageConfigEntity,
  DecisionGateEntity,
];

/** The whole service: the platform below, the capabilities on it. */
@Module({})
export class AppModule {
  static with({ connection, poolSize, allowedHosts, vaultKey, ...eventStore }: AppSettings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(),
        DatabaseModule.at({ connection, poolSize, entities }),
        EventStoreModule.with(eventStore),
        PersonKeysModule,
        ProjectionsModule,
        AuthModule,
        TemplatesModule,
        ProjectsModule,
        HiringModule,
        GatePolicyModule,
        RunsModule,
        WorkModule,
        TimelineModule,
        InsightsModule,
        WebhooksModule.with({ allowedHosts, vaultKey }),
      ],
    };
  }
}
