export type {
  ContractRule,
  Decision,
  GateDefinition,
  GateRule,
  GateType,
  MilestoneDefinition,
  OnExpiry,
  StageDefinition,
  TemplateReference,
} from './template.events.js';
export { isGroup } from './gate.policy.js';
export type { TemplateRow } from './template/template.projection.js';

/** Asks, over the query bus, for a template by key: its latest version, or the one named. Answered with its row, or null. */
export class FindTemplate {
  constructor(
    readonly tenantId: string,
    readonly key: string,
    readonly version: number | null,
  ) {}
}
