-- kind: calls
-- One row per day and queue: calls by how they ended, and sums from which waits and handle times are pooled.
SELECT
  call_date,
  queue,
  sum(CASE WHEN ending IN ('handled', 'abandoned', 'other') THEN 1 ELSE 0 END) AS offered,
  sum(CASE WHEN ending = 'handled' THEN 1 ELSE 0 END) AS handled,
  sum(CASE WHEN ending = 'abandoned' THEN 1 ELSE 0 END) AS abandoned,
  sum(CASE WHEN ending = 'before_queue' THEN 1 ELSE 0 END) AS before_queue,
  sum(CASE WHEN ending = 'ignored' THEN 1 ELSE 0 END) AS ignored,
  sum(CASE WHEN ending = 'handled' THEN wait_s END) AS wait_s_of_handled,
  sum(CASE WHEN ending = 'handled' THEN service_s END) AS service_s_of_handled
FROM source_calls
GROUP BY call_date, queue
ORDER BY call_date, queue NULLS LAST
