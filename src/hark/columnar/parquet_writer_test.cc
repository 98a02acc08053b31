#include "hark/columnar/parquet_writer.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <limits>

#include "hark/columnar/parquet_reader_for_tests.h"
#include "hark/columnar/test_batches.h"
#include "hark/io/fault_file_system.h"

namespace hark::columnar {
namespace {

using testing::cells_of;
using testing::fields_of;
using testing::one_column;
using testing::random_batch;
using testing::read_parquet;

class MemoryFile final : public io::OutputFile {
 public:
  explicit MemoryFile(std::string& bytes) : bytes_(bytes) {}
  Result<void> write(std::string_view bytes) override {
    bytes_ += bytes;
    return {};
  }
  Result<void> sync() override { return {}; }
  Result<void> close() override { return {}; }

 private:
  std::string& bytes_;
};

struct Written {
  std::string bytes;
  FileStats stats;
};

Written write_file(const std::vector<const Batch*>& batches, ParquetOptions options = {}) {
  Written out;
  auto writer = ParquetWriter::create(std::make_unique<MemoryFile>(out.bytes),
                                      fields_of(*batches.front()), std::move(options));
  if (!writer) throw std::runtime_error(writer.error().to_string());
  for (const Batch* batch : batches) {
    if (auto written = writer->write(*batch); !written)
      throw std::runtime_error(written.error().to_string());
  }
  auto stats = std::move(*writer).finish();
  if (!stats) throw std::runtime_error(stats.error().to_string());
  out.stats = *std::move(stats);
  return out;
}

Written write_file(const Batch& batch, ParquetOptions options = {}) {
  return write_file(std::vector<const Batch*>{&batch}, std::move(options));
}

Batch doubles(const std::vector<double>& values) {
  Column column({"x", Type::kDouble});
  for (const double value : values) column.append_double(value);
  return one_column(std::move(column));
}

Batch int64s(const std::vector<std::int64_t>& values) {
  Column column({"n", Type::kInt64});
  for (const std::int64_t value : values) column.append_int64(value);
  return one_column(std::move(column));
}

Batch texts(const std::vector<std::string>& values) {
  Column column({"text", Type::kString});
  DictionaryBuilder builder;
  for (const std::string& value : values) column.append_code(builder.code_of(value));
  column.set_dictionary(builder.finish());
  return one_column(std::move(column));
}

void expect_reads_back(const Written& file, const std::vector<const Batch*>& batches) {
  const auto read = read_parquet(file.bytes);
  ASSERT_EQ(read.columns.size(), batches.front()->columns.size());
  for (std::size_t c = 0; c < read.columns.size(); ++c) {
    std::vector<testing::Cell> expected;
    for (const Batch* batch : batches) {
      const auto cells = cells_of(batch->columns[c]);
      expected.insert(expected.end(), cells.begin(), cells.end());
    }
    EXPECT_EQ(read.columns[c].cells, expected) << read.columns[c].schema[4].text;
    std::int64_t nulls = 0;
    for (const auto& cell : expected) nulls += cell.index() == 0;
    EXPECT_EQ(file.stats.columns[c].null_count, nulls);
    EXPECT_EQ(file.stats.num_rows, static_cast<std::int64_t>(expected.size()));
  }
  EXPECT_EQ(file.stats.size_bytes, file.bytes.size());
}

TEST(ParquetWriter, RandomBatchesReadBackAndThreadsDoNotShow) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    SCOPED_TRACE(seed);
    const Batch first = random_batch(seed, 1 + seed * seed * 13 % 5000);
    const Batch second = random_batch(seed + 1000, 1 + seed % 50);
    ParquetOptions options;
    options.page_bytes = seed % 2 == 0 ? std::size_t{1} << 20 : 1024;
    options.zstd_level = seed % 3 == 0 ? 3 : 1;
    const Written one = write_file({&first, &second}, options);
    expect_reads_back(one, {&first, &second});
    options.threads = 4;
    EXPECT_EQ(write_file({&first, &second}, options).bytes, one.bytes);
  }
}

