#include "hark/columnar/parquet_file.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <mutex>
#include <thread>

#include "hark/columnar/parquet_reader_for_tests.h"
#include "hark/columnar/parquet_writer.h"
#include "hark/columnar/test_batches.h"
#include "hark/core/text.h"

namespace hark::columnar {
namespace {

using testing::Cell;
using testing::cells_of;
using testing::fields_of;
using testing::one_column;
using testing::random_batch;

class ParquetFileTest : public ::testing::Test {
 protected:
  ~ParquetFileTest() override { std::filesystem::remove_all(folder_); }

  std::string path(std::string_view name) const { return concat(folder_.string(), "/", name); }

  std::string write(const std::vector<const Batch*>& batches, ParquetOptions options = {},
                    std::string_view name = "a.parquet") {
    auto writer = ParquetWriter::create(*files_.open_output(path(name)),
                                        fields_of(*batches.front()), std::move(options));
    for (const Batch* batch : batches) EXPECT_TRUE(writer->write(*batch));
    EXPECT_TRUE(std::move(*writer).finish());
    return path(name);
  }

  std::string write_bytes(std::string_view bytes) {
    std::ofstream(path("bytes.parquet"), std::ios::binary) << bytes;
    return path("bytes.parquet");
  }

  io::FileSystem& files_ = io::local_file_system();
  const std::filesystem::path folder_ = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "hark_parquet_XXXXXX").string();
    return std::filesystem::path(mkdtemp(pattern.data()));
  }();
};

/// What the column reads back as: what was no value is null.
void expect_same(const Column& read, const Column& written) {
  EXPECT_EQ(read.field(), written.field());
  ASSERT_EQ(read.size(), written.size());
  EXPECT_EQ(cells_of(read), cells_of(written)) << written.name();
  for (std::size_t row = 0; row < read.size(); ++row)
    ASSERT_NE(read.presence()[row], Presence::kInvalid);
  // Where there is no value stands 0.
  if (read.type() == Type::kInt64) {
    for (std::size_t row = 0; row < read.size(); ++row)
      ASSERT_TRUE(read.is_value(row) || read.int64s()[row] == 0);
  }
}

TEST_F(ParquetFileTest, RandomBatchesReadBack) {
  DecodeScratch scratch;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    const Batch first = random_batch(seed, 1 + seed * seed * 13 % 5000);
    const Batch second = random_batch(seed + 1000, 1 + seed % 50);
    ParquetOptions options;
    options.page_bytes = seed % 2 == 0 ? std::size_t{1} << 20 : 1024;
    const auto file = ParquetFile::open(files_, write({&first, &second}, options));
    ASSERT_TRUE(file) << file.error().to_string();
    ASSERT_EQ(file->metadata().row_groups.size(), 2U);
    EXPECT_EQ(file->metadata().fields, fields_of(first));
    for (const Batch* batch : {&first, &second}) {
      const auto read = file->read(batch == &first ? 0 : 1, fields_of(first), scratch);
      ASSERT_TRUE(read) << read.error().to_string();
      EXPECT_EQ(read->num_rows, batch->num_rows);
      for (std::size_t c = 0; c < batch->columns.size(); ++c)
        expect_same(read->columns[c], batch->columns[c]);
    }
  }
}

TEST_F(ParquetFileTest, NumbersOfEveryWidthReadBack) {
  Batch batch;
  batch.num_rows = 700;
  for (unsigned width = 0; width <= 64; ++width) {
    Column wide({concat("wide", width), Type::kInt64});
    Column narrow({concat("narrow", width), Type::kInt32});
    // Differences of this width, and every value another one: neither a dictionary nor a run.
    std::uint64_t value = 0;
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      const std::uint64_t top = width == 0 ? 0 : std::uint64_t{1} << (width - 1);
      value += (row % 2 == 0 ? top : top / 2) + row;
      wide.append_int64(static_cast<std::int64_t>(value));
      narrow.append_int32(static_cast<std::int32_t>(value));
    }
    batch.columns.push_back(std::move(wide));
    batch.columns.push_back(std::move(narrow));
  }
  Column ends({"ends", Type::kInt64});
  for (std::size_t row = 0; row < batch.num_rows; ++row)
    ends.append_int64(
        row % 2 == 0 ? std::numeric_limits<std::int64_t>::min() + static_cast<std::int64_t>(row)
                     : std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(row));
  batch.columns.push_back(std::move(ends));
  DecodeScratch scratch;
  const auto read = ParquetFile::open(files_, write({&batch}))->read(0, fields_of(batch), scratch);
  ASSERT_TRUE(read) << read.error().to_string();
  for (std::size_t c = 0; c < batch.columns.size(); ++c)
    expect_same(read->columns[c], batch.columns[c]);
}

