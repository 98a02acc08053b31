#include "hark/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "hark/engine/test_support.h"
#include "hark/io/file_system.h"

namespace hark::engine {
namespace {

using columnar::Field;
using columnar::Type;

TEST(Engine, EveryKindOfNumberComesAsTheNearestTypeOfHark) {
  const auto engine = open_engine();
  auto result = engine->query(
      "SELECT true AS b, 1::TINYINT AS i1, -2::SMALLINT AS i2, 3::INTEGER AS i4, 4::BIGINT AS i8,"
      " 200::UTINYINT AS u1, 60000::USMALLINT AS u2, 4000000000::UINTEGER AS u4, 5::UBIGINT AS u8,"
      " (-6)::HUGEINT AS i16, 7::UHUGEINT AS u16, 8.5::FLOAT AS f, 9.25::DOUBLE AS d,"
      " 12.50::DECIMAL(9,2) AS m, 1234::DECIMAL(4,0) AS whole, 77::DECIMAL(38,0) AS wide,"
      " -0.001::DECIMAL(38,3) AS small");
  ASSERT_TRUE(result) << result.error().to_string();
  const std::vector<Field> expected{
      {"b", Type::kBool},     {"i1", Type::kInt32},    {"i2", Type::kInt32},
      {"i4", Type::kInt32},   {"i8", Type::kInt64},    {"u1", Type::kInt32},
      {"u2", Type::kInt32},   {"u4", Type::kInt64},    {"u8", Type::kInt64},
      {"i16", Type::kInt64},  {"u16", Type::kInt64},   {"f", Type::kDouble},
      {"d", Type::kDouble},   {"m", Type::kDouble},    {"whole", Type::kInt64},
      {"wide", Type::kInt64}, {"small", Type::kDouble}};
  EXPECT_TRUE(std::ranges::equal((*result)->fields(), expected));
  EXPECT_EQ(rows_of(std::move(result)),
            "true|1|-2|3|4|200|60000|4000000000|5|-6|7|8.5|9.25|12.5|1234|77|-0.001");
}

TEST(Engine, IntegersBeyond64BitsAreDoublesFromTheFirstRowOn) {
  const auto engine = open_engine();
  // 2^64 - 1, -2^100 and the largest of all; published powers of two.
  auto result = engine->query(
      "SELECT 18446744073709551615::UBIGINT, -1267650600228229401496703205376::HUGEINT,"
      " 340282366920938463463374607431768211455::UHUGEINT");
  ASSERT_TRUE(result) << result.error().to_string();
  for (const Field& field : (*result)->fields()) EXPECT_EQ(field.type, Type::kDouble);
  EXPECT_EQ(rows_of(std::move(result)),
            "18446744073709551616|-1.2676506002282294e+30|3.402823669209385e+38");
}

TEST(Engine, AnIntegerThatStopsFittingLaterIsAnErrorAndNotAWrongNumber) {
  const auto engine = open_engine();
  const std::string sql =
      "SELECT (CASE WHEN i = 99999 THEN 9223372036854775808 ELSE i END)::HUGEINT AS n"
      " FROM range(100000) t(i)";
  EXPECT_EQ(failure_of(engine->query(sql)), "kUnsupported");
}

TEST(Engine, SumsOfIntegersStayIntegers) {
  const auto engine = open_engine();
  EXPECT_EQ(rows_of(*engine, "SELECT sum(i), count(*), avg(i) FROM range(1001) t(i)"),
            "500500|1001|500");
}

TEST(Engine, ClocksWithAZoneAreInstantsInUtcOthersTextAndInfinitiesAreInvalid) {
  const auto engine = open_engine();
  EXPECT_EQ(rows_of(*engine,
                    "SELECT TIMESTAMP '2024-03-01 09:00:00.5', "
                    "TIMESTAMPTZ '2024-03-01 09:00:00-05', DATE '1970-01-11', "
                    "TIMESTAMPTZ 'infinity', DATE '-infinity', NULL::TIMESTAMP"),
            "2024-03-01 09:00:00.5|2024-03-01T14:00:00Z|10|invalid|invalid|null");
  EXPECT_EQ(rows_of(*engine, "SELECT current_setting('TimeZone')"), "UTC");
}

TEST(Engine, ColumnsOfOneNameAreToldApart) {
  const auto engine = open_engine();
  const auto rows = engine->query("SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS a, 5 AS b");
  ASSERT_TRUE(rows);
  std::vector<std::string> names;
  for (const columnar::Field& field : (*rows)->fields()) names.push_back(field.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "a_2", "a_1", "a_3", "b"}));
}

