#include "hark/lake/actions_json.h"

#include <array>

#include "hark/core/text.h"

namespace hark::lake {
namespace {

/// Reads the members of one action's object; remembers the first thing wrong.
class Members {
 public:
  Members(std::string_view action, const Json& object) : action_(action), object_(object) {
    if (!object.is_object()) fail("", "an object");
  }

  std::string text(std::string_view name) {
    require(name);
    return optional_text(name).value_or("");
  }
  std::optional<std::string> optional_text(std::string_view name) {
    const Json& value = object_[name];
    if (value.is_null()) return std::nullopt;
    if (!value.is_string()) fail(name, "a string");
    return std::string(value.as_string());
  }
  std::int64_t integer(std::string_view name) {
    require(name);
    return optional_integer(name).value_or(0);
  }
  std::optional<std::int64_t> optional_integer(std::string_view name) {
    const Json& value = object_[name];
    if (value.is_null()) return std::nullopt;
    if (!value.is_int()) fail(name, "a whole number");
    return value.as_int();
  }
  std::int64_t size(std::string_view name) {
    const std::int64_t value = integer(name);
    if (value < 0) fail(name, "a size");
    return value;
  }
  bool flag(std::string_view name) {
    require(name);
    return optional_flag(name).value_or(false);
  }
  std::optional<bool> optional_flag(std::string_view name) {
    const Json& value = object_[name];
    if (value.is_null()) return std::nullopt;
    if (!value.is_bool()) fail(name, "true or false");
    return value.as_bool();
  }
  /// Null members of a map say the same as absent ones.
  StringMap map(std::string_view name) {
    StringMap out;
    for (const auto& [key, value] : object_of(name).members()) {
      if (value.is_null()) continue;
      if (!value.is_string()) fail(name, "an object of strings");
      out.emplace(key, value.as_string());
    }
    return out;
  }
  PartitionValues partition_values(std::string_view name) {
    PartitionValues out;
    for (const auto& [key, value] : object_of(name).members()) {
      if (!value.is_string() && !value.is_null()) fail(name, "an object of strings and nulls");
      // The empty text is null, whatever the column's type.
      const bool is_null = value.as_string().empty();
      out.emplace(key, is_null ? std::nullopt : std::optional<std::string>(value.as_string()));
    }
    return out;
  }
  std::vector<std::string> list(std::string_view name) {
    std::vector<std::string> out;
    const Json& value = object_[name];
    if (!value.is_null() && !value.is_array()) fail(name, "a list of strings");
    for (const Json& item : value.items()) {
      if (!item.is_string()) fail(name, "a list of strings");
      out.emplace_back(item.as_string());
    }
    return out;
  }
  LogPath path() {
    auto path = LogPath::from_log(text("path"));
    if (path) return *std::move(path);
    if (problem_.empty()) problem_ = path.error().message();
    return {};
  }
  /// The unique id of the deletion vector, as the protocol derives it; empty where there is none.
  std::string deletion_vector() {
    const Json& vector = object_of("deletionVector");
    if (vector.members().empty()) return {};
    std::string id =
        concat(vector["storageType"].as_string(), vector["pathOrInlineDv"].as_string());
    if (vector["offset"].is_int()) id += concat("@", vector["offset"].as_int());
    if (id.empty()) fail("deletionVector", "a descriptor with a storage type and a path");
    return id;
  }
  const Json& object_of(std::string_view name) {
    const Json& value = object_[name];
    if (!value.is_null() && !value.is_object()) fail(name, "an object");
    return value;
  }
  void require(std::string_view name) {
    if (object_[name].is_null() && problem_.empty())
      problem_ = concat(action_, " has no '", name, "'");
  }

  template <typename T>
  Result<std::optional<Action>> finish(T action) {
    if (!problem_.empty()) return Error(ErrorCode::kCorrupt, problem_);
    return std::optional<Action>(std::move(action));
  }

 private:
  void fail(std::string_view name, std::string_view expected) {
    if (!problem_.empty()) return;
    problem_ = name.empty() ? concat(action_, " is not ", expected)
                            : concat("'", name, "' of ", action_, " is not ", expected);
  }

