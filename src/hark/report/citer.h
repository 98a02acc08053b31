// Numbers in sentences, each with the command that gives it again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "hark/core/text.h"
#include "hark/report/report.h"
#include "hark/report/wording.h"

namespace hark::report {

/// Cites numbers that one command gives. `n` is what a number rests on. Lives no longer than the
/// document.
class Citer {
 public:
  /// @param options  of the command, after the source: "--series requests.created"
  Citer(Document& document, const ReportContext& context, std::string_view command,
        std::string_view options = {})
      : document_(document), query_(command_line(context, command, options)) {}
  std::string share(std::string id, std::string what, double value, std::int64_t n) {
    return cite(std::move(id), std::move(what), value, "share", n, say_percent(value));
  }
  std::string count(std::string id, std::string what, std::int64_t value, std::int64_t n,
                    std::string unit = "requests") {
    return cite(std::move(id), std::move(what), value, std::move(unit), n, say_count(value));
  }
  std::string number(std::string id, std::string what, double value, std::int64_t n,
                     int decimals = 2) {
    return cite(std::move(id), std::move(what), value, "", n, fixed(value, decimals));
  }
  std::string duration(std::string id, std::string what, double value, bool is_in_days,
                       std::int64_t n) {
    return cite(std::move(id), std::move(what), value, is_in_days ? "days" : "hours", n,
                say_duration(value, is_in_days));
  }
  std::string as_shown(std::string id, std::string what, double value, std::string unit,
                       std::int64_t n, const std::string& shown) {
    return cite(std::move(id), std::move(what), value, std::move(unit), n, shown);
  }
  /// A mean or an expected count of a day: "1,139", below a hundred "12.4".
  std::string per_day(std::string id, std::string what, double value, std::int64_t n,
                      std::string unit) {
    return cite(std::move(id), std::move(what), value, std::move(unit), n, say_mean(value));
  }
  /// A relative change: 0.08 is "+8.0 %".
  std::string change(std::string id, std::string what, double value, std::int64_t n) {
    return cite(std::move(id), std::move(what), value, "relative change", n, say_change(value));
  }

 private:
  std::string cite(std::string id, std::string what, Json value, std::string unit, std::int64_t n,
                   const std::string& shown) {
    return document_.cite(
        {std::move(id), std::move(what), std::move(value), std::move(unit), n, query_}, shown);
  }
  Document& document_;
  std::string query_;
};

}  // namespace hark::report