TEST(Engine, TypesThatBatchesDoNotHaveComeAsTheirText) {
  const auto engine = open_engine();
  EXPECT_EQ(rows_of(*engine,
                    "SELECT [1, 2] AS a, {'x': 1} AS a, INTERVAL 3 DAY, TIME '10:11:12', "
                    "'b'::ENUM ('a', 'b'), NULL, MAP {'k': 2}, 'a\\xC3'::BLOB; -- a comment"),
            "[1, 2]|{'x': 1}|3 days|10:11:12|b|null|{k=2}|a\\xC3");
}

TEST(Engine, RowsKeepTheirOrderWhenTheirTypesAreCast) {
  const auto engine = open_engine();
  EXPECT_EQ(rows_of(*engine, "SELECT i, [i] FROM range(4) t(i) ORDER BY i DESC /* x */ ;"),
            "3|[3]\n2|[2]\n1|[1]\n0|[0]");
}

TEST(Engine, StringsShareADictionaryPerBatch) {
  const auto engine = open_engine();
  auto result = engine->query(
      "SELECT CASE WHEN i % 3 = 0 THEN NULL WHEN i % 3 = 1 THEN 'short' "
      "ELSE 'a text of more than twelve bytes' END AS s FROM range(40000) t(i)");
  ASSERT_TRUE(result);
  std::size_t num_rows = 0;
  std::uint64_t next_ordinal = 0;
  while (true) {
    auto batch = (*result)->next();
    ASSERT_TRUE(batch) << batch.error().to_string();
    if (!*batch) break;
    EXPECT_EQ((*batch)->ordinal, next_ordinal++);
    EXPECT_LE((*batch)->num_rows, 16384U);
    const columnar::Column& column = (*batch)->columns[0];
    EXPECT_EQ(column.dictionary()->size(), 2U);
    for (std::size_t row = 0; row < column.size(); ++row, ++num_rows) {
      const std::string expected = num_rows % 3 == 0   ? "null"
                                   : num_rows % 3 == 1 ? "short"
                                                       : "a text of more than twelve bytes";
      ASSERT_EQ(cell(column, row), expected) << num_rows;
    }
  }
  EXPECT_EQ(num_rows, 40000U);
  EXPECT_EQ(next_ordinal, 3U);
  auto after_the_end = (*result)->next();
  ASSERT_TRUE(after_the_end);
  EXPECT_FALSE(*after_the_end);
}

TEST(Engine, AnEmptyResultStillSaysItsColumns) {
  const auto engine = open_engine();
  auto result = engine->query("SELECT 1 AS a, 'x' AS b WHERE false");
  ASSERT_TRUE(result);
  EXPECT_TRUE(std::ranges::equal((*result)->fields(),
                                 std::vector<Field>{{"a", Type::kInt32}, {"b", Type::kString}}));
  EXPECT_EQ(rows_of(std::move(result)), "");
}

TEST(Engine, AResultOutlivesItsEngine) {
  auto engine = open_engine();
  auto result = engine->query("SELECT i FROM range(100000) t(i)");
  ASSERT_TRUE(result);
  engine.reset();
  std::size_t num_rows = 0;
  while (true) {
    auto batch = (*result)->next();
    ASSERT_TRUE(batch) << batch.error().to_string();
    if (!*batch) break;
    num_rows += (*batch)->num_rows;
  }
  EXPECT_EQ(num_rows, 100000U);
}

TEST(Engine, AnErrorInALaterRowEndsTheQueryWithoutTellingTheValue) {
  const auto engine = open_engine();
  const auto error = error_of(
      engine->query("SELECT (CASE WHEN i = 3000000 THEN '604-555-0' || i ELSE '1' END)::INTEGER "
                    "FROM range(4000000) t(i)"));
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message(), testing::StartsWith("Could not convert string '…'"));
}

TEST(Engine, OurOwnWrongSqlIsOurBug) {
  const auto engine = open_engine();
  EXPECT_EQ(failure_of(engine->query("SELEC 1")), "kInternal");
  EXPECT_EQ(failure_of(engine->query("SELECT nothing FROM range(3)")), "kInternal");
  const auto executed = engine->execute("CREATE VIEW v AS SELECT * FROM nowhere");
  ASSERT_FALSE(executed);
  EXPECT_EQ(executed.error().code(), ErrorCode::kInternal);
}

TEST(Engine, TwoStatementsAreNoQuery) {
  const auto engine = open_engine();
  EXPECT_FALSE(engine->query("SELECT 1; SELECT 2"));
  EXPECT_FALSE(engine->query(std::string("SELECT 1\0; DROP", 15)));
  EXPECT_FALSE(engine->query("SELECT ?"));
}

TEST(Engine, AQueryThatNeedsMoreMemoryThanItMayHaveIsExhausted) {
  const auto engine = open_engine({.threads = 1, .memory_limit_bytes = std::size_t{40} << 20});
  EXPECT_EQ(failure_of(engine->query(
                "SELECT count(*) FROM (SELECT i, count(*) FROM range(5000000) t(i) GROUP BY i)")),
            "kExhausted");
}

