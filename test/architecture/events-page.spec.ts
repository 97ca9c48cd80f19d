import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { gatePolicyDecider } from '../../src/gate-policy/gate-policy.decider.js';
import { gatePolicyCatalogue } from '../../src/gate-policy/gate-policy.events.js';
import { candidateDecider } from '../../src/hiring/candidate.decider.js';
import { candidateCatalogue } from '../../src/hiring/candidate.events.js';
import { jobProfileDecider } from '../../src/hiring/job-profile.decider.js';
import { jobProfileCatalogue } from '../../src/hiring/job-profile.events.js';
import type { Catalogue, DomainEvent } from '../../src/kernel/recorded-event.js';
import { encrypt, newPersonKey } from '../../src/platform/personal-data/encryption.js';
import { contentHash, leafHash } from '../../src/platform/event-store/content-hash.js';
import { merkleRoot } from '../../src/platform/event-store/merkle.js';
import { sealHash } from '../../src/platform/event-store/seal.js';
import { eventOnWire, storedEvent, type StageEventRow } from '../../src/platform/event-store/stored-event.js';
import { projectDecider } from '../../src/projects/project.decider.js';
import { projectCatalogue } from '../../src/projects/project.events.js';
import type { RunCommand } from '../../src/runs/run-command.decider.js';
import { runCatalogue } from '../../src/runs/run.events.js';
import { founder } from '../../src/templates/built-in/founder.js';
import { templateCatalogue } from '../../src/templates/template.events.js';
import { templateStream } from '../../src/templates/template-stream.js';
import { approvalStory } from '../support/approval-story.js';
import { webhookCatalogue } from '../../src/webhooks/webhook.events.js';
import { webhookEvents, webhookStory } from '../support/webhook-story.js';
import { jobStreamCatalogue } from '../../src/work/job-batch.events.js';
import { batch, batchEvents, completeMany, startMany } from '../support/job-batch-story.js';
import { jobEvents, jobStories } from '../support/job-story.js';
import {
  atBuild,
  atCheckGate,
  atDraftGate,
  clerksStories,
  command,
  failedRule,
  history,
  readyDraft,
  start,
} from '../support/run-story.js';

const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');
const documented = [...page.matchAll(/^\| `([a-z_.]+)` \| ([a-z_]+) \| (\d+) \| ((?:`[a-z_]+\??` ?)+) \|$/gm)].map(
  ([, type = '', category, schema, fields = '']) =>
    [
      type,
      { category, schemaVersion: Number(schema), fields: fields.replaceAll('`', '').trim().split(' ').sort() },
    ] as const,
);

type Filed = readonly (readonly [string, object])[];
const filed = (catalogue: Catalogue<DomainEvent<string, object>>): Filed => Object.entries(catalogue);
const catalogues = {
  ...runCatalogue,
  ...jobStreamCatalogue,
  ...templateCatalogue,
  ...projectCatalogue,
  ...jobProfileCatalogue,
  ...candidateCatalogue,
  ...gatePolicyCatalogue,
  ...webhookCatalogue,
};

const approver = { actor: { type: 'user', id: 'ann' }, roles: ['approver'] } as const;

/** Command sequences that lead, together, to every event of a run. */
const stories: readonly (readonly RunCommand[])[] = [
  [
    ...readyDraft,
    command('reopen_milestone', { stage: 'draft', milestone: 'outline' }),
    command('unmeet_criterion', { stage: 'draft', criterion: 'sourced' }),
    command('suggest_focus', { stage: 'draft', focus: ['Sources'] }),
    command('raise_risk', { stage: 'draft', type: 'market', message: 'Crowded.' }),
    command('dismiss_risk', { stage: 'draft', riskId: 'fresh-8', reason: 'It is not.' }),
    command('record_facts', { facts: { interviews: 3 }, trigger: 'interviews_done' }),
    command('record_result', { stage: 'draft', outcome: 'pass', score: 1, feedback: 'Good.', data: {} }),
    command('park', { reason: 'Winter.' }),
    command('unpark', { reason: 'Spring.' }),
    command('cancel', { reason: 'Enough.', outcome: undefined }),
  ],
  [
    ...atDraftGate,
    command('decide_gate', {
      gateId: 'fresh-5',
      decision: 'narrow',
      reason: undefined,
      toStage: undefined,
      scope: { drop_milestones: ['review'] },
    }),
  ],
  [
    ...atDraftGate,
    command('decide_gate', {
      gateId: 'fresh-5',
      decision: 'pivot',
      reason: 'Back.',
      toStage: 'draft',
      scope: undefined,
    }),
  ],
  [...atDraftGate, command('park', { reason: 'Winter.' })],
  [...atDraftGate, command('wake', {}, { now: '2026-03-02T12:00:00.000Z' })],
  atBuild,
  [
    ...atCheckGate,
    command('decide_gate', { gateId: 'fresh-12', decision: 'proceed' }, { by: approver }),
    command('complete_stage', { stage: 'ship' }),
  ],
  [start()],
  failedRule,
  approvalStory,
  ...clerksStories,
];

