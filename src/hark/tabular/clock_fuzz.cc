// Any text against real patterns: what is read exists, and a value parser says the same twice.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hark/tabular/clock_parser.h"
#include "hark/tabular/values.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::tabular;
  static const ClockParser parser =
      ClockParser::compile(
          {"MM/dd/yyyy hh:mm:ss a", "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "M/d/yy H:mm", "d/M/yyyy"})
          .value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  WallClock clock;
  WallClock walked;
  const bool is_read = parser.parse(text, clock);
  if (is_read != parser.parse_by_walking(text, walked) || (is_read && clock != walked))
    std::abort();
  if (is_read) {
    // The years 0000 to 9999.
    if (clock.days < -719'528 || clock.days > 2'932'896) std::abort();
    if (clock.second_of_day < 0 || clock.second_of_day >= 86'400) std::abort();
    if (clock.microseconds < 0 || clock.microseconds >= 1'000'000) std::abort();
    if (clock.offset_s < -19 * 3600 || clock.offset_s > 19 * 3600) std::abort();
  }
  std::string scratch;
  const std::string_view field = field_text(text, '"', scratch);
  const auto whole = parse_integer_value(field);
  const auto number = parse_number_value(field);
  // Every whole number is a number too.
  if (whole && number && static_cast<double>(*whole) != *number) std::abort();
  if (whole && !number) std::abort();
  (void)parse_boolean_value(field);
  (void)strip_code_decimals(field);
  return 0;
}
