import { DefaultNamingStrategy } from 'typeorm';
import { columnOf } from '../projections/columns.js';

/** Columns are named as read models name them: `stageNumber` is `stage_number`. */
export class SnakeNaming extends DefaultNamingStrategy {
  override columnName(property: string, customName: string | undefined): string {
    return customName ?? columnOf(property);
  }
}
