-- Numbers of mail on each day, kept longer than the trace they are counted from.
CREATE TABLE trace_days (
  tenant_id TEXT NOT NULL,
  -- Days since 1970, UTC.
  day INTEGER NOT NULL,
  counted TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, day, counted)
) STRICT, WITHOUT ROWID;
