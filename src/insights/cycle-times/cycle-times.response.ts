import { ApiSchema } from '@nestjs/swagger';
import { Nested, NestedList } from '../../platform/http/fields.js';
import { CountedTemplateResponse, InsightResponse, ListedStageResponse } from '../insight.response.js';
import { SpellsResponse } from '../spell.response.js';

@ApiSchema({ name: 'StageCycleTimes' })
class StageCycleTimesResponse extends ListedStageResponse {
  @Nested(() => SpellsResponse, { description: 'From entered to started.' })
  readonly waiting!: SpellsResponse;

  @Nested(() => SpellsResponse, { description: 'From started, or reopened, to completed.' })
  readonly working!: SpellsResponse;

  @Nested(() => SpellsResponse, { description: 'From opened to decided.' })
  readonly at_gate!: SpellsResponse;
}

@ApiSchema({ name: 'CycleTimes' })
export class CycleTimesResponse extends InsightResponse {
  @Nested(() => CountedTemplateResponse)
  readonly template!: CountedTemplateResponse;

  @NestedList(() => StageCycleTimesResponse, { description: 'The stages in order, but for locked ones.' })
  readonly items!: readonly StageCycleTimesResponse[];
}
