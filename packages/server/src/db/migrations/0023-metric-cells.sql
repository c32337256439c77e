-- What is left of each 64 numbers of a block (domain/metrics/cells.ts): a long run in 2,000 buckets is added up from these,
-- without its numbers. Null where there is hardly anything to be spared, and in blocks of before.
alter table run_metric_blocks add column cells bytea;
alter table run_metric_blocks alter column cells set storage external;
