-- kind: contact_centre
-- One row per day and queue, with the day's own ratios. Ratios of longer periods are pooled, never averaged.
SELECT
  period_date,
  queue,
  sum(offered) AS offered,
  sum(handled) AS handled,
  sum(abandoned) AS abandoned,
  sum(offered - handled - abandoned) AS unaccounted,
  sum(handled) / nullif(CAST(sum(offered) AS DOUBLE), 0) AS chp,
  sum(abandoned) / nullif(CAST(sum(offered) AS DOUBLE), 0) AS abandonment_rate,
  sum(asa_s * handled) / nullif(sum(CASE WHEN asa_s IS NOT NULL THEN handled ELSE 0 END), 0) AS asa_s,
  sum(asa_s * handled) AS answer_seconds
FROM source_periods
GROUP BY period_date, queue
ORDER BY period_date, queue NULLS LAST