TEST(ParquetWriter, ColumnsGivenOneByOneMakeTheSameFile) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Batch batch = random_batch(seed, 700);
    const Written whole = write_file(batch);
    for (const unsigned threads : {1U, 3U}) {
      std::string bytes;
      auto writer = ParquetWriter::create(std::make_unique<MemoryFile>(bytes), fields_of(batch),
                                          {.threads = threads});
      ASSERT_TRUE(writer);
      ASSERT_TRUE(
          writer->write(700, [&](std::size_t i) -> Result<Column> { return batch.columns[i]; }));
      ASSERT_TRUE(writer->write(0, [&](std::size_t) -> Result<Column> {
        return Error(ErrorCode::kInternal, "no rows need no columns");
      }));
      ASSERT_TRUE(std::move(*writer).finish());
      EXPECT_EQ(bytes, whole.bytes);
    }
  }
}

TEST(ParquetWriter, AColumnThatCannotBeGivenOrIsAnotherLosesTheFile) {
  const Batch batch = int64s({1, 2});
  const auto code = [&](const Result<Column>& column) {
    std::string bytes;
    auto writer = ParquetWriter::create(std::make_unique<MemoryFile>(bytes), fields_of(batch), {});
    const auto written = writer->write(2, [&](std::size_t) { return column; });
    EXPECT_FALSE(std::move(*writer).finish());
    return written ? ErrorCode::kInternal : written.error().code();
  };
  EXPECT_EQ(code(Error(ErrorCode::kCorrupt, "lost")), ErrorCode::kCorrupt);
  EXPECT_EQ(code(doubles({1, 2}).columns[0]), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(int64s({1}).columns[0]), ErrorCode::kInvalidArgument);
}

TEST(ParquetWriter, NullAndInvalidAreBothNull) {
  Column column({"n", Type::kInt64});
  column.append_absent(Presence::kInvalid);
  column.append_int64(5);
  column.append_absent(Presence::kNull);
  const Written file = write_file(one_column(std::move(column)));
  const auto read = read_parquet(file.bytes);
  EXPECT_EQ(read.columns[0].cells, (std::vector<testing::Cell>{{}, std::uint64_t{5}, {}}));
  EXPECT_EQ(file.stats.columns[0].null_count, 2);
}

TEST(ParquetWriter, SchemaSaysWhatTheTypesAre) {
  const auto read = read_parquet(write_file(random_batch(1, 10)).bytes);
  const auto physical = [&](std::size_t c) { return read.columns[c].schema[1].number; };
  EXPECT_EQ(physical(0), 0);
  EXPECT_EQ(physical(1), 1);
  EXPECT_EQ(physical(2), 2);
  EXPECT_EQ(physical(3), 5);
  for (std::size_t c = 0; c < 4; ++c) EXPECT_FALSE(read.columns[c].schema.has(6));
  const auto& day = read.columns[4].schema;
  EXPECT_EQ(day[1].number, 1);
  EXPECT_EQ(day[6].number, 6);
  EXPECT_TRUE(day[10].has(6));
  const auto& instant = read.columns[5].schema;
  EXPECT_EQ(instant[1].number, 2);
  EXPECT_EQ(instant[6].number, 10);
  EXPECT_EQ(instant[10][8][1].number, 1) << "adjusted to UTC";
  EXPECT_TRUE(instant[10][8][2].has(2)) << "microseconds";
  const auto& text = read.columns[6].schema;
  EXPECT_EQ(text[1].number, 6);
  EXPECT_EQ(text[6].number, 0);
  EXPECT_TRUE(text[10].has(1));
  EXPECT_EQ(read.footer[7].items.size(), read.columns.size()) << "column orders";
}

