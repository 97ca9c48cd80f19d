import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { v7 as newId } from 'uuid';
import type { Append } from '../../src/platform/event-store/append.js';
import { appendParameters } from '../../src/platform/event-store/append-parameters.js';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { note, openStore, sealAll } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let owner: pg.Client;

const ofTwentyEvents = () => {
  const streamId = newId();
  const events = Array.from({ length: 20 }, (_, index) => note(streamId, index + 1));
  return { streamId, expectedVersion: 0, events, rows: {} };
};

/** Enough rows that reading a whole table would be the worse plan, and no row that a filter would find at the beginning. */
beforeAll(async () => {
  opened = await openStore();
  owner = await opened.superuser();
  for (let batch = 0; batch < 5; batch += 1) await opened.store.append(Array.from({ length: 200 }, ofTwentyEvents));
  await sealAll(opened);
  await owner.query(`
    insert into pipeline_runs select gen_random_uuid(), '${DEFAULT_TENANT_ID}', 1, 'founder', 1, '', '', 'project', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '{}', '{}',
      'running', null, 'a', 1, now(), '[]', '{}', '{}', '[]', 0, null, null, now(), now() from generate_series(1, 4000);
    insert into decision_gates (id, tenant_id, stream_version, run_id, stage, stage_number, gate_type, status, options, allowed_deciders, reason_required_for,
      evidence, votes, created_at, expires_at)
    select gen_random_uuid(), '${DEFAULT_TENANT_ID}', 1, gen_random_uuid(), 'a', 1, 'decision', 'decided', '[]', '[]', '[]', '{}', '[]', now(), now()
    from generate_series(1, 4000);
    insert into timers select gen_random_uuid(), 'node_delay', 'a/n/1', '${DEFAULT_TENANT_ID}', 1, 1, 'a', now(), 'fired', 0 from generate_series(1, 4000);
    insert into node_runs (run_id, stage, node_id, attempt, tenant_id, stream_version, status, output_length, retry_count)
    select gen_random_uuid(), 'a', 'n' || n, 1, '${DEFAULT_TENANT_ID}', 1, 'completed', 0, 0 from generate_series(1, 4000) n;
    insert into jobs (id, tenant_id, stream_version, run_id, handler, payload, status, attempts, max_attempts, failed_count, infra_attempts, backoff,
      on_exhausted, correlation_id, created_at, finished_at)
    select gen_random_uuid(), '${DEFAULT_TENANT_ID}', 1, gen_random_uuid(), 'draw', '{}', 'SUCCESS', 1, 4, 0, 0, '{}', 'fail', gen_random_uuid(), now(), now()
    from generate_series(1, 4000);
    insert into stream_claims (tenant_id, claim, stream_id) select '${DEFAULT_TENANT_ID}', 'job/' || n, gen_random_uuid() from generate_series(1, 4000) n;
    insert into projects select gen_random_uuid(), '${DEFAULT_TENANT_ID}', 1, 'a', false, now() from generate_series(1, 4000);
    insert into gate_policies select gen_random_uuid(), '${DEFAULT_TENANT_ID}', 1, gen_random_uuid(), '{}', null, '{}', now() from generate_series(1, 4000);
    insert into run_journeys select gen_random_uuid(), '${DEFAULT_TENANT_ID}', 1, 'founder', 1, '{}', now(), 'cancelled', 'x', now(), 'a', '{}', '{}', '{}', '[]',
      null, null, 0 from generate_series(1, 4000);
    insert into jobs (id, tenant_id, stream_version, batch_id, members, handler, status, attempts, max_attempts, failed_count, infra_attempts, backoff,
      on_exhausted, correlation_id, lease_seconds, lease_expires_at, created_at)
    select id, '${DEFAULT_TENANT_ID}', 2, batch_of_job(id), '{[1,9)}', 'draw', 'RUNNING', 1, 4, 0, 0, '{}', 'fail', gen_random_uuid(), 30, now() + interval '1 day', now()
    from (select gen_random_uuid() as id from generate_series(1, 4000)) j;
    insert into finished_jobs select * from jobs;
    insert into job_beats select id, tenant_id, attempts, now() + interval '1 day' from jobs where members is not null;
    analyze`);
});
afterAll(() => opened.close());

