-- What is known of each read model: the version of its projection that its rows were folded by, null before the first time, and, where
-- it follows the timeline, its checkpoint: the position up to which its rows hold everything, and nothing more.
alter table read_models
  add column built_version integer,
  add column position bigint not null default 0,
  add column moved_at timestamptz(3) not null default clock_timestamp();
update read_models set built_version = 1;
grant select on read_models to stageline_app;

-- Followers kept their checkpoints here; a read model's stands beside its version, under one lock.
drop table projection_checkpoints;
