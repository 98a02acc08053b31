#include "hark/insight/tests.h"

#include <algorithm>
#include <cmath>

#include "hark/core/text.h"
#include "hark/insight/timed_rows.h"

namespace hark::insight {
namespace {

constexpr std::size_t kMaxCells = 10'000'000;
constexpr std::size_t kMaxResiduals = 100;

bool is_missing_text(std::string_view text) {
  const std::string word = lower(trim(text));
  return word.empty() || word == "na" || word == "n/a" || word == "null";
}

// What a test of values by groups is made of; small groups are one already.
struct RankedGroups {
  Result<stats::KruskalWallis> test;
  PooledGroups groups;
  std::int64_t missing = 0;
};

Result<KruskalReport> report_of(RankedGroups ranked, std::string_view value, std::string_view by) {
  KruskalReport report;
  report.value = value;
  report.by = by;
  report.missing = ranked.missing;
  report.groups_pooled = ranked.groups.num_pooled;
  if (!ranked.test) {
    Error error = std::move(ranked.test).error().while_doing(concat("testing ", value, " by ", by));
    if (report.groups_pooled == 0) return error;
    return std::move(error).hint(concat(report.groups_pooled, " groups with fewer than ",
                                        kSmallestGroup, " values count as one, (other)"));
  }
  report.test = std::move(*ranked.test);
  if (report.test.groups.size() <= kMostPosthocGroups) report.posthoc = stats::dunn(report.test);
  // Every pooled name has values, so codes are places in `names`.
  report.names = std::move(ranked.groups.names);
  std::stable_sort(report.posthoc.begin(), report.posthoc.end(),
                   [](const stats::DunnPair& x, const stats::DunnPair& y) {
                     return std::abs(x.z) > std::abs(y.z);
                   });
  return report;
}

// Values with their groups, in any order.
struct Sample {
  std::vector<double> values;
  std::vector<std::uint32_t> codes;
  std::int64_t missing = 0;
};

RankedGroups rank(Sample sample, const std::vector<std::string>& names) {
  PooledGroups groups = pool_small(sample.codes, names);
  auto test = stats::kruskal_wallis(sample.values, sample.codes,
                                    static_cast<std::uint32_t>(groups.names.size()));
  return {std::move(test), std::move(groups), sample.missing};
}

// The table has the closed requests in order of duration: each run of equal ones gets its rank as
// it comes by.
RankedGroups rank_durations(const RequestTable& table, const TestGroups& groups) {
  stats::RankSums sums(static_cast<std::uint32_t>(groups.names.size()));
  std::vector<std::uint32_t> run;  // groups of rows of one duration
  const auto add_run = [&] {
    const std::int64_t doubled_rank = sums.begin_run(static_cast<std::int64_t>(run.size()));
    for (const std::uint32_t code : run) sums.add(code, doubled_rank);
    run.clear();
  };
  std::int64_t missing = 0;
  std::uint32_t time = 0;
  for (std::size_t i = 0; i < table.timed.size(); ++i) {
    fetch_ahead(table, groups.grouped, i);
    const TimedRow row = table.timed[i];
    if (!row.is_closed()) continue;
    if (row.time() != time) add_run();
    time = row.time();
    const std::uint32_t code = groups.code(table.by_duration[i]);
    if (code == kNoCode) {
      ++missing;
    } else {
      run.push_back(code);
    }
  }
  add_run();
  PooledGroups pooled = pool_small(sums.counts(), groups.names);
  auto test = sums.pooled(pooled.place_of, static_cast<std::uint32_t>(pooled.names.size())).test();
  return {std::move(test), std::move(pooled), missing};
}

Result<ChiSquareReport> test_table(stats::CountTable table, ChiSquareReport report) {
  stats::ChiSquareOptions options;
  options.max_residuals = kMaxResiduals;
  auto test = stats::chi_square(table, options);
  if (!test) {
    return std::move(test).error().while_doing(concat("testing ", report.a, " by ", report.b));
  }
  report.test = std::move(*test);
  return report;
}

TestGroups text_groups(const TextRows& text, std::size_t column) {
  std::vector<std::uint32_t> codes;
  std::vector<std::string> names;
  columnar::DictionaryBuilder builder;
  for (const auto& row : text.rows) {
    if (is_missing_text(row[column])) {
      codes.push_back(kNoCode);
      continue;
    }
    const std::uint32_t code = builder.code_of(trim(row[column]));
    if (code == names.size()) names.emplace_back(trim(row[column]));
    codes.push_back(code);
  }
  return by_name(std::move(codes), names);
}

// Counts the pairs of the rows that `counts(row)` takes in.
template <typename Counts>
Result<ChiSquareReport> test_sides(const TestGroups& a, const TestGroups& b, ChiSquareReport report,
                                   const Counts& counts) {
  const std::size_t num_a = a.names.size();
  const std::size_t num_b = b.names.size();
  if (num_b > 0 && num_a > kMaxCells / num_b) {
    return Error(ErrorCode::kUnsupported,
                 concat("a table of ", num_a, " by ", num_b, " categories is too large to test"))
        .hint("choose columns with fewer different values");
  }
  stats::CountTable table{num_a, num_b, std::vector<std::int64_t>(num_a * num_b, 0)};
  for (std::size_t row = 0; row < a.num_rows(); ++row) {
    if (!counts(row)) {
      ++report.excluded;
      continue;
    }
    const std::uint32_t of_a = a.code(row);
    const std::uint32_t of_b = b.code(row);
    if (of_a == kNoCode || of_b == kNoCode) {
      ++report.missing;
    } else {
      ++table.counts[of_a * num_b + of_b];
    }
  }
  report.a_names = a.names;
  report.b_names = b.names;
  return test_table(std::move(table), std::move(report));
}

}  // namespace

Result<KruskalReport> kruskal(const RequestTable& table, std::string_view value,
                              const Grouping& grouping) {
  const TestGroups groups = test_groups(grouping, false);
  if (value == kHoursToClose) return report_of(rank_durations(table, groups), value, grouping.by);
  const RequestTable::NumberColumn* numbers = table.number_column(value);
  if (numbers == nullptr) {
    return Error(ErrorCode::kInvalidArgument, concat("no numeric column '", value, "' to test"))
        .hint(concat("`", kHoursToClose, "` is the time to close"));
  }
  Sample sample;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!table.has_duration(row)) continue;
    if (std::isnan(numbers->values[row]) || groups.code(row) == kNoCode) {
      ++sample.missing;
      continue;
    }
    sample.values.push_back(numbers->values[row]);
    sample.codes.push_back(groups.code(row));
  }
  return report_of(rank(std::move(sample), groups.names), value, grouping.by);
}

