-- kind: contact_centre
-- One row per month and queue; every ratio is pooled over the month.
SELECT
  extract(YEAR FROM period_date) AS period_year,
  extract(MONTH FROM period_date) AS period_month,
  queue,
  count(*) AS days,
  sum(offered) AS offered,
  sum(handled) AS handled,
  sum(abandoned) AS abandoned,
  sum(offered - handled - abandoned) AS unaccounted,
  sum(CASE WHEN offered IS NOT NULL THEN handled END)
    / nullif(CAST(sum(CASE WHEN handled IS NOT NULL THEN offered END) AS DOUBLE), 0) AS chp,
  sum(CASE WHEN offered IS NOT NULL THEN abandoned END)
    / nullif(CAST(sum(CASE WHEN abandoned IS NOT NULL THEN offered END) AS DOUBLE), 0) AS abandonment_rate,
  sum(asa_s * handled) / nullif(sum(CASE WHEN asa_s IS NOT NULL THEN handled ELSE 0 END), 0) AS asa_s
FROM contact_facts
GROUP BY extract(YEAR FROM period_date), extract(MONTH FROM period_date), queue
ORDER BY period_year, period_month, queue NULLS LAST
