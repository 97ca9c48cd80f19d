import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { ProjectNames } from '../../projects/contract.js';
import type { Subject } from '../run.events.js';
import type { DecisionGateRow } from './decision-gate.projection.js';

/** What somebody who decides a gate wants to know of its run: none of it changes while the run goes on. */
export type GateSetting = Readonly<{
  template: Readonly<{ key: string; version: number; name: string }>;
  subject: Subject;
  /** Null where the run moves no project. */
  projectName: string | null;
  stageName: string;
}>;

type Row = Readonly<{
  run_id: string;
  stage: string;
  stage_name: string;
  template_key: string;
  template_version: number;
  template_name: string;
  subject: Subject;
}>;

/** The settings of gates, by the gates' ids: of all of them in two questions. */
@Injectable()
export class GateSettings {
  constructor(
    private readonly database: Database,
    private readonly queries: QueryBus,
  ) {}

  async of(tenantId: string, gates: readonly DecisionGateRow[]): Promise<ReadonlyMap<string, GateSetting>> {
    const rows = await this.rows(tenantId, gates);
    const projects = rows.flatMap(({ subject }) => (subject.type === 'project' ? [subject.project_id] : []));
    const names = await this.queries.execute<ProjectNames, ReadonlyMap<string, string>>(
      new ProjectNames(tenantId, [...new Set(projects)]),
    );
    const settings = new Map(rows.map((row) => [`${row.run_id}/${row.stage}`, settingOf(row, names)]));
    return new Map(
      gates.flatMap(({ id, runId, stage }) => {
        const setting = settings.get(`${runId}/${stage}`);
        return setting === undefined ? [] : [[id, setting] as const];
      }),
    );
  }

  private async rows(tenantId: string, gates: readonly DecisionGateRow[]): Promise<readonly Row[]> {
    if (gates.length === 0) return [];
    const runs = [...new Set(gates.map(({ runId }) => runId))];
    return this.database.query<Row>(tenantId, SETTINGS, [tenantId, runs, gates.map(({ stage }) => stage)]);
  }
}

function settingOf(row: Row, names: ReadonlyMap<string, string>): GateSetting {
  const { subject } = row;
  return {
    template: { key: row.template_key, version: row.template_version, name: row.template_name },
    subject,
    projectName: subject.type === 'project' ? (names.get(subject.project_id) ?? null) : null,
    stageName: row.stage_name,
  };
}

const SETTINGS = {
  name: 'gate_settings',
  text: `
    select r.id as run_id, s.key as stage, s.name as stage_name, r.template_key, r.template_version, r.template_name, r.subject
    from pipeline_runs r join stage_configs s on s.run_id = r.id and s.key = any ($3::text[])
    where r.tenant_id = $1 and r.id = any ($2::uuid[])`,
};
