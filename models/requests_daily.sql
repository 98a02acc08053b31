-- kind: service_requests
-- One row per local day, agency, complaint type and area.
SELECT
  created_date,
  agency,
  complaint_type,
  area,
  count(*) AS requests,
  count(CASE WHEN outcome = 'closed' THEN 1 END) AS closed,
  count(CASE WHEN outcome = 'open' THEN 1 END) AS open,
  count(CASE WHEN outcome NOT IN ('closed', 'open') THEN 1 END) AS excluded,
  count(met_sla) AS sla_eligible,
  count(CASE WHEN met_sla = 1 THEN 1 END) AS sla_met,
  -- Whole seconds add up the same in any order.
  sum(CAST(round(hours_to_close * 3600) AS BIGINT)) / 3600.0 AS hours_to_close
FROM request_facts
GROUP BY created_date, agency, complaint_type, area
ORDER BY created_date, agency NULLS LAST, complaint_type NULLS LAST, area NULLS LAST
