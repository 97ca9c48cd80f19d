-- What happens to runs by itself, at which time: one row per timer. Those that wait are few, and found by when they are due.
create table timers (
  run_id         uuid not null,
  purpose        text not null,
  subject        text not null,
  tenant_id      uuid not null,
  stream_version bigint not null,
  set_by         bigint not null,
  stage          text not null,
  due_at         timestamptz(3) not null,
  status         text not null,
  live_count     integer not null,
  constraint pk_timers primary key (run_id, purpose, subject)
) with (fillfactor = 70);
create index ix_timers_due on timers (due_at) where status = 'waiting';
select define_read_model('timers');
