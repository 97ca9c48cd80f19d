import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { founder } from '../../src/templates/built-in/founder.js';
import { accepted } from '../support/founder-walk.js';
import { keyFor, startDocumentedService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
beforeAll(async () => {
  service = await startDocumentedService();
});
afterAll(() => service.close());

type Thing = Record<string, unknown>;
type Examination = Readonly<{ valid: boolean; errors: readonly Thing[]; warnings: readonly Thing[] }>;

const milestone = { title: 'Step', weight: 1 };
const gate = { gate_type: 'decision', options: ['proceed', 'park'], decided_by: ['approver', 'system'] };
const rule = { when: 'result != null && result.score >= 80', decision: 'proceed' };
const stage = {
  key: 'draft',
  name: 'Draft',
  milestones: { step: milestone },
  exit_criteria: [{ key: 'done', text: 'It is done.' }],
  gate: { ...gate, auto: [rule] },
};
const template = { key: 'own', name: 'Own', stages: [stage] };
const withStage = (changes: object) => ({ ...template, stages: [{ ...stage, ...changes }] });
const withGate = (changes: object) => withStage({ gate: { ...stage.gate, ...changes } });
const withRule = (changes: object) => withGate({ auto: [{ ...rule, ...changes }] });
const withStep = (changes: object) => withStage({ milestones: { step: { ...milestone, ...changes } } });
const without = (thing: object, name: string): object => ({ ...thing, [name]: undefined });
const publish = (content: unknown) => service.api.post<Thing>('/templates', content);
const validate = (content: unknown) => service.api.post<Examination>('/templates/validate', content);

const long = 'x'.repeat(1001);
const at = '/stages/0';
const brokenOnes: readonly (readonly [string, object, readonly string[]])[] = [
  ['nothing in it', {}, ['missing-field /key', 'missing-field /name', 'missing-field /stages']],
  ['no key', without(template, 'key'), ['missing-field /key']],
  ['a key of the wrong type', { ...template, key: 7 }, ['wrong-type /key']],
  ['a key with blanks', { ...template, key: 'My Own' }, ['bad-key /key']],
  ['a key that is too long', { ...template, key: 'x'.repeat(65) }, ['too-long /key']],
  ['a key that every object has', { ...template, key: 'constructor' }, ['bad-key /key']],
  ['a key of the product', { ...template, key: 'founder' }, ['reserved-key /key']],
  ['a blank name', { ...template, name: ' ' }, ['wrong-value /name']],
  ['a name that is too long', { ...template, name: 'x'.repeat(201) }, ['too-long /name']],
  ['a null name', { ...template, name: null }, ['wrong-type /name']],
  ['no stages', { ...template, stages: [] }, ['no-open-stage /stages']],
  ['stages that are no list', { ...template, stages: { draft: stage } }, ['wrong-type /stages']],
  [
    'too many stages',
    { ...template, stages: Array.from({ length: 201 }, (_, n) => ({ ...stage, key: `s${String(n)}` })) },
    ['too-many /stages'],
  ],
  ['a stage that is a text', { ...template, stages: ['draft', stage] }, ['wrong-type /stages/0']],
  ['a field nobody knows', { ...template, colour: 'red' }, ['unknown-field /colour']],
  ['a misspelt field', withStage({ auto_strat: true }), [`unknown-field ${at}/auto_strat`]],
  ['only locked stages', withStage({ locked: true }), ['no-open-stage /stages']],
  ['a flag as a text', withStage({ locked: 'yes' }), [`wrong-type ${at}/locked`]],
  ['a stage twice', { ...template, stages: [stage, stage] }, ['duplicate-key /stages/1/key']],
  ['no milestones', withStage({ milestones: undefined }), [`missing-field ${at}/milestones`]],
  ['milestones as a list', withStage({ milestones: [milestone] }), [`wrong-type ${at}/milestones`]],
  [
    'too many milestones',
    withStage({ milestones: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`m${String(n)}`, milestone])) }),
    [`too-many ${at}/milestones`],
  ],
  ['a milestone with an odd key', withStage({ milestones: { 'a/b': milestone } }), [`bad-key ${at}/milestones/a~1b`]],
  ['a milestone that is a number', withStage({ milestones: { step: 40 } }), [`wrong-type ${at}/milestones/step`]],
  ['a milestone without title', withStep({ title: undefined }), [`missing-field ${at}/milestones/step/title`]],
  ['a weight as a text', withStep({ weight: '1' }), [`wrong-type ${at}/milestones/step/weight`]],
  ['a weight of 0', withStep({ weight: 0 }), [`wrong-value ${at}/milestones/step/weight`]],
  ['half a weight', withStep({ weight: 1.5 }), [`wrong-value ${at}/milestones/step/weight`]],
  ['a tie to nothing', withStep({ completed_by: 'gate:maybe' }), [`wrong-value ${at}/milestones/step/completed_by`]],
  [
    'a tie to no option',
    withStep({ also_completed_by: 'gate:narrow' }),
    [`no-such-option ${at}/milestones/step/also_completed_by`],
  ],
  [
    'a criterion without text',
    withStage({ exit_criteria: [{ key: 'done' }] }),
    [`missing-field ${at}/exit_criteria/0/text`],
  ],
  [
    'a criterion twice',
    withStage({ exit_criteria: [stage.exit_criteria[0], stage.exit_criteria[0]] }),
    [`duplicate-key ${at}/exit_criteria/1/key`],
  ],
  ['a null gate', withStage({ gate: null }), [`wrong-type ${at}/gate`]],
  ['a gate type nobody knows', withGate({ gate_type: 'vote' }), [`wrong-value ${at}/gate/gate_type`]],
  ['an option nobody knows', withGate({ options: ['proceed', 'aprove'] }), [`wrong-value ${at}/gate/options`]],
  ['no options', withGate({ options: [], auto: [] }), [`no-options ${at}/gate/options`]],
  ['a decider nobody knows', withGate({ decided_by: ['system', 'aprover'] }), [`wrong-value ${at}/gate/decided_by`]],
  ['nobody to decide', withGate({ decided_by: [], auto: [] }), [`no-decider ${at}/gate/decided_by`]],
  [
    'reasons for no option',
    withGate({ reason_required_for: ['pivot'] }),
    [`no-such-option ${at}/gate/reason_required_for`],
  ],
  ['an expiry of 0', withGate({ expires_after_seconds: 0 }), [`wrong-value ${at}/gate/expires_after_seconds`]],
  ['an escalation to nobody', withGate({ on_expiry: 'escalate' }), [`no-decider ${at}/gate/escalate_to`]],
  ['rules that may not decide', withGate({ decided_by: ['approver'] }), [`no-system ${at}/gate/decided_by`]],
  ['rules that are no list', withGate({ auto: rule }), [`wrong-type ${at}/gate/auto`]],
  ['a rule without condition', withRule({ when: undefined }), [`missing-field ${at}/gate/auto/0/when`]],
  ['a rule for no option', withRule({ decision: 'narrow' }), [`no-such-option ${at}/gate/auto/0/decision`]],
  ['a condition that cannot be read', withRule({ when: 'result.score >=' }), [`bad-condition ${at}/gate/auto/0/when`]],
  ['a condition of the wrong type', withRule({ when: 'result.score' }), [`mistyped-condition ${at}/gate/auto/0/when`]],
  [
    'a condition about nothing there is',
    withRule({ when: 'score > 1' }),
    [`mistyped-condition ${at}/gate/auto/0/when`],
  ],
  [
    'a regular expression',
    withRule({ when: 'result.feedback.matches("(a+)+$")' }),
    [`condition-not-allowed ${at}/gate/auto/0/when`],
  ],
  ['a condition that is too long', withRule({ when: long }), [`too-long ${at}/gate/auto/0/when`]],
];