const everything: readonly DomainEvent<string, object>[] = [
  ...stories.flatMap((story) => history(...story)),
  ...Object.values(jobStories).flatMap((story) => jobEvents(...story)),
  ...batchEvents(batch, startMany('a', 'b'), completeMany(['a', 1, null], ['b', 1, 'done'])),
  ...templateStream.decider.decide(templateStream.decider.initialState, {
    type: 'publish_template',
    data: { content: founder, contentHash: 'c0ffee' },
  }),
  ...projectDecider.decide(projectDecider.initialState, {
    type: 'create_project',
    data: { name: 'Solar kiosk', requireManualReview: false },
  }),
  ...projectDecider.decide(
    { requireManualReview: false },
    { type: 'require_review', data: { projectId: 'project-1', requireManualReview: true } },
  ),
  ...gatePolicyDecider.decide(gatePolicyDecider.initialState, {
    type: 'change_gate_policy',
    data: { projectId: null, policy: { '*': { require_approval: true } } },
  }),
  ...jobProfileDecider.decide(jobProfileDecider.initialState, {
    type: 'create_job_profile',
    data: { title: 'Software engineer', level: null, skills: [], description: null },
  }),
  ...candidateDecider.decide(candidateDecider.initialState, {
    type: 'register_candidate',
    data: {
      name: encrypt(newPersonKey(), 'robin', 'name', 'Robin'),
      email: null,
      phone: null,
      links: null,
      external_id: null,
    },
  }),
  ...webhookEvents(...webhookStory),
];

describe('docs/events.md', () => {
  it('lists every event with its category and schema version, and no other', () => {
    const listed = documented.map(([type, { category, schemaVersion }]) => [type, { category, schemaVersion }]);
    expect(listed).toEqual(filed(catalogues));
  });

  it.each(documented)('lists the fields that %s has', (type, { fields }) => {
    const found = everything.filter((event) => event.type === type);
    expect(found).not.toEqual([]);
    const names = fields.map((field) => field.replace('?', ''));
    for (const { detail } of found) {
      const mayLack = fields.flatMap((field, index) =>
        field.endsWith('?') && !((names[index] ?? '') in detail) ? [names[index]] : [],
      );
      expect(Object.keys(detail).sort()).toEqual(names.filter((name) => !mayLack.includes(name)));
    }
  });

  it('lists every column of an event on the wire', () => {
    const columns = page.slice(0, page.indexOf('## Of a run')).matchAll(/^\| ((?:`[a-z_]+`(?:, )?)+) \|/gm);
    const names = [...columns].flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', '));
    expect(names.sort()).toEqual(Object.keys(eventOnWire(storedEvent(exampleRow()))).sort());
  });
});

describe('the example in docs/events.md', () => {
  const hex = (name: string): string => new RegExp(`^ {4}${name} +([0-9a-f]{64})$`, 'm').exec(page)?.[1] ?? '';
  const leaf = () => leafHash(storedEvent(exampleRow()));

  it('has the content hash and the leaf that the store computes', () => {
    expect(contentHash(storedEvent(exampleRow())).toString('hex')).toBe(hex('content'));
    expect(leaf().toString('hex')).toBe(hex('leaf'));
  });

  it('has the root and the seal that the sealer computes', () => {
    const root = merkleRoot([leaf(), Buffer.alloc(32, 1), Buffer.alloc(32, 2)]);
    const batch = { number: 7, fromPosition: 40, toPosition: 42, sealedAt: '2026-03-01T12:00:00.145Z' };
    expect(root.toString('hex')).toBe(hex('root'));
    expect(sealHash({ ...batch, merkleRoot: root, previousHash: Buffer.alloc(32, 3) }).toString('hex')).toBe(
      hex('seal_hash'),
    );
  });

  it('is what its formulas say, followed without the code of the store', () => {
    const { occurred_at: occurred, recorded_at: recorded, ...content } = example();
    const canonical = Buffer.from(JSON.stringify(inOrder(content)));
    const contentIs = sha256(tag('stageline.content.1'), int64(canonical.length), canonical);
    const leafIs = sha256(
      Buffer.of(0),
      tag('stageline.event.1'),
      contentIs,
      int64(since2000(occurred)),
      int64(since2000(recorded)),
    );
    const pair = sha256(Buffer.of(1), leafIs, Buffer.alloc(32, 1));
    const rootIs = sha256(Buffer.of(1), pair, Buffer.alloc(32, 2));
    const numbers = [7, 40, 42, Date.parse('2026-03-01T12:00:00.145Z')].map(int64);
    const sealIs = sha256(tag('stageline.seal.1'), ...numbers, rootIs, Buffer.alloc(32, 3));
    expect([contentIs, leafIs, rootIs, sealIs].map((hash) => hash.toString('hex'))).toEqual(
      ['content', 'leaf', 'root', 'seal_hash'].map(hex),
    );
  });
});

type Example = Readonly<Record<string, unknown> & { occurred_at: string; recorded_at: string }>;

function example(): Example {
  return JSON.parse(/```json\n([^]*?)```/.exec(page)?.[1] ?? '') as Example;
}

function exampleRow(): StageEventRow {
  const { occurred_at: occurred, recorded_at: recorded, ...rest } = example();
  const times = { occurred_at: new Date(occurred), recorded_at: new Date(recorded) };
  return { ...rest, ...times, leaf_hash: Buffer.alloc(32) } as unknown as StageEventRow;
}

/** Enough of RFC 8785 for the example: keys in order, numbers that are whole. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => [key, inOrder(item)]),
  );
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function tag(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

function since2000(time: string): number {
  return (Date.parse(time) - Date.UTC(2000, 0, 1)) * 1000;
}
