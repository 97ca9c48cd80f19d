import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accepted } from '../support/founder-walk.js';
import { keyFor, startDocumentedService } from '../support/service.js';

const NOBODY = '00000000-0000-7000-8000-00000000dead';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
beforeAll(async () => {
  service = await startDocumentedService();
});
afterAll(() => service.close());

describe('a job profile', () => {
  it('is created and read as it was told', async () => {
    const { api } = service;
    const told = { title: 'Software engineer', level: 'SWE I', skills: ['go', 'sql'], description: 'Builds things.' };
    const { status, headers, body } = await api.post('/job-profiles', told);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/job-profiles/${String(body['id'])}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject(told);
    expect(accepted(await api.get(`/job-profiles/${String(body['id'])}`))).toEqual(body);
  });

  it('needs no more than a title', async () => {
    expect(accepted(await service.api.post('/job-profiles', { title: 'Writer' }))).toMatchObject({
      level: null,
      skills: [],
      description: null,
    });
  });

  it('that is not there is named by its own code', async () => {
    const { body } = await service.api.get(`/job-profiles/${NOBODY}`);
    expect(body).toMatchObject({ status: 404, code: 'job-profile-not-found' });
  });

  it('can be rehearsed', async () => {
    const { body } = await service.api.post('/job-profiles?dry_run=true', { title: 'Writer' });
    expect(body).toMatchObject({ events: [{ event_type: 'job_profile.created' }], job_profile: { title: 'Writer' } });
  });
});

describe('a candidate', () => {
  it('is registered and read as told', async () => {
    const { api } = service;
    const told = { name: 'Zoë Fairweather 🐦', email: 'zoe@example.org', phone: '555 0123', external_id: 'ats-1' };
    const { status, headers, body } = await api.post('/candidates', told);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/candidates/${String(body['id'])}`);
    expect(body).toMatchObject({ ...told, links: null, erased: false });
    const viewer = api.as(await keyFor(api, { roles: ['viewer'] }));
    expect(accepted(await viewer.get(`/candidates/${String(body['id'])}`))).toEqual(body);
  });

  it('that is not there is named by its own code', async () => {
    const { body } = await service.api.get(`/candidates/${NOBODY}`);
    expect(body).toMatchObject({ status: 404, code: 'candidate-not-found' });
  });
});

const wrong: readonly (readonly [string, object, readonly string[]])[] = [
  ['/job-profiles', {}, ['/title']],
  ['/job-profiles', { title: 'x'.repeat(201) }, ['/title']],
  ['/job-profiles', { title: 'x', skills: 'go' }, ['/skills']],
  ['/job-profiles', { title: 'x', skills: ['go', 'go'] }, ['/skills']],
  ['/job-profiles', { title: 'x', salary: 1 }, ['/salary']],
  ['/candidates', {}, ['/name']],
  ['/candidates', { name: 'x'.repeat(201) }, ['/name']],
  ['/candidates', { name: null }, ['/name']],
  ...['', 'nope', 'a@b', 'a b@example.org', '@example.org', 'x@example.org\n', `${'x'.repeat(300)}@example.org`, 7].map(
    (email) => ['/candidates', { name: 'x', email }, ['/email']] as const,
  ),
  ...['javascript:alert(1)', 'example.org', '//example.org', `https://example.org/${'x'.repeat(2000)}`, 'https://'].map(
    (link) => ['/candidates', { name: 'x', links: [link] }, ['/links']] as const,
  ),
  ['/candidates', { name: 'x', links: 'https://example.org' }, ['/links']],
  ['/candidates', { name: 'x', phone: 'x'.repeat(51) }, ['/phone']],
  ['/candidates', { name: 'x', age: 30, email: 'nope' }, ['/age', '/email']],
];

describe('what is sent to the subjects of hiring', () => {
  it.each(wrong)('%s with %j is refused at %j', async (path, body, expected) => {
    const { status, body: problem } = await service.api.post<{ errors: readonly { pointer: string }[] }>(path, body);
    expect(status).toBe(400);
    expect(problem.errors.map(({ pointer }) => pointer)).toEqual(expected);
  });

  it('is not repeated in a refusal', async () => {
    const { body } = await service.api.post('/candidates', { name: 'Robin Fairweather', email: 'robin at example' });
    expect(JSON.stringify(body)).not.toMatch(/Fairweather|robin/);
  });
});
