// How a request ended, told by the text the agency left: a few classes, by rules of the contract.
//
// Threads: pure functions. Card: docs/models/outcomes.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hark::contract {

/// "Closed" is not "fixed": this is what the text says.
enum class ResolvedAs : std::uint8_t {
  kFixed,        ///< the agency acted: repaired, removed, fined
  kNoViolation,  ///< looked and found nothing, or nothing any more
  kReferred,     ///< to somebody else
  kNoAccess,     ///< came and could not look
  kDuplicate,    ///< of another request
  kNoAction,     ///< decided to do nothing, or could not
  kUnknown,      ///< no rule fits, or there is no text
};
inline constexpr std::size_t kNumResolvedAs = 7;
std::string_view name_of(ResolvedAs outcome) noexcept;   ///< "no_violation"
std::string_view title_of(ResolvedAs outcome) noexcept;  ///< "nothing found", for people
std::optional<ResolvedAs> resolved_as_named(std::string_view name) noexcept;

struct OutcomeRule {
  ResolvedAs outcome = ResolvedAs::kUnknown;
  /// Folded; found anywhere in the folded text. "a*b": a, and b somewhere after it.
  std::vector<std::string> texts;
};

/// The first rule with a text that is found decides; kUnknown where none is.
ResolvedAs resolved_as(const std::vector<OutcomeRule>& rules, std::string_view text);

}  // namespace hark::contract
