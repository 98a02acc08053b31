// A portal's answer, a JSON array of records, cut into its records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/clock.h"
#include "hark/core/result.h"

namespace hark::portal {

struct AnswerRecord {
  std::size_t offset = 0;  ///< in the answer's body
  std::size_t size = 0;
  std::string at;     ///< text of the field that says when it changed; empty: null or not there
  Instant instant{};  ///< the same, read
  std::string id;     ///< text of the field that tells it from others; empty: null or not there
};

/// A time as portals write it, of the years 1 to 9998: one more day can be written too.
std::optional<Instant> read_time(std::string_view text);

/// Cuts `body` and reads of each record the fields named (an empty name is no field). Records are
/// in the order of the body; each one is a whole JSON object. Errors: kRemote if this is no array
/// of objects, is cut short, or a time is none. A message quotes nothing of the body.
Result<std::vector<AnswerRecord>> cut_records(std::string_view body, std::string_view at_field,
                                              std::string_view id_field);

}  // namespace hark::portal
