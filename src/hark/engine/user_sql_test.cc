#include "hark/engine/user_sql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "hark/engine/test_support.h"
#include "hark/io/file_system.h"

namespace hark::engine {
namespace {

using columnar::Type;
using testing::HasSubstr;

/// A folder with two views' files, a view that is not given out, and files that no query may see.
class UserSql : public testing::Test {
 protected:
  void SetUp() override {
    engine = open_engine({.threads = 2, .temp_directory = folder / "spill"});
    write_parquet(
        *engine,
        "SELECT * FROM (VALUES (1, 'NYPD', 'Noise', TIMESTAMPTZ '2024-03-01 09:00:00Z', 2.5),"
        " (2, 'NYPD', 'Parking', TIMESTAMPTZ '2024-03-02 10:00:00Z', 4.0),"
        " (3, 'DOT', 'Pothole', TIMESTAMPTZ '2024-04-01 11:00:00Z', NULL),"
        " (4, 'DOT', 'Pothole', TIMESTAMPTZ '2024-04-02 12:00:00Z', 8.0))"
        " AS t(id, agency, complaint_type, created_at, hours)",
        folder / "requests.parquet");
    write_parquet(*engine, "SELECT 'NYPD' AS agency, 'Police' AS title, 'secret-column' AS hidden",
                  folder / "agencies.parquet");
    write_parquet(*engine, "SELECT 'secret-view' AS word", folder / "private.parquet");
    write_parquet(*engine, "SELECT 'secret-file' AS word", folder / "secret.parquet");
    for (const char* name : {"secret.csv", "secret.json", "secret.txt"}) {
      ASSERT_TRUE(io::local_file_system().write_atomically(folder / name, "secret-file\n1\n"));
    }
    ASSERT_TRUE(engine->create_parquet_view("requests", {folder / "requests.parquet"},
                                            {{"id", Type::kInt64},
                                             {"agency", Type::kString},
                                             {"complaint_type", Type::kString},
                                             {"created_at", Type::kTimestamp},
                                             {"hours", Type::kDouble}}));
    ASSERT_TRUE(engine->create_parquet_view("agencies", {folder / "agencies.parquet"},
                                            {{"agency", Type::kString}, {"title", Type::kString}}));
    ASSERT_TRUE(engine->create_parquet_view("private_notes", {folder / "private.parquet"},
                                            {{"word", Type::kString}}));
    names_before = folder.names();
  }

  Result<std::unique_ptr<QueryResult>> run(const std::string& sql) {
    return run_user_sql(*engine, sql, {.tables = {"requests", "agencies"}, .limits = {}});
  }
  std::string rows(const std::string& sql) { return rows_of(run(sql)); }

  /// FOLDER in a statement stands for the test's folder.
  std::string here(std::string sql) const {
    for (std::size_t at = sql.find("FOLDER"); at != std::string::npos; at = sql.find("FOLDER")) {
      sql.replace(at, 6, folder.path());
    }
    return sql;
  }

