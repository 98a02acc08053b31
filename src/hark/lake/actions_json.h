// Actions as lines of JSON: the bytes of a log entry.
//
// Reading follows the protocol's rule for evolution: unknown actions (cdc, domainMetadata, …) and
// unknown members are passed over, known ones must have their type. Threads: free functions without
// state.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/lake/actions.h"

namespace hark::lake {

/// The action in one JSON document, or nullopt for one that readers must ignore. Errors: kCorrupt
/// for a known action without a required member or with one of the wrong type, and for two actions
/// in one document.
Result<std::optional<Action>> parse_action(const Json& document);

struct LoggedAction {
  Action action;
  int line = 0;  ///< from 1
};
/// All known actions of a log entry, in order. `file` is named in errors. Errors: kCorrupt with the
/// file and the line; also for an entry without any line, which is what a torn write leaves.
Result<std::vector<LoggedAction>> parse_log_entry(std::string_view bytes, std::string_view file);

/// One JSON document, as Spark writes it.
Json to_json(const Action& action);
/// Lines for a log entry, each ending in '\n'.
std::string format_log_entry(std::span<const Action> actions);

}  // namespace hark::lake
