#include "hark/insight/log_rank_report.h"

#include "hark/core/text.h"
#include "hark/insight/test_groups.h"
#include "hark/stats/survival.h"

namespace hark::insight {
namespace {

/// The test's memory and time grow with the square of the groups.
constexpr std::size_t kMaxGroups = 1000;

/// Durations of one group, ascending.
struct Waits {
  std::vector<std::int64_t> durations;
  std::vector<std::uint8_t> is_event;
};

}  // namespace

Result<LogRankReport> log_rank(const RequestTable& table, const Grouping& grouping) {
  const TestGroups groups = test_groups(grouping, false);
  LogRankReport report;
  report.by = grouping.by;
  report.is_in_days = table.is_in_days();
  std::vector<std::int64_t> durations;
  std::vector<std::uint8_t> is_event;
  std::vector<std::uint32_t> codes;
  for (const std::uint32_t row : table.by_duration) {
    if (groups.code(row) == kNoCode) {
      ++report.missing;
      continue;
    }
    durations.push_back(table.duration[row]);
    is_event.push_back(table.outcome[row] == Outcome::kClosed ? 1 : 0);
    codes.push_back(groups.code(row));
  }
  PooledGroups pooled = pool_small(codes, groups.names);
  report.groups_pooled = pooled.num_pooled;
  if (pooled.names.size() > kMaxGroups) {
    return Error(ErrorCode::kUnsupported,
                 concat("by ", grouping.by, " there are ", pooled.names.size(),
                        " groups; the log-rank test "
                        "takes ",
                        kMaxGroups, " at most"))
        .hint("choose a column with fewer different values");
  }
  auto test =
      stats::log_rank(durations, is_event, codes, static_cast<std::uint32_t>(pooled.names.size()));
  if (!test) {
    return std::move(test).error().while_doing(concat("testing time to close by ", grouping.by));
  }
  report.test = std::move(*test);
  report.names = std::move(pooled.names);

  std::vector<Waits> waits(report.names.size());
  for (std::size_t i = 0; i < durations.size(); ++i) {
    waits[codes[i]].durations.push_back(durations[i]);
    waits[codes[i]].is_event.push_back(is_event[i]);
  }
  for (const Waits& group : waits) {
    HARK_TRY(const auto curve, stats::KaplanMeier::from_durations(group.durations, group.is_event));
    const auto median = curve.quantile(0.5);
    report.medians.push_back(median ? std::optional(table.in_unit(*median)) : std::nullopt);
  }
  return report;
}

Json to_json(const LogRankReport& report) {
  const char* const median_name = report.is_in_days ? "median_days" : "median_hours";
  Json groups = Json::array();
  for (std::size_t i = 0; i < report.names.size(); ++i) {
    const stats::LogRankGroup& group = report.test.groups[i];
    groups.push_back(Json::object({{"key", report.names[i]},
                                   {"n", group.n},
                                   {"events", group.events},
                                   {"expected", group.expected},
                                   {median_name, report.medians[i]}}));
  }
  return Json::object({{"by", report.by},
                       {"chi2", report.test.chi2},
                       {"df", report.test.df},
                       {"p", report.test.p},
                       {"log10_p", report.test.log10_p},
                       {"n", report.test.n},
                       {"missing", report.missing},
                       {"groups_pooled", report.groups_pooled},
                       {"groups", std::move(groups)}});
}

}  // namespace hark::insight
