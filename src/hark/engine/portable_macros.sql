-- Functions that curated models call by Spark's names, so that one text runs on both engines.
-- A model may use only what both know by itself and what is here; each line says what Spark does.

-- Exact, linear between the neighbours, nulls left out; DOUBLE.
CREATE MACRO percentile(x, p) AS quantile_cont(CAST(x AS DOUBLE), p);
-- Days since 1970-01-01; INT. (unix_date(d) + 3) % 7 is the weekday, Monday 0, on both engines:
-- dayofweek and weekday count from different days.
CREATE MACRO unix_date(d) AS CAST(CAST(d AS DATE) - DATE '1970-01-01' AS INTEGER);
-- Microseconds since 1970-01-01T00:00:00Z; BIGINT.
CREATE MACRO unix_micros(t) AS epoch_us(CAST(t AS TIMESTAMPTZ));
-- Whole seconds since 1970-01-01T00:00:00Z, rounded down; BIGINT.
CREATE MACRO unix_seconds(t) AS
  (epoch_us(CAST(t AS TIMESTAMPTZ)) - CASE WHEN epoch_us(CAST(t AS TIMESTAMPTZ)) < 0 THEN 999999 ELSE 0 END) // 1000000;