TEST(ParquetWriter, FooterKeepsWhoWroteItAndKeyValues) {
  ParquetOptions options;
  options.created_by = "hark version 9.9.9";
  options.key_values = {{"run", "r-1"}, {"empty", ""}};
  const auto read = read_parquet(write_file(random_batch(1, 10), options).bytes);
  EXPECT_EQ(read.footer[6].text, "hark version 9.9.9");
  ASSERT_EQ(read.footer[5].items.size(), 2U);
  EXPECT_EQ(read.footer[5].items[0][1].text, "run");
  EXPECT_EQ(read.footer[5].items[0][2].text, "r-1");
}

TEST(ParquetWriter, EmptyBatchesAddNoRowGroup) {
  const Batch empty = random_batch(1, 0);
  const Batch some = random_batch(2, 5);
  const Written none = write_file(empty);
  EXPECT_EQ(none.stats.num_rows, 0);
  EXPECT_EQ(read_parquet(none.bytes).footer[4].items.size(), 0U);
  const Written file = write_file({&empty, &some, &empty});
  expect_reads_back(file, {&empty, &some, &empty});
  EXPECT_EQ(read_parquet(file.bytes).footer[4].items.size(), 1U);
}

TEST(ParquetWriter, ManyRowsMakeSeveralPages) {
  std::vector<std::string> values;
  for (int i = 0; i < 5000; ++i) values.push_back(concat("a text that is nearly unique ", i));
  ParquetOptions options;
  options.page_bytes = 4096;
  const Batch batch = texts(values);
  const Written file = write_file(batch, options);
  expect_reads_back(file, {&batch});
  EXPECT_GT(read_parquet(file.bytes).columns[0].num_data_pages, 30U);
}

TEST(ParquetWriter, RepeatedValuesGoThroughADictionaryAndOthersDoNot) {
  std::vector<std::int64_t> few;
  std::vector<std::int64_t> different;
  std::vector<double> ratios;
  std::vector<std::string> agencies;
  std::vector<std::string> addresses;
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    few.push_back(static_cast<std::int64_t>(random() % 100) * 1'000'000'007);
    different.push_back(static_cast<std::int64_t>(random()));
    ratios.push_back(static_cast<double>(random()) / 7);
    agencies.push_back(concat("agency ", random() % 30));
    addresses.push_back(concat(random() % 3000, " EAST ", i, " STREET"));
  }
  const auto encoding = [](const Batch& batch) {
    return read_parquet(write_file(batch).bytes).columns[0].encodings.at(0);
  };
  EXPECT_EQ(encoding(int64s(few)), 8);
  EXPECT_EQ(encoding(int64s(different)), 5);
  EXPECT_EQ(encoding(doubles(ratios)), 0);
  EXPECT_EQ(encoding(texts(agencies)), 8);
  EXPECT_EQ(encoding(texts(addresses)), 0);
}

TEST(ParquetWriter, DictionariesHoldOnlyTextsThatOccur) {
  DictionaryBuilder builder;
  for (int i = 0; i < 1000; ++i) builder.code_of(concat("unused ", i, std::string(1000, 'u')));
  Column column({"text", Type::kString});
  for (int i = 0; i < 100; ++i) column.append_code(builder.code_of(i % 2 == 0 ? "x" : "y"));
  column.set_dictionary(builder.finish());
  const Batch batch = one_column(std::move(column));
  const Written file = write_file(batch);
  expect_reads_back(file, {&batch});
  EXPECT_LT(file.bytes.size(), 1000U);
  EXPECT_EQ(file.stats.columns[0].min, StatValue("x"));
  EXPECT_EQ(file.stats.columns[0].max, StatValue("y"));
}