Result<ChiSquareReport> chi_square(const RequestTable& table, const Grouping& a, const Grouping& b,
                                   const ChiSquareRows& rows) {
  return test_sides(test_groups(a, rows.with_missing_markers),
                    test_groups(b, rows.with_missing_markers), {a.by, b.by, {}, {}, {}, 0, 0},
                    [&](std::size_t row) { return rows.with_excluded || table.has_duration(row); });
}

Result<std::size_t> find_text_column(const TextRows& text, std::string_view name) {
  const std::string wanted = contract::canonical_header(name);
  for (std::size_t column = 0; column < text.header.size(); ++column) {
    if (contract::canonical_header(text.header[column]) == wanted) return column;
  }
  const std::vector<std::string> names(text.header.begin(), text.header.end());
  return Error(ErrorCode::kInvalidArgument, concat("no column '", name, "' in this file"))
      .hint(concat("its columns: ", join(names, ", ")));
}

Result<KruskalReport> kruskal(const TextRows& text, std::string_view value, std::string_view by) {
  HARK_TRY(const std::size_t value_column, find_text_column(text, value));
  HARK_TRY(const std::size_t by_column, find_text_column(text, by));
  const TestGroups groups = text_groups(text, by_column);
  Sample sample;
  for (std::size_t row = 0; row < text.rows.size(); ++row) {
    const std::string_view cell = trim(text.rows[row][value_column]);
    if (groups.code(row) == kNoCode || is_missing_text(cell)) {
      ++sample.missing;
      continue;
    }
    const auto number = parse_double(cell);
    if (!number) {
      return Error(ErrorCode::kInvalidInput,
                   concat("row ", row + 1, " of column '", value, "' holds no number"));
    }
    sample.values.push_back(*number);
    sample.codes.push_back(groups.code(row));
  }
  return report_of(rank(std::move(sample), groups.names), value, by);
}

Result<ChiSquareReport> chi_square(const TextRows& text, std::string_view a, std::string_view b) {
  HARK_TRY(const std::size_t a_column, find_text_column(text, a));
  HARK_TRY(const std::size_t b_column, find_text_column(text, b));
  return test_sides(text_groups(text, a_column), text_groups(text, b_column),
                    {std::string(a), std::string(b), {}, {}, {}, 0, 0},
                    [](std::size_t) { return true; });
}

