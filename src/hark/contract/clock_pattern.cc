#include "hark/contract/clock_pattern.h"

#include <algorithm>
#include <string>

#include "hark/core/text.h"

namespace hark::contract {
namespace {

using Part = ClockItem::Part;

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Error problem(std::string_view pattern, std::string what) {
  return Error(ErrorCode::kInvalidInput, concat("pattern \"", pattern, "\": ", what));
}

/// The item that `count` times `letter` means, or nullopt.
std::optional<ClockItem> item_of(char letter, std::size_t count) noexcept {
  const auto number = [count](Part part) -> std::optional<ClockItem> {
    if (count > 2) return std::nullopt;
    return ClockItem{part, 0, count == 2};
  };
  switch (letter) {
    case 'y':
      if (count == 4) return ClockItem{Part::kYear4, 0, true};
      if (count == 2) return ClockItem{Part::kYear2, 0, true};
      return std::nullopt;
    case 'M':
      return number(Part::kMonth);
    case 'd':
      return number(Part::kDay);
    case 'H':
      return number(Part::kHour24);
    case 'h':
      return number(Part::kHour12);
    case 'm':
      return number(Part::kMinute);
    case 's':
      return number(Part::kSecond);
    case 'S':
      return count <= 9 ? std::optional(ClockItem{Part::kFraction, 0, false}) : std::nullopt;
    case 'a':
      return count == 1 ? std::optional(ClockItem{Part::kAmPm, 0, false}) : std::nullopt;
    case 'X':
      return count == 3 ? std::optional(ClockItem{Part::kOffset, 0, false}) : std::nullopt;
    default:
      return std::nullopt;
  }
}

Result<ClockPattern> parse_plain(std::string_view text, std::string_view whole) {
  ClockPattern items;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '\'') {
      const std::size_t end = text.find('\'', at + 1);
      if (end == std::string_view::npos) return problem(whole, "the quote ' is not closed");
      // '' is one quote, as in Java.
      if (end == at + 1) items.push_back({Part::kLiteral, '\'', false});
      for (const char inside : text.substr(at + 1, end - at - 1))
        items.push_back({Part::kLiteral, inside, false});
      at = end + 1;
    } else if (c == ' ') {
      if (items.empty() || items.back().part != Part::kSpace)
        items.push_back({Part::kSpace, ' ', false});
      ++at;
    } else if (is_letter(c)) {
      std::size_t count = 1;
      while (at + count < text.size() && text[at + count] == c) ++count;
      const auto item = item_of(c, count);
      if (!item) {
        return problem(whole, concat("'", text.substr(at, count), "' is no part of a clock ",
                                     "(known: yyyy yy M d H h m s S a XXX; text in quotes)"));
      }
      items.push_back(*item);
      at += count;
    } else {
      items.push_back({Part::kLiteral, c, false});
      ++at;
    }
  }
  return items;
}

Result<void> check(const ClockPattern& items, std::string_view whole) {
  const auto count = [&items](Part part) {
    return std::ranges::count(items, part, &ClockItem::part);
  };
  const auto years = count(Part::kYear4) + count(Part::kYear2);
  const auto hours = count(Part::kHour24) + count(Part::kHour12);
  if (years != 1 || count(Part::kMonth) != 1 || count(Part::kDay) != 1)
    return problem(whole, "needs a year, a month and a day, each once");
  if (hours > 1 || count(Part::kMinute) > 1 || count(Part::kSecond) > 1 ||
      count(Part::kFraction) > 1 || count(Part::kAmPm) > 1 || count(Part::kOffset) > 1)
    return problem(whole, "a part of the clock stands twice");
  if (count(Part::kHour12) != count(Part::kAmPm))
    return problem(whole, "h (1 to 12) and a (AM or PM) go together");
  if (count(Part::kMinute) > hours || count(Part::kSecond) > count(Part::kMinute) ||
      count(Part::kFraction) > count(Part::kSecond) || count(Part::kOffset) > hours)
    return problem(whole, "a finer part of the clock without the coarser one");
  return {};
}

/// Spells optional parts out: "a[b]c" gives "abc", "ac".
Result<void> expand(std::string_view head, std::string_view rest, std::string_view whole,
                    std::vector<std::string>& out) {
  bool is_quoted = false;
  for (std::size_t at = 0; at < rest.size(); ++at) {
    if (rest[at] == '\'') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (rest[at] == ']') return problem(whole, "']' without '['");
    if (rest[at] != '[') continue;
    const std::size_t end = rest.find_first_of("[]", at + 1);
    if (end == std::string_view::npos || rest[end] == '[')
      return problem(whole, "'[' is not closed, or another one stands inside");
    if (out.size() >= 16) return problem(whole, "too many optional parts");
    const std::string before = concat(head, rest.substr(0, at));
    const std::string_view inside = rest.substr(at + 1, end - at - 1);
    HARK_TRY_VOID(expand(concat(before, inside), rest.substr(end + 1), whole, out));
    return expand(before, rest.substr(end + 1), whole, out);
  }
  out.push_back(concat(head, rest));
  return {};
}

}  // namespace

Result<std::vector<ClockPattern>> parse_clock_pattern(std::string_view text) {
  std::vector<std::string> plain;
  HARK_TRY_VOID(expand("", text, text, plain));
  std::vector<ClockPattern> patterns;
  for (const std::string& one : plain) {
    HARK_TRY(ClockPattern items, parse_plain(one, text));
    HARK_TRY_VOID(check(items, text));
    patterns.push_back(std::move(items));
  }
  return patterns;
}

bool has_offset(const ClockPattern& pattern) noexcept {
  return std::ranges::find(pattern, Part::kOffset, &ClockItem::part) != pattern.end();
}

}  // namespace hark::contract
