// Tables written by Spark (delta-io/delta, golden-tables): their rows, and their checkpoints.
//
// lake/golden_test.cc holds every table's files and versions, or the reason why it is refused; here
// the rows of the files are read as well. Where the numbers come from: deltalake 1.6.6 (PyPI) read
// each table, and DuckDB made the digest of what it gave, with the SQL below. Left out are tables
// whose files are not in the archive or that deltalake does not open.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "hark/core/text.h"
#include "hark/engine/engine.h"
#include "hark/lake/golden_archive_test.h"
#include "hark/lake/schema.h"
#include "hark/pipeline/checkpoint_file.h"
#include "hark/pipeline/table_commit.h"

namespace hark::pipeline {
namespace {

struct Expected {
  const char* name;
  std::int64_t num_rows;
  const char* digest;  ///< first half of the MD5 of all rows as text; empty where there are none
};

constexpr Expected kExpected[] = {
    {"124-decimal-decode-bug", 1, "8155bc545f84d965"},
    {"125-iterator-bug", 5, "37d60b6a45f476af"},
    {"basic-with-inserts-deletes-checkpoint", 41, "6a2ef6a34635d66b"},
    {"basic-with-inserts-merge", 140, "e14f866ed0c66d74"},
    {"basic-with-inserts-overwrite-restore", 200, "206af9b99d386aac"},
    {"basic-with-inserts-updates", 100, "35d87aee713561af"},
    {"collations-preview-table", 0, ""},
    {"collations-table", 0, ""},
    {"commit-info-containing-arbitrary-operationParams-types", 2, "a1fe7d8e64a2b3f2"},
    {"corrupted-last-checkpoint-kernel", 100, "279e92b6a304ecbc"},
    {"data-reader-array-complex-objects", 10, "917425cd1d6c0de9"},
    {"data-reader-array-primitives", 10, "db9f7a8998b947c1"},
    {"data-reader-date-types-America/Los_Angeles", 1, "531eadadb7a57941"},
    {"data-reader-date-types-Asia/Beirut", 1, "2d09da7733bdaa55"},
    {"data-reader-date-types-Etc/GMT+9", 1, "ac352c9a750efad5"},
    {"data-reader-date-types-Iceland", 1, "5043bbc9e63af6e7"},
    {"data-reader-date-types-JST", 1, "f373156886af4046"},
    {"data-reader-date-types-PST", 1, "531eadadb7a57941"},
    {"data-reader-date-types-UTC", 1, "5043bbc9e63af6e7"},
    {"data-reader-escaped-chars", 3, "33b21dfedc9aaaca"},
    {"data-reader-map", 10, "351ac60370b5fc97"},
    {"data-reader-nested-struct", 10, "5568baf9420f8ab1"},
    {"data-reader-nullable-field-invalid-schema-key", 1, "bec1d556d70fead0"},
    {"data-reader-partition-values", 3, "e6d8bea7adb669fc"},
    {"data-reader-primitives", 11, "ce297b1f8e9edc89"},
    {"data-skipping-basic-stats-all-types", 1, "e2b37a2ff33e265f"},
    {"data-skipping-basic-stats-all-types-checkpoint", 1, "e2b37a2ff33e265f"},
    {"data-skipping-change-stats-collected-across-versions", 3, "1b12e7ed669f0b8b"},
    {"data-skipping-partition-and-data-column", 4, "337e2490f74a5910"},
    {"decimal-various-scale-precision", 3, "c6bea7c6e4d4e7c5"},
    {"deltalog-getChanges", 0, ""},
    {"hive/deltatbl-column-names-case-insensitive", 10, "edfb93fce32f5831"},
    {"hive/deltatbl-deleted-path", 10, "fd207769a8bb9a3d"},
    {"hive/deltatbl-incorrect-format-config", 10, "fd207769a8bb9a3d"},
    {"hive/deltatbl-map-types-correctly", 1, "c01599841863dd1f"},
    {"hive/deltatbl-non-partitioned", 10, "fd207769a8bb9a3d"},
    {"hive/deltatbl-not-allow-write", 10, "fd207769a8bb9a3d"},
    {"hive/deltatbl-partition-prune", 5, "057c403f27da35c1"},
    {"hive/deltatbl-partitioned", 10, "edfb93fce32f5831"},
    {"hive/deltatbl-schema-match", 10, "b45520e3aab49714"},
    {"hive/deltatbl-special-chars-in-partition-column", 10, "edfb93fce32f5831"},
    {"hive/deltatbl-touch-files-needed-for-partitioned", 10, "edfb93fce32f5831"},
    {"kernel-timestamp-INT96", 5, "bc25b3d1d2dd02dd"},
    {"kernel-timestamp-PST", 5, "1accb09274d3d25b"},
    {"kernel-timestamp-TIMESTAMP_MICROS", 5, "bc25b3d1d2dd02dd"},
    {"kernel-timestamp-TIMESTAMP_MILLIS", 5, "bc25b3d1d2dd02dd"},
    {"kernel-timestamp-partition-col-ISO8601", 2, "c1a9f57bb73cd9b3"},
    {"log-replay-latest-metadata-protocol", 40, "40925cd2a07253e5"},
    {"log-replay-special-characters", 0, ""},
    {"log-replay-special-characters-a", 0, ""},
    {"multi-part-checkpoint", 31, "c2c78086e357f0ff"},
    {"only-checkpoint-files", 25, "86fa9e453e9ec843"},
    {"parquet-decimal-dictionaries", 1000000, "9572e749ba5fa989"},
    {"parquet-decimal-dictionaries-v2", 1000000, "9572e749ba5fa989"},
    {"parquet-decimal-type", 99998, "a88106f8231cbcf2"},
    {"snapshot-data0", 10, "b1a31ad510d9bc09"},
    {"snapshot-data1", 20, "2c63d8cb7317e0f3"},
    {"snapshot-data2", 10, "175d0dd24a3e5884"},
    {"snapshot-data2-deleted", 20, "de43b1bd6412ddb2"},
    {"snapshot-data3", 30, "6951243945e2e94c"},
    {"snapshot-repartitioned", 20, "de43b1bd6412ddb2"},
    {"snapshot-vacuumed", 20, "de43b1bd6412ddb2"},
    {"time-travel-partition-changes-a", 10, "edfb93fce32f5831"},
    {"time-travel-partition-changes-b", 10, "ffb389a982fdcb82"},
    {"time-travel-schema-changes-a", 10, "edfb93fce32f5831"},
    {"time-travel-schema-changes-b", 20, "e13f4cc8c5e07272"},
    {"time-travel-start", 10, "edfb93fce32f5831"},
    {"time-travel-start-start20", 20, "f780f28fba9405a1"},
    {"time-travel-start-start20-start40", 30, "869a01849806853c"},
};

class GoldenRows : public lake::GoldenArchive {};

/// "<rows> <digest>" of a table's files without its partition columns, which are not in them.
std::string digest_of(const std::string& path) {
  const auto state = open_table(io::local_file_system(), path);
  if (!state) return state.error().to_string();
  const lake::Metadata& metadata = state->snapshot->metadata();
  auto fields = lake::parse_schema(metadata.schema_string);
  const auto paths = state->file_paths();
  if (!fields || !paths) return "no schema or no paths";
  std::ranges::sort(*fields, {}, &lake::SchemaField::name);
  std::string texts;
  std::string absent;
  for (const lake::SchemaField& field : *fields) {
    if (std::ranges::find(metadata.partition_columns, field.name) !=
        metadata.partition_columns.end())
      continue;
    std::string value = concat("\"", field.name, "\"");
    absent += concat(absent.empty() ? "" : ", ", "NULL AS ", value);
    if (field.type.as_string() == "timestamp")
      value = concat("epoch_us(CAST(", value, " AS TIMESTAMP))");
    texts += concat(", coalesce(CAST(", value, " AS VARCHAR), 'null')");
  }
  if (paths->empty()) return "0 ";
  const auto engine = engine::Engine::open({});
  if (!engine) return engine.error().to_string();
  if (const auto made = (*engine)->create_parquet_view("files", *paths, {}); !made)
    return made.error().to_string();
  const std::string sql =
      texts.empty() ? std::string("SELECT CAST(count(*) AS VARCHAR) || ' ' FROM files")
                    : concat(
                          "SELECT CAST(count(*) AS VARCHAR) || ' ' || "
                          "coalesce(md5(string_agg(r, chr(10) ORDER BY r))[:16], '') FROM (SELECT "
                          "concat_ws('|'",
                          texts, ") AS r FROM (FROM files UNION ALL BY NAME SELECT ", absent,
                          " WHERE false))");
  const auto rows = (*engine)->query(sql);
  if (!rows) return rows.error().to_string();
  const auto batch = (*rows)->next();
  if (!batch) return batch.error().to_string();
  return std::string((*batch)->columns[0].text(0));
}

TEST_F(GoldenRows, AreThoseThatAnIndependentReaderGives) {
  for (const Expected& expected : kExpected) {
    EXPECT_EQ(digest_of(io::join_path(folder_, expected.name)),
              concat(expected.num_rows, " ", expected.digest))
        << expected.name;
  }
}

TEST_F(GoldenRows, AreTheSameByWayOfACheckpointAndOfTheLogAlone) {
  std::size_t num_compared = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    if (entry.path().filename() != "_delta_log") continue;
    const std::string path = entry.path().parent_path().string();
    SCOPED_TRACE(path);
    const auto with = lake::Table::open(files(), path, &checkpoint_reader());
    const auto without = lake::Table::open(files(), path);
    ASSERT_EQ(with.has_value(), without.has_value());
    if (!with || with->log().checkpoints.empty()) continue;
    const auto a = with->snapshot();
    const auto b = without->snapshot();
    // A log that is whole says the same as its checkpoints, errors included.
    ASSERT_EQ(a.has_value(), b.has_value());
    ++num_compared;
    if (!a) {
      EXPECT_EQ(a.error().message(), b.error().message());
      continue;
    }
    EXPECT_EQ(a->version(), b->version());
    EXPECT_EQ(a->protocol(), b->protocol());
    EXPECT_EQ(a->metadata(), b->metadata());
    EXPECT_EQ(a->txns(), b->txns());
    const auto names = [](const lake::Snapshot& snapshot) {
      std::vector<std::string> list;
      for (const lake::AddFile& file : snapshot.files())
        list.push_back(
            concat(file.path.text(), " ", file.size_bytes, " ", file.stats.value_or("")));
      return list;
    };
    EXPECT_EQ(names(*a), names(*b));
  }
  EXPECT_GE(num_compared, 14U);
}

}  // namespace
}  // namespace hark::pipeline