TEST(ParquetWriter, StatisticsAreTheBoundsOfTheValues) {
  const Batch first = int64s({5, -3, 7});
  const Batch second = int64s({6, std::numeric_limits<std::int64_t>::min()});
  const Written file = write_file({&first, &second});
  EXPECT_EQ(file.stats.columns[0].min, StatValue(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(file.stats.columns[0].max, StatValue(std::int64_t{7}));
  const auto read = read_parquet(file.bytes);
  const auto& statistics = read.columns[0].chunks[0][12];
  EXPECT_EQ(testing::Bytes(statistics[6].text).number<std::int64_t>(), -3);
  EXPECT_EQ(testing::Bytes(statistics[5].text).number<std::int64_t>(), 7);
}

TEST(ParquetWriter, ANumberThatIsNoneTakesTheBoundsOfItsColumn) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& values : {std::vector<double>{1, nan, 3}, {nan, 1}, {nan}}) {
    const Batch with = doubles(values);
    const Batch without = doubles({1, 2});
    const Written file = write_file({&without, &with});
    EXPECT_FALSE(file.stats.columns[0].min);
    EXPECT_FALSE(file.stats.columns[0].max);
    const auto read = read_parquet(file.bytes);
    EXPECT_TRUE(read.columns[0].chunks[0][12].has(5)) << "its row group has bounds";
    EXPECT_FALSE(read.columns[0].chunks[1][12].has(5));
    EXPECT_FALSE(read.columns[0].chunks[1][12].has(6));
  }
}

TEST(ParquetWriter, InfinitiesAreBoundsLikeOthers) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Written file = write_file(doubles({1, -infinity, infinity}));
  EXPECT_EQ(file.stats.columns[0].min, StatValue(-infinity));
  EXPECT_EQ(file.stats.columns[0].max, StatValue(infinity));
}

TEST(ParquetWriter, AZeroBoundHasTheSignThatLeavesNoZeroOut) {
  for (const double zero : {0.0, -0.0}) {
    const auto read = read_parquet(write_file(doubles({zero, zero})).bytes);
    const auto& statistics = read.columns[0].chunks[0][12];
    EXPECT_TRUE(std::signbit(testing::Bytes(statistics[6].text).number<double>()));
    EXPECT_FALSE(std::signbit(testing::Bytes(statistics[5].text).number<double>()));
  }
}

TEST(ParquetWriter, TextsAreComparedByBytes) {
  const Written file = write_file(texts({"b", "Z", "é", "a"}));
  EXPECT_EQ(file.stats.columns[0].min, StatValue("Z"));
  EXPECT_EQ(file.stats.columns[0].max, StatValue("é"));
}

TEST(ParquetWriter, LongTextsStayOutOfTheFooter) {
  const auto read = read_parquet(write_file(texts({"a", std::string(257, 'b')})).bytes);
  EXPECT_FALSE(read.columns[0].chunks[0][12].has(5));
  EXPECT_FALSE(read.columns[0].chunks[0][12].has(6));
  const auto other = read_parquet(write_file(texts({"a", std::string(256, 'b')})).bytes);
  EXPECT_TRUE(other.columns[0].chunks[0][12].has(5));
}

std::pair<std::string, std::string> text_stats(const std::vector<std::string>& values) {
  const Written file = write_file(texts(values));
  const ColumnStats& stats = file.stats.columns[0];
  if (!stats.min || !stats.max) return {"none", "none"};
  return {std::get<std::string>(*stats.min), std::get<std::string>(*stats.max)};
}

