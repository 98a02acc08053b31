// What the tests of lake share: a folder of their own, a table in it, a file in the table.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hark/core/clock.h"
#include "hark/core/text.h"
#include "hark/io/file_system.h"
#include "hark/lake/data_file.h"
#include "hark/lake/schema.h"
#include "hark/lake/table.h"
#include "hark/lake/transaction.h"

namespace hark::lake {

inline Instant instant(std::string_view text) {
  const auto parsed = parse_instant(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : Instant{};
}

/// Gives the value, or fails the test and gives a default one.
template <typename T>
T must(Result<T> result) {
  if (!result) ADD_FAILURE() << result.error().to_string();
  return result ? *std::move(result) : throw std::runtime_error("no value");
}

/// "00000000-0000-4000-8000-000000000001" and so on.
inline UuidSource counting_uuids() {
  return [next = 0]() mutable {
    const std::string digits = std::to_string(++next);
    return "00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
  };
}

inline Metadata calls_metadata() {
  const columnar::Field fields[] = {{"call_id", columnar::Type::kInt64},
                                    {"queue", columnar::Type::kString},
                                    {"started_at", columnar::Type::kTimestamp}};
  Metadata metadata;
  metadata.name = "calls";
  metadata.schema_string = must(format_schema(fields));
  return metadata;
}

inline AddFile data_file(std::string_view name, std::int64_t num_records = 10) {
  AddFile file;
  file.path = LogPath::of_name(name);
  file.size_bytes = 1000 + num_records;
  file.modification_time_ms = 1'700'000'000'000;
  file.stats = concat("{\"numRecords\":", num_records, "}");
  return file;
}

inline CommitInfo operation(std::string name, std::string run_id = "run-1") {
  CommitInfo info;
  info.operation = std::move(name);
  info.run_id = std::move(run_id);
  return info;
}

/// A WRITE that read nothing of the table.
inline CommitInfo blind_append() {
  CommitInfo info = operation("WRITE");
  info.is_blind_append = true;
  return info;
}

/// Gives the actions it was made with.
class FakeCheckpointReader final : public CheckpointReader {
 public:
  explicit FakeCheckpointReader(std::vector<Action> actions) : actions_(std::move(actions)) {}
  Result<std::vector<Action>> read(const io::FileSystem&,
                                   std::span<const std::string> parts) const override {
    parts_.assign(parts.begin(), parts.end());
    return actions_;
  }
  mutable std::vector<std::string> parts_;

 private:
  std::vector<Action> actions_;
};

class LakeTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "hark-lake-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { (void)std::system(("rm -rf '" + folder_ + "'").c_str()); }

  std::string path(std::string_view name) const { return io::join_path(folder_, name); }
  std::string table_path() const { return path("calls"); }

  void write(const std::string& file, std::string_view bytes) {
    ASSERT_TRUE(files_.create_directories(std::string(io::parent_path(file))));
    ASSERT_TRUE(files_.write_atomically(file, bytes));
  }
  void write_entry(std::int64_t version, std::string_view bytes) {
    write(log_entry_path(table_path(), {version}), bytes);
  }
  void create_table(Metadata metadata = calls_metadata()) {
    auto transaction = Transaction::create(files_, table_path(), std::move(metadata));
    ASSERT_EQ(must(std::move(transaction).commit(operation("CREATE TABLE"), clock_)).value, 0);
  }
  /// Adds one file to the table.
  Version append(std::string_view name) {
    const Table table = must(Table::open(files_, table_path()));
    const Snapshot snapshot = must(table.snapshot());
    auto transaction = must(Transaction::begin(table, snapshot));
    transaction.add(data_file(name));
    return must(std::move(transaction).commit(operation("WRITE"), clock_));
  }
  Snapshot latest() { return must(must(Table::open(files_, table_path())).snapshot()); }

  std::string folder_;
  io::FileSystem& files_ = io::local_file_system();
  FixedClock clock_{instant("2026-11-01T12:00:00Z")};
};

inline std::vector<std::string> names_of(const Snapshot& snapshot) {
  std::vector<std::string> names;
  for (const AddFile& file : snapshot.files()) names.push_back(file.path.name());
  return names;
}

}  // namespace hark::lake
