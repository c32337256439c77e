-- The trace that an execution belongs to, as W3C Trace Context writes it: that of the request which changed something.
-- Null where nobody traces.
alter table executions add column traceparent text;
