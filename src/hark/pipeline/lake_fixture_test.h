// A lake in a temporary folder, small files for it, and a picture of its content to compare.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/core/text.h"
#include "hark/engine/engine.h"
#include "hark/engine/parquet_source.h"
#include "hark/pipeline/ingest.h"
#include "hark/pipeline/quarantine.h"
#include "hark/pipeline/table_commit.h"
#include "hark/pipeline/trusted_rows.h"

namespace hark::pipeline {

/// What makes two lakes the same (DESIGN section 2): per zone the rows without `_ingested_at`, the
/// landing hashes, and the number of loads.
struct LakePicture {
  std::vector<std::string> trusted;
  std::vector<std::string> quarantine;
  std::vector<std::string> landing;
  std::int64_t num_loads = 0;
  friend bool operator==(const LakePicture&, const LakePicture&) = default;
};

class RowTexts final : public columnar::BatchSink {
 public:
  Result<void> consume(columnar::Batch batch, unsigned) override {
    const std::lock_guard lock(mutex_);
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      std::string text;
      for (const columnar::Column& column : batch.columns) {
        if (column.name() == kIngestedAtColumn) continue;
        text += column.name() + "=";
        if (column.is_value(row)) {
          switch (column.type()) {
            case columnar::Type::kBool:
              text += std::to_string(column.bools()[row]);
              break;
            case columnar::Type::kInt32:
            case columnar::Type::kDate:
              text += std::to_string(column.int32s()[row]);
              break;
            case columnar::Type::kInt64:
            case columnar::Type::kTimestamp:
              text += std::to_string(column.int64s()[row]);
              break;
            case columnar::Type::kDouble:
              text += std::to_string(column.doubles()[row]);
              break;
            case columnar::Type::kString:
              text += column.text(row);
          }
        }
        text += "|";
      }
      rows.push_back(std::move(text));
    }
    return {};
  }
  std::vector<std::string> rows;

 private:
  std::mutex mutex_;
};

class LakeTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "hark-lake-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    (void)std::system(("chmod -R u+rwx '" + folder_ + "'; rm -rf '" + folder_ + "'").c_str());
  }

  std::string path(std::string_view name) const { return io::join_path(folder_, name); }
  std::string write(std::string_view name, std::string_view text) {
    const std::string full = path(name);
    EXPECT_TRUE(files_.write_atomically(full, text));
    return full;
  }
  LakeFolder make_lake(std::string_view name = "lake") {
    auto lake = LakeFolder::init(files_, path(name), clock_);
    EXPECT_TRUE(lake) << lake.error().to_string();
    return *lake;
  }
  static IngestOptions options() {
    IngestOptions options;
    options.threads = 2;
    options.run_id = "test-run";
    return options;
  }
  LoadReport load(const LakeFolder& lake, const std::string& file,
                  const IngestOptions& with = options()) {
    auto report = ingest(lake, file, with, clock_);
    EXPECT_TRUE(report) << report.error().to_string();
    return report ? *report : LoadReport{};
  }

  LakePicture picture(const std::string& root, const std::string& dataset) {
    LakePicture picture;
    const auto lake = LakeFolder::open(files_, root);
    if (!lake) return picture;
    const auto trusted = open_table(files_, lake->trusted_table(dataset));
    EXPECT_TRUE(trusted) << trusted.error().to_string();
    if (!trusted || !trusted->snapshot) return picture;
    const auto contract = lake->contract(dataset);
    EXPECT_TRUE(contract) << contract.error().to_string();
    const auto paths = trusted->file_paths();
    if (!contract || !paths) return picture;
    const auto fields = trusted_fields(*contract);
    std::vector<std::string> columns;
    for (const columnar::Field& field : fields) columns.push_back(field.name);
    RowTexts texts;
    if (!paths->empty()) {
      const auto source = engine::parquet_source(engine(), *paths, fields);
      const auto streamed = source->stream(columns, 1, texts);
      EXPECT_TRUE(streamed) << streamed.error().to_string();
    }
    picture.trusted = std::move(texts.rows);
    std::ranges::sort(picture.trusted);
    picture.num_loads = trusted->txn_version(dataset).value_or(0);
    const auto refused = read_quarantine(*lake, dataset, "", 1'000'000);
    EXPECT_TRUE(refused) << refused.error().to_string();
    if (refused) {
      for (const QuarantinedRecord& record : *refused) {
        picture.quarantine.push_back(concat(record.hash, ":", record.load, ":", record.record, ":",
                                            record.line, ":", record.byte_offset, ":", record.rule,
                                            ":", record.column, ":", record.text));
      }
    }
    if (const auto landed = files_.list(lake->landing_folder(dataset))) {
      for (const io::FileInfo& file : *landed) {
        const std::string name(io::file_name(file.path));
        // Landing files of a load that was not committed are invisible; the next load removes them.
        if (!name.starts_with(".") && !name.ends_with(".json") &&
            trusted->txn_version(landing_app_id(name))) {
          picture.landing.push_back(name);
        }
      }
    }
    return picture;
  }

  engine::Engine& engine() {
    if (!engine_) {
      auto opened = engine::Engine::open({});
      EXPECT_TRUE(opened) << opened.error().to_string();
      engine_ = *std::move(opened);
    }
    return *engine_;
  }

  std::string folder_;
  io::FileSystem& files_ = io::local_file_system();
  FixedClock clock_{*parse_instant("2026-11-01T00:00:00Z")};

 private:
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace hark::pipeline
