-- kind: service_requests
-- One row per local day, agency, complaint type and area.
SELECT
  created_date,
  agency,
  complaint_type,
  area,
  count(*) AS requests,
  sum(CASE WHEN outcome = 'closed' THEN 1 ELSE 0 END) AS closed,
  sum(CASE WHEN outcome = 'open' THEN 1 ELSE 0 END) AS open,
  sum(CASE WHEN outcome NOT IN ('closed', 'open') THEN 1 ELSE 0 END) AS excluded,
  sum(CASE WHEN met_sla IS NOT NULL THEN 1 ELSE 0 END) AS sla_eligible,
  sum(coalesce(met_sla, 0)) AS sla_met,
  sum(hours_to_close) AS hours_to_close
FROM request_facts
GROUP BY created_date, agency, complaint_type, area
ORDER BY created_date, agency NULLS LAST, complaint_type NULLS LAST, area NULLS LAST
