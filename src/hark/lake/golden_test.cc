// Tables written by Spark (delta-io/delta, golden-tables): each is read just as it is, or refused
// for the right reason.
//
// Where the numbers come from: versions, paths, sizes and row counts were read once with deltalake
// 1.6.6 (PyPI) and, by a replay of a few lines, in Python; both agreed on every table that
// deltalake opens. Tables in kOnlyReplayed are opened by us and not by deltalake, with the reason
// there.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "hark/lake/golden_archive_test.h"
#include "hark/lake/partition.h"
#include "hark/lake/test_lake.h"

namespace hark::lake {
namespace {

using testing::HasSubstr;

struct Expected {
  const char* name;
  std::int64_t version;
  std::size_t num_files;
  std::size_t num_on_disk;  ///< files that are in the archive with the size the log says
  std::int64_t size_bytes;
  std::int64_t num_records;  ///< -1 where a file has no statistics
  std::uint64_t paths_hash;  ///< FNV-1a of the sorted paths as in the log, each with '\n'
};

constexpr Expected kReadable[] = {
    {"124-decimal-decode-bug", 0, 2, 2, 844, -1, 0x2e56ea624bc8b113},
    {"125-iterator-bug", 11, 12, 12, 4286, -1, 0xc2347a382149ad1e},
    {"basic-decimal-table", 0, 4, 4, 4131, 4, 0x74b70511f4141791},
    {"basic-decimal-table-legacy", 0, 4, 4, 4036, 4, 0x6c4ff6d0e7c97955},
    {"basic-with-inserts-deletes-checkpoint", 13, 7, 7, 3549, 41, 0xdf51120734bf1282},
    {"basic-with-inserts-merge", 1, 1, 1, 1495, 140, 0xe451f0d1aaffca72},
    {"basic-with-inserts-overwrite-restore", 3, 4, 4, 2834, 200, 0x60e28a0bcfa869ad},
    {"basic-with-inserts-updates", 1, 2, 2, 2012, 100, 0x511d8b892abb1a75},
    {"basic-with-vacuum-protocol-check-feature", 1, 2, 2, 2191, 100, 0x70487bfc849a78b6},
    {"canonicalized-paths-normal-a", 1, 0, 0, 0, 0, 0xcbf29ce484222325},
    {"canonicalized-paths-normal-b", 1, 0, 0, 0, 0, 0xcbf29ce484222325},
    {"canonicalized-paths-special-a", 1, 0, 0, 0, 0, 0xcbf29ce484222325},
    {"canonicalized-paths-special-b", 1, 0, 0, 0, 0, 0xcbf29ce484222325},
    {"checkpoint", 14, 1, 0, 1, -1, 0x455e8b181813f433},
    {"collations-preview-table", 0, 0, 0, 0, 0, 0xcbf29ce484222325},
    {"collations-table", 0, 0, 0, 0, 0, 0xcbf29ce484222325},
    {"commit-info-containing-arbitrary-operationParams-types", 2, 2, 2, 904, 2, 0x43f6c612116f202d},
    {"corrupted-last-checkpoint", 10, 11, 0, 11, -1, 0x32df4a50e401bf71},
    {"corrupted-last-checkpoint-kernel", 11, 2, 2, 1454, 100, 0x908eeb7553977bf0},
    {"data-reader-array-complex-objects", 0, 2, 2, 5662, -1, 0x04cce1514db4fb54},
    {"data-reader-array-primitives", 0, 2, 2, 7271, -1, 0x897cee1db6754210},
    {"data-reader-date-types-America/Los_Angeles", 0, 2, 2, 1075, -1, 0x847dbf5b18a07917},
    {"data-reader-date-types-Asia/Beirut", 0, 2, 2, 1075, -1, 0xafa2d7670d21531b},
    {"data-reader-date-types-Etc/GMT+9", 0, 2, 2, 1075, -1, 0x9f1510783877b3d7},
    {"data-reader-date-types-Iceland", 0, 2, 2, 1075, -1, 0xe85dc72346f631cb},
    {"data-reader-date-types-JST", 0, 2, 2, 1075, -1, 0x0421f682e0be23da},
    {"data-reader-date-types-PST", 0, 2, 2, 1075, -1, 0xaac8c4d5eb06d540},
    {"data-reader-date-types-UTC", 0, 2, 2, 1075, -1, 0xd2a58bc3d82598e0},
    {"data-reader-escaped-chars", 2, 3, 3, 1194, -1, 0x7e70f181b0b36034},
    {"data-reader-map", 0, 2, 2, 7293, -1, 0x3c7f8e6fc34d9c02},
    {"data-reader-nested-struct", 0, 2, 2, 2871, -1, 0xbcf58c71bd0ed8a0},
    {"data-reader-nullable-field-invalid-schema-key", 0, 2, 2, 885, -1, 0xa6e8f0ad346fd501},
    {"data-reader-partition-values", 0, 3, 3, 5832, -1, 0xa421aac951a52d8e},
    {"data-reader-primitives", 0, 2, 2, 5050, -1, 0x298751d29ef22a03},
    {"data-skipping-basic-stats-all-types", 0, 1, 1, 2738, 1, 0x65786a1af4c644e3},
    {"data-skipping-basic-stats-all-types-checkpoint", 0, 1, 1, 2738, 1, 0x2c1bf81d0796c748},
    {"data-skipping-change-stats-collected-across-versions", 4, 3, 3, 2052, 3, 0x38c9b88ef6934db5},
    {"data-skipping-partition-and-data-column", 3, 4, 4, 2712, 4, 0x8df7b3919017ef82},
    {"decimal-various-scale-precision", 0, 1, 1, 9126, 3, 0xd5899366c4d1cc83},
    {"delete-re-add-same-file-different-transactions", 3, 2, 0, 2, -1, 0x9a7aee6833b0f046},
    {"deltalog-commit-info", 0, 1, 0, 1, -1, 0xfc17b183ee074373},
    {"deltalog-getChanges", 2, 0, 0, 0, 0, 0xcbf29ce484222325},
    {"deltalog-state-reconstruction-from-checkpoint-missing-metadata", 10, 11, 0, 11, -1,
     0x32df4a50e401bf71},
    {"deltalog-state-reconstruction-from-checkpoint-missing-protocol", 10, 11, 0, 11, -1,
     0x32df4a50e401bf71},
    {"hive/deltatbl-column-names-case-insensitive", 0, 4, 4, 1782, -1, 0x0e9604183b74e6a9},
    {"hive/deltatbl-deleted-path", 0, 2, 2, 1318, -1, 0x41443d4080827f0a},
    {"hive/deltatbl-incorrect-format-config", 0, 2, 2, 1306, -1, 0x613172061640b625},
    {"hive/deltatbl-map-types-correctly", 0, 1, 1, 4156, -1, 0xe3ec2a74d61808ff},
    {"hive/deltatbl-non-partitioned", 0, 2, 2, 1318, -1, 0xbe10ac8ea60a5fa7},
    {"hive/deltatbl-not-allow-write", 0, 2, 2, 1306, -1, 0x85d8cbe786a46a78},
    {"hive/deltatbl-partition-prune", 0, 5, 5, 3195, -1, 0x89c1d7e6ed9c2c92},
    {"hive/deltatbl-partitioned", 0, 4, 4, 1734, -1, 0xb2b3fbc3363aa19b},
    {"hive/deltatbl-schema-match", 0, 4, 4, 2494, -1, 0x8cbc59ee27d18d27},
    {"hive/deltatbl-special-chars-in-partition-column", 0, 4, 4, 1734, -1, 0xc385f8ff835412e5},
    {"hive/deltatbl-touch-files-needed-for-partitioned", 0, 4, 4, 1734, -1, 0xf4f90adbdd160b9a},
    {"kernel-timestamp-INT96", 0, 5, 5, 3535, 5, 0x89a004f98114ac08},
    {"kernel-timestamp-PST", 0, 5, 5, 3535, 5, 0xd090943861cc187b},
    {"kernel-timestamp-TIMESTAMP_MICROS", 0, 5, 5, 3530, 5, 0xdc39b78a5606b133},
    {"kernel-timestamp-TIMESTAMP_MILLIS", 0, 5, 5, 3529, 5, 0x7ffc984fc836ac65},
    {"kernel-timestamp-partition-col-ISO8601", 0, 2, 2, 1140, 2, 0x0f1dcaf175cf9a1d},
    {"log-replay-latest-metadata-protocol", 2, 4, 4, 2744, 40, 0xc07a61c3e71c0ea1},
    {"log-replay-special-characters", 1, 0, 0, 0, 0, 0xcbf29ce484222325},
    {"log-replay-special-characters-a", 1, 0, 0, 0, 0, 0xcbf29ce484222325},
    {"log-replay-special-characters-b", 0, 1, 0, 100, -1, 0xaae6c976fc56cec5},
    {"multi-part-checkpoint", 1, 10, 10, 4908, 31, 0x90a7bb6c1ee539a6},
    {"only-checkpoint-files", 2, 7, 7, 3456, 25, 0xc4e36eedd593be1b},
    {"parquet-decimal-dictionaries", 0, 1, 1, 60952, 1000000, 0x813da16336b9ea07},
    {"parquet-decimal-dictionaries-v1", 0, 1, 0, 4571289, 1000000, 0x9574de58e5edd47e},
    {"parquet-decimal-dictionaries-v2", 0, 1, 1, 60952, 1000000, 0xee233771e79daa38},
    {"parquet-decimal-type", 0, 1, 1, 2303393, 99998, 0x324e3c133f4538a9},
    {"snapshot-data0", 0, 2, 2, 1300, -1, 0xb05bdf8692162b42},
    {"snapshot-data1", 1, 4, 4, 2598, -1, 0x96f05dacf68df373},
    {"snapshot-data2", 2, 2, 2, 1298, -1, 0x63f716239ba30809},
    {"snapshot-data2-deleted", 4, 3, 3, 1740, -1, 0x289758608ed78e8a},
    {"snapshot-data3", 3, 4, 4, 2690, -1, 0xc36aad79d0644bc9},
    {"snapshot-repartitioned", 5, 2, 2, 1392, -1, 0x3591ea0401d2c85d},
    {"snapshot-vacuumed", 5, 2, 2, 1392, -1, 0x3591ea0401d2c85d},
    {"time-travel-partition-changes-a", 0, 10, 10, 4290, -1, 0x5c2e6c4083ceaac9},
    {"time-travel-partition-changes-b", 1, 4, 4, 1758, -1, 0x154bdca905dc53c8},
    {"time-travel-schema-changes-a", 0, 2, 2, 900, -1, 0xc6d2c235c2a08497},
    {"time-travel-schema-changes-b", 1, 4, 4, 2322, -1, 0x156082986dc2bc16},
    {"time-travel-start", 0, 2, 2, 900, -1, 0x9c5fddad306102bb},
    {"time-travel-start-start20", 1, 4, 4, 1802, -1, 0x459ed6f17c307550},
    {"time-travel-start-start20-start40", 2, 6, 6, 2704, -1, 0x7e11573aac5082bd},
    {"update-deleted-directory", 0, 10, 0, 10, -1, 0xcfd7b69b0e02147b},
};

/// Opened by us and not by deltalake 1.6.6, and why that is right.
const std::map<std::string, const char*> kOnlyReplayed = {
    {"canonicalized-paths-normal-a", "the schema is missing; files and versions are not affected"},
    {"canonicalized-paths-normal-b", "the schema is missing; files and versions are not affected"},
    {"canonicalized-paths-special-a", "the schema is missing; files and versions are not affected"},
    {"canonicalized-paths-special-b", "the schema is missing; files and versions are not affected"},
    {"corrupted-last-checkpoint", "the schema is missing; files and versions are not affected"},
    {"deltalog-commit-info", "the schema is missing; files and versions are not affected"},
    {"deltalog-state-reconstruction-from-checkpoint-missing-metadata",
     "the checkpoint lacks an action, the log is whole and we replay the log"},
    {"deltalog-state-reconstruction-from-checkpoint-missing-protocol",
     "the checkpoint lacks an action, the log is whole and we replay the log"},
    {"update-deleted-directory", "the schema is missing; files and versions are not affected"},
};

struct Refused {
  const char* name;
  ErrorCode code;
  const char* message;  ///< part of the error: the reason
};

constexpr Refused kRefused[] = {
    {"data-reader-absolute-paths-escaped-chars", ErrorCode::kCorrupt, "no metaData action"},
    {"data-reader-timestamp_ntz", ErrorCode::kUnsupported, "timestampNtz"},
    {"data-reader-timestamp_ntz-id-mode", ErrorCode::kUnsupported, "timestampNtz, columnMapping"},
    {"data-reader-timestamp_ntz-name-mode", ErrorCode::kUnsupported, "timestampNtz, columnMapping"},
    {"data-skipping-basic-stats-all-types-columnmapping-id", ErrorCode::kUnsupported,
     "columnMapping (reader version 2)"},
    {"data-skipping-basic-stats-all-types-columnmapping-name", ErrorCode::kUnsupported,
     "columnMapping (reader version 2)"},
    {"deltalog-invalid-protocol-version", ErrorCode::kUnsupported, "reader version 99"},
    {"deltalog-state-reconstruction-without-metadata", ErrorCode::kCorrupt, "no metaData action"},
    {"deltalog-state-reconstruction-without-protocol", ErrorCode::kCorrupt, "no protocol action"},
    {"dv-partitioned-with-checkpoint", ErrorCode::kUnsupported, "deletionVectors"},
    {"dv-with-columnmapping", ErrorCode::kUnsupported, "deletionVectors, columnMapping"},
    {"log-replay-dv-key-cases", ErrorCode::kUnsupported, "deletionVectors"},
    {"parquet-all-types", ErrorCode::kUnsupported, "timestampNtz"},
    {"parquet-all-types-legacy-format", ErrorCode::kUnsupported, "timestampNtz"},
    {"spark-variant-checkpoint", ErrorCode::kUnsupported, "variantType-preview"},
    {"table-with-columnmapping-mode-id", ErrorCode::kUnsupported,
     "columnMapping (reader version 2)"},
    {"table-with-columnmapping-mode-name", ErrorCode::kUnsupported,
     "columnMapping (reader version 2)"},
    {"table-with-icebegCompatV2Enabled", ErrorCode::kUnsupported,
     "columnMapping (reader version 2)"},
    {"type-widening", ErrorCode::kUnsupported, "timestampNtz, typeWidening-preview"},
    {"type-widening-nested", ErrorCode::kUnsupported, "typeWidening-preview"},
    {"v2-checkpoint-json", ErrorCode::kUnsupported, "v2Checkpoint"},
    {"v2-checkpoint-parquet", ErrorCode::kUnsupported, "v2Checkpoint"},
    {"versions-not-contiguous", ErrorCode::kCorrupt, "00000000000000000001.json' is missing"},
    {"no-delta-log-folder", ErrorCode::kNotFound,
     "there is no Delta table"},  // data files without a log
    {"log-store-listFrom", ErrorCode::kNotFound,
     "there is no Delta table"},  // a file listing, no table
    {"log-store-read", ErrorCode::kNotFound,
     "there is no Delta table"},  // two text files, no table
};

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3;
  }
  return hash;
}

