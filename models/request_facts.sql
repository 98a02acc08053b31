-- kind: service_requests
-- One row per request in scope: created by the as-of time, neither missing nor a sentinel date.
SELECT
  d.request_key,
  d.created_at,
  d.created_date,
  d.created_hour,
  d.agency,
  d.complaint_type,
  d.area,
  d.status,
  d.closed_at,
  d.closed_date,
  d.outcome,
  CASE WHEN d.outcome = 'closed' THEN d.seconds_to_close / 3600.0 END AS hours_to_close,
  CASE WHEN d.outcome = 'open' THEN d.seconds_open / 3600.0 END AS hours_open,
  -- A date alone does not tell whether 24 hours were kept (`hark kpi requests` gives the range), no closings tell nothing.
  CASE
    WHEN NOT d.has_closing_time THEN NULL
    WHEN d.outcome NOT IN ('closed', 'open') OR d.seconds_since_created < d.sla_seconds THEN NULL
    WHEN d.outcome = 'closed' AND d.seconds_to_close <= d.sla_seconds THEN 1
    ELSE 0
  END AS met_sla
FROM (
  SELECT
    c.*,
    CASE
      WHEN c.closed_is_invalid THEN 'excluded: unparsed'
      WHEN c.closed_at IS NULL AND c.closed_date IS NULL THEN 'open'
      WHEN c.closed_date < DATE '1990-01-01' OR c.closed_date >= DATE '2100-01-01' THEN 'excluded: sentinel'
      WHEN c.closed_day_at > c.retrieved_at THEN 'excluded: future'
      WHEN c.closed_day_at > c.as_of THEN 'open'
      WHEN c.closed_at IS NULL AND c.closed_date < c.created_date THEN 'excluded: negative'
      WHEN c.seconds_to_close < 0 THEN 'excluded: negative'
      ELSE 'closed'
    END AS outcome
  FROM (
    SELECT
      r.*,
      e.as_of,
      e.retrieved_at,
      r.sla_hours * 3600 AS sla_seconds,
      unix_seconds(e.as_of) - unix_seconds(r.created_at) AS seconds_since_created,
      unix_seconds(e.as_of) - unix_seconds(r.created_at) AS seconds_open,
      -- A closing in the autumn fold is read daylight first, unless that alone is negative (METRICS section 2).
      CASE
        WHEN unix_seconds(r.closed_at) >= unix_seconds(r.created_at) OR NOT coalesce(r.closed_fold, FALSE)
          THEN unix_seconds(r.closed_at) - unix_seconds(r.created_at)
        WHEN unix_seconds(r.closed_at) + 3600 >= unix_seconds(r.created_at)
          THEN unix_seconds(r.closed_at) + 3600 - unix_seconds(r.created_at)
        ELSE unix_seconds(r.closed_at) - unix_seconds(r.created_at)
      END AS seconds_to_close
    FROM source_requests AS r
    CROSS JOIN extract_facts AS e
    WHERE r.created_at IS NOT NULL
      AND r.created_at <= e.as_of
      AND r.created_date >= DATE '1990-01-01'
      AND r.created_date < DATE '2100-01-01'
  ) AS c
) AS d