TEST(Engine, AQueryThatDoesNotFitSpillsToTheTemporaryFolderAndCleansUp) {
  const TemporaryFolder folder;
  {
    const auto engine = open_engine({.threads = 1,
                                     .memory_limit_bytes = std::size_t{40} << 20,
                                     .temp_directory = folder / "spill"});
    EXPECT_EQ(rows_of(*engine,
                      "SELECT count(*) FROM (SELECT i, count(*) FROM range(3000000) t(i) "
                      "GROUP BY i)"),
              "3000000");
  }
  EXPECT_TRUE(folder.names().empty());
}

TEST(Engine, AQueryStopsAtItsTimeout) {
  const auto engine = open_engine();
  // Hours of work if nobody stops it.
  const std::string sql =
      "SELECT count(*) FROM range(100000) a(i), range(100000) b(j), "
      "range(100000) c(k) WHERE (i * j + k) % 7 = 9";
  EXPECT_EQ(failure_of(engine->query(sql, {.timeout = std::chrono::milliseconds(100)})),
            "kExhausted");
}

TEST(Engine, AQueryStopsWhenItIsInterrupted) {
  const auto engine = open_engine();
  std::atomic<bool> interrupt = false;
  std::thread user([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    interrupt = true;
  });
  const std::string sql =
      "SELECT count(*) FROM range(100000) a(i), range(100000) b(j), "
      "range(100000) c(k) WHERE (i * j + k) % 7 = 9";
  EXPECT_EQ(failure_of(engine->query(sql, {.interrupt = &interrupt})), "kInterrupted");
  user.join();
}

TEST(Engine, AQueryWithinItsLimitsIsNotDisturbed) {
  const auto engine = open_engine();
  std::atomic<bool> interrupt = false;
  EXPECT_EQ(rows_of(engine->query("SELECT count(*) FROM range(1000)",
                                  {.timeout = std::chrono::hours(1), .interrupt = &interrupt})),
            "1000");
}