describe('a template that is wrong', () => {
  it.each(brokenOnes)('with %s is refused, saying so', async (_name, content, expected) => {
    const { errors, valid, warnings } = accepted(await validate(content));
    expect(errors.map(({ code, path }) => `${String(code)} ${String(path)}`)).toEqual(expected);
    for (const { message, hint } of errors) {
      expect([message, hint]).toEqual([expect.stringMatching(/^\S.*\.$/s), expect.stringMatching(/^\S.*[.?]$/s)]);
    }
    expect({ valid, warnings }).toEqual({ valid: false, warnings: [] });
    const { body } = await publish(content);
    expect(body).toMatchObject({ status: 422, code: 'invalid-template', errors });
  });

  it('in many places is told all of them at once', async () => {
    const content = {
      key: 'Own',
      stages: [
        { ...stage, milestones: { step: { title: '', weight: 0 } }, gates: gate },
        { ...stage, gate: { ...gate, auto: [{ when: '1 +', decision: 'prceed' }] } },
        3,
      ],
    };
    const { errors } = accepted(await validate(content));
    expect(errors.map(({ code, path }) => `${String(code)} ${String(path)}`).toSorted()).toEqual([
      'bad-condition /stages/1/gate/auto/0/when',
      'bad-key /key',
      'duplicate-key /stages/1/key',
      'missing-field /name',
      'unknown-field /stages/0/gates',
      'wrong-type /stages/2',
      'wrong-value /stages/0/milestones/step/title',
      'wrong-value /stages/0/milestones/step/weight',
      'wrong-value /stages/1/gate/auto/0/decision',
    ]);
    expect(errors).toContainEqual({
      code: 'unknown-field',
      path: '/stages/0/gates',
      message: 'There is no field "gates" here.',
      hint: 'Did you mean gate?',
    });
  });

  it.each(['null', '[]', '"own"', '7', 'true', '{"key":', ''])('and no object is not understood: %s', async (body) => {
    for (const path of ['/templates', '/templates/validate']) {
      const answer = await service.api.send('POST', path, { body, headers: { 'content-type': 'application/json' } });
      expect(answer.body).toMatchObject({ status: 400, code: 'invalid-input' });
    }
  });
});

