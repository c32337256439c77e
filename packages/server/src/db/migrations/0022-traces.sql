-- The trace that an execution belongs to, as W3C Trace Context writes it: that of the request which changed something.
-- Null where nobody traces.
alter table executions add column traceparent text;

-- For whoever looks from outside: the few lanes whose circuit breaker is open, among many.
create index delivery_lanes_open on delivery_lanes (held_until) where opened_at is not null;