// Delta's own cases: StatsCollectionSuite, "truncateMaxStringAgg".
TEST(ParquetWriter, BoundsForTheLogAreCutAsDeltaDoes) {
  const std::string max = "\xF4\x8F\xBF\xBF";
  const std::string at_limit(32, 'a');
  EXPECT_EQ(text_stats({at_limit}), std::pair(at_limit, at_limit));
  EXPECT_EQ(text_stats({at_limit + "b"}), std::pair(at_limit, at_limit + "\x7F"));
  EXPECT_EQ(text_stats({at_limit + "\x7F"}), std::pair(at_limit, at_limit + max))
      << "DEL is not less than DEL";
  EXPECT_EQ(text_stats({at_limit + "é"}), std::pair(at_limit, at_limit + max));
  EXPECT_EQ(text_stats({at_limit + max}), std::pair(at_limit, at_limit + max)) << "kept whole";
  EXPECT_EQ(text_stats({at_limit + max + "b"}), std::pair(at_limit, at_limit + max + "\x7F"));
  std::string maxima;
  for (int i = 0; i < 70; ++i) maxima += max;
  EXPECT_EQ(text_stats({at_limit + maxima}), std::pair(std::string("none"), std::string("none")));
}

TEST(ParquetWriter, CutsBetweenCodePointsNeverInsideOne) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "日";
  const auto [min, max] = text_stats({text});
  EXPECT_EQ(min, text.substr(0, 32 * 3));
  EXPECT_EQ(max, text.substr(0, 32 * 3) + "\xF4\x8F\xBF\xBF");
  EXPECT_LE(min, text);
  EXPECT_GE(max, text);
}

TEST(ParquetWriter, ColumnsWithoutValuesOrOfFlagsHaveNoBounds) {
  Batch batch;
  batch.num_rows = 1;
  Column flag({"flag", Type::kBool});
  flag.append_bool(true);
  Column text({"text", Type::kString});
  text.append_absent(Presence::kNull);
  batch.columns.push_back(std::move(flag));
  batch.columns.push_back(std::move(text));
  const Written file = write_file(batch);
  for (const ColumnStats& column : file.stats.columns) {
    EXPECT_FALSE(column.min);
    EXPECT_FALSE(column.max);
  }
  EXPECT_EQ(file.stats.columns[1].null_count, 1);
  EXPECT_EQ(file.stats.columns[1].type, Type::kString);
}