TEST(Engine, ManyThreadsMayAskAtOnce) {
  const auto engine = open_engine();
  std::vector<std::thread> threads;
  std::vector<std::string> answers(8);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    threads.emplace_back([&, i] {
      answers[i] = rows_of(*engine, concat("SELECT sum(x) FROM range(", 1000 + i, ") t(x)"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i], concat((1000 + i) * (999 + i) / 2));
  }
}

TEST(Engine, NothingIsInstalledOrFetched) {
  const auto engine = open_engine();
  EXPECT_FALSE(engine->execute("INSTALL httpfs"));
  EXPECT_FALSE(engine->query("SELECT * FROM read_parquet('https://example.org/a.parquet')"));
  EXPECT_EQ(rows_of(*engine,
                    "SELECT value FROM duckdb_settings() WHERE name IN "
                    "('autoinstall_known_extensions', 'autoload_known_extensions', "
                    "'allow_community_extensions', 'allow_persistent_secrets')"),
            "false\nfalse\nfalse\nfalse");
}

TEST(PortableMacros, DoWhatSparkDoesByThatName) {
  const auto engine = open_engine();
  const auto defined = engine->define_portable_macros();
  ASSERT_TRUE(defined) << defined.error().to_string();
  // Spark: SELECT percentile(x, 0.5) FROM VALUES (0), (10), (NULL) -> 5.0; the 0.9 quantile of 1 to
  // 5 by linear interpolation is 4.6. 2024-03-01 was a Friday, day 19,783.
  EXPECT_EQ(rows_of(*engine, "SELECT percentile(x, 0.5) FROM (VALUES (0), (10), (NULL)) t(x)"),
            "5");
  EXPECT_EQ(rows_of(*engine,
                    "SELECT g, percentile(x, 0.9) FROM (VALUES ('a', 1), ('a', 2), ('a', 3), "
                    "('a', 4), ('a', 5), ('b', 7)) t(g, x) GROUP BY g ORDER BY g"),
            "a|4.6\nb|7");
  EXPECT_EQ(rows_of(*engine,
                    "SELECT unix_date(DATE '2024-03-01'), (unix_date(DATE '2024-03-01') + 3) % 7, "
                    "unix_micros(TIMESTAMPTZ '1970-01-01 00:00:01.5Z')"),
            "19783|4|1500000");
  EXPECT_EQ(
      rows_of(*engine,
              "SELECT unix_seconds(t) FROM (VALUES (0, TIMESTAMPTZ '1970-01-01 00:00:01.999Z'), "
              "(1, TIMESTAMPTZ '1969-12-31 23:59:59.999999Z'), "
              "(2, TIMESTAMPTZ '1969-12-31 23:59:59Z'), (3, NULL)) v(i, t) ORDER BY i"),
      "1\n-1\n-1\nnull");
}

TEST(ParquetView, ColumnsAreCastAndMissingOnesAreNull) {
  const TemporaryFolder folder;
  const auto engine = open_engine();
  write_parquet(*engine, "SELECT 1::INTEGER AS a, 'x' AS b", folder / "1.parquet");
  write_parquet(*engine, "SELECT 'y' AS b, 2::BIGINT AS a, DATE '1970-01-03' AS c",
                folder / "2.parquet");
  const auto made = engine->create_parquet_view(
      "v", {folder / "2.parquet", folder / "1.parquet"},
      {{"a", Type::kInt64}, {"c", Type::kDate}, {"b", Type::kString}, {"none", Type::kTimestamp}});
  ASSERT_TRUE(made) << made.error().to_string();
  auto result = engine->query("SELECT * FROM v");
  ASSERT_TRUE(result);
  EXPECT_TRUE(
      std::ranges::equal((*result)->fields(), std::vector<Field>{{"a", Type::kInt64},
                                                                 {"c", Type::kDate},
                                                                 {"b", Type::kString},
                                                                 {"none", Type::kTimestamp}}));
  EXPECT_EQ(rows_of(std::move(result)), "2|2|y|null\n1|null|x|null");
  EXPECT_EQ(engine->views(), std::vector<std::string>{"v"});
}

TEST(ParquetView, AColumnOfASingleFileMayBeMissingToo) {
  const TemporaryFolder folder;
  const auto engine = open_engine();
  write_parquet(*engine, "SELECT 1 AS a", folder / "1.parquet");
  ASSERT_TRUE(engine->create_parquet_view("v", {folder / "1.parquet"},
                                          {{"a", Type::kInt32}, {"b", Type::kString}}));
  EXPECT_EQ(rows_of(*engine, "SELECT a, b FROM v WHERE a = 1"), "1|null");
}

TEST(ParquetView, WithoutFilesItIsEmptyAndTyped) {
  const auto engine = open_engine();
  ASSERT_TRUE(engine->create_parquet_view(
      "v", {}, {{"when \"it\" was", Type::kTimestamp}, {"n", Type::kInt64}}));
  auto result = engine->query("SELECT * FROM v");
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_TRUE(std::ranges::equal(
      (*result)->fields(),
      std::vector<Field>{{"when \"it\" was", Type::kTimestamp}, {"n", Type::kInt64}}));
  EXPECT_EQ(rows_of(*engine, "SELECT count(*), sum(n) FROM v"), "0|null");
  const auto nothing = engine->create_parquet_view("w", {}, {});
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code(), ErrorCode::kInvalidArgument);
}

TEST(ParquetView, PathsMeanTheirFileWhateverTheyContain) {
  const TemporaryFolder folder;
  const auto engine = open_engine();
  // Each hostile name beside a file that it would match as a pattern.
  const std::vector<std::string> names{"a*c.parquet",
                                       "a?c.parquet",
                                       "a[b]c.parquet",
                                       "abc.parquet",
                                       "it's \"q\" ; --.parquet",
                                       "é\n.parquet",
                                       "back\\slash.parquet"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    write_parquet(*engine, concat("SELECT ", i, " AS n"), folder / names[i]);
  }
  std::filesystem::create_directories(folder / "month=2024-01");
  write_parquet(*engine, "SELECT 100 AS n", folder / "month=2024-01/x.parquet");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto made =
        engine->create_parquet_view(concat("v", i), {folder / names[i]}, {{"n", Type::kInt64}});
    ASSERT_TRUE(made) << names[i] << ": " << made.error().to_string();
    EXPECT_EQ(rows_of(*engine, concat("SELECT n FROM v", i)), concat(i)) << names[i];
  }
  ASSERT_TRUE(engine->create_parquet_view("m", {folder / "month=2024-01/x.parquet"}, {}));
  EXPECT_EQ(rows_of(*engine, "SELECT * FROM m"), "100") << "a folder's name became a column";
}

TEST(ParquetView, AMissingOrBrokenFileIsSaidToBeSo) {
  const TemporaryFolder folder;
  const auto engine = open_engine();
  const auto missing = engine->create_parquet_view("v", {folder / "none.parquet"}, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound) << missing.error().to_string();
  ASSERT_TRUE(
      io::local_file_system().write_atomically(folder / "bad.parquet", std::string(1000, 'x')));
  const auto broken = engine->create_parquet_view("v", {folder / "bad.parquet"}, {});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code(), ErrorCode::kCorrupt) << broken.error().to_string();
  EXPECT_TRUE(engine->views().empty());
}

}  // namespace
}  // namespace hark::engine
