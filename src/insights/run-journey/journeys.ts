import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { columnsOf } from '../../platform/projections/columns.js';
import { Freshness, type Standing } from '../../platform/projections/freshness.js';
import { TimeTravel } from '../../platform/projections/time-travel.js';
import type { InsightQuery } from '../insight.request.js';
import { runJourneys } from './run-journey.projection.js';

/** A question to the journeys that are counted: `text` selects from `journeys`, its own values start at `$6`. */
export type Question = Readonly<{ name: string; text: string; values: readonly unknown[] }>;

/** What was asked for, with how far it was counted. */
export type Answered<Item> = Standing & Readonly<{ items: readonly Item[] }>;

type AnswerRow<Item> = Readonly<{ as_of_position: string; head_position: string; items: readonly Item[] }>;

/** Rows sent to the database at once as one JSON text. */
const CHUNK = 1000;

/**
 * Asks the journeys of a tenant, as they are or as they were.
 *
 * There is one text for both: live it reads the table, with the table's checkpoint in the same statement and so of the same snapshot;
 * for a moment that has passed it reads rows folded anew, handed over as JSON.
 */
@Injectable()
export class Journeys {
  constructor(
    private readonly database: Database,
    private readonly freshness: Freshness,
    private readonly timeTravel: TimeTravel,
  ) {}

  /** @throws DomainError `not-yet-projected` where the position asked for is not reached in time. */
  ask<Item>(tenantId: string, counted: InsightQuery, question: Question): Promise<Answered<Item>> {
    const { as_of: asOf, min_position: minPosition } = counted;
    return asOf === undefined
      ? this.askLive(tenantId, counted, question, minPosition)
      : this.askPast(tenantId, counted, question, asOf);
  }

  private async askLive<Item>(
    tenantId: string,
    counted: InsightQuery,
    { name, text, values }: Question,
    minPosition: number | undefined,
  ): Promise<Answered<Item>> {
    if (minPosition !== undefined) await this.freshness.reach(runJourneys.name, minPosition);
    const statement = { name: `insight_${name}`, text: statementOver(runJourneys.name, text) };
    const rows = await this.database.query<AnswerRow<Item>>(tenantId, statement, [
      ...valuesOf(tenantId, counted),
      ...values,
    ]);
    return answerIn(rows);
  }

  private async askPast<Item>(
    tenantId: string,
    counted: InsightQuery,
    { name, text, values }: Question,
    asOf: string,
  ): Promise<Answered<Item>> {
    const { rows, asOfPosition, headPosition } = await this.timeTravel.rowsAsOf(runJourneys.name, tenantId, asOf);
    const chunks: string[] = [];
    for (let start = 0; start < rows.length; start += CHUNK) {
      chunks.push(JSON.stringify(rows.slice(start, start + CHUNK).map(columnsOf)));
    }
    const fixed = [...valuesOf(tenantId, counted), ...values];
    const source = `unnest($${String(fixed.length + 1)}::text[]) as chunk,
      jsonb_populate_recordset(null::run_journeys, chunk::jsonb)`;
    const statement = { name: `insight_${name}_past`, text: statementOver(source, text) };
    const answered = await this.database.query<AnswerRow<Item>>(tenantId, statement, [...fixed, chunks]);
    return { items: answerIn(answered).items, asOfPosition, headPosition };
  }
}

function valuesOf(tenantId: string, { template, version, from, to }: InsightQuery): unknown[] {
  return [tenantId, template, version ?? null, from ?? null, to ?? null];
}

function answerIn<Item>([row]: readonly AnswerRow<Item>[]): Answered<Item> {
  if (row === undefined) throw new Error('An aggregate answers with one row.');
  return {
    items: row.items,
    asOfPosition: Number(row.as_of_position),
    headPosition: Number(row.head_position),
  };
}

function statementOver(source: string, text: string): string {
  return `
    with journeys as (
      select journey.* from ${source} as journey
      where tenant_id = $1 and template_key = $2 and ($3::int is null or template_version = $3)
        and ($4::timestamptz is null or started_at >= $4) and ($5::timestamptz is null or started_at < $5)
    )
    select (select position from read_models where name = '${runJourneys.name}') as as_of_position,
      (select last_position from seal_state) as head_position,
      (select coalesce(json_agg(answer), '[]') from (${text}) answer) as items`;
}