TEST_F(ParquetFileTest, CodesOfEveryWidthAndRunsReadBack) {
  for (const std::uint32_t distinct : {1U, 2U, 3U, 9U, 31U, 200U, 257U, 3000U, 5000U}) {
    SCOPED_TRACE(distinct);
    Column column({"text", Type::kString});
    DictionaryBuilder texts;
    std::mt19937_64 random(distinct);
    while (column.size() < 24'000) {
      const std::uint32_t code = texts.code_of(concat("text ", random() % distinct));
      const std::size_t run = random() % 50 == 0 ? random() % 300 : 1;
      for (std::size_t i = 0; i < run; ++i) column.append_code(code);
    }
    column.set_dictionary(texts.finish());
    const Batch batch = one_column(std::move(column));
    DecodeScratch scratch;
    const auto read =
        ParquetFile::open(files_, write({&batch}))->read(0, fields_of(batch), scratch);
    ASSERT_TRUE(read);
    expect_same(read->columns[0], batch.columns[0]);
  }
}

TEST_F(ParquetFileTest, ColumnsAreThoseAskedForAndOneThatTheFileLacksIsBlank) {
  const Batch batch = random_batch(3, 100);
  const auto file = ParquetFile::open(files_, write({&batch}));
  DecodeScratch scratch;
  const std::vector<Field> asked{
      {"day", Type::kDate}, {"none", Type::kString}, {"few", Type::kString}, {"day", Type::kDate}};
  EXPECT_TRUE(file->has_types(asked));
  const auto read = file->read(0, asked, scratch);
  ASSERT_TRUE(read);
  expect_same(read->columns[0], *batch.find("day"));
  EXPECT_TRUE(read->columns[1].is_blank());
  EXPECT_EQ(read->columns[1].size(), 100U);
  ASSERT_NE(read->columns[1].dictionary(), nullptr);
  EXPECT_EQ(read->columns[1].dictionary()->size(), 0U);
  expect_same(read->columns[2], *batch.find("few"));
  expect_same(read->columns[3], *batch.find("day"));

  const std::vector<Field> other{{"day", Type::kInt32}};
  EXPECT_FALSE(file->has_types(other));
  EXPECT_EQ(file->read(0, other, scratch).error().code(), ErrorCode::kInvalidArgument);
}

class Collector final : public BatchSink {
 public:
  Result<void> consume(Batch batch, unsigned worker) override {
    const std::lock_guard lock(mutex_);
    if (fails) return Error(ErrorCode::kInterrupted, "enough");
    EXPECT_LT(worker, 3U);
    batches[batch.ordinal] = std::move(batch);
    return {};
  }
  std::map<std::uint64_t, Batch> batches;
  bool fails = false;

 private:
  std::mutex mutex_;
};

TEST_F(ParquetFileTest, ASourceGivesTheRowGroupsOfItsFilesInOrder) {
  const Batch a = random_batch(1, 10);
  const Batch b = random_batch(2, 20);
  const Batch c = random_batch(3, 30);
  std::vector<ParquetFile> opened;
  opened.push_back(*ParquetFile::open(files_, write({&a, &b}, {}, "one.parquet")));
  opened.push_back(*ParquetFile::open(files_, write({&c}, {}, "two.parquet")));
  const auto source = parquet_files_source(std::move(opened), fields_of(a));
  for (const unsigned threads : {1U, 3U}) {
    Collector collector;
    ASSERT_TRUE(source->stream({"many", "big"}, threads, collector));
    ASSERT_EQ(collector.batches.size(), 3U);
    std::uint64_t ordinal = 0;
    for (const Batch* batch : {&a, &b, &c}) {
      const Batch& read = collector.batches.at(ordinal++);
      ASSERT_EQ(read.columns.size(), 2U);
      expect_same(read.columns[0], *batch->find("many"));
      expect_same(read.columns[1], *batch->find("big"));
    }
  }
  Collector collector;
  ASSERT_TRUE(source->stream({}, 2, collector));
  EXPECT_EQ(collector.batches.at(2).num_rows, 30U);
  EXPECT_EQ(source->stream({"gone"}, 2, collector).error().code(), ErrorCode::kInvalidArgument);
  collector.fails = true;
  EXPECT_EQ(source->stream({"big"}, 2, collector).error().code(), ErrorCode::kInterrupted);
}

