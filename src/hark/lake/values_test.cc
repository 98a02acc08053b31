// Tests of how values are written: schema, partition values, statistics, file names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <regex>
#include <set>

#include "hark/calendar/civil.h"
#include "hark/core/clock.h"
#include "hark/core/text.h"
#include "hark/lake/data_file.h"
#include "hark/lake/file_stats.h"
#include "hark/lake/log_path.h"
#include "hark/lake/partition.h"
#include "hark/lake/schema.h"

namespace hark::lake {
namespace {

using columnar::Field;
using columnar::Type;
using testing::HasSubstr;

std::int64_t micros(std::string_view text) {
  return parse_instant(text)->time_since_epoch().count();
}

TEST(Schema, IsWrittenAsSparkWritesIt) {
  const Field fields[] = {{"intCol", Type::kInt32}, {"ts", Type::kTimestamp}};
  // The text of the golden table log-replay-special-characters, with a second column.
  EXPECT_EQ(
      *format_schema(fields),
      R"({"type":"struct","fields":[{"name":"intCol","type":"integer","nullable":true,"metadata":{}},{"name":"ts","type":"timestamp","nullable":true,"metadata":{}}]})");
}

TEST(Schema, EveryTypeOfOursComesBack) {
  const std::vector<Field> fields{
      {"a", Type::kBool}, {"b", Type::kInt32},     {"c", Type::kInt64}, {"d", Type::kDouble},
      {"e", Type::kDate}, {"f", Type::kTimestamp}, {"g", Type::kString}};
  const auto read = fields_of(*format_schema(fields));
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(*read, fields);
}

TEST(Schema, ATypeWithoutAColumnIsUnsupportedByName) {
  const auto refused = [](std::string_view type) {
    const auto fields = fields_of(concat(R"({"type":"struct","fields":[{"name":"x","type":)", type,
                                         R"(,"nullable":true,"metadata":{}}]})"));
    EXPECT_FALSE(fields) << type;
    return fields ? std::string() : fields.error().message();
  };
  EXPECT_THAT(refused("\"decimal(10,2)\""), HasSubstr("column 'x' has the type 'decimal(10,2)'"));
  EXPECT_THAT(refused("\"timestamp_ntz\""), HasSubstr("'timestamp_ntz'"));
  EXPECT_THAT(refused(R"({"type":"array","elementType":"string"})"), HasSubstr("'array'"));
}

TEST(Schema, BrokenOnesAreCorrupt) {
  for (const char* text : {"", "{", "[]", R"({"type":"struct"})", R"({"type":"map","fields":[]})",
                           R"({"type":"struct","fields":[{"type":"string"}]})",
                           R"({"type":"struct","fields":[{"name":"a"}]})"}) {
    const auto fields = parse_schema(text);
    ASSERT_FALSE(fields) << text;
    EXPECT_EQ(fields.error().code(), ErrorCode::kCorrupt) << text;
  }
}

TEST(Schema, NamesThatOtherReadersRefuseAreNotWritten) {
  for (const char* name : {"", "a b", "a,b", "a;b", "{a", "a)", "a\tb", "a=b"}) {
    EXPECT_FALSE(format_schema(std::vector<Field>{{name, Type::kString}})) << name;
  }
  EXPECT_FALSE(format_schema(std::vector<Field>{{"Zip", Type::kString}, {"zip", Type::kString}}));
  EXPECT_FALSE(format_schema({}));
}

TEST(PartitionValues, AreWrittenAsTheProtocolSays) {
  const auto text = [](Type type, const PartitionValue& value) {
    return format_partition_value(type, value)->value_or("(null)");
  };
  EXPECT_EQ(text(Type::kBool, true), "true");
  EXPECT_EQ(text(Type::kInt32, std::int64_t{-7}), "-7");
  EXPECT_EQ(text(Type::kDouble, 0.5), "0.5");
  EXPECT_EQ(text(Type::kString, std::string("NULL")), "NULL");
  EXPECT_EQ(text(Type::kString, std::string()), "(null)");
  EXPECT_EQ(text(Type::kDate, std::int64_t{0}), "1970-01-01");
  EXPECT_EQ(text(Type::kTimestamp, std::int64_t{123'456}), "1970-01-01T00:00:00.123456Z");
  EXPECT_EQ(text(Type::kTimestamp, std::int64_t{-1}), "1969-12-31T23:59:59.999999Z");
}

TEST(PartitionValues, ComeBackAsTheirType) {
  const std::pair<Type, PartitionValue> cases[] = {
      {Type::kBool, false},
      {Type::kInt32, std::int64_t{INT32_MIN}},
      {Type::kInt64, INT64_MAX},
      {Type::kDouble, -1e-9},
      {Type::kDate, std::int64_t{calendar::days_from_civil(2024, 2, 29)}},
      {Type::kDate, std::int64_t{calendar::days_from_civil(1, 1, 1)}},
      {Type::kTimestamp, micros("1969-12-31T23:59:59.999999Z")},
      {Type::kString, std::string("bar+%21 é/=")},
  };
  for (const auto& [type, value] : cases) {
    const auto text = format_partition_value(type, value);
    ASSERT_TRUE(text && *text);
    const auto read = parse_partition_value(type, **text);
    ASSERT_TRUE(read) << **text;
    EXPECT_EQ(*read, value) << **text;
  }
}

TEST(PartitionValues, BothSpellingsOfATimestampAreRead) {
  const PartitionValue expected = micros("2024-01-01T10:00:00Z");
  EXPECT_EQ(*parse_partition_value(Type::kTimestamp, "2024-01-01 10:00:00"), expected);
  EXPECT_EQ(*parse_partition_value(Type::kTimestamp, "2024-01-01T10:00:00.000000Z"), expected);
}

TEST(PartitionValues, WhatIsNoValueOfItsTypeIsCorrupt) {
  const std::pair<Type, const char*> cases[] = {
      {Type::kBool, "yes"},        {Type::kInt32, "2147483648"},
      {Type::kInt64, "1.0"},       {Type::kDouble, "1,5"},
      {Type::kDate, "2024-02-30"}, {Type::kDate, "2024-01-01T00:00:00Z"},
      {Type::kTimestamp, "now"},
  };
  for (const auto& [type, text] : cases) {
    const auto value = parse_partition_value(type, text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code(), ErrorCode::kCorrupt) << text;
  }
}

TEST(PartitionValues, AValueOfAnotherTypeIsRefused) {
  EXPECT_FALSE(format_partition_value(Type::kInt64, std::string("1")));
  EXPECT_FALSE(format_partition_value(Type::kDouble, std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(format_partition_value(Type::kDate, INT64_MAX));
}

TEST(PartitionFolder, IsNamedAsSparkNamesIt) {
  // Golden tables: kernel-timestamp-*, data-reader-escaped-chars.
  const PartitionColumn time[] = {{"part", "1969-01-01 00:00:00"}};
  EXPECT_EQ(partition_folder(time), "part=1969-01-01 00%3A00%3A00");
  EXPECT_EQ(LogPath::of_name(partition_folder(time)).text(), "part=1969-01-01%2000%253A00%253A00");
  const PartitionColumn escaped[] = {{"_2", "bar+%21"}};
  EXPECT_EQ(partition_folder(escaped), "_2=bar+%2521");
  const PartitionColumn two[] = {{"year", "2024"}, {"city", std::nullopt}};
  EXPECT_EQ(partition_folder(two), "year=2024/city=__HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(partition_folder({}), "");
}

TEST(FileStats, AreWrittenAsSparkWritesThem) {
  columnar::FileStats stats;
  stats.num_rows = 3;
  stats.columns = {
      {"id", Type::kInt64, 0, std::int64_t{1}, std::int64_t{9}},
      {"day", Type::kDate, 2, std::int64_t{19'723}, std::int64_t{19'724}},
      {"at", Type::kTimestamp, 0, micros("2024-01-01T10:00:00Z"), micros("2024-01-01T11:30:00Z")},
      {"share", Type::kDouble, 1, 0.25, 3.0},
      {"note", Type::kString, 3, std::nullopt, std::nullopt},
      {"code", Type::kString, 0, "a\"", "z"},
  };
  EXPECT_EQ(
      *format_stats(stats),
      R"({"numRecords":3,)"
      R"("minValues":{"id":1,"day":"2024-01-01","at":"2024-01-01T10:00:00.000Z","share":0.25,"code":"a\""},)"
      R"("maxValues":{"id":9,"day":"2024-01-02","at":"2024-01-01T11:30:00.000Z","share":3.0,"code":"z"},)"
      R"("nullCount":{"id":0,"day":2,"at":0,"share":1,"note":3,"code":0}})");
}

TEST(FileStats, BoundsHoldWhereTheyAreCut) {
  columnar::FileStats stats;
  stats.columns = {
      {"at", Type::kTimestamp, 0, std::int64_t{1'234'567}, std::int64_t{1'234'567}},
      {"before", Type::kTimestamp, 0, std::int64_t{-1}, std::int64_t{-1}},
      {"end", Type::kTimestamp, 0, INT64_MIN, INT64_MAX},
      {"far", Type::kDate, 0, std::int64_t{-1'000'000}, std::int64_t{5'000'000}},
      {"inf", Type::kDouble, 0, -std::numeric_limits<double>::infinity(), 1.5},
  };
  const auto read = parse_stats(*format_stats(stats));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->min_values["at"].as_string(), "1970-01-01T00:00:01.234Z");
  EXPECT_EQ(read->max_values["at"].as_string(), "1970-01-01T00:00:01.235Z");
  EXPECT_EQ(read->min_values["before"].as_string(), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(read->max_values["before"].as_string(), "1970-01-01T00:00:00.000Z");
  for (const char* column : {"end", "far"}) {
    EXPECT_FALSE(read->min_values.contains(column)) << column;
    EXPECT_FALSE(read->max_values.contains(column)) << column;
  }
  EXPECT_FALSE(read->min_values.contains("inf"));
  EXPECT_EQ(read->max_values["inf"].as_double(), 1.5);
}

TEST(FileStats, ABoundOfAnotherTypeIsRefused) {
  columnar::FileStats stats;
  stats.columns = {{"id", Type::kInt64, 0, 1.0, std::nullopt}};
  const auto text = format_stats(stats);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code(), ErrorCode::kInvalidArgument);
}

TEST(FileStats, AWrittenFileIsDescribedWhole) {
  columnar::FileStats stats;
  stats.num_rows = 7;
  stats.size_bytes = 4321;
  const auto file =
      describe_file("month=2024 03/part.parquet", stats,
                    *parse_instant("2026-11-01T00:00:00.123456Z"), {{"month", "2024 03"}});
  ASSERT_TRUE(file);
  EXPECT_EQ(file->path.text(), "month=2024%2003/part.parquet");
  EXPECT_EQ(file->size_bytes, 4321);
  EXPECT_EQ(file->modification_time_ms, 1793491200123);
  EXPECT_EQ(file->partition_values, (PartitionValues{{"month", "2024 03"}}));
  EXPECT_TRUE(file->data_change);
  EXPECT_EQ(parse_stats(*file->stats)->num_records, 7);
}

TEST(DataFile, NamesHaveFiveDigitsAndAUuid) {
  EXPECT_EQ(data_file_name(3, "U"), "part-00003-U-c000.zstd.parquet");
  EXPECT_EQ(data_file_name(123'456, "U"), "part-123456-U-c000.zstd.parquet");
  EXPECT_TRUE(is_data_file_name(data_file_name(0, random_uuid())));
  EXPECT_FALSE(is_data_file_name("notes.parquet"));
}

TEST(DataFile, UuidsAreVersion4AndDiffer) {
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = random_uuid();
    EXPECT_TRUE(std::regex_match(uuid, form)) << uuid;
    EXPECT_TRUE(seen.insert(uuid).second) << uuid;
  }
}

}  // namespace
}  // namespace hark::lake
