#include "hark/lake/protocol_check.h"

#include <algorithm>
#include <span>

#include "hark/core/text.h"

namespace hark::lake {
namespace {

constexpr std::string_view kReaderFeatures[] = {"vacuumProtocolCheck"};
constexpr std::string_view kWriterFeatures[] = {"appendOnly", "invariants"};

/// Names in `needed` that are not in `known`, quoted for a message; empty where there are none.
std::string missing(const std::vector<std::string>& needed,
                    std::span<const std::string_view> known) {
  std::vector<std::string> names;
  for (const std::string& name : needed) {
    if (std::ranges::find(known, name) == known.end()) names.push_back(name);
  }
  return join(names, ", ");
}

Error unsupported(std::string_view verb, std::string_view what) {
  return Error(ErrorCode::kUnsupported,
               concat("cannot ", verb, " this Delta table: it needs ", what))
      .hint("write a copy without it, for example with Spark: CREATE TABLE … AS SELECT");
}

/// Features that come with a writer version below 7 (each includes the ones before).
std::vector<std::string> legacy_writer_features(std::int64_t version) {
  std::vector<std::string> names;
  if (version >= 3) names.insert(names.end(), {"checkConstraints"});
  if (version >= 4) names.insert(names.end(), {"changeDataFeed", "generatedColumns"});
  if (version >= 5) names.insert(names.end(), {"columnMapping"});
  if (version >= 6) names.insert(names.end(), {"identityColumns"});
  return names;
}

}  // namespace

Result<void> check_readable(const Protocol& protocol, const Metadata& metadata) {
  const std::int64_t version = protocol.min_reader_version;
  if (version > 3 || version < 0) {
    return unsupported("read", concat("reader version ", version));
  }
  if (version == 2) return unsupported("read", "the feature columnMapping (reader version 2)");
  if (version == 3) {
    if (const std::string names = missing(protocol.reader_features, kReaderFeatures);
        !names.empty()) {
      return unsupported("read", concat("the reader features ", names));
    }
  }
  if (lower(metadata.format_provider) != "parquet") {
    return unsupported("read", concat("the file format '", metadata.format_provider, "'"));
  }
  return {};
}

Result<void> check_writable(const Protocol& protocol, const Metadata& metadata) {
  HARK_TRY_VOID(check_readable(protocol, metadata));
  const std::int64_t version = protocol.min_writer_version;
  if (version > 7) return unsupported("write", concat("writer version ", version));
  const auto needed = version == 7 ? protocol.writer_features : legacy_writer_features(version);
  if (const std::string names = missing(needed, kWriterFeatures); !names.empty()) {
    return unsupported("write", concat("the writer features ", names));
  }
  // An invariant is a SQL expression that every new row must satisfy; nobody here evaluates it.
  if (metadata.schema_string.find("\"delta.invariants\"") != std::string::npos) {
    return unsupported("write", "the feature invariants (a column has a rule in SQL)");
  }
  return {};
}

bool is_append_only(const Metadata& metadata) {
  const auto it = metadata.configuration.find("delta.appendOnly");
  return it != metadata.configuration.end() && lower(it->second) == "true";
}

}  // namespace hark::lake
