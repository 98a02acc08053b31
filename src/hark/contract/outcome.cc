#include "hark/contract/outcome.h"

#include <algorithm>

#include "hark/core/text.h"

namespace hark::contract {
namespace {

struct Name {
  std::string_view name;
  std::string_view title;
};
constexpr std::array<Name, kNumResolvedAs> kNames = {{{"fixed", "acted on"},
                                                      {"no_violation", "nothing found"},
                                                      {"referred", "referred elsewhere"},
                                                      {"no_access", "no access"},
                                                      {"duplicate", "duplicate"},
                                                      {"no_action", "no action"},
                                                      {"unknown", "not told"}}};

bool holds(std::string_view text, std::string_view pattern) {
  std::size_t from = 0;
  for (const std::string_view part : split(pattern, '*')) {
    const std::size_t at = text.find(part, from);
    if (at == std::string_view::npos) return false;
    from = at + part.size();
  }
  return true;
}

}  // namespace

std::string_view name_of(ResolvedAs outcome) noexcept {
  return kNames[static_cast<std::size_t>(outcome)].name;
}

std::string_view title_of(ResolvedAs outcome) noexcept {
  return kNames[static_cast<std::size_t>(outcome)].title;
}

std::optional<ResolvedAs> resolved_as_named(std::string_view name) noexcept {
  const auto at = std::ranges::find(kNames, name, &Name::name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<ResolvedAs>(at - kNames.begin());
}

ResolvedAs resolved_as(const std::vector<OutcomeRule>& rules, std::string_view text) {
  const std::string folded = fold_category(text);
  for (const OutcomeRule& rule : rules) {
    for (const std::string& pattern : rule.texts)
      if (holds(folded, pattern)) return rule.outcome;
  }
  return ResolvedAs::kUnknown;
}

}  // namespace hark::contract
