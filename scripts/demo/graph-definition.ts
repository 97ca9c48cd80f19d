/** A graph with every type of node; `mark` makes its key and its agents this story's own. */
export function researchDesk(mark: string) {
  return {
    key: `research-desk-${mark}`,
    name: 'Research desk',
    retry_backoff_base: 0.2,
    nodes: [
      { id: 'question', type: 'trigger', name: 'A question comes in', config: {}, next: ['research'] },
      {
        id: 'research',
        type: 'agent',
        name: 'Look it up',
        config: { agent_id: `researcher-${mark}`, task: 'Answer the question from at least two sources.' },
        next: ['sure'],
      },
      { id: 'sure', type: 'condition', name: 'Is it sure?', config: { expression: 'output.confidence >= 0.8' } },
      { id: 'both', type: 'parallel', name: 'Check and sum up', config: {}, next: ['check', 'summary', 'rest'] },
      {
        id: 'ask_again',
        type: 'agent',
        name: 'Look again',
        config: { agent_id: `researcher-${mark}`, task: 'Find more sources.' },
        next: ['report'],
      },
      {
        id: 'check',
        type: 'agent',
        name: 'Check the answer',
        config: { agent_id: `checker-${mark}`, task: 'Is the answer true?' },
        next: ['report'],
      },
      {
        id: 'summary',
        type: 'action',
        name: 'Sum up',
        config: {
          action: 'set',
          values: { line: 'nodes.research.output.answer', sources: 'nodes.research.output.sources' },
        },
        next: ['report'],
      },
      { id: 'rest', type: 'delay', name: 'Let it rest', config: { seconds: 2 }, next: ['report'] },
      {
        id: 'report',
        type: 'action',
        name: 'Put it on record',
        config: {
          action: 'emit',
          facts: { answer: 'nodes.summary.output.line', verdict: 'nodes.check.output.verdict' },
        },
        next: ['archive'],
      },
      { id: 'archive', type: 'action', name: 'Archive', config: { action: 'noop' } },
    ],
    edges: [
      { id: 'is-sure', from: 'sure', to: 'both', condition: 'output.result' },
      { id: 'is-not', from: 'sure', to: 'ask_again', condition: '!output.result' },
    ],
  } as const;
}
