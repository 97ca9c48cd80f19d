import { executionOrder, type GraphDefinition } from '../work/contract.js';
import type { TemplateContent } from './template.events.js';

/** A graph that is a pipeline by itself, as its author writes it. */
export type PipelineContent = Readonly<{ key: string; name: string }> & GraphDefinition;

/** The template that a pipeline is short for: one stage, which begins with the run and ends with the graph. */
export function pipelineTemplate({ key, name, ...graph }: PipelineContent): TemplateContent {
  const stage = { key: 'main', name, auto_start: true, milestones: {}, exit_criteria: [] };
  return { key, name, stages: [{ ...stage, graph, advance: 'auto' }] };
}

/** The order in which the nodes of a sound pipeline run. */
export function pipelineOrder({ stages }: TemplateContent): readonly string[] {
  return stages.flatMap(({ graph }) => (graph === undefined ? [] : executionOrder(graph)));
}
