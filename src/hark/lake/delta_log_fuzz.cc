// Fuzzes a log entry: whatever the bytes, parsing and replaying end in a value or an Error, and
// what was understood is written back to the same understanding.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "hark/lake/actions_json.h"
#include "hark/lake/file_stats.h"
#include "hark/lake/partition.h"
#include "hark/lake/protocol_check.h"
#include "hark/lake/schema.h"
#include "hark/lake/snapshot.h"
#include "hark/lake/table.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::lake;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto logged = parse_log_entry(bytes, "0.json");
  if (!logged) return 0;

  std::vector<Action> actions;
  for (const LoggedAction& entry : *logged) actions.push_back(entry.action);
  const std::string written = format_log_entry(actions);
  if (!actions.empty()) {
    const auto again = parse_log_entry(written, "0.json");
    require(again && again->size() == actions.size());
    std::vector<Action> second;
    for (const LoggedAction& entry : *again) second.push_back(entry.action);
    require(format_log_entry(second) == written);
  }

  for (const Action& action : actions) {
    if (const auto* add = std::get_if<AddFile>(&action)) {
      require(!add->path.resolve("/lake/t") || !add->path.resolve("/lake/t")->empty());
      if (add->stats) (void)parse_stats(*add->stats);
      for (const auto& [column, text] : add->partition_values) {
        if (!text) continue;
        for (const auto type : {hark::columnar::Type::kBool, hark::columnar::Type::kInt32,
                                hark::columnar::Type::kDouble, hark::columnar::Type::kDate,
                                hark::columnar::Type::kTimestamp, hark::columnar::Type::kString}) {
          if (const auto value = parse_partition_value(type, *text)) {
            (void)format_partition_value(type, *value);
          }
        }
      }
    }
  }
  (void)commit_time(*logged, {});
  Replay replay;
  if (!replay.apply({0}, *std::move(logged), "0.json")) return 0;
  const auto snapshot = std::move(replay).finish({});
  if (!snapshot) return 0;
  (void)snapshot->num_records();
  (void)snapshot->size_bytes();
  (void)snapshot->fields();
  (void)check_writable(snapshot->protocol(), snapshot->metadata());
  return 0;
}