  TemporaryFolder folder;
  std::unique_ptr<Engine> engine;
  std::vector<std::string> names_before;
};

const std::vector<std::string>& hostile_statements() {
  static const std::vector<std::string> statements{
      // files, by function
      "SELECT * FROM read_text('/etc/passwd')",
      "SELECT * FROM read_blob('/etc/passwd')",
      "SELECT * FROM read_csv('FOLDER/secret.csv')",
      "SELECT * FROM read_csv_auto('FOLDER/secret.csv')",
      "SELECT * FROM read_json('FOLDER/secret.json')",
      "SELECT * FROM read_json_auto('FOLDER/secret.json')",
      "SELECT * FROM read_ndjson_objects('FOLDER/secret.json')",
      "SELECT * FROM read_parquet('FOLDER/secret.parquet')",
      "SELECT * FROM parquet_scan('FOLDER/secret.parquet')",
      "SELECT * FROM read_duckdb('FOLDER/x.db')",
      "SELECT * FROM glob('FOLDER/*')",
      "FROM glob('/etc/*')",
      "SELECT * FROM sniff_csv('FOLDER/secret.csv')",
      "SELECT * FROM parquet_metadata('FOLDER/secret.parquet')",
      "SELECT * FROM parquet_schema('FOLDER/secret.parquet')",
      "SELECT * FROM parquet_file_metadata('FOLDER/secret.parquet')",
      "SELECT * FROM parquet_kv_metadata('FOLDER/secret.parquet')",
      "SELECT * FROM parquet_bloom_probe('FOLDER/secret.parquet', 'word', 'x')",
      // even the files of the views, which hold more than the views show
      "SELECT hidden FROM read_parquet('FOLDER/agencies.parquet')",
      "SELECT hidden FROM 'FOLDER/agencies.parquet'",
      // files, by name
      "FROM 'FOLDER/secret.csv'",
      "SELECT * FROM \"FOLDER/secret.parquet\"",
      "SELECT * FROM 'https://example.org/x.parquet'",
      "SELECT * FROM 's3://bucket/x.parquet'",
      "SELECT (SELECT word FROM 'FOLDER/secret.parquet')",
      "SELECT * FROM requests WHERE EXISTS (FROM 'FOLDER/secret.csv')",
      "SELECT * FROM requests, LATERAL (SELECT * FROM 'FOLDER/secret.csv') AS l",
      "SELECT id FROM requests UNION ALL SELECT 1 FROM 'FOLDER/secret.csv'",
      "SELECT id FROM requests ORDER BY (SELECT count(*) FROM 'FOLDER/secret.csv')",
      "SELECT id FROM requests LIMIT (SELECT count(*) FROM 'FOLDER/secret.csv')",
      "SELECT sum(id) OVER (ORDER BY (SELECT count(*) FROM read_text('/etc/passwd'))) FROM "
      "requests",
      "SELECT count(*) FILTER (id > (SELECT count(*) FROM read_text('/etc/passwd'))) FROM requests",
      "SELECT CASE WHEN true THEN (SELECT content FROM read_text('/etc/passwd')) END",
      "SELECT list_transform([1], x -> (SELECT content FROM read_text('/etc/passwd')))",
      "SELECT * FROM (VALUES ((SELECT content FROM read_text('/etc/passwd'))))",
      "SELECT * FROM range((SELECT count(*) FROM read_text('/etc/passwd')))",
      "SELECT id FROM requests GROUP BY id, (SELECT count(*) FROM read_text('/etc/passwd'))",
      "SELECT id FROM requests QUALIFY (SELECT count(*) FROM read_text('/etc/passwd')) > 0",
      "SELECT DISTINCT ON ((SELECT count(*) FROM read_text('/etc/passwd'))) id FROM requests",
      "SELECT * REPLACE ((SELECT content FROM read_text('/etc/passwd')) AS id) FROM requests",
      "SELECT COLUMNS((SELECT content FROM read_text('/etc/passwd'))) FROM requests",
      // names that only look like common tables
      "WITH \"FOLDER/secret.csv\" AS (SELECT 1) SELECT * FROM \"FOLDER/secret.csv\"",
      "SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x), x",
      "WITH x AS (SELECT * FROM x) SELECT * FROM x",
      "WITH x AS (SELECT * FROM y), y AS (SELECT 1) SELECT * FROM x",
      "WITH RECURSIVE x AS (SELECT * FROM x UNION ALL SELECT * FROM x) SELECT * FROM x",
      "WITH x AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM x",
      "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + (SELECT count(*) FROM "
      "read_text('/etc/passwd')) FROM t WHERE n < 3) SELECT * FROM t",
      "WITH sqlite_master AS (SELECT 1) SELECT * FROM sqlite_master",
      // other tables and catalogues
      "SELECT * FROM private_notes",
      "SELECT * FROM PRIVATE_NOTES",
      "SELECT * FROM main.requests",
      "SELECT * FROM memory.main.requests",
      "SELECT * FROM information_schema.tables",
      "SELECT * FROM duckdb_tables",
      "SELECT * FROM sqlite_master",
      "SELECT * FROM pg_catalog.pg_class",
      "SELECT * FROM duckdb_views()",
      "SELECT * FROM duckdb_functions()",
      "SELECT * FROM duckdb_settings()",
      "SELECT * FROM duckdb_secrets()",
      "SELECT * FROM which_secret('s3://b/x', 's3')",
      "SELECT * FROM duckdb_logs",
      "SELECT * FROM duckdb_temporary_files()",
      "SELECT * FROM pragma_table_info('requests')",
      "SELECT * FROM pragma_database_size()",
      "SHOW TABLES",
      "SHOW ALL TABLES",
      "DESCRIBE private_notes",
      "SUMMARIZE private_notes",
      "SELECT * FROM (DESCRIBE requests)",
      "SELECT * FROM (SHOW TABLES)",
      // SQL from a text, indirect names
      "SELECT * FROM query('SELECT 1')",
      "SELECT * FROM query_table('private_notes')",
      "SELECT * FROM query_table(['requests', 'private_notes'])",
      "SELECT * FROM json_execute_serialized_sql('{}')",
      "PRAGMA json_execute_serialized_sql('{}')",
      "SELECT json_serialize_sql('SELECT 1')",
      "SELECT json_serialize_plan('SELECT 1')",
      "SELECT * FROM histogram('private_notes', word)",
      "SELECT * FROM seq_scan('private_notes')",
      "SELECT * FROM hark_source_1()",
      // environment, settings, session
      "SELECT getenv('HOME')",
      "SELECT current_setting('temp_directory')",
      "SELECT getvariable('x')",
      "SELECT current_query()",
      "SELECT nextval('s')",
      "SELECT setseed(0.5)",
      "SELECT sleep_ms(100000)",
      "SELECT pg_sleep(100)",
      "SELECT write_log('x')",
      "SELECT error('x')",
      "SELECT main.getenv('HOME')",
      "SELECT system.main.current_setting('threads')",
      "SELECT \"current_setting\"('threads')",
      "SELECT ('threads').current_setting()",
      "SELECT agency.current_setting() FROM requests",
      "SELECT CURRENT_SETTING('threads')",
      "SELECT finalize(combine(sum(id) EXPORT_STATE, NULL)) FROM requests",
      "SELECT sum(id) EXPORT_STATE FROM requests",
      // other statements
      "COPY requests TO 'FOLDER/out.csv'",
      "COPY (SELECT 1) TO 'FOLDER/out.parquet' (FORMAT parquet)",
      "COPY requests FROM 'FOLDER/secret.csv'",
      "EXPORT DATABASE 'FOLDER/out'",
      "IMPORT DATABASE 'FOLDER/out'",
      "ATTACH 'FOLDER/x.db'",
      "ATTACH ':memory:' AS other",
      "DETACH memory",
      "USE memory",
      "INSTALL httpfs",
      "LOAD json",
      "LOAD 'FOLDER/x.so'",
      "FORCE INSTALL httpfs FROM 'FOLDER'",
      "PRAGMA database_list",
      "PRAGMA enable_profiling",
      "CALL pragma_version()",
      "CALL enable_logging()",
      "SET threads = 1",
      "SET enable_external_access = true",
      "SET VARIABLE x = 1",
      "RESET threads",
      "CREATE TABLE t AS SELECT 1",
      "CREATE TEMP TABLE t (a INT)",
      "CREATE VIEW v AS SELECT 1",
      "CREATE MACRO m() AS (SELECT 1)",
      "CREATE SECRET s (TYPE s3)",
      "CREATE OR REPLACE VIEW requests AS SELECT 1 AS id",
      "DROP VIEW requests",
      "ALTER VIEW requests RENAME TO r",
      "INSERT INTO requests VALUES (1)",
      "UPDATE requests SET id = 1",
      "DELETE FROM requests",
      "TRUNCATE requests",
      "MERGE INTO requests USING agencies ON true WHEN MATCHED THEN DELETE",
      "BEGIN",
      "COMMIT",
      "CHECKPOINT",
      "VACUUM",
      "ANALYZE",
      "EXPLAIN SELECT 1",
      "EXPLAIN ANALYZE SELECT * FROM requests",
      "PREPARE p AS SELECT 1",
      "EXECUTE p",
      "DEALLOCATE p",
      "SELECT 1 INTO t",
      "WITH x AS (DELETE FROM requests RETURNING *) SELECT * FROM x",
      // more than one, hidden ones
      "SELECT 1; SELECT 2",
      "SELECT 1; DROP VIEW requests",
      "SELECT 1;; COPY requests TO 'FOLDER/out.csv'",
      "SELECT 1 /* */; ATTACH 'FOLDER/x.db' --",
      "SELECT 1 -- \n; CREATE TABLE t(a INT)",
      "SELECT 1 /* /* nested */ */ ; SET threads = 1",
      "SELECT $$;$$; DROP VIEW requests",
      "SELECT E'\\'; DROP VIEW requests; --'; DROP VIEW requests",
      "SELECT '''; --'; DROP VIEW requests",
      "SELECT\u00a01;\u2003DROP\u00a0VIEW\u3000requests",
      ") ; DROP VIEW requests; SELECT (1",
      "1) AS q(c0); DROP VIEW requests; --",
      // kinds of node whose parts the tree does not show, or that nobody needs
      "FROM requests PIVOT (sum(id) FOR agency IN read_text)",
      "PIVOT requests ON agency USING sum(id)",
      "SELECT * FROM (PIVOT requests ON agency IN ('NYPD') USING sum(id))",
      "SELECT * FROM (UNPIVOT requests ON id INTO NAME n VALUE v)",
      "SELECT * FROM requests AT (VERSION => 1)",
      "SELECT ?",
      "SELECT $1",
      "SELECT * FROM requests WHERE id = $id",
      // nothing
      "",
      " ; ",
      "-- only a comment",
      "\u202e",
  };
  return statements;
}

TEST_F(UserSql, EveryHostileStatementIsRefusedAndNothingIsTouched) {
  ASSERT_GE(hostile_statements().size(), 40U);
  for (const std::string& statement : hostile_statements()) {
    const auto error = error_of(run(here(statement)));
    ASSERT_TRUE(error) << "it ran: " << statement;
    EXPECT_EQ(error->code(), ErrorCode::kInvalidArgument)
        << statement << "\n  " << error->to_string();
    EXPECT_EQ(error->to_string().find("secret-"), std::string::npos) << error->to_string();
  }
  EXPECT_EQ(folder.names(), names_before);
  EXPECT_EQ(rows("SELECT count(*) FROM requests"), "4");
}

TEST_F(UserSql, TheWalkAloneRefusesThemAll) {
  // The first lock, without the second: the engine was never closed to the outside.
  for (const std::string& statement : hostile_statements()) {
    EXPECT_FALSE(check_user_sql(*engine, here(statement), {"requests", "agencies"})) << statement;
  }
  EXPECT_TRUE(engine->execute(here("COPY (SELECT 1) TO 'FOLDER/open.csv'")));
}

TEST_F(UserSql, TheClosedEngineAloneKeepsFilesShut) {
  // The second lock, without the first: hark's own door, which does not look at the statement.
  EXPECT_EQ(rows("SELECT 1"), "1");
  for (const char* statement : {"SELECT * FROM read_text('/etc/passwd')",
                                "SELECT * FROM read_text('FOLDER/secret.txt')",
                                "SELECT * FROM read_csv('FOLDER/secret.csv')",
                                "FROM 'FOLDER/secret.parquet'",
                                "SELECT * FROM glob('FOLDER/*')",
                                "SELECT * FROM sniff_csv('FOLDER/secret.csv')",
                                "SELECT * FROM parquet_metadata('FOLDER/secret.parquet')",
                                "COPY (SELECT 1) TO 'FOLDER/out.csv'",
                                "COPY (SELECT 1) TO 'FOLDER/requests.parquet'",
                                "EXPORT DATABASE 'FOLDER/out'",
                                "ATTACH 'FOLDER/x.db'",
                                "INSTALL httpfs",
                                "LOAD 'FOLDER/x.so'",
                                "SET enable_external_access = true",
                                "SET allowed_paths = ['/etc/passwd']",
                                "SET lock_configuration = false",
                                "SET TimeZone = 'America/New_York'",
                                "RESET lock_configuration",
                                "SET temp_directory = '/tmp'",
                                "CALL enable_logging(storage = 'file')",
                                "SET profiling_output = 'FOLDER/profile.json'"}) {
    EXPECT_FALSE(engine->execute(here(statement))) << statement;
  }
  EXPECT_EQ(folder.names(), names_before);
  EXPECT_EQ(rows("SELECT count(*) FROM requests"), "4");
}

TEST_F(UserSql, AnHonestStatementGivesTheRowsOfAPencil) {
  const std::vector<std::pair<const char*, const char*>> honest{
      {"SELECT count(*) FROM requests", "4"},
      {"FROM agencies", "NYPD|Police"},
      {"TABLE agencies", "NYPD|Police"},
      {"VALUES (1, 'a'), (2, 'b')", "1|a\n2|b"},
      {"SELECT * FROM REQUESTS WHERE ID = 1;  -- done", "1|NYPD|Noise|2024-03-01T09:00:00Z|2.5"},
      {"SELECT r.id, a.title FROM requests r JOIN agencies a USING (agency) ORDER BY r.id",
       "1|Police\n2|Police"},
      {"SELECT r.id, a.title FROM requests AS r LEFT JOIN agencies AS a ON r.agency = a.agency "
       "ORDER BY r.id DESC LIMIT 2",
       "4|null\n3|null"},
      {"SELECT agency, count(*) AS n, round(avg(hours), 2) AS mean FROM requests GROUP BY agency "
       "HAVING count(*) > 1 ORDER BY agency",
       "DOT|2|8\nNYPD|2|3.25"},
      {"SELECT id, row_number() OVER (PARTITION BY agency ORDER BY created_at DESC) AS k, "
       "lag(id) OVER w, sum(hours) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) "
       "FROM requests WINDOW w AS (ORDER BY id) ORDER BY id",
       "1|2|null|2.5\n2|1|1|6.5\n3|2|2|4\n4|1|3|8"},
      {"WITH a AS (SELECT agency FROM requests), b AS MATERIALIZED (SELECT DISTINCT agency FROM a) "
       "SELECT count(*) FROM a, b",
       "8"},
      {"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) "
       "SELECT sum(n) FROM t",
       "15"},
      {"SELECT * FROM (WITH x AS (SELECT 7 AS n) SELECT n FROM x) AS s", "7"},
      {"SELECT id FROM requests WHERE hours > (SELECT avg(hours) FROM requests)", "4"},
      {"SELECT id FROM requests r WHERE EXISTS (SELECT 1 FROM agencies a WHERE a.agency = "
       "r.agency) "
       "AND agency IN (SELECT agency FROM agencies) ORDER BY 1",
       "1\n2"},
      {"SELECT u FROM unnest([3, 1, 2]) AS t(u) ORDER BY u", "1\n2\n3"},
      {"SELECT unnest(string_split('a,b', ','))", "a\nb"},
      {"SELECT i FROM range(0, 10, 5) t(i) UNION ALL SELECT * FROM generate_series(1, 2)",
       "0\n5\n1\n2"},
      {"SELECT date_trunc('month', created_at), count(*) FROM requests GROUP BY ALL ORDER BY 1",
       "2024-03-01T00:00:00Z|2\n2024-04-01T00:00:00Z|2"},
      {"SELECT year(created_at), EXTRACT(month FROM created_at), dayname(created_at), "
       "strftime(created_at, '%Y-%m-%d'), date_diff('day', TIMESTAMPTZ '2024-03-01 00:00:00Z', "
       "created_at) "
       "FROM requests WHERE id = 3",
       "2024|4|Monday|2024-04-01|31"},
      {"SELECT created_at AT TIME ZONE 'America/New_York' FROM requests WHERE id = 1",
       "2024-03-01 04:00:00"},
      {"SELECT created_at + INTERVAL 36 HOUR, DATE '2024-03-10' - DATE '2024-03-01' FROM requests "
       "LIMIT 1",
       "2024-03-02T21:00:00Z|9"},
      {"SELECT median(hours), quantile_cont(hours, 0.9), mode(agency) FROM requests WHERE agency = "
       "'NYPD'",
       "3.25|3.85|NYPD"},
      {"SELECT count(*) FILTER (WHERE hours IS NULL), count(DISTINCT agency) FROM requests", "1|2"},
      {"SELECT list(id ORDER BY id DESC), string_agg(complaint_type, '; ' ORDER BY id) FROM "
       "requests",
       "[4, 3, 2, 1]|Noise; Parking; Pothole; Pothole"},
      {"SELECT list_sum(list_transform([1, 2, 3], lambda x: x * 2)), [x + 1 FOR x IN [1, 2] IF x > "
       "1]",
       "12|[3]"},
      {"SELECT {'a': 1, 'b': 'x'}.b, (ROW(1, 2))[1], MAP {'k': 5}['k'], [10, 20][2], [1, 2, 3][2:]",
       "x|1|5|20|[2, 3]"},
      {"SELECT CASE agency WHEN 'DOT' THEN 'road' ELSE 'other' END AS kind, count(*) FROM requests "
       "GROUP BY kind ORDER BY kind",
       "other|2\nroad|2"},
      {"SELECT coalesce(hours, 0), nullif(hours, 8), if(hours > 3, 'slow', 'fast') FROM requests "
       "WHERE id IN (3, 4) ORDER BY id",
       "0|null|fast\n8|null|slow"},
      {"SELECT TRY_CAST('x' AS INTEGER), '12'::INTEGER, CAST(2.6 AS BIGINT), TRY(1 / 0)",
       "null|12|3|inf"},
      {"SELECT upper(agency) || '!', agency LIKE 'NY%', agency ILIKE 'ny%', agency SIMILAR TO "
       "'N.*', "
       "regexp_matches(agency, '^N'), agency NOT LIKE 'X%' ESCAPE '$' FROM requests WHERE id = 1",
       "NYPD!|true|true|true|true|true"},
      {"SELECT agency, complaint_type, count(*) FROM requests GROUP BY GROUPING SETS ((agency), "
       "()) , "
       "complaint_type ORDER BY ALL LIMIT 1",
       "DOT|Pothole|2"},
      {"SELECT agency, grouping(agency), count(*) FROM requests GROUP BY ROLLUP (agency) ORDER BY "
       "2, 1",
       "DOT|0|2\nNYPD|0|2\nnull|1|4"},
      {"SELECT DISTINCT ON (agency) agency, id FROM requests ORDER BY agency, id", "DOT|3\nNYPD|1"},
      {"SELECT * EXCLUDE (created_at, hours) REPLACE (id * 10 AS id) FROM requests WHERE id = 1",
       "10|NYPD|Noise"},
      {"SELECT min(COLUMNS('id|hours')) FROM requests", "1|2.5"},
      {"SELECT id FROM requests QUALIFY rank() OVER (PARTITION BY agency ORDER BY id) = 1 ORDER BY "
       "id",
       "1\n3"},
      {"SELECT agency FROM requests INTERSECT SELECT agency FROM agencies", "NYPD"},
      {"SELECT agency FROM requests EXCEPT SELECT agency FROM agencies", "DOT"},
      {"SELECT id FROM requests r, LATERAL (SELECT r.id + 1 AS next) AS l WHERE l.next = 3", "2"},
      {"SELECT a.id, b.id FROM requests a ASOF JOIN requests b ON a.created_at > b.created_at "
       "ORDER BY 1 LIMIT 1",
       "2|1"},
      {"SELECT hours > ALL (SELECT 1), hours = ANY (SELECT 2.5) FROM requests WHERE id = 1",
       "true|true"},
      {"SELECT '{\"a\": [1, 2]}'::JSON ->> '$.a[1]', '{\"a\": 5}'::JSON -> 'a'", "2|5"},
      {"SELECT hours BETWEEN 2 AND 3, NOT (id = 1), -id, id % 2, id // 2, 2 ** 3 FROM requests "
       "WHERE id = 1",
       "true|false|-1|1|0|8"},
      {"SELECT count(*) FROM requests USING SAMPLE 100%", "4"},
      {"SELECT \u00a0id\u00a0FROM requests WHERE complaint_type = 'Noise'", "1"},
      {"SELECT '; DROP VIEW requests --', $$/* $$, 'it''s'", "; DROP VIEW requests --|/* |it's"},
      {"WITH requests AS (SELECT 99 AS id) SELECT id FROM requests", "99"},
  };
  ASSERT_GE(honest.size(), 15U);
  for (const auto& [sql, expected] : honest) EXPECT_EQ(rows(sql), expected) << sql;
}

TEST_F(UserSql, AWrongStatementIsShownWithItsPlaceAndAGuess) {
  const auto error = error_of(run("SELECT id,\n       agenzy FROM requests"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message(),
            "Referenced column \"agenzy\" not found in FROM clause! (line 2, column 8)\n"
            "           agenzy FROM requests\n"
            "           ^");
  EXPECT_THAT(error->hint(), HasSubstr("agency"));
}

TEST_F(UserSql, AnUnknownTableOrFunctionIsGuessedAmongTheAllowedOnes) {
  auto error = error_of(run("SELECT * FROM request"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message(),
            "there is no table 'request' (line 1, column 15)\n    SELECT * FROM request\n"
            "                  ^");
  EXPECT_EQ(error->hint(), "did you mean 'requests'?");
  error = error_of(run("SELECT * FROM private_notes"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->hint(), "the tables are: requests, agencies");
  error = error_of(run("SELECT quantil_cont(hours, 0.5) FROM requests"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->hint(), "did you mean 'quantile_cont'?");
  error = error_of(run("SELECT 1 +"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message(),
            "syntax error at end of input (line 1, column 11)\n    SELECT 1 +\n              ^");
}

TEST_F(UserSql, AFailedCastDoesNotRepeatTheValue) {
  const auto error = error_of(run("SELECT CAST(complaint_type AS INTEGER) FROM requests"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(error->message(), HasSubstr("Could not convert string '…'"));
  // What the user wrote may be repeated.
  const auto own = error_of(run("SELECT CAST('twelve' AS INTEGER)"));
  ASSERT_TRUE(own);
  EXPECT_THAT(own->message(), HasSubstr("'twelve'"));
}

TEST_F(UserSql, ALongStatementStopsAtItsTimeoutOrWhenInterrupted) {
  const std::string endless =
      "SELECT count(*) FROM range(1000000) a(i), range(1000000) b(j) WHERE (i * j) % 7 = 9";
  UserSqlOptions options{.tables = {}, .limits = {.timeout = std::chrono::milliseconds(100)}};
  EXPECT_EQ(failure_of(run_user_sql(*engine, endless, options)), "kExhausted");
  std::atomic<bool> interrupt = true;
  options.limits = {.interrupt = &interrupt};
  EXPECT_EQ(failure_of(run_user_sql(*engine, endless, options)), "kInterrupted");
  EXPECT_EQ(rows("SELECT 1"), "1");
}

TEST_F(UserSql, AStatementThatNeedsTooMuchMemoryIsExhausted) {
  engine = open_engine({.threads = 1, .memory_limit_bytes = std::size_t{40} << 20});
  EXPECT_EQ(failure_of(run("SELECT count(*) FROM (SELECT i, count(*) FROM range(5000000) t(i) "
                           "GROUP BY i)")),
            "kExhausted");
}

TEST_F(UserSql, AClosedEngineStillSpillsToItsTemporaryFolder) {
  engine = open_engine({.threads = 1,
                        .memory_limit_bytes = std::size_t{40} << 20,
                        .temp_directory = folder / "spill"});
  EXPECT_EQ(rows("SELECT count(*) FROM (SELECT i, count(*) FROM range(3000000) t(i) GROUP BY i)"),
            "3000000");
}

TEST_F(UserSql, NestingIsBoundedBeforeItCanHurt) {
  const auto repeated = [](const std::string& text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
  };
  for (const std::size_t times : {std::size_t{400}, std::size_t{3000}, std::size_t{10000}}) {
    for (const std::string& deep :
         {"SELECT " + repeated("1+", times) + "1",
          "SELECT " + repeated("(", times) + "1" + repeated(")", times),
          "SELECT " + repeated("[", times) + repeated("]", times),
          "SELECT " + repeated("(SELECT ", times) + "1" + repeated(")", times),
          "SELECT 1" + repeated(" UNION ALL SELECT 1", times),
          "SELECT count(*) FROM requests" + repeated(", requests", times),
          repeated("WITH a AS (", times) + "SELECT 1" + repeated(") SELECT 1", times)}) {
      // Some may run; none may take the process down.
      (void)check_user_sql(*engine, deep, {"requests"});
    }
  }
  EXPECT_EQ(rows("SELECT " + repeated("1 + ", 200) + "1"), "201");
  EXPECT_EQ(rows("SELECT count(*) FROM requests WHERE id = 0" + repeated(" OR id = 1", 1000)), "1");
}

TEST_F(UserSql, TextThatIsNoSqlTextIsRefused) {
  EXPECT_EQ(failure_of(run(std::string("SELECT 1\0", 9))), "kInvalidArgument");
  EXPECT_EQ(failure_of(run(std::string("SELECT 1\0; DROP VIEW requests", 29))), "kInvalidArgument");
  EXPECT_EQ(failure_of(run("SELECT '\xff'")), "kInvalidArgument");
  EXPECT_EQ(failure_of(run("SELECT '" + std::string(1 << 17, 'x') + "'")), "kInvalidArgument");
}

TEST_F(UserSql, AViewOverAPathWithPatternCharactersStillOpensAfterTheDoorIsShut) {
  write_parquet(*engine, "SELECT 1 AS n", folder / "a[b]*.parquet");
  write_parquet(*engine, "SELECT 2 AS n", folder / "ab*.parquet");
  ASSERT_TRUE(
      engine->create_parquet_view("odd", {folder / "a[b]*.parquet"}, {{"n", Type::kInt64}}));
  EXPECT_EQ(rows_of(run_user_sql(*engine, "SELECT n FROM odd", {.tables = {"odd"}, .limits = {}})),
            "1");
}

TEST_F(UserSql, AfterTheDoorIsShutNoFileIsAdded) {
  EXPECT_EQ(rows("SELECT 1"), "1");
  const auto view = engine->create_parquet_view("late", {folder / "secret.parquet"}, {});
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace hark::engine
