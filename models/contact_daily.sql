-- kind: contact_centre
-- One row per day and queue, with the day's own ratios. Ratios of longer periods are pooled, never averaged.
SELECT
  period_date,
  queue,
  sum(offered) AS offered,
  sum(handled) AS handled,
  sum(abandoned) AS abandoned,
  sum(offered - handled - abandoned) AS unaccounted,
  sum(CASE WHEN offered IS NOT NULL THEN handled END)
    / nullif(CAST(sum(CASE WHEN handled IS NOT NULL THEN offered END) AS DOUBLE), 0) AS chp,
  sum(CASE WHEN offered IS NOT NULL THEN abandoned END)
    / nullif(CAST(sum(CASE WHEN abandoned IS NOT NULL THEN offered END) AS DOUBLE), 0) AS abandonment_rate,
  sum(asa_s * handled) / nullif(sum(CASE WHEN asa_s IS NOT NULL THEN handled ELSE 0 END), 0) AS asa_s,
  sum(asa_s * handled) AS answer_seconds
FROM contact_facts
GROUP BY period_date, queue
ORDER BY period_date, queue NULLS LAST
