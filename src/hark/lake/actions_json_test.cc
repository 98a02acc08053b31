#include "hark/lake/actions_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hark/core/text.h"

namespace hark::lake {
namespace {

using testing::HasSubstr;

/// The one action of a line.
template <typename T>
T parsed(std::string_view line) {
  const auto actions = parse_log_entry(line, "0.json");
  if (!actions) {
    ADD_FAILURE() << actions.error().to_string();
    return {};
  }
  EXPECT_EQ(actions->size(), 1U);
  return std::get<T>(actions->front().action);
}

Error error_of(std::string_view bytes) {
  const auto actions = parse_log_entry(bytes, "_delta_log/7.json");
  EXPECT_FALSE(actions) << bytes;
  return actions ? Error(ErrorCode::kInternal, "") : actions.error();
}

TEST(ActionsJson, ReadsTheProtocolsOwnExamples) {
  // The examples of PROTOCOL.md.
  const auto add = parsed<AddFile>(
      R"({"add":{"path":"date=2017-12-10/part-000.gz.parquet","partitionValues":{"date":"2017-12-10"},"size":841454,"modificationTime":1512909768000,"dataChange":true,"baseRowId":4071,"stats":"{\"numRecords\":1}"}})");
  EXPECT_EQ(add.path.text(), "date=2017-12-10/part-000.gz.parquet");
  EXPECT_EQ(add.partition_values, (PartitionValues{{"date", "2017-12-10"}}));
  EXPECT_EQ(add.size_bytes, 841454);
  EXPECT_EQ(add.modification_time_ms, 1512909768000);
  EXPECT_TRUE(add.data_change);
  EXPECT_EQ(add.stats, R"({"numRecords":1})");

  const auto remove = parsed<RemoveFile>(
      R"({"remove":{"path":"part-00001.snappy.parquet","deletionTimestamp":1515488792485,"baseRowId":4071,"dataChange":true}})");
  EXPECT_EQ(remove.deletion_timestamp_ms, 1515488792485);
  EXPECT_FALSE(remove.has_extended_metadata);

  const auto txn = parsed<SetTransaction>(
      R"({"txn":{"appId":"3ba13872-2d47-4e17-86a0-21afd2a22395","version":364475}})");
  EXPECT_EQ(txn.app_id, "3ba13872-2d47-4e17-86a0-21afd2a22395");
  EXPECT_EQ(txn.version, 364475);

  const auto metadata = parsed<Metadata>(
      R"({"metaData":{"id":"af23c9d7","format":{"provider":"parquet","options":{}},"schemaString":"…","partitionColumns":[],"configuration":{"appendOnly":"true"}}})");
  EXPECT_EQ(metadata.configuration, (StringMap{{"appendOnly", "true"}}));
}

TEST(ActionsJson, ANullOrEmptyPartitionValueIsNull) {
  const auto add = parsed<AddFile>(
      R"({"add":{"path":"a","partitionValues":{"x":null,"y":"","z":"null"},"size":1,"modificationTime":1,"dataChange":true}})");
  EXPECT_EQ(add.partition_values,
            (PartitionValues{{"x", std::nullopt}, {"y", std::nullopt}, {"z", "null"}}));
}

TEST(ActionsJson, WhatIsWrittenReadsBackEqual) {
  AddFile add;
  add.path = LogPath::of_name("m=2024 03/part.parquet");
  add.partition_values = {{"m", "2024 03"}, {"n", std::nullopt}};
  add.size_bytes = 12;
  add.modification_time_ms = 34;
  add.data_change = false;
  add.stats = R"({"numRecords":3,"minValues":{"a":"\"q\""}})";
  add.tags = {{"k", "v"}};
  RemoveFile remove;
  remove.path = add.path;
  remove.deletion_timestamp_ms = 5;
  remove.has_extended_metadata = true;
  remove.partition_values = add.partition_values;
  remove.size_bytes = 12;
  remove.tags = add.tags;
  Metadata metadata;
  metadata.id = "id";
  metadata.name = "calls";
  metadata.description = "d";
  metadata.format_options = {{"a", "b"}};
  metadata.schema_string = R"({"type":"struct","fields":[]})";
  metadata.partition_columns = {"m", "n"};
  metadata.configuration = {{"delta.appendOnly", "false"}};
  metadata.created_time_ms = 1;
  CommitInfo info;
  info.timestamp_ms = 7;
  info.operation = "WRITE";
  info.operation_parameters = Json::object({{"mode", "Append"}});
  info.operation_metrics = Json::object({{"numFiles", "1"}});
  info.read_version = 3;
  info.isolation_level = "Serializable";
  info.is_blind_append = false;
  info.engine_info = "hark/0";
  info.txn_id = "t";
  info.run_id = "r";
  info.user_metadata = "u";
  info.extra = Json::object({{"landing", Json::array()}});
  const Protocol features{3, 7, {"timestampNtz"}, {"timestampNtz", "appendOnly"}};

  const std::vector<Action> actions{
      info, Protocol{}, features, metadata, SetTransaction{"a", 1, 2}, remove, add};
  const auto read = parse_log_entry(format_log_entry(actions), "0.json");
  ASSERT_TRUE(read) << read.error().to_string();
  ASSERT_EQ(read->size(), actions.size());
  for (std::size_t i = 0; i < actions.size(); ++i) {
    EXPECT_EQ((*read)[i].action, actions[i]) << to_json(actions[i]).dump();
    EXPECT_EQ((*read)[i].line, static_cast<int>(i) + 1);
  }
}

