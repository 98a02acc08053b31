#include "hark/engine/parquet_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "hark/engine/test_support.h"

namespace hark::engine {
namespace {

using columnar::Batch;
using columnar::Field;
using columnar::Type;

/// Keeps every batch by its ordinal.
class Collector : public columnar::BatchSink {
 public:
  Result<void> consume(Batch batch, unsigned worker) override {
    const std::lock_guard lock(mutex_);
    workers.insert(worker);
    EXPECT_TRUE(batches.emplace(batch.ordinal, std::move(batch)).second) << "an ordinal came twice";
    return {};
  }
  /// Every cell, in order.
  std::string text() const {
    std::string out;
    for (const auto& [ordinal, batch] : batches) {
      for (std::size_t row = 0; row < batch.num_rows; ++row) {
        for (const columnar::Column& column : batch.columns) out += cell(column, row) + "|";
        out += '\n';
      }
    }
    return out;
  }

  std::map<std::uint64_t, Batch> batches;
  std::set<unsigned> workers;

 private:
  std::mutex mutex_;
};

/// Refuses its n-th batch.
class Refuser : public columnar::BatchSink {
 public:
  Result<void> consume(Batch /*batch*/, unsigned /*worker*/) override {
    if (num_batches_.fetch_add(1) == 1) return Error(ErrorCode::kInterrupted, "enough");
    return {};
  }