Result<Totals> totals_named(std::string_view name) {
  if (name == "refuse") return Totals::kRefuse;
  if (name == "strip") return Totals::kStrip;
  if (name == "keep") return Totals::kKeep;
  return Error(ErrorCode::kInvalidArgument, concat("unknown treatment of totals '", name, "'"))
      .hint("known: refuse, strip, keep");
}

Result<ChiSquareReport> chi_square_table(const TextRows& text, Totals totals) {
  ChiSquareReport report;
  report.a = text.header.empty() || text.header[0].empty() ? "row" : text.header[0];
  report.b = "column";
  for (std::size_t column = 1; column < text.header.size(); ++column) {
    report.b_names.push_back(text.header[column]);
  }
  stats::CountTable table{text.rows.size(), report.b_names.size(), {}};
  for (std::size_t row = 0; row < text.rows.size(); ++row) {
    report.a_names.push_back(text.rows[row].empty() ? std::string() : text.rows[row][0]);
    for (std::size_t column = 1; column < text.header.size(); ++column) {
      const auto count = parse_int(trim(text.rows[row][column]));
      if (!count || *count < 0) {
        return Error(ErrorCode::kInvalidInput,
                     concat("row ", row + 1, ", column '", text.header[column],
                            "' of the table holds no count"))
            .hint("labels in the first column, whole numbers in the others");
      }
      table.counts.push_back(*count);
    }
  }
  if (totals != Totals::kKeep && stats::has_totals(table)) {
    if (totals == Totals::kRefuse) {
      return Error(ErrorCode::kInvalidArgument,
                   "the last row and column of this table are the sums of the others: testing them "
                   "as categories would be wrong")
          .hint("--totals strip leaves them out, --totals keep tests the table as it stands");
    }
    table = stats::strip_totals(table);
    report.a_names.pop_back();
    report.b_names.pop_back();
  }
  return test_table(std::move(table), std::move(report));
}

Json to_json(const KruskalReport& report, std::size_t max_items) {
  Json groups = Json::array();
  for (std::size_t i = 0; i < report.test.groups.size(); ++i) {
    const stats::RankedGroup& group = report.test.groups[i];
    groups.push_back(
        Json::object({{"key", report.names[i]}, {"n", group.n}, {"mean_rank", group.mean_rank}}));
  }
  Json pairs = Json::array();
  for (std::size_t i = 0; i < std::min(max_items, report.posthoc.size()); ++i) {
    const stats::DunnPair& pair = report.posthoc[i];
    pairs.push_back(Json::object({{"a", report.names[pair.a]},
                                  {"b", report.names[pair.b]},
                                  {"z", pair.z},
                                  {"p", pair.p},
                                  {"log10_p", pair.log10_p},
                                  {"q", pair.q}}));
  }
  return Json::object(
      {{"value", report.value},
       {"by", report.by},
       {"h", report.test.h},
       {"df", report.test.df},
       {"p", report.test.p},
       {"log10_p", report.test.log10_p},
       {"epsilon_squared", report.test.epsilon_squared},
       {"tie_correction", report.test.tie_correction},
       {"n", report.test.n},
       {"groups", report.test.groups.size()},
       {"groups_pooled", report.groups_pooled},
       {"missing", report.missing},
       {"group_list", std::move(groups)},
       {"posthoc_pairs",
        report.test.groups.size() <= kMostPosthocGroups ? Json(report.posthoc.size()) : Json()},
       {"posthoc", std::move(pairs)}});
}

Json to_json(const ChiSquareReport& report) {
  const stats::ChiSquare& test = report.test;
  Json residuals = Json::array();
  for (const stats::CellResidual& cell : test.residuals) {
    residuals.push_back(Json::object({{"a", report.a_names[cell.row]},
                                      {"b", report.b_names[cell.column]},
                                      {"observed", cell.observed},
                                      {"expected", cell.expected},
                                      {"residual", cell.residual}}));
  }
  return Json::object({{"a", report.a},
                       {"b", report.b},
                       {"chi2", test.chi2},
                       {"df", test.df},
                       {"p", test.p},
                       {"log10_p", test.log10_p},
                       {"cramers_v", test.cramers_v},
                       {"cramers_v_uncorrected", test.cramers_v_uncorrected},
                       {"n", test.n},
                       {"rows", test.num_rows},
                       {"columns", test.num_columns},
                       {"missing", report.missing},
                       {"excluded", report.excluded},
                       {"expected_below_5_share", test.expected_below_5_share},
                       {"expected_below_1_share", test.expected_below_1_share},
                       {"expected_min", test.expected_min},
                       {"warning", test.warning},
                       {"residuals", std::move(residuals)}});
}

}  // namespace hark::insight