TEST(ActionsJson, ANullPartitionValueIsWrittenAsJsonNull) {
  AddFile add;
  add.path = LogPath::of_name("a");
  add.partition_values = {{"month", std::nullopt}};
  EXPECT_THAT(to_json(add).dump(), HasSubstr(R"("partitionValues":{"month":null})"));
}

TEST(ActionsJson, StatsAreWrittenAsAJsonText) {
  AddFile add;
  add.path = LogPath::of_name("a");
  add.stats = R"({"numRecords":1})";
  EXPECT_THAT(to_json(add).dump(), HasSubstr(R"("stats":"{\"numRecords\":1}")"));
}

TEST(ActionsJson, UnknownActionsAndMembersAreIgnored) {
  const auto actions = parse_log_entry(
      "{\"cdc\":{\"path\":\"x\"}}\n{\"domainMetadata\":{}}\n\n"
      "{\"somethingNew\":17,\"add\":null}\n"
      "{\"txn\":{\"appId\":\"a\",\"version\":1,\"new\":{}}}\r\n",
      "0.json");
  ASSERT_TRUE(actions) << actions.error().to_string();
  ASSERT_EQ(actions->size(), 1U);
  EXPECT_EQ(actions->front().line, 5);
}

TEST(ActionsJson, ADamagedLineIsNamedByFileAndNumber) {
  const Error error = error_of("{\"txn\":{\"appId\":\"a\",\"version\":1}}\n{\"add\":{\"pa");
  EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
  EXPECT_THAT(error.message(), HasSubstr("'_delta_log/7.json' line 2"));
}

TEST(ActionsJson, EveryTruncationOfTheLastLineIsRefused) {
  const std::string first = "{\"txn\":{\"appId\":\"a\",\"version\":1}}\n";
  const std::string entry =
      first +
      R"({"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}})";
  for (std::size_t length = first.size() + 1; length < entry.size(); ++length) {
    EXPECT_FALSE(parse_log_entry(entry.substr(0, length), "0.json")) << length;
  }
}

TEST(ActionsJson, AnEntryWithoutALineIsRefused) {
  for (const char* bytes : {"", "\n", " \n\n"}) {
    EXPECT_EQ(error_of(bytes).code(), ErrorCode::kCorrupt);
  }
}

TEST(ActionsJson, RequiredMembersMustBeThereAndOfTheirType) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"add":{"partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}})",
       "add has no 'path'"},
      {R"({"add":{"path":"a","size":1,"modificationTime":1,"dataChange":true}})",
       "add has no 'partitionValues'"},
      {R"({"add":{"path":"a","partitionValues":{},"size":"1","modificationTime":1,"dataChange":true}})",
       "'size' of add is not a whole number"},
      {R"({"add":{"path":"a","partitionValues":{"m":3},"size":1,"modificationTime":1,"dataChange":true}})",
       "'partitionValues' of add"},
      {R"({"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true,"stats":{}}})",
       "'stats' of add is not a string"},
      {R"({"add":{"path":"a%","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true}})",
       "without two hexadecimal digits"},
      {R"({"add":{"path":"a","partitionValues":{},"size":-1,"modificationTime":1,"dataChange":true}})",
       "'size' of add is not a size"},
      {R"({"add":[]})", "add is not an object"},
      {R"({"remove":{"dataChange":true}})", "remove has no 'path'"},
      {R"({"txn":{"appId":"a"}})", "txn has no 'version'"},
      {R"({"protocol":{"minReaderVersion":1}})", "protocol has no 'minWriterVersion'"},
      {R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"writerFeatures":[]}})",
       "protocol has no 'readerFeatures'"},
      {R"({"metaData":{"id":"a","partitionColumns":[]}})", "format of metaData is not an object"},
      {R"({"metaData":{"id":"a","format":{},"partitionColumns":[]}})", "has no 'provider'"},
      {R"({"add":{},"remove":{}})", "holds two actions"},
      {R"([])", "not an object"},
      {R"(7)", "not an object"},
  };
  for (const auto& [line, message] : cases) {
    const Error error = error_of(line);
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << line;
    EXPECT_THAT(error.message(), HasSubstr(message)) << line;
  }
}

TEST(ActionsJson, AnythingGoesInACommitInfo) {
  const auto info = parsed<CommitInfo>(
      R"({"commitInfo":{"timestamp":"noon","operation":7,"operationParameters":{"auto":false,"description":null},"inCommitTimestamp":9,"job":{"runId":"x"},"runId":"r"}})");
  EXPECT_EQ(info.timestamp_ms, 9);
  EXPECT_EQ(info.operation, "");
  EXPECT_EQ(info.run_id, "r");
  EXPECT_TRUE(info.operation_parameters["description"].is_null());
  EXPECT_EQ(info.extra["job"]["runId"].as_string(), "x");
  EXPECT_EQ(info.extra["operation"].as_int(), 7);
}

TEST(ActionsJson, ADeletionVectorIsKnownByItsUniqueId) {
  // PROTOCOL.md, "Derived Fields": storageType + pathOrInlineDv + "@" + offset.
  const auto add = parsed<AddFile>(
      R"({"add":{"path":"a","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true,"deletionVector":{"storageType":"u","pathOrInlineDv":"ab^-aqEH.-t@S}K{vb[*k^","offset":4,"sizeInBytes":40,"cardinality":6}}})");
  EXPECT_EQ(add.deletion_vector, "uab^-aqEH.-t@S}K{vb[*k^@4");
}

}  // namespace
}  // namespace hark::lake