 private:
  std::atomic<int> num_batches_{0};
};

// 200,000 rows in three files of uneven length, with nulls, short and long texts.
class ParquetSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    engine = open_engine();
    const std::vector<std::pair<int, int>> ranges{{0, 70'001}, {70'001, 70'010}, {70'010, 200'000}};
    for (const auto& [from, to] : ranges) {
      files.push_back(folder / concat(from, ".parquet"));
      write_parquet(
          *engine,
          concat("SELECT i AS id, CASE WHEN i % 11 = 0 THEN NULL ELSE i % 7 END::INTEGER AS n,"
                 " CASE WHEN i % 5 = 0 THEN NULL WHEN i % 5 = 1 THEN 'short' ELSE"
                 " 'a longer text ' || (i % 1000) END AS s, i / 8.0::DOUBLE AS d,"
                 " TIMESTAMPTZ '2024-01-01 00:00:00Z' + to_seconds(i) AS t,"
                 " DATE '2024-01-01' + (i % 366)::INTEGER AS day, i % 2 = 0 AS even FROM range(",
                 from, ", ", to, ") r(i)"),
          files.back());
    }
  }

  TemporaryFolder folder;
  std::unique_ptr<Engine> engine;
  std::vector<std::string> files;
  const std::vector<Field> fields{{"id", Type::kInt64},    {"n", Type::kInt32},
                                  {"s", Type::kString},    {"d", Type::kDouble},
                                  {"t", Type::kTimestamp}, {"day", Type::kDate},
                                  {"even", Type::kBool},   {"later", Type::kString}};
};

TEST_F(ParquetSourceTest, SumsAreThoseOfDuckDb) {
  const auto source = parquet_source(*engine, files, fields);
  EXPECT_TRUE(std::ranges::equal(source->fields(), fields));
  Collector rows;
  const auto done = source->stream({"id", "n", "s", "d", "t", "day", "even", "later"}, 2, rows);
  ASSERT_TRUE(done) << done.error().to_string();
  std::int64_t count = 0, ids = 0, ns = 0, absent = 0, seconds = 0, days = 0, even = 0, letters = 0;
  std::int64_t later = 0;
  double ds = 0;
  std::set<std::string> texts;
  for (const auto& [ordinal, batch] : rows.batches) {
    ASSERT_EQ(batch.columns.size(), 8U);
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      ++count;
      ids += batch.columns[0].int64s()[row];
      if (batch.columns[1].is_value(row)) {
        ns += batch.columns[1].int32s()[row];
      } else {
        ++absent;
        EXPECT_EQ(batch.columns[1].int32s()[row], 0) << "an absent value is not 0";
      }
      letters += static_cast<std::int64_t>(batch.columns[2].text(row).size());
      texts.emplace(batch.columns[2].text(row));
      ds += batch.columns[3].doubles()[row];
      seconds += batch.columns[4].int64s()[row] / 1'000'000;
      days += batch.columns[5].int32s()[row];
      even += batch.columns[6].bools()[row];
      later += batch.columns[7].is_value(row) ? 1 : 0;
    }
  }
  texts.erase("");
  EXPECT_EQ(later, 0);
  EXPECT_EQ(concat(count, "|", ids, "|", ns, "|", absent, "|", letters, "|", texts.size(), "|", ds,
                   "|", seconds, "|", days, "|", even),
            rows_of(*engine,
                    concat("SELECT count(*), sum(id), sum(n), count(*) - count(n), sum(length(s)), "
                           "count(DISTINCT s), sum(d), sum(epoch(t)::BIGINT), "
                           "sum(day - DATE '1970-01-01'), count(*) FILTER (even) "
                           "FROM read_parquet('",
                           folder.path(), "/*.parquet')")));
}

TEST_F(ParquetSourceTest, BatchesAreTheSameForEveryNumberOfThreads) {
  std::string expected;
  for (const unsigned threads : {1U, 2U, 5U}) {
    const auto other = open_engine({.threads = threads});
    const auto source = parquet_source(*other, files, fields);
    Collector rows;
    ASSERT_TRUE(source->stream({"s", "id"}, threads, rows));
    ASSERT_EQ(rows.batches.size(), 4U);
    for (std::uint64_t i = 0; i < 4; ++i) {
      ASSERT_TRUE(rows.batches.contains(i)) << "ordinals have a gap";
      EXPECT_EQ(rows.batches.at(i).num_rows, i < 3 ? 65'536U : 200'000U - 3 * 65'536U);
      expected += i == 0 && threads == 1 ? rows.text() : "";
    }
    EXPECT_EQ(rows.text(), expected) << threads << " threads";
    EXPECT_EQ(rows.batches.at(0).columns[1].int64s()[12'345], 12'345) << "rows lost their order";
    EXPECT_EQ((*rows.batches.at(0).columns[0].dictionary())[0], "short");
    for (const unsigned worker : rows.workers) EXPECT_LT(worker, threads);
  }
}

TEST_F(ParquetSourceTest, ItCanBeReadAgainAndAColumnTwice) {
  const auto source = parquet_source(*engine, {files[1]}, fields);
  for (int time = 0; time < 2; ++time) {
    Collector rows;
    ASSERT_TRUE(source->stream({"id", "n", "id"}, 2, rows));
    EXPECT_EQ(rows.batches.at(0).columns[0].name(), "id");
    EXPECT_EQ(rows.batches.at(0).columns[2].name(), "id");
    EXPECT_THAT(rows.text(), testing::StartsWith("70001|1|70001|\n70002|"));
  }
}

TEST_F(ParquetSourceTest, WithoutColumnsRowsAreCounted) {
  const auto source = parquet_source(*engine, files, fields);
  Collector rows;
  ASSERT_TRUE(source->stream({}, 2, rows));
  std::size_t count = 0;
  for (const auto& [ordinal, batch] : rows.batches) {
    EXPECT_TRUE(batch.columns.empty());
    count += batch.num_rows;
  }
  EXPECT_EQ(count, 200'000U);
}

TEST_F(ParquetSourceTest, WithoutFilesThereAreNoBatches) {
  const auto source = parquet_source(*engine, {}, fields);
  Collector rows;
  ASSERT_TRUE(source->stream({"id", "later"}, 2, rows));
  EXPECT_TRUE(rows.batches.empty());
}

TEST_F(ParquetSourceTest, AnUnknownColumnIsRefused) {
  const auto source = parquet_source(*engine, files, fields);
  Collector rows;
  const auto done = source->stream({"id", "nonsense"}, 2, rows);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_TRUE(rows.batches.empty());
}

TEST_F(ParquetSourceTest, TheErrorOfTheSinkStopsItAndComesBack) {
  const auto source = parquet_source(*engine, files, fields);
  Refuser refuser;
  const auto done = source->stream({"id"}, 2, refuser);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message(), "enough");
}

TEST_F(ParquetSourceTest, AFileThatIsGoneIsSaidToBeSo) {
  const auto source = parquet_source(*engine, {files[0], folder / "gone.parquet"}, fields);
  Collector rows;
  const auto done = source->stream({"id"}, 2, rows);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::kNotFound) << done.error().to_string();
}

TEST_F(ParquetSourceTest, ATruncatedFileIsCorrupt) {
  std::filesystem::resize_file(files[2], 1000);
  const auto source = parquet_source(*engine, files, fields);
  Collector rows;
  const auto done = source->stream({"id"}, 2, rows);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::kCorrupt) << done.error().to_string();
}

TEST_F(ParquetSourceTest, AValueThatIsNotOfItsTypeIsCorrupt) {
  write_parquet(*engine, "SELECT 'Jane Roe' AS id", folder / "odd.parquet");
  const auto source = parquet_source(*engine, {folder / "odd.parquet"}, fields);
  Collector rows;
  const auto done = source->stream({"id"}, 2, rows);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::kCorrupt) << done.error().to_string();
  EXPECT_EQ(done.error().to_string().find("Roe"), std::string::npos) << done.error().to_string();
}

TEST_F(ParquetSourceTest, ItOutlivesItsEngine) {
  const auto source = parquet_source(*engine, files, fields);
  engine.reset();
  Collector rows;
  EXPECT_TRUE(source->stream({"id"}, 2, rows));
  EXPECT_EQ(rows.batches.size(), 4U);
}

}  // namespace
}  // namespace hark::engine
