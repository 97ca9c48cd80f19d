-- Jobs that were queued by one call share a stream, whose id is their batch's. They need no index of their own: what one call queued was created
-- in one moment, by which it is found. Reservations are no longer kept in the rows (reservations.sql).
drop function reserve_jobs;
alter table jobs drop column reserved_until, add column batch_id uuid;
alter table finished_jobs drop column reserved_until, add column batch_id uuid;
update read_models set kept_columns = '{lease_expires_at}', still_columns = still_columns || '{batch_id}' where name = 'jobs';
select redefine_read_model('jobs');