class GoldenTables : public GoldenArchive {};

TEST_F(GoldenTables, AreReadWithJustTheirFiles) {
  for (const Expected& expected : kReadable) {
    SCOPED_TRACE(expected.name);
    const std::string path = io::join_path(folder_, expected.name);
    const auto table = Table::open(files(), path);
    ASSERT_TRUE(table) << table.error().to_string();
    const auto opened = table->snapshot();
    ASSERT_TRUE(opened) << opened.error().to_string();
    const Snapshot& snapshot = *opened;
    std::string paths;
    std::size_t num_on_disk = 0;
    for (const AddFile& file : snapshot.files()) {
      paths += file.path.text() + "\n";
      const auto info = files().stat(must(file.path.resolve(path)));
      if (info && info->size_bytes == static_cast<std::uint64_t>(file.size_bytes)) ++num_on_disk;
    }
    EXPECT_EQ(snapshot.version().value, expected.version);
    EXPECT_EQ(snapshot.files().size(), expected.num_files);
    EXPECT_EQ(num_on_disk, expected.num_on_disk);
    EXPECT_EQ(snapshot.size_bytes(), expected.size_bytes);
    EXPECT_EQ(must(snapshot.num_records()).value_or(-1), expected.num_records);
    EXPECT_EQ(fnv1a(paths), expected.paths_hash);
  }
}