TEST_F(ParquetFileTest, NoRowGroupIsBegunAfterAFailure) {
  const Batch batch = random_batch(1, 10);
  std::vector<ParquetFile> opened;
  opened.push_back(*ParquetFile::open(files_, write(std::vector<const Batch*>(40, &batch))));
  const auto source = parquet_files_source(std::move(opened), fields_of(batch));
  struct Failing final : BatchSink {
    Result<void> consume(Batch taken, unsigned) override {
      ++num_calls;
      if (taken.ordinal == 0) return Error(ErrorCode::kInterrupted, "enough");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      return {};
    }
    std::atomic<int> num_calls{0};
  } sink;
  EXPECT_EQ(source->stream({"big"}, 2, sink).error().code(), ErrorCode::kInterrupted);
  EXPECT_LT(sink.num_calls, 30);
}

TEST_F(ParquetFileTest, AFooterWhoseNumbersDisagreeIsCorrupt) {
  FileMetadata file;
  file.fields = {{"a", Type::kInt64}};
  file.row_groups.resize(1);
  file.row_groups[0].num_rows = 5;
  file.row_groups[0].chunks.resize(1);
  file.row_groups[0].chunks[0].num_rows = 5;
  file.num_rows = 5;
  const auto code_of = [](const FileMetadata& of) {
    std::string bytes;
    append_footer(bytes, of);
    const auto read = read_footer(std::string_view(bytes).substr(0, bytes.size() - 8));
    return read ? ErrorCode::kInternal : read.error().code();  // kInternal: no error
  };
  EXPECT_EQ(code_of(file), ErrorCode::kInternal);
  FileMetadata other = file;
  other.num_rows = 6;
  EXPECT_EQ(code_of(other), ErrorCode::kCorrupt);
  other = file;
  other.row_groups[0].chunks[0].num_rows = 4;
  EXPECT_EQ(code_of(other), ErrorCode::kCorrupt);
  other = file;
  other.row_groups[0].chunks[0].data_page_offset = -1;
  EXPECT_EQ(code_of(other), ErrorCode::kCorrupt);
  other = file;
  other.fields.push_back({"b", Type::kInt64});
  other.row_groups[0].chunks.resize(2);
  other.row_groups[0].chunks[1].num_rows = 5;
  EXPECT_EQ(code_of(other), ErrorCode::kInternal);
}

TEST_F(ParquetFileTest, FilesOfOthersAndWhatIsNoFileAreRefused) {
  const Batch batch = random_batch(1, 10);
  const auto code_of = [&](const std::string& file) {
    return ParquetFile::open(files_, file).error().code();
  };
  EXPECT_EQ(code_of(write({&batch}, {.created_by = "parquet-mr version 1.13.1"})),
            ErrorCode::kUnsupported);
  EXPECT_EQ(code_of(path("gone.parquet")), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(write_bytes("")), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(write_bytes("PAR1PAR1")), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(write_bytes("PAR1aaaa\xFF\xFF\xFF\xFFPAR1")), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(write_bytes("PAR1aaaa\x01\x00\x00\x00PAR2")), ErrorCode::kCorrupt);
}

TEST_F(ParquetFileTest, ALongFooterIsReadWhole) {
  const Batch batch = random_batch(1, 10);
  const std::string long_text(200'000, 'x');
  const auto file = ParquetFile::open(files_, write({&batch}, {.key_values = {{"k", long_text}}}));
  ASSERT_TRUE(file);
  ASSERT_EQ(file->metadata().key_values.size(), 1U);
  EXPECT_EQ(file->metadata().key_values[0].second, long_text);
  DecodeScratch scratch;
  EXPECT_TRUE(file->read(0, fields_of(batch), scratch));
}

// Every cut and every changed byte gives rows or an Error, and rows of the number that the footer
// says; the sanitizers see whether anything else was touched.
TEST_F(ParquetFileTest, DamagedFilesGiveErrorsOrRows) {
  const Batch batch = random_batch(6, 40);
  const std::string good = [&] {
    std::ifstream in(write({&batch}, {.page_bytes = 1024}), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  DecodeScratch scratch;
  const auto read = [&](const std::string& bytes) {
    const auto file = ParquetFile::open(files_, write_bytes(bytes));
    if (!file) return file.error().code();
    for (std::size_t group = 0; group < file->metadata().row_groups.size(); ++group) {
      const auto rows = file->read(group, file->metadata().fields, scratch);
      if (!rows) return rows.error().code();
      for (const Column& column : rows->columns) EXPECT_EQ(cells_of(column).size(), rows->num_rows);
    }
    return ErrorCode::kInternal;  // stands for: no error
  };
  ASSERT_EQ(read(good), ErrorCode::kInternal);
  for (std::size_t size = 0; size < good.size(); size += 7)
    EXPECT_EQ(read(good.substr(0, size)), ErrorCode::kCorrupt) << size;
  std::size_t num_errors = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    num_errors += read(bad) != ErrorCode::kInternal ? 1 : 0;
  }
  EXPECT_GT(num_errors, good.size() / 4);
}

}  // namespace
}  // namespace hark::columnar