/** The indexes a statement uses, and the tables it reads from end to end. */
const planOf = async (statement: string) => {
  const { rows } = await owner.query<{ 'QUERY PLAN': unknown }>(`explain (format json) ${statement}`);
  const text = JSON.stringify(rows[0]?.['QUERY PLAN']);
  const namesAfter = (property: string) =>
    [...text.matchAll(new RegExp(`"${property}":"([^"]+)"`, 'g'))].map((match) => match[1]);
  const nodes = [...text.matchAll(/"Node Type":"Seq Scan"[^}]*?"Relation Name":"([^"]+)"/g)].map((match) => match[1]);
  return { indexes: namesAfter('Index Name'), readWhole: nodes };
};

const id = '01890000-0000-7000-8000-000000000001';
const tenant = `l.tenant_id = '${DEFAULT_TENANT_ID}' and l.position > 10 and l.position <= 4000`;
const page = (filter: string) =>
  `select e.*, l.position from sealed_events l join stage_events e using (stream_id, stream_version) where ${tenant} ${filter} order by l.position limit 50`;
const among = (table: string) =>
  `select * from ${table} where tenant_id = '${DEFAULT_TENANT_ID}' and id = any ('{${id}}') and members is null
   union all select * from ${table} where tenant_id = '${DEFAULT_TENANT_ID}' and batch_id = any ('{${id}}') and members is not null`;

