/** Retries, pauses and time limits where a graph does not name its own. */
export const graphDefaults = {
  timeout_seconds: 3600,
  max_retries_per_node: 3,
  retry_backoff_base: 1,
  retry_backoff_max: 60,
} as const;

/** What they may be, both ends included; seconds, and a whole number of retries. Ten years are enough for any graph. */
export const graphLimits = {
  timeout_seconds: { min: 0.01, max: 315_360_000 },
  max_retries_per_node: { min: 0, max: 100 },
  retry_backoff_base: { min: 0, max: 604_800 },
  retry_backoff_max: { min: 0, max: 604_800 },
} as const;

/** Nodes and edges of one graph; edges by `next` count too. */
export const MAX_NODES = 20_000;
export const MAX_EDGES = 100_000;

/** Characters of the id of a node or an edge. */
export const MAX_ID_LENGTH = 128;
