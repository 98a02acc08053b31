-- kind: contact_centre
-- One row per period and queue. Where another dataset completes this one (two spreadsheets), its columns are joined by day;
-- a day that only one of them has stays, with nulls for what the other would say.
SELECT
  coalesce(own.period_date, completing.period_date) AS period_date,
  coalesce(own.queue, completing.queue) AS queue,
  coalesce(own.offered, completing.offered) AS offered,
  coalesce(own.handled, completing.handled) AS handled,
  coalesce(own.abandoned, completing.abandoned) AS abandoned,
  coalesce(own.asa_s, completing.asa_s) AS asa_s,
  coalesce(own.service_level, completing.service_level) AS service_level,
  own.period_date IS NOT NULL AS is_in_own,
  completing.period_date IS NOT NULL AS is_in_completing
FROM source_periods AS own
FULL OUTER JOIN source_completing AS completing
  ON own.period_date = completing.period_date AND coalesce(own.queue, '') = coalesce(completing.queue, '')
ORDER BY period_date, queue NULLS LAST