describe('the plan of a hot query', () => {
  it.each([
    [
      'the layers of the approval policy',
      `select (select policy from gate_policies where id = '${id}' and tenant_id = '${id}'),
         (select policy from gate_policies where id = '${id}' and tenant_id = '${id}'),
         (select require_manual_review from projects where id = '${id}' and tenant_id = '${id}')`,
      /^pk_(gate_policies|projects)$/,
    ],
    ['a page of the timeline', page(''), /^(pk_sealed_events|ix_sealed_events_tenant)$/],
    ['a page of one category', page("and l.category = 'park'"), /^ix_sealed_events_category$/],
    ['a page of one event type', page("and l.event_type = 'gate.decided'"), /^ix_sealed_events_event_type$/],
    ['a page of one correlation', page(`and l.correlation_id = '${id}'`), /^ix_sealed_events_correlation$/],
    ['a page of one actor', page("and l.actor_id = 'nobody'"), /^ix_sealed_events_actor$/],
    ['a page of one stream', page(`and l.stream_id = '${id}'`), /^uq_sealed_events_stream$/],
    [
      'a stream',
      `select * from stage_events where tenant_id = '${id}' and stream_id = '${id}' and stream_version > 3 order by stream_version`,
      /^stage_events_p\d_pkey$/,
    ],
    [
      'what happened to runs but for their nodes and jobs',
      `select e.* from unnest('{${id}}'::uuid[]) r (id) cross join lateral (select * from stage_events where tenant_id = '${id}' and stream_id = r.id
       and stream_type = 'pipeline_run' and category <> all ('{node,job}') order by stream_version desc limit 2000) e`,
      /^stage_events_p\d_pkey$/,
    ],
    [
      'the events to seal next',
      `select * from stage_events where epoch = 1 and (xid, sequence) > ('1000000000'::xid8, 5) and xid < '2000000000'::xid8 order by xid, sequence limit 2000`,
      /^stage_events_p\d_epoch_xid_sequence_idx$/,
    ],
    [
      'a page of a read model that follows',
      `select e.* from sealed_events l join stage_events e using (stream_id, stream_version)
       where l.position > 10 and l.position <= 20 and l.event_type <> all ('{}') and e.stream_type = 'notebook' order by l.position`,
      /^(pk_sealed_events|stage_events_p\d_pkey)$/,
    ],
    [
      'the events of streams to fold',
      `select e.* from stage_events e where e.stream_id = any ('{${id},${newId()}}') and (e.stream_id, e.stream_version) > ('${id}', 3)
       and e.stream_type = 'notebook' order by e.stream_id, e.stream_version limit 1000`,
      /^stage_events_p\d_pkey$/,
    ],
    [
      'the streams that moved since a rebuild’s mark',
      `select stream_id, max(stream_version) from stage_events where (epoch = 1 and xid >= '1000000000'::xid8 or epoch > 1) and stream_type = 'notebook' group by 1`,
      /^stage_events_p\d_epoch_xid_sequence_idx$/,
    ],
    ['a run', `select * from pipeline_runs where id = '${id}'`, /^pk_pipeline_runs$/],
    [
      'a list of runs',
      `select * from pipeline_runs where tenant_id = '${id}' and (created_at, id) > (now(), '${id}') order by created_at, id limit 50`,
      /^ix_pipeline_runs_tenant$/,
    ],
    [
      'a project’s latest run',
      `select * from pipeline_runs where project_id = '${id}' order by created_at desc limit 1`,
      /^ix_pipeline_runs_project$/,
    ],
    [
      'the runs of a candidate',
      `select * from pipeline_runs where tenant_id = '${DEFAULT_TENANT_ID}' and candidate_id = '${id}' order by created_at, id limit 50`,
      /^ix_pipeline_runs_candidate$/,
    ],
    [
      'the runs for a job profile',
      `select * from pipeline_runs where tenant_id = '${DEFAULT_TENANT_ID}' and job_profile_id = '${id}' order by created_at, id limit 50`,
      /^ix_pipeline_runs_job_profile$/,
    ],
    ['the gates of a run', `select * from decision_gates where run_id = '${id}'`, /^ix_decision_gates_run$/],
    [
      'the gates that wait for a decision',
      `select * from decision_gates where tenant_id = '${id}' and status = 'pending' order by created_at, id limit 50`,
      /^ix_decision_gates_pending$/,
    ],
    [
      'the gates that wait for one caller',
      `select * from decision_gates where tenant_id = '${id}' and status = 'pending' and (expires_at is null or expires_at >= now())
         and not coalesce(excluded, '[]') @> '["ann"]' and not votes @> '[{"actor_id": "ann"}]' and jsonb_exists_any(allowed_deciders, '{approver}')
         order by created_at, id limit 50`,
      /^ix_decision_gates_pending$/,
    ],
    [
      'the timers that are due',
      `select t.run_id from timers t join pipeline_runs r on r.id = t.run_id and r.status = 'running'
       where t.status = 'waiting' and t.due_at <= (select clock_timestamp())`,
      /^ix_timers_due$/,
    ],
    [
      'the next timer',
      "select min(due_at) from timers where status = 'waiting' and due_at > (select clock_timestamp())",
      /^ix_timers_due$/,
    ],
    [
      'the attempts of a node',
      `select * from node_runs where run_id = '${id}' and stage = 'a' and node_id = 'n1' order by attempt desc limit 1`,
      /^pk_node_runs$/,
    ],
    [
      'the leases that are over',
      "select id from jobs where status = 'RUNNING' and lease_expires_at <= clock_timestamp() order by lease_expires_at limit 100",
      /^ix_jobs_running$/,
    ],
    [
      'the jobs that need a human',
      `select * from jobs where tenant_id = '${id}' and status = 'NEEDS_HUMAN' order by created_at, id limit 50`,
      /^ix_jobs_needs_human$/,
    ],
    [
      'a list of jobs',
      `select * from jobs where tenant_id = '${id}' and (created_at, id) > (now(), '${id}') order by created_at, id limit 50`,
      /^ix_jobs_tenant$/,
    ],
    [
      'the jobs of a run',
      `select * from jobs where tenant_id = '${DEFAULT_TENANT_ID}' and run_id = '${id}' order by created_at, id limit 50`,
      /^ix_jobs_run$/,
    ],
    [
      'the rows that jobs of a batch share',
      `select * from jobs where tenant_id = '${DEFAULT_TENANT_ID}' and batch_id = any ('{${id}}') and members is not null`,
      /^ix_jobs_shared$/,
    ],
    [
      'the jobs that hold idempotency keys',
      `select coalesce(one, e.detail) ->> 'job_id' from stage_events e left join lateral jsonb_array_elements(e.detail -> 'jobs') one on true
       where e.tenant_id = '${DEFAULT_TENANT_ID}' and e.stream_version = 1
         and e.stream_id in (select stream_id from stream_claims where tenant_id = '${DEFAULT_TENANT_ID}' and claim = any ('{job/a,job/b}'))
         and coalesce(one, e.detail) ->> 'idempotency_key' = any ('{a,b}')`,
      /^stage_events_p\d_pkey$/,
    ],
    [
      'jobs with when they changed',
      `select j.id, e.occurred_at from jobs j join stage_events e on e.stream_id = coalesce(j.run_id, j.id) and e.stream_version = j.stream_version
       where j.tenant_id = '${DEFAULT_TENANT_ID}' and j.id = any ('{${id}}')`,
      /^pk_jobs$/,
    ],
    [
      'jobs by id, and rows of their batches',
      among('jobs') + ' union all ' + among('finished_jobs'),
      /^(pk_jobs|ix_jobs_shared|pk_finished_jobs|ix_finished_jobs_shared)$/,
    ],
    [
      'the rows of a page of jobs that come before it',
      `select * from jobs where tenant_id = '${DEFAULT_TENANT_ID}' and created_at = now() and id <= '${id}' and members is not null`,
      /^ix_jobs_(tenant|shared)$/,
    ],
    [
      'what events say of jobs',
      `select said from unnest('{${id}}'::uuid[], '{1}'::bigint[]) e(stream, version)
       join stage_events s on s.tenant_id = '${DEFAULT_TENANT_ID}' and s.stream_id = e.stream and s.stream_version = e.version
       cross join lateral jsonb_array_elements(s.detail -> 'jobs') said where (said ->> 'job_id')::uuid = any ('{${id}}'::uuid[])`,
      /^stage_events_p\d_pkey$/,
    ],
    [
      'the beats for jobs',
      `select job_id, attempts, lease_expires_at from job_beats where tenant_id = '${DEFAULT_TENANT_ID}' and job_id = any ('{${id}}')`,
      /^pk_job_beats$/,
    ],
    [
      'the row of a job that beats',
      `select lease_seconds from jobs j where j.batch_id = batch_of_job('${id}') and j.members @> number_of_job('${id}')
       and j.tenant_id = '${DEFAULT_TENANT_ID}' and j.status = 'RUNNING' and j.attempts = 1`,
      /^ix_jobs_shared$/,
    ],
    [
      'the leases that are over, but for those of jobs that beat',
      `select id, (select array_agg(b.job_id) from job_beats b where j.members is not null and b.attempts = j.attempts
         and b.job_id > j.batch_id and b.job_id <= (left(j.batch_id::text, 32) || 'ffff')::uuid and b.lease_expires_at > clock_timestamp()) as alive
       from jobs j where status = 'RUNNING' and lease_expires_at <= clock_timestamp() and lease_expires_at >= '-infinity'
         and (lease_expires_at, id) > ('-infinity', '${id}')
         and not (batch_id is not null and members is null and exists (
           select from job_beats b where b.job_id = j.id and b.attempts = j.attempts and b.lease_expires_at > clock_timestamp()))
       order by lease_expires_at, id limit 100`,
      /^(ix_jobs_running|pk_job_beats)$/,
    ],
    [
      'the jobs to archive',
      "select id from jobs where finished_at <= now() - interval '1 day' order by finished_at limit 1000",
      /^ix_jobs_finished$/,
    ],
    [
      'the journeys of a template’s runs',
      `select * from run_journeys where tenant_id = '${id}' and template_key = 'nope' and (1 is null or template_version = 1) and (now() is null or started_at >= now())`,
      /^ix_run_journeys_(template|dropped_out)$/,
    ],
    [
      'the runs that dropped out of a stage',
      `select * from run_journeys where tenant_id = '${DEFAULT_TENANT_ID}' and template_key = 'founder' and status = 'cancelled' and current_stage = 'a' and run_id > '${id}' order by run_id limit 50`,
      /^ix_run_journeys_dropped_out$/,
    ],
  ])('uses an index for %s', async (_what, statement, index) => {
    const { indexes, readWhole } = await planOf(statement);
    expect(indexes.some((name) => index.test(String(name)))).toBe(true);
    expect(readWhole).toEqual([]);
  });
});

