import type { JsonObject } from '../kernel/json.js';
import type { Catalogue, DomainEvent } from '../kernel/recorded-event.js';
import type { GraphDefinition } from '../work/contract.js';

/** What may be decided at a gate: the last two at an approval, the others at a decision. Only `proceed` and `approve` pass the stage. */
export type Decision = 'proceed' | 'narrow' | 'pivot' | 'park' | 'approve' | 'send_back';

/** Two types of gate, one mechanism. */
export type GateType = 'decision' | 'approval';

/** What becomes of a run whose gate nobody decided in time. */
export type OnExpiry = 'remain' | 'park' | 'escalate';

/** One weighted step of a stage. Weights are whole numbers from 1; what they sum to is the stage's whole. */
export type MilestoneDefinition = Readonly<{
  title: string;
  weight: number;
  /** Only this decision completes it; nobody can tick it off. */
  completed_by?: 'gate:proceed';
  /** This decision completes it too; readiness does not ask for it. */
  also_completed_by?: 'gate:narrow';
}>;

/** Something that must be true before a stage may end. */
export type ExitCriterion = Readonly<{ key: string; text: string }>;

/** A decision the system takes by itself where a condition (in CEL, see docs/templates.md) holds. */
export type GateRule = Readonly<{
  when: string;
  decision: Decision;
  /** Where a pivot goes back to. Defaults to the first stage. */
  to_stage?: string;
  /** How often the rule may decide in one run; from then on the gate waits for a person. Defaults to without end. */
  at_most?: number;
}>;

/** What must hold before a stage is ready, over the run's facts, results and node outputs. */
export type ContractRule = Readonly<{
  /** For programs, unique in its stage; it becomes the code of the blocked reason. */
  code: string;
  /** A condition in CEL. One that cannot be evaluated does not hold. */
  when: string;
  /** Why the stage is not ready while it does not hold. */
  reason: string;
  /** What would satisfy it. */
  action: Readonly<{ code: string; message: string }>;
  /** Facts by which it holds. */
  example?: JsonObject;
}>;

/** The judgement at the end of a stage. */
export type GateDefinition = Readonly<{
  gate_type: GateType;
  options: readonly Decision[];
  /** Actor types or roles; the role `admin` always may. */
  decided_by: readonly string[];
  reason_required_for?: readonly Decision[];
  /** Seconds from opening; without it the gate never expires. */
  expires_after_seconds?: number;
  /** Defaults to `remain`. */
  on_expiry?: OnExpiry;
  /** Who may decide after `escalate`. */
  escalate_to?: readonly string[];
  /** Of an approval: how many different people have to approve. Defaults to 1. */
  quorum?: number;
  /** Of an approval: whoever did the work of the stage may not vote. Defaults to false. */
  no_self_approval?: boolean;
  /** How long before it expires those who may decide are reminded. Defaults to a quarter of its time. */
  remind_before_seconds?: number;
  /** The first rule that holds decides; `decided_by` then names `system`. */
  auto?: readonly GateRule[];
}>;

/** One stage, spelled as in template files and on the wire. */
export type StageDefinition = Readonly<{
  key: string;
  name: string;
  /** A locked stage is shown and never entered. Defaults to false. */
  locked?: boolean;
  /** Entering the stage starts it. Defaults to false. */
  auto_start?: boolean;
  milestones: Readonly<Record<string, MilestoneDefinition>>;
  exit_criteria: readonly ExitCriterion[];
  /** What must hold before it is ready, besides its milestones, criteria, risks and graph. */
  contract?: readonly ContractRule[];
  /** Its work: it runs when the stage starts, and the stage is not ready before it is finished. */
  graph?: GraphDefinition;
  /** `auto`: the stage completes by itself as soon as it is ready. Defaults to waiting for the command. */
  advance?: 'auto';
  gate?: GateDefinition;
}>;

/** A whole definition as an author writes it. The order of `stages` is the order of the run. */
export type TemplateContent = Readonly<{ key: string; name: string; stages: readonly StageDefinition[] }>;

/** Which definition a run is pinned to, spelled as on the wire. `content_hash` is the hex SHA-256 of the content. */
export type TemplateReference = Readonly<{ key: string; version: number; content_hash: string; name: string }>;

/** A version of a template came to be; versions count from 1 for each key. */
export type TemplatePublished = DomainEvent<
  'template.published',
  Readonly<{ key: string; version: number; name: string; content: TemplateContent; content_hash: string }>
>;

/** Everything that happens to a template; the stream is one key's. */
export type TemplateEvent = TemplatePublished;

/** How the store files each event of a template. */
export const templateCatalogue: Catalogue<TemplateEvent> = {
  'template.published': { category: 'template', schemaVersion: 1 },
};
