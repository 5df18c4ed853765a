-- Numbers of mail on each day, kept longer than the trace they are counted from.
CREATE TABLE audit.trace_days (
  tenant_id text COLLATE "C" NOT NULL,
  -- Days since 1970, UTC.
  day bigint NOT NULL,
  counted text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (tenant_id, day, counted)
);
