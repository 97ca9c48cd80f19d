/** What the story reads of the service's answers; each has more fields, which `/docs` shows. */
export type Project = Readonly<{
  id: string;
  name: string;
  status: string;
  stage_number: number | null;
  progress_percent: number;
}>;

export type Run = Readonly<{
  id: string;
  status: string;
  waiting_on: string | null;
  current_stage: string;
  stage_progress: Readonly<Record<string, string>>;
  progress_percent: number;
  open_gate_id: string | null;
  version: number;
}>;

export type Gate = Readonly<{ id: string; decision: string | null; options: readonly string[] }>;

export type Decided = Readonly<{ gate: Gate; run: Run }>;

export type StageEvent = Readonly<{
  stream_version: number;
  position: number | null;
  event_type: string;
  actor_id: string;
  from_stage: string | null;
  to_stage: string | null;
  reason: string | null;
  detail: Readonly<Record<string, unknown>>;
  recorded_at: string;
}>;

export type Verdict = Readonly<{
  valid: boolean;
  checked_events: number;
  checked_seals: number;
  finding: Readonly<{ message: string }> | null;
}>;

export type Candidate = Readonly<{ id: string; name: string | null; email: string | null }>;

export type Job = Readonly<{ id: string; status: string; attempts: number; next_run_at: string | null }>;

export type StageList = Readonly<{
  items: readonly Readonly<{
    key: string;
    status: string;
    blocked_reasons: readonly Readonly<{ code: string; message: string }>[];
  }>[];
}>;

export type PendingGates = Readonly<{
  items: readonly Readonly<{ allowed_deciders: readonly string[]; expires_at: string | null }>[];
}>;

export type FactHistory = Readonly<{ items: readonly Readonly<{ value: unknown; actor_id: string }>[] }>;

export type NodeRun = Readonly<{
  node_id: string;
  type: string;
  status: string;
  output: unknown;
  skip_reason: Readonly<{ code: string; message: string }> | null;
  retry_count: number;
}>;

/** What a dry run of registering a candidate shows. */
export type Registration = Readonly<{
  events: readonly [Readonly<{ detail: Readonly<{ name: Readonly<{ ciphertext: string }> }> }>];
}>;