TEST_F(GoldenTables, BeyondOurReachAreRefusedForTheRightReason) {
  for (const Refused& expected : kRefused) {
    SCOPED_TRACE(expected.name);
    const auto table = Table::open(files(), io::join_path(folder_, expected.name));
    const auto refused = [&](const Error& error) {
      EXPECT_EQ(error.code(), expected.code);
      EXPECT_THAT(error.message(), HasSubstr(expected.message));
    };
    if (!table) {
      refused(table.error());
      continue;
    }
    const auto snapshot = table->snapshot();
    ASSERT_FALSE(snapshot);
    refused(snapshot.error());
  }
}

TEST_F(GoldenTables, EachOneIsAccountedFor) {
  std::set<std::string> known;
  for (const Expected& expected : kReadable) known.insert(expected.name);
  for (const Refused& expected : kRefused) known.insert(expected.name);
  for (const auto& [name, reason] : kOnlyReplayed) EXPECT_TRUE(known.contains(name)) << reason;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    if (entry.path().filename() != "_delta_log") continue;
    const std::string name =
        std::filesystem::relative(entry.path().parent_path(), folder_).generic_string();
    EXPECT_TRUE(known.contains(name)) << name;
  }
}

TEST_F(GoldenTables, EarlierVersionsAreReadToo) {
  // The logs of snapshot-data0, -data1 and -data2 are the beginnings of snapshot-data3's.
  const std::string last = io::join_path(folder_, "snapshot-data3");
  const Table table = must(Table::open(files(), last));
  for (const std::int64_t version : {0, 1, 2, 3}) {
    const Table then =
        must(Table::open(files(), io::join_path(folder_, concat("snapshot-data", version))));
    EXPECT_EQ(names_of(must(table.snapshot_at({version}))), names_of(must(then.snapshot())))
        << version;
  }
  // Type widening came with version 1 of this table; version 0 needs no feature.
  const Table widened = must(Table::open(files(), io::join_path(folder_, "type-widening")));
  EXPECT_TRUE(widened.snapshot_at({0}));
}