describe('an append', () => {
  const keyed = (streamId: string, version: number): Append => ({
    streamId,
    expectedVersion: version - 1,
    events: [note(streamId, version)],
    rows: {},
    receipt: { key: newId(), requestHash: 'ab'.repeat(32), answer: { status: 200, body: {}, headers: {} } },
  });

  it('reads no table from end to end, even by plans made while the tables were empty', async () => {
    const fresh = await openStore();
    const client = await fresh.superuser();
    const append = (one: Append) => {
      const values = appendParameters([one]);
      const places = values.map((_, index) => `$${String(index + 1)}`).join(', ');
      return client.query({ name: 'append', text: `select append_events(${places})`, values });
    };
    const streamId = newId();
    await append(keyed(streamId, 1));
    await fresh.store.append(Array.from({ length: 500 }, () => keyed(newId(), 1)));
    await client.query('begin');
    await append(keyed(streamId, 2));
    await append(keyed(newId(), 1));
    const { rows } = await client.query<{ relname: string }>(
      `select relname from pg_stat_xact_user_tables
       where seq_tup_read > 10 and relname in ('stream_heads', 'command_receipts', 'stream_claims', 'stage_events')`,
    );
    await client.query('commit');
    await fresh.close();
    expect(rows).toEqual([]);
  });
});