describe('a template', () => {
  it('as large as one may be is validated', async () => {
    const milestones = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`m${String(n)}`, milestone]));
    const stages = Array.from({ length: 200 }, (_, n) => ({ ...stage, key: `s${String(n)}`, milestones }));
    expect(accepted(await validate({ ...template, stages }))).toEqual({ valid: true, errors: [], warnings: [] });
  });

  it('that is odd may be published, with warnings', async () => {
    const bare = { key: 'bare', name: 'Bare', milestones: {}, exit_criteria: [] };
    const { valid, warnings } = accepted(await validate({ key: 'odd', name: 'Odd', stages: [bare] }));
    expect({ valid, warnings }).toMatchObject({ valid: true, warnings: [{ code: 'empty-stage', path: '/stages/0' }] });
  });

  it('is validated by whoever may read and published by who may operate', async () => {
    const viewer = service.api.as(await keyFor(service.api, { roles: ['viewer'] }));
    expect((await viewer.post('/templates/validate', template)).status).toBe(200);
    expect((await viewer.post('/templates', template)).body).toMatchObject({ status: 403, code: 'forbidden' });
    const operator = service.api.as(await keyFor(service.api, { roles: ['operator'] }));
    expect((await operator.post('/templates', { ...template, key: 'by-operator' })).status).toBe(201);
  });
});

describe('publishing a template', () => {
  it('makes a version that is there at its address, and the same content again is that version', async () => {
    const first = await publish(template);
    expect({ status: first.status, location: first.headers.get('location') }).toEqual({
      status: 201,
      location: '/templates/own/versions/1',
    });
    expect(first.body).toMatchObject({ key: 'own', version: 1, name: 'Own', content: template });
    expect(accepted(await service.api.get('/templates/own/versions/1'))).toEqual(first.body);
    const again = await publish({ stages: [stage], name: 'Own', key: 'own' });
    expect({ status: again.status, body: again.body }).toEqual({ status: 200, body: first.body });
    const second = await publish({ ...template, name: 'Own, better' });
    expect(second.body).toMatchObject({ version: 2, name: 'Own, better' });
    expect(accepted(await service.api.get('/templates/own/versions/1'))).toEqual(first.body);
    expect(accepted(await service.api.get('/templates/own'))).toEqual(second.body);
  });

  it('at once by several makes one version', async () => {
    const content = { ...template, key: 'raced' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => publish(content)));
    expect(answers.map(({ body }) => body['version'])).toEqual(Array(8).fill(1));
    expect(accepted(await service.api.get<Thing>('/templates/raced'))).toMatchObject({ version: 1 });
  });

  it('is tried without being done', async () => {
    const tried = accepted(await service.api.post<Thing>('/templates?dry_run=true', { ...template, key: 'tried' }));
    expect(tried).toMatchObject({
      events: [{ event_type: 'template.published' }],
      template: { key: 'tried', version: 1 },
    });
    expect((await service.api.get('/templates/tried')).status).toBe(404);
  });

  it('is answered once per idempotency key', async () => {
    const headers = { 'idempotency-key': 'publish-once' };
    const content = { ...template, key: 'once' };
    const first = await service.api.send('POST', '/templates', { body: content, headers });
    const again = await service.api.send('POST', '/templates', { body: content, headers });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
  });

  it('leaves the runs that are under way with the version they started with', async () => {
    const content = { ...template, key: 'pinned' };
    await publish(content);
    const run = accepted(await service.api.post<Thing>('/pipeline/start', { template: 'pinned' }));
    await publish({ ...content, stages: [{ ...stage, key: 'other' }] });
    const later = accepted(await service.api.get<Thing>(`/pipeline/${String(run['id'])}`));
    expect(later).toMatchObject({ template: { key: 'pinned', version: 1 }, stages: ['draft'] });
    const next = accepted(await service.api.post<Thing>('/pipeline/start', { template: 'pinned' }));
    expect(next).toMatchObject({ template: { key: 'pinned', version: 2 }, stages: ['other'] });
    const first = { template: { key: 'pinned', version: 1 } };
    expect(accepted(await service.api.post<Thing>('/pipeline/start', first))).toMatchObject(first);
  });

  it('leaves the keys of the product alone', async () => {
    expect((await publish({ ...founder, name: 'Ours' })).body).toMatchObject({
      code: 'invalid-template',
      errors: [{ code: 'reserved-key' }],
    });
    expect(accepted(await service.api.get<Thing>('/templates/founder'))).toMatchObject({ version: 1, name: 'Founder' });
  });
});

describe('docs/templates.md', () => {
  const page = readFileSync(new URL('../../docs/templates.md', import.meta.url), 'utf8');

  it('has an example that can be published as it stands', async () => {
    const example = JSON.parse(/```json\n([^`]*)```/.exec(page)?.[1] ?? '') as Thing;
    expect(accepted(await validate(example))).toEqual({ valid: true, errors: [], warnings: [] });
    expect((await publish(example)).status).toBe(201);
  });

  it('names every code that a template may be refused with', () => {
    const codes = brokenOnes.flatMap(([, , expected]) => expected.map((each) => each.split(' ')[0] ?? ''));
    const documented = [...page.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code);
    expect(documented).toEqual(expect.arrayContaining(codes));
  });
});