TEST_F(GoldenTables, PartitionValuesHaveTheirTypes) {
  // The same values stand in the column `str` of the table's statistics.
  const Snapshot snapshot = must(
      must(Table::open(files(), io::join_path(folder_, "kernel-timestamp-partition-col-ISO8601")))
          .snapshot());
  std::set<std::string> times;
  for (const AddFile& file : snapshot.files()) {
    const auto value = must(parse_partition_value(
        columnar::Type::kTimestamp, file.partition_values.find("ts")->second.value()));
    times.insert(format_instant(Instant(std::chrono::microseconds(std::get<std::int64_t>(value)))));
  }
  EXPECT_EQ(times, (std::set<std::string>{"2024-01-01T10:00:00Z", "2024-01-02T12:30:00Z"}));
  // A null is JSON null in the log; the text "null" is a value.
  const Snapshot values =
      must(must(Table::open(files(), io::join_path(folder_, "data-reader-partition-values")))
               .snapshot());
  std::size_t num_nulls = 0;
  std::size_t num_texts = 0;
  for (const AddFile& file : values.files()) {
    const auto& text = file.partition_values.find("as_string_lit_null")->second;
    if (!text) ++num_nulls;
    if (text == "null") ++num_texts;
  }
  EXPECT_EQ(num_texts, 2U);
  EXPECT_EQ(num_nulls, 1U);
}

}  // namespace
}  // namespace hark::lake
