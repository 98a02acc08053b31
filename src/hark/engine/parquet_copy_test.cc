#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "hark/engine/test_support.h"
#include "hark/io/file_system.h"

namespace hark::engine {
namespace {

using columnar::ColumnStats;
using columnar::FileStats;
using columnar::StatValue;
using columnar::Type;

class ParquetCopy : public testing::Test {
 protected:
  FileStats copy(const std::string& select) {
    auto copied = engine->copy_to_parquet(select, path);
    EXPECT_TRUE(copied) << copied.error().to_string();
    return copied ? *std::move(copied) : FileStats();
  }
  std::string read(const std::string& what) {
    return rows_of(*engine, concat("SELECT ", what, " FROM read_parquet('", path, "')"));
  }

  TemporaryFolder folder;
  std::unique_ptr<Engine> engine = open_engine();
  const std::string path = folder / "out.parquet";
};

TEST_F(ParquetCopy, WhatIsWrittenReadsBackTheSame) {
  const std::string select =
      "SELECT i AS id, 'text ' || i AS s, i / 3.0::DOUBLE AS d, i % 2 = 0 AS b,"
      " DATE '2024-01-01' + i::INTEGER AS day FROM range(1000) t(i) ORDER BY i DESC";
  const FileStats stats = copy(select);
  EXPECT_EQ(stats.num_rows, 1000);
  EXPECT_EQ(stats.size_bytes, std::filesystem::file_size(path));
  EXPECT_EQ(read("*"), rows_of(*engine, select));
}

TEST_F(ParquetCopy, StatisticsAreThoseOfTheRows) {
  const FileStats stats = copy(
      "SELECT * FROM (VALUES"
      " (7::BIGINT, -3::INTEGER, 1.5::DOUBLE, 'b', DATE '2024-02-29', TIMESTAMPTZ '2024-03-01 "
      "09:00:00.25Z',"
      "  true, NULL::VARCHAR),"
      " (-9223372036854775807, NULL, -2.25, 'a', DATE '1969-12-31', TIMESTAMPTZ '1969-12-31 "
      "23:59:59Z', false,"
      "  NULL)) AS t(\"big \"\"id\"\"\", small, ratio, word, day, instant, flag, nothing)");
  ASSERT_EQ(stats.columns.size(), 8U);
  const auto expect = [&](std::size_t i, const std::string& name, Type type, std::int64_t nulls,
                          std::optional<StatValue> min, std::optional<StatValue> max) {
    const ColumnStats& column = stats.columns[i];
    EXPECT_EQ(column.name, name);
    EXPECT_EQ(column.type, type) << name;
    EXPECT_EQ(column.null_count, nulls) << name;
    EXPECT_EQ(column.min, min) << name;
    EXPECT_EQ(column.max, max) << name;
  };
  expect(0, "big \"id\"", Type::kInt64, 0, std::int64_t{-9223372036854775807}, std::int64_t{7});
  expect(1, "small", Type::kInt32, 1, std::int64_t{-3}, std::int64_t{-3});
  expect(2, "ratio", Type::kDouble, 0, -2.25, 1.5);
  expect(3, "word", Type::kString, 0, std::string("a"), std::string("b"));
  // 2024-02-29 is day 19,782; the instants are 2024-03-01T09:00:00.25Z and one second before 1970.
  expect(4, "day", Type::kDate, 0, std::int64_t{-1}, std::int64_t{19'782});
  expect(5, "instant", Type::kTimestamp, 0, std::int64_t{-1'000'000},
         std::int64_t{1'709'283'600'250'000});
  expect(6, "flag", Type::kBool, 0, std::nullopt, std::nullopt);
  expect(7, "nothing", Type::kString, 2, std::nullopt, std::nullopt);
}

TEST_F(ParquetCopy, AnEnumerationIsWrittenAsTheTextsItStandsFor) {
  ASSERT_TRUE(engine->execute("CREATE TYPE word AS ENUM ('b', 'a', 'it''s')"));
  const FileStats stats =
      copy("SELECT unnest(['a', NULL, 'it''s', 'b', 'a'])::word AS w, 1::BIGINT AS n");
  ASSERT_EQ(stats.columns.size(), 2U);
  EXPECT_EQ(stats.columns[0].type, Type::kString);
  EXPECT_EQ(stats.columns[0].null_count, 1);
  EXPECT_EQ(read("w, typeof(w)"), rows_of(*engine,
                                          "SELECT w, 'VARCHAR' FROM (VALUES ('a'), (NULL), "
                                          "('it''s'), ('b'), ('a')) AS t(w)"));
}

TEST_F(ParquetCopy, NoBoundsAreClaimedWhereThereIsANaN) {
  const FileStats stats = copy("SELECT unnest([1::DOUBLE, 'nan'::DOUBLE, 3::DOUBLE]) AS d");
  ASSERT_EQ(stats.columns.size(), 1U);
  EXPECT_EQ(stats.columns[0].null_count, 0);
  EXPECT_EQ(stats.columns[0].min, std::nullopt);
  EXPECT_EQ(stats.columns[0].max, std::nullopt);
}

TEST_F(ParquetCopy, BoundsOfLongTextsStillBoundThem) {
  const FileStats stats = copy("SELECT repeat('x', 100) || i AS s FROM range(10) t(i)");
  ASSERT_EQ(stats.columns.size(), 1U);
  const auto& min = std::get<std::string>(stats.columns[0].min.value());
  const auto& max = std::get<std::string>(stats.columns[0].max.value());
  EXPECT_LE(min, std::string(100, 'x') + "0");
  EXPECT_GE(max, std::string(100, 'x') + "9");
}

TEST_F(ParquetCopy, ClocksWithAZoneAreWrittenAsInstantsAndOthersAsText) {
  copy(
      "SELECT TIMESTAMP '2024-03-01 09:00:00' AS wall, TIMESTAMPTZ '2024-03-01 09:00:00+00' AS "
      "instant");
  EXPECT_EQ(rows_of(*engine, concat("SELECT name, type, logical_type FROM parquet_schema('", path,
                                    "') WHERE num_children IS NULL ORDER BY name")),
            "instant|INT64|TimestampType(isAdjustedToUTC=1, unit=TimeUnit(MILLIS=<null>, "
            "MICROS=MicroSeconds(), NANOS=<null>))\n"
            "wall|BYTE_ARRAY|null");
  EXPECT_EQ(read("wall, instant"), "2024-03-01 09:00:00|2024-03-01T09:00:00Z");
}

TEST_F(ParquetCopy, OnlyTypesOfHarkAreWritten) {
  copy(
      "SELECT sum(i) AS total, 1::TINYINT AS tiny, 2.50::DECIMAL(9, 2) AS money, [1] AS list,"
      " 3::UBIGINT AS u FROM range(5) t(i)");
  EXPECT_EQ(rows_of(*engine, concat("SELECT name, type FROM parquet_schema('", path,
                                    "') WHERE num_children IS NULL ORDER BY ALL")),
            "list|BYTE_ARRAY\nmoney|DOUBLE\ntiny|INT32\ntotal|INT64\nu|INT64");
  EXPECT_EQ(read("*"), "10|1|2.5|[1]|3");
}

TEST_F(ParquetCopy, RowGroupsHaveTheSizeAskedFor) {
  auto copied = engine->copy_to_parquet("SELECT i FROM range(10000) t(i)", path,
                                        {.zstd = false, .row_group_size = 4096});
  ASSERT_TRUE(copied) << copied.error().to_string();
  EXPECT_EQ(rows_of(*engine, concat("SELECT DISTINCT row_group_num_rows, compression FROM "
                                    "parquet_metadata('",
                                    path, "') ORDER BY ALL")),
            "1808|SNAPPY\n4096|SNAPPY");
}

TEST_F(ParquetCopy, NoRowsMakeAFileWithColumns) {
  const FileStats stats = copy("SELECT 1::BIGINT AS a, 'x' AS b WHERE false");
  EXPECT_EQ(stats.num_rows, 0);
  EXPECT_EQ(read("count(*), max(a), max(b)"), "0|null|null");
}

TEST_F(ParquetCopy, APathIsTakenAsItIs) {
  const std::string odd = folder / "it's [a] *?.parquet";
  ASSERT_TRUE(engine->copy_to_parquet("SELECT 1 AS a", odd));
  EXPECT_EQ(folder.names(), std::vector<std::string>{"it's [a] *?.parquet"});
}

TEST_F(ParquetCopy, AFileThatIsThereIsNotReplaced) {
  copy("SELECT 1 AS a");
  const auto again = engine->copy_to_parquet("SELECT 2 AS a", path);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::kConflict);
  EXPECT_EQ(read("a"), "1");
}

TEST_F(ParquetCopy, AQueryThatFailsLeavesNoFile) {
  const auto copied = engine->copy_to_parquet(
      "SELECT (CASE WHEN i = 999999 THEN 'x' ELSE '1' END)::INTEGER AS n FROM range(1000000) t(i)",
      path);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code(), ErrorCode::kCorrupt);
  EXPECT_TRUE(folder.names().empty());
}

TEST_F(ParquetCopy, AFolderThatIsNotThereIsAnIoError) {
  const auto copied = engine->copy_to_parquet("SELECT 1 AS a", folder / "none/out.parquet");
  ASSERT_FALSE(copied);
  EXPECT_TRUE(copied.error().code() == ErrorCode::kIo ||
              copied.error().code() == ErrorCode::kNotFound)
      << copied.error().to_string();
}

TEST_F(ParquetCopy, ADiskThatFillsUpLeavesNoFile) {
  // A limit on file sizes stands for the full disk: the write in the middle of the file fails.
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* const old_handler = std::signal(SIGXFSZ, SIG_IGN);
  for (const rlim_t bytes : {rlim_t{0}, rlim_t{100}, rlim_t{200'000}}) {
    const struct rlimit small{bytes, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto copied =
        engine->copy_to_parquet("SELECT hash(i)::VARCHAR AS s FROM range(300000) t(i)", path);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    ASSERT_FALSE(copied);
    EXPECT_TRUE(copied.error().code() == ErrorCode::kExhausted ||
                copied.error().code() == ErrorCode::kIo)
        << copied.error().to_string();
    EXPECT_TRUE(folder.names().empty());
  }
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(copy("SELECT 1 AS a").num_rows, 1);
}

}  // namespace
}  // namespace hark::engine
