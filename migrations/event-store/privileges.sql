-- Functions are nobody's to call unless granted; PostgreSQL's default is everybody's.
alter default privileges revoke execute on functions from public;