TEST(ParquetWriter, RefusesOptionsAndColumnsThatMakeNoSense) {
  std::string bytes;
  const auto code = [&](std::vector<Field> fields, ParquetOptions options) {
    const auto writer =
        ParquetWriter::create(std::make_unique<MemoryFile>(bytes), std::move(fields), options);
    return writer ? ErrorCode::kInternal : writer.error().code();
  };
  const Field field{"a", Type::kInt32};
  EXPECT_EQ(code({}, {}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({field, field}, {}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({field}, {.zstd_level = 0}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({field}, {.page_bytes = 10}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({field}, {.late_column = "a"}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({field}, {.late_column = "b"}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(bytes, "") << "nothing is written before all is known to be right";
}

TEST(ParquetWriter, ALateColumnHasTheTextItIsGivenAtTheEndInEveryRow) {
  for (const unsigned threads : {1U, 3U}) {
    const Batch first = random_batch(1, 3000);
    const Batch second = random_batch(2, 500);
    std::string bytes;
    auto writer = ParquetWriter::create(std::make_unique<MemoryFile>(bytes), fields_of(first),
                                        {.threads = threads, .late_column = "few"});
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->write(first));
    // By columns, and the late one is not asked for.
    ASSERT_TRUE(writer->write(second.num_rows, [&](std::size_t column) -> Result<Column> {
      EXPECT_NE(second.columns[column].name(), "few");
      return second.columns[column];
    }));
    const auto stats = std::move(*writer).finish("the file");
    ASSERT_TRUE(stats) << stats.error().to_string();

    const auto with_text = [](Batch batch) {
      Column few({"few", Type::kString});
      DictionaryBuilder texts;
      for (std::size_t row = 0; row < batch.num_rows; ++row)
        few.append_code(texts.code_of("the file"));
      few.set_dictionary(texts.finish());
      for (Column& column : batch.columns) {
        if (column.name() == "few") column = few;
      }
      return batch;
    };
    const Batch expected_first = with_text(first);
    const Batch expected_second = with_text(second);
    expect_reads_back({bytes, *stats}, {&expected_first, &expected_second});
  }
}

TEST(ParquetWriter, ABatchOfOtherColumnsIsRefusedAndTheFileGoesOn) {
  std::string bytes;
  auto writer =
      ParquetWriter::create(std::make_unique<MemoryFile>(bytes), {{"n", Type::kInt64}}, {});
  ASSERT_TRUE(writer);
  EXPECT_EQ(writer->write(doubles({1})).error().code(), ErrorCode::kInvalidArgument);
  Batch ragged = int64s({1, 2});
  ragged.num_rows = 1;
  EXPECT_EQ(writer->write(ragged).error().code(), ErrorCode::kInvalidArgument);
  const Batch good = int64s({1, 2});
  ASSERT_TRUE(writer->write(good));
  const auto stats = std::move(*writer).finish();
  ASSERT_TRUE(stats);
  expect_reads_back({bytes, *stats}, {&good});
}

TEST(ParquetWriter, TextsWithoutADictionaryAreAnErrorAndTheFileIsNotFinished) {
  Column column({"text", Type::kString});
  column.append_code(0);
  std::string bytes;
  auto writer =
      ParquetWriter::create(std::make_unique<MemoryFile>(bytes), {{"text", Type::kString}}, {});
  ASSERT_TRUE(writer);
  EXPECT_EQ(writer->write(one_column(std::move(column))).error().code(),
            ErrorCode::kInvalidArgument);
  EXPECT_FALSE(writer->write(texts({"after the failure"})));
  EXPECT_FALSE(std::move(*writer).finish());
  EXPECT_THROW(read_parquet(bytes), std::runtime_error);
}

/// A folder of this test's own, removed at the end.
class ParquetFaults : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ("hark_parquet_faults_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Writes two row groups; every result on the way that is an error stops it.
  Result<FileStats> write(io::FileSystem& files, const std::string& path) {
    const Batch batch = random_batch(3, 500);
    HARK_TRY(auto file, files.open_output(path));
    HARK_TRY(ParquetWriter writer, ParquetWriter::create(std::move(file), fields_of(batch)));
    // As a caller that overlooks an error of write() would: finish() must not let it pass.
    (void)writer.write(batch);
    (void)writer.write(batch);
    return std::move(writer).finish();
  }

  std::filesystem::path folder_;
};

TEST_F(ParquetFaults, AFailureAtAnyWriteIsAnErrorAndLeavesNoFinishedFile) {
  const std::string path = (folder_ / "file.parquet").string();
  io::FaultFileSystem counting(io::local_file_system(), {});
  ASSERT_TRUE(write(counting, path));
  const std::uint64_t num_changes = counting.num_changes();
  // Open, magic bytes, a chunk for each column of both row groups, footer, sync.
  EXPECT_EQ(num_changes, 3 + 2 * testing::all_fields().size() + 1);
  const auto whole = io::local_file_system().read_text(path);
  ASSERT_TRUE(whole);
  for (const bool keep_failing : {true, false}) {
    for (std::uint64_t fail_at = 0; fail_at < num_changes; ++fail_at) {
      SCOPED_TRACE(fail_at);
      std::filesystem::remove(path);
      io::FaultPlan plan;
      plan.fail_at = fail_at;
      plan.keep_failing = keep_failing;
      io::FaultFileSystem failing(io::local_file_system(), plan);
      const auto written = write(failing, path);
      ASSERT_FALSE(written);
      EXPECT_EQ(written.error().code(), ErrorCode::kIo);
      const bool only_sync_failed = fail_at == num_changes - 1;
      if (fail_at > 0 && !only_sync_failed) {
        const auto left = io::local_file_system().read_text(path);
        ASSERT_TRUE(left);
        EXPECT_LT(left->size(), whole->size());
        EXPECT_ANY_THROW(read_parquet(*left));
      }
    }
  }
}

}  // namespace
}  // namespace hark::columnar