  std::string_view action_;
  const Json& object_;
  std::string problem_;
};

Result<std::optional<Action>> parse_protocol(const Json& object) {
  Members members("protocol", object);
  Protocol protocol;
  protocol.min_reader_version = members.integer("minReaderVersion");
  protocol.min_writer_version = members.integer("minWriterVersion");
  // A table that needs features and does not say which cannot be read safely.
  if (protocol.min_reader_version == 3) members.require("readerFeatures");
  if (protocol.min_writer_version == 7) members.require("writerFeatures");
  protocol.reader_features = members.list("readerFeatures");
  protocol.writer_features = members.list("writerFeatures");
  return members.finish(std::move(protocol));
}

Result<std::optional<Action>> parse_metadata(const Json& object) {
  Members members("metaData", object);
  Metadata metadata;
  metadata.id = members.text("id");
  metadata.name = members.optional_text("name");
  metadata.description = members.optional_text("description");
  Members format("format of metaData", members.object_of("format"));
  metadata.format_provider = format.text("provider");
  metadata.format_options = format.map("options");
  HARK_TRY_VOID(format.finish(Metadata()));
  metadata.schema_string = members.optional_text("schemaString").value_or("");
  members.require("partitionColumns");
  metadata.partition_columns = members.list("partitionColumns");
  metadata.configuration = members.map("configuration");
  metadata.created_time_ms = members.optional_integer("createdTime");
  return members.finish(std::move(metadata));
}

Result<std::optional<Action>> parse_add(const Json& object) {
  Members members("add", object);
  AddFile file;
  file.path = members.path();
  members.require("partitionValues");
  file.partition_values = members.partition_values("partitionValues");
  file.size_bytes = members.size("size");
  file.modification_time_ms = members.integer("modificationTime");
  file.data_change = members.flag("dataChange");
  file.stats = members.optional_text("stats");
  file.tags = members.map("tags");
  file.deletion_vector = members.deletion_vector();
  return members.finish(std::move(file));
}

Result<std::optional<Action>> parse_remove(const Json& object) {
  Members members("remove", object);
  RemoveFile file;
  file.path = members.path();
  file.deletion_timestamp_ms = members.optional_integer("deletionTimestamp");
  file.data_change = members.optional_flag("dataChange").value_or(true);
  file.has_extended_metadata = members.optional_flag("extendedFileMetadata").value_or(false);
  file.partition_values = members.partition_values("partitionValues");
  file.size_bytes = members.optional_integer("size");
  file.tags = members.map("tags");
  file.deletion_vector = members.deletion_vector();
  return members.finish(std::move(file));
}

Result<std::optional<Action>> parse_txn(const Json& object) {
  Members members("txn", object);
  SetTransaction txn;
  txn.app_id = members.text("appId");
  txn.version = members.integer("version");
  txn.last_updated_ms = members.optional_integer("lastUpdated");
  return members.finish(std::move(txn));
}

/// Any valid JSON is allowed in a commitInfo, so a member of another type than ours is "extra".
Result<std::optional<Action>> parse_commit_info(const Json& object) {
  CommitInfo info;
  for (const auto& [name, value] : object.members()) {
    const std::string text(value.as_string());
    if (name == "timestamp" && value.is_int()) {
      if (!info.timestamp_ms) info.timestamp_ms = value.as_int();
    } else if (name == "inCommitTimestamp" && value.is_int()) {
      info.timestamp_ms = value.as_int();
    } else if (name == "operation" && value.is_string()) {
      info.operation = text;
    } else if (name == "operationParameters" && value.is_object()) {
      info.operation_parameters = value;
    } else if (name == "operationMetrics" && value.is_object()) {
      info.operation_metrics = value;
    } else if (name == "readVersion" && value.is_int()) {
      info.read_version = value.as_int();
    } else if (name == "isolationLevel" && value.is_string()) {
      info.isolation_level = text;
    } else if (name == "isBlindAppend" && value.is_bool()) {
      info.is_blind_append = value.as_bool();
    } else if (name == "engineInfo" && value.is_string()) {
      info.engine_info = text;
    } else if (name == "txnId" && value.is_string()) {
      info.txn_id = text;
    } else if (name == "runId" && value.is_string()) {
      info.run_id = text;
    } else if (name == "userMetadata" && value.is_string()) {
      info.user_metadata = text;
    } else {
      info.extra.set(name, value);
    }
  }
  return std::optional<Action>(std::move(info));
}

struct Parser {
  std::string_view name;
  Result<std::optional<Action>> (*parse)(const Json&);
};
constexpr Parser kParsers[] = {{"add", parse_add},           {"remove", parse_remove},
                               {"txn", parse_txn},           {"metaData", parse_metadata},
                               {"protocol", parse_protocol}, {"commitInfo", parse_commit_info}};

void set_text(Json& object, std::string_view name, const std::string& value) {
  if (!value.empty()) object.set(name, value);
}
template <typename T>
void set_if(Json& object, std::string_view name, const std::optional<T>& value) {
  if (value) object.set(name, *value);
}

Json json_of(const StringMap& map) {
  Json object = Json::object();
  for (const auto& [key, value] : map) object.set(key, value);
  return object;
}
Json json_of(const PartitionValues& values) {
  Json object = Json::object();
  for (const auto& [key, value] : values) object.set(key, value);
  return object;
}
Json json_of(const std::vector<std::string>& list) {
  Json array = Json::array();
  for (const std::string& item : list) array.push_back(item);
  return array;
}

Json body_of(const Protocol& protocol) {
  Json object = Json::object();
  object.set("minReaderVersion", protocol.min_reader_version);
  object.set("minWriterVersion", protocol.min_writer_version);
  if (protocol.min_reader_version == 3) {
    object.set("readerFeatures", json_of(protocol.reader_features));
  }
  if (protocol.min_writer_version == 7) {
    object.set("writerFeatures", json_of(protocol.writer_features));
  }
  return object;
}

Json body_of(const Metadata& metadata) {
  Json object = Json::object();
  object.set("id", metadata.id);
  set_if(object, "name", metadata.name);
  set_if(object, "description", metadata.description);
  object.set("format", Json::object({{"provider", metadata.format_provider},
                                     {"options", json_of(metadata.format_options)}}));
  set_text(object, "schemaString", metadata.schema_string);
  object.set("partitionColumns", json_of(metadata.partition_columns));
  object.set("configuration", json_of(metadata.configuration));
  set_if(object, "createdTime", metadata.created_time_ms);
  return object;
}

Json body_of(const AddFile& file) {
  Json object = Json::object();
  object.set("path", file.path.text());
  object.set("partitionValues", json_of(file.partition_values));
  object.set("size", file.size_bytes);
  object.set("modificationTime", file.modification_time_ms);
  object.set("dataChange", file.data_change);
  set_if(object, "stats", file.stats);
  if (!file.tags.empty()) object.set("tags", json_of(file.tags));
  return object;
}

Json body_of(const RemoveFile& file) {
  Json object = Json::object();
  object.set("path", file.path.text());
  set_if(object, "deletionTimestamp", file.deletion_timestamp_ms);
  object.set("dataChange", file.data_change);
  if (file.has_extended_metadata) {
    object.set("extendedFileMetadata", true);
    object.set("partitionValues", json_of(file.partition_values));
    set_if(object, "size", file.size_bytes);
    if (!file.tags.empty()) object.set("tags", json_of(file.tags));
  }
  return object;
}

Json body_of(const SetTransaction& txn) {
  Json object = Json::object();
  object.set("appId", txn.app_id);
  object.set("version", txn.version);
  set_if(object, "lastUpdated", txn.last_updated_ms);
  return object;
}

Json body_of(const CommitInfo& info) {
  Json object = Json::object();
  set_if(object, "timestamp", info.timestamp_ms);
  set_text(object, "operation", info.operation);
  object.set("operationParameters", info.operation_parameters);
  set_if(object, "readVersion", info.read_version);
  set_text(object, "isolationLevel", info.isolation_level);
  set_if(object, "isBlindAppend", info.is_blind_append);
  object.set("operationMetrics", info.operation_metrics);
  set_text(object, "engineInfo", info.engine_info);
  set_text(object, "txnId", info.txn_id);
  set_text(object, "runId", info.run_id);
  set_text(object, "userMetadata", info.user_metadata);
  for (const auto& [name, value] : info.extra.members()) {
    if (!object.contains(name)) object.set(name, value);
  }
  return object;
}

std::string_view name_of(const Action& action) {
  static constexpr std::array<std::string_view, 6> kNames{"commitInfo", "protocol", "metaData",
                                                          "txn",        "remove",   "add"};
  static_assert(std::variant_size_v<Action> == kNames.size());
  return kNames[action.index()];
}

Error at_line(std::string_view file, int line, std::string_view message) {
  return Error(ErrorCode::kCorrupt, concat("log entry '", file, "' line ", line, ": ", message))
      .hint("the table's log is damaged there; restore that file from a backup");
}

}  // namespace

Result<std::optional<Action>> parse_action(const Json& document) {
  if (!document.is_object()) return Error(ErrorCode::kCorrupt, "an action is not an object");
  const Parser* parser = nullptr;
  const Json* body = nullptr;
  for (const auto& [name, value] : document.members()) {
    if (value.is_null()) continue;
    for (const Parser& known : kParsers) {
      if (known.name != name) continue;
      if (parser) {
        return Error(ErrorCode::kCorrupt,
                     concat("holds two actions, ", parser->name, " and ", name));
      }
      parser = &known;
      body = &value;
    }
  }
  if (!parser) return std::optional<Action>();
  if (!body->is_object()) {
    return Error(ErrorCode::kCorrupt, concat(parser->name, " is not an object"));
  }
  return parser->parse(*body);
}

Result<std::vector<LoggedAction>> parse_log_entry(std::string_view bytes, std::string_view file) {
  std::vector<LoggedAction> actions;
  int line = 0;
  bool has_lines = false;
  while (!bytes.empty()) {
    ++line;
    const std::size_t end = bytes.find('\n');
    const std::string_view text = trim(bytes.substr(0, end));
    bytes = end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
    if (text.empty()) continue;
    has_lines = true;
    const auto document = Json::parse(text);
    if (!document) return at_line(file, line, document.error().message());
    auto action = parse_action(*document);
    if (!action) return at_line(file, line, action.error().message());
    if (*action) actions.push_back({**std::move(action), line});
  }
  if (!has_lines) return at_line(file, 1, "the entry is empty");
  return actions;
}

Json to_json(const Action& action) {
  return Json::object({{std::string(name_of(action)),
                        std::visit([](const auto& a) { return body_of(a); }, action)}});
}

std::string format_log_entry(std::span<const Action> actions) {
  std::string bytes;
  for (const Action& action : actions) {
    bytes += to_json(action).dump();
    bytes += '\n';
  }
  return bytes;
}

}  // namespace hark::lake
