-- kind: service_requests
-- One row per local day and hour in which requests were created.
SELECT
  created_date,
  created_hour,
  count(*) AS requests
FROM request_facts
GROUP BY created_date, created_hour
ORDER BY created_date, created_hour
