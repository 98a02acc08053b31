#include "hark/lake/checkpoint.h"

#include <algorithm>
#include <optional>

#include "hark/core/text.h"
#include "hark/lake/log_io.h"

namespace hark::lake {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr std::int64_t kDefaultInterval = 10;
constexpr seconds kDefaultDeletedFileRetention = days(7);
constexpr seconds kDefaultLogRetention = days(30);
/// What cannot be read must not make anything go early.
constexpr seconds kLongRetention = days(3650);

struct Unit {
  std::string_view name;
  seconds length;
};
constexpr Unit kUnits[] = {{"second", seconds(1)},
                           {"minute", seconds(60)},
                           {"hour", seconds(3600)},
                           {"day", days(1)},
                           {"week", days(7)}};

/// "interval 1 week", "interval 36 hours", as Spark writes a CalendarInterval; nullopt for others,
/// such as months, which have no fixed length.
std::optional<seconds> parse_interval(std::string_view text) {
  const std::string lowered = lower(trim(text));
  std::vector<std::string_view> words;
  for (const std::string_view word : split(lowered, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  if (!words.empty() && words.front() == "interval") words.erase(words.begin());
  if (words.empty() || words.size() % 2 != 0) return std::nullopt;
  seconds total{0};
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const auto count = parse_int(words[i]);
    std::string_view name = words[i + 1];
    if (name.ends_with('s')) name.remove_suffix(1);
    const auto* unit = std::ranges::find(kUnits, name, &Unit::name);
    if (!count || *count < 0 || *count > 1'000'000 || unit == std::end(kUnits)) return std::nullopt;
    total += *count * unit->length;
  }
  return total;
}

seconds duration_property(const Metadata& metadata, std::string_view name, seconds otherwise) {
  const auto found = metadata.configuration.find(name);
  if (found == metadata.configuration.end()) return otherwise;
  return parse_interval(found->second).value_or(kLongRetention);
}

}  // namespace

std::string checkpoint_path(std::string_view table_path, Version version) {
  std::string path = log_entry_path(table_path, version);
  path.resize(path.size() - std::string_view(".json").size());
  return path + ".checkpoint.parquet";
}

std::string last_checkpoint_path(std::string_view table_path) {
  return io::join_path(log_folder(table_path), "_last_checkpoint");
}

std::int64_t checkpoint_interval(const Metadata& metadata) {
  const auto found = metadata.configuration.find("delta.checkpointInterval");
  if (found == metadata.configuration.end()) return kDefaultInterval;
  const auto interval = parse_int(trim(found->second));
  return interval && *interval > 0 ? *interval : kDefaultInterval;
}

bool is_checkpoint_due(const Metadata& metadata, Version version) {
  return version.value > 0 && version.value % checkpoint_interval(metadata) == 0;
}

seconds deleted_file_retention(const Metadata& metadata) {
  return duration_property(metadata, "delta.deletedFileRetentionDuration",
                           kDefaultDeletedFileRetention);
}

seconds log_retention(const Metadata& metadata) {
  return duration_property(metadata, "delta.logRetentionDuration", kDefaultLogRetention);
}

std::vector<Action> checkpoint_actions(const Snapshot& snapshot, Instant now) {
  std::vector<Action> actions;
  actions.emplace_back(snapshot.protocol());
  actions.emplace_back(snapshot.metadata());
  for (const auto& [app_id, txn] : snapshot.txns()) actions.emplace_back(txn);
  const Instant horizon = now - deleted_file_retention(snapshot.metadata());
  const auto horizon_ms =
      std::chrono::floor<std::chrono::milliseconds>(horizon).time_since_epoch().count();
  // A checkpoint restates: none of its actions changes data.
  for (RemoveFile file : snapshot.tombstones()) {
    if (file.deletion_timestamp_ms.value_or(0) <= horizon_ms) continue;
    file.data_change = false;
    actions.emplace_back(std::move(file));
  }
  for (AddFile file : snapshot.files()) {
    file.data_change = false;
    actions.emplace_back(std::move(file));
  }
  return actions;
}

std::string format_last_checkpoint(Version version, std::span<const Action> actions,
                                   std::uint64_t size_bytes) {
  const auto num_files = std::ranges::count_if(
      actions, [](const Action& action) { return std::holds_alternative<AddFile>(action); });
  return Json::object({{"version", version.value},
                       {"size", static_cast<std::int64_t>(actions.size())},
                       {"sizeInBytes", static_cast<std::int64_t>(size_bytes)},
                       {"numOfAddFiles", static_cast<std::int64_t>(num_files)}})
             .dump() +
         "\n";
}

}  // namespace hark::lake
