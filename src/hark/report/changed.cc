#include "hark/report/changed.h"

#include <algorithm>
#include <cmath>

#include "hark/core/text.h"
#include "hark/insight/test_groups.h"
#include "hark/report/chart_columns.h"
#include "hark/report/citer.h"
#include "hark/report/over_time_charts.h"
#include "hark/report/quality.h"
#include "hark/report/wording.h"

namespace hark::report {
namespace {

using insight::Changed;
using insight::ChangesReport;
using insight::ComparedPeriods;

constexpr std::size_t kMostBars = 12;
constexpr std::size_t kMostRows = 8;
constexpr double kChance = 0.05;

bool is_more_than_chance(std::optional<double> q) { return q && *q < kChance; }
/// For a table whose q-values are corrected together.
constexpr const char* kVerdictTitle = "more than chance, all tests together";
const char* verdict(std::optional<double> q) {
  if (!q) return "cannot be tested";
  return *q < kChance ? "yes" : "no";
}

/// "the same 13 weeks of the year before", "the 4 weeks before".
std::string before_words(const ComparedPeriods& periods) {
  const std::int32_t weeks = periods.b.num_days() / 7;
  return periods.is_a_year_apart ? concat("the same ", weeks, " weeks of the year before")
                                 : concat("the ", weeks, " weeks before");
}

std::string options_of(const ComparedPeriods& periods) {
  return concat("--a ", periods.a.text, " --b ", periods.b.text);
}

/// "423.8 requests a day came …, after 424.3: −0.1 % (95 % interval …), …"
std::string change_sentence(Citer& cite, const stats::RateRatio& test,
                            const ComparedPeriods& periods, std::string_view noun) {
  const auto per_day = [&](const char* id, const char* when, std::int64_t total,
                           std::int64_t days) {
    return cite.per_day(id, concat(noun, " a day, ", when),
                        static_cast<double>(total) / static_cast<double>(days), days,
                        concat(noun, " a day"));
  };
  std::string text =
      concat(per_day("per_day_now", "the last weeks", test.total_b, test.days_b), " ", noun,
             " a day came from ", say_days(periods.b.first_day, periods.b.end_day), ", after ",
             per_day("per_day_before", "the weeks compared with", test.total_a, test.days_a),
             " in ", before_words(periods));
  if (!test.ratio) return text + ".";
  text +=
      concat(": ", cite.change("volume_change",
                               concat("relative change of ", noun, " a day, weekday by weekday"),
                               *test.ratio - 1, test.days_a + test.days_b));
  if (test.ci95 && test.p) {
    text += concat(
        " (95 % interval ", say_change(test.ci95->low - 1), " to ", say_change(test.ci95->high - 1),
        "), ", *test.p < kChance ? "more than chance explains" : "no more than chance explains");
  }
  text += ".";
  if (test.autocorrelation && *test.autocorrelation > insight::kAlikeDays)
    text += " Neighbouring days are alike, so the interval is rather too narrow.";
  if (!periods.is_a_year_apart)
    text += " The season alone may explain it: a whole year to compare with is not in the data.";
  return text;
}

/// Sentences on what moved requests.
class Changes {
 public:
  Changes(const ReportContext& context, const RequestReport& report, Document& document)
      : context_(context),
        report_(report),
        changes_(*report.changes),
        periods_(*report.periods),
        document_(document),
        cite_(document, context, "changes", options_of(periods_)) {
    const contract::ColumnSpec* type = context.contract->with_role(contract::Role::kComplaintType);
    if (type != nullptr) type_ = type->name;
  }

  Section write() {
    Section section{"what-changed",
                    "Dashboard: what changed",
                    concat("What is different from ", before_words(periods_), "?"),
                    {}};
    section.say(change_sentence(cite_, changes_.whole.volume, periods_, "requests"));
    section.say(chance_sentence());
    if (auto chart = types_chart()) section.show(*std::move(chart));
    if (Table table = others_table(); !table.rows.empty()) section.show(std::move(table));
    show_times(section);
    show_parts(section);
    return section;
  }

 private:
  std::vector<const Changed*> largest(const std::vector<std::size_t>& order, bool of_types,
                                      std::size_t most) const {
    std::vector<const Changed*> chosen;
    for (const std::size_t i : order) {
      const Changed& changed = changes_.changed[i];
      if ((changed.by == type_) == of_types && chosen.size() < most) chosen.push_back(&changed);
    }
    return chosen;
  }

  std::string column_title(const std::string& column) const {
    const contract::ColumnSpec* area = context_.contract->with_role(contract::Role::kArea);
    const contract::ColumnSpec* agency = context_.contract->with_role(contract::Role::kAgency);
    if (area != nullptr && area->name == column) return area_title(*context_.contract);
    if (agency != nullptr && agency->name == column) return "agency";
    return column == type_ ? std::string("complaint type") : column;
  }

  std::string chance_sentence() {
    std::int64_t real = 0;
    for (const Changed& changed : changes_.changed)
      real += is_more_than_chance(changed.volume_q) ? 1 : 0;
    const auto all = static_cast<std::int64_t>(changes_.changed.size());
    if (all == 0) return "No type, agency or area has enough requests to compare.";
    if (real == 0) {
      return concat("None of ", say_count(all),
                    " complaint types, agencies and areas with enough requests has changed by more "
                    "than chance explains, all tests taken together.");
    }
    const std::string told =
        cite_.count("changes_real", "values whose requests a day changed by more than chance", real,
                    all, "values");
    return concat("Of ", say_count(all),
                  " complaint types, agencies and areas with enough requests, ", told,
                  real == 1 ? " has" : " have",
                  " changed by more than chance explains, all tests taken together.");
  }

  std::optional<chart::ChartSpec> types_chart() const {
    auto shown = largest(changes_.by_volume(), true, kMostBars);
    std::erase_if(shown, [](const Changed* changed) { return changed->change_per_day() == 0; });
    if (shown.empty()) return std::nullopt;
    const auto [fallen, risen] = std::ranges::minmax_element(shown, {}, &Changed::change_per_day);
    const Changed* const most_fallen = *fallen;
    const Changed* const most_risen = *risen;
    // What is more than chance comes first, and so has the first colour; the axis sorts by value.
    std::ranges::stable_partition(
        shown, [](const Changed* changed) { return is_more_than_chance(changed->volume_q); });
    std::vector<std::string> names, chance;
    std::vector<double> change, before, now;
    for (const Changed* changed : shown) {
      names.push_back(changed->key);
      change.push_back(changed->change_per_day());
      before.push_back(changed->per_day_a());
      now.push_back(changed->per_day_b());
      chance.emplace_back(is_more_than_chance(changed->volume_q) ? "more than chance"
                                                                 : "may be chance");
    }
    chart::ChartSpec spec;
    spec.id = "changed-types";
    spec.title = "Which kinds of request became more, which fewer?";
    spec.mark = chart::Mark::kBar;
    const auto told = [&](const Changed& changed) {
      return concat(changed.key, " (", changed.change_per_day() < 0 ? "−" : "+",
                    fixed(std::abs(changed.change_per_day()), 1), " a day)");
    };
    if (most_risen->change_per_day() > 0)
      spec.description = concat("Most risen: ", told(*most_risen), ". ");
    if (most_fallen->change_per_day() < 0)
      spec.description += concat("Most fallen: ", told(*most_fallen), ".");
    spec.footnote =
        concat("Requests a day, ", say_days(periods_.b.first_day, periods_.b.end_day), " against ",
               before_words(periods_), "; the ", shown.size(), " largest changes.");
    spec.data = {texts("type", "complaint type", std::move(names)),
                 numbers("change", "change of requests a day", std::move(change)),
                 numbers("before", "before", std::move(before)),
                 numbers("now", "now", std::move(now)),
                 texts("chance", "difference", std::move(chance))};
    spec.encoding.x.field = "change";
    spec.encoding.y.field = "type";
    spec.encoding.y.type = chart::FieldType::kNominal;
    spec.encoding.y.sort = chart::Sort::kValueDescending;
    spec.encoding.color.field = "chance";
    spec.encoding.color.type = chart::FieldType::kNominal;
    return spec;
  }

  Table others_table() {
    Table table;
    table.caption = "Agencies and areas with the largest changes, requests a day";
    table.columns = {{"", false},           {"name", false},  {"before", true},
                     {"now", true},         {"change", true}, {"95 % interval", true},
                     {kVerdictTitle, false}};
    for (const Changed* changed : largest(changes_.by_volume(), false, kMostRows)) {
      const auto& ratio = changed->volume.ratio;
      const auto& interval = changed->volume.ci95;
      table.rows.push_back(
          {column_title(changed->by), changed->key, say_mean(changed->per_day_a()),
           cite_.per_day(concat("per_day_", changed->by, "_", changed->key),
                         concat("requests a day now, ", changed->key), changed->per_day_b(),
                         changed->volume.days_b, "requests a day"),
           ratio ? say_change(*ratio - 1) : "",
           interval ? concat(say_change(interval->low - 1), " to ", say_change(interval->high - 1))
                    : "",
           verdict(changed->volume_q)});
    }
    return table;
  }

  /// As the records write it; strata have the folded name.
  std::string label_of(const std::string& key) const {
    for (const insight::RequestGroup& type : report_.analysis->types)
      if (type.key == key) return type.label;
    return key;
  }

  std::string time(std::string id, std::string what, double value, std::int64_t n) {
    return cite_.duration(std::move(id), std::move(what), value, changes_.is_in_days, n);
  }

  void show_times(Section& section) {
    const Changed& whole = changes_.whole;
    if (!whole.median_a || !whole.median_b) return;
    section.heading("Do requests take longer than before?");
    section.say(
        concat("Half of the requests are closed ", within(*whole.median_b),
               time("median_now", "median time to close, the last weeks (Kaplan-Meier)",
                    *whole.median_b, whole.timed_b),
               "; in ", before_words(periods_), " it was ",
               time("median_before", "median time to close, the weeks compared with (Kaplan-Meier)",
                    *whole.median_a, whole.timed_a),
               ". Open requests are counted. ",
               !whole.median_q                       ? ""
               : is_more_than_chance(whole.median_q) ? "Times differ by more than chance explains."
                                                     : "Chance may explain the difference."));
    Table table;
    table.caption = "Kinds of request that made the typical wait longer or shorter";
    table.columns = {{"complaint type", false},
                     {"before", true},
                     {"now", true},
                     {"requests now", true},
                     {kVerdictTitle, false}};
    for (const Changed* changed : largest(changes_.by_median(), true, kMostRows)) {
      if (*changed->pull == 0) continue;
      table.rows.push_back({changed->key, say_duration(*changed->median_a, changes_.is_in_days),
                            time(concat("median_now_", changed->key),
                                 concat("median time to close now, ", changed->key),
                                 *changed->median_b, changed->timed_b),
                            say_count(changed->timed_b), verdict(changed->median_q)});
    }
    if (!table.rows.empty()) section.show(std::move(table));
  }

  void show_parts(Section& section) {
    if (!report_.parts) return;
    const insight::DecomposeReport& parts = *report_.parts;
    Citer cite(document_, context_, "decompose",
               concat(options_of(periods_), " --over ", parts.over));
    const std::int64_t n = parts.num_a() + parts.num_b();
    const bool is_in_days = parts.is_in_days;
    // One unit for all of it, so that the parts can be seen to add up.
    const stats::Kitagawa& of_change = parts.parts;
    const double largest_part =
        std::max({std::abs(of_change.difference), std::abs(of_change.rate_effect),
                  std::abs(of_change.mix_effect)});
    // Where everything is closed at once there is nothing to take apart.
    constexpr double kLeastShown = 0.05;
    if (std::max({largest_part, of_change.mean_a, of_change.mean_b}) < kLeastShown) return;
    const bool in_days = !is_in_days && largest_part >= 24;
    const auto time_text = [&](double of) {
      return concat(fixed(in_days ? of / 24 : of, 1), is_in_days || in_days ? " days" : " h");
    };
    const auto signed_text = [&](double of) -> std::string {
      std::string text = time_text(std::abs(of));
      if (text.starts_with("0.0 ")) return text;
      return concat(of < 0 ? "−" : "+", text);
    };
    const auto part = [&](std::string id, std::string what, double of,
                          stats::Interval stats::KitagawaIntervals::* interval) {
      std::string text = cite.as_shown(std::move(id), std::move(what), of,
                                       is_in_days ? "days" : "hours", n, signed_text(of));
      if (!parts.ci95) return text;
      const stats::Interval& ci = (*parts.ci95).*interval;
      return concat(text, " (95 % interval ", signed_text(ci.low), " to ", signed_text(ci.high),
                    ")");
    };
    using Intervals = stats::KitagawaIntervals;
    const auto mean = [&](std::string id, std::string what, double of, std::int64_t rows) {
      return cite.as_shown(std::move(id), std::move(what), of, is_in_days ? "days" : "hours", rows,
                           time_text(of));
    };
    section.heading("Slower work, or other work?");
    section.say(
        concat("Closed requests took ",
               mean("mean_now", "mean time to close, closed requests of the last weeks",
                    parts.parts.mean_b, parts.num_b()),
               " on average, after ",
               mean("mean_before", "mean time to close, closed requests compared with",
                    parts.parts.mean_a, parts.num_a()),
               ": ",
               part("mean_difference", "change of the mean time to close", parts.parts.difference,
                    &Intervals::difference),
               ". Of this ",
               part("rate_effect", "part of the change on the same kinds of request",
                    parts.parts.rate_effect, &Intervals::rate_effect),
               " is the same kinds of request taking ",
               parts.parts.rate_effect < 0 ? "shorter" : "longer", ", and ",
               part("mix_effect", "part of the change from another mix of requests",
                    parts.parts.mix_effect, &Intervals::mix_effect),
               " is another mix of requests (Kitagawa).",
               parts.ci95 && parts.ci95->difference.low <= 0 && parts.ci95->difference.high >= 0
                   ? " Chance alone may explain the difference."
                   : ""));
    const double open_a =
        static_cast<double>(parts.open_a) / static_cast<double>(parts.num_a() + parts.open_a);
    const double open_b =
        static_cast<double>(parts.open_b) / static_cast<double>(parts.num_b() + parts.open_b);
    if (open_b > open_a) {
      section.say(
          concat("Open requests have no time yet and are not in these averages: ",
                 cite.share("open_now", "share of requests still open, the last weeks", open_b,
                            parts.num_b() + parts.open_b),
                 " of the later requests, ",
                 cite.share("open_before", "share of requests still open, the weeks compared with",
                            open_a, parts.num_a() + parts.open_a),
                 " of the earlier. The later weeks look faster than they will have been."));
    }
    Table table;
    table.caption = "Where the change of the average comes from";
    if (parts.strata_pooled > 0) {
      table.caption += concat("; ", insight::kOtherGroup, " is the ", parts.strata_pooled,
                              " kinds with fewer than ", insight::kSmallestGroup,
                              " closed requests before or now");
    }
    table.columns = {{"complaint type", false},
                     {"same work", true},
                     {"other mix", true},
                     {"closed before", true},
                     {"closed now", true}};
    const auto order = parts.by_effect();

    for (std::size_t i = 0; i < std::min(order.size(), kMostRows); ++i) {
      const stats::KitagawaTerm& term = parts.parts.terms[order[i]];
      const stats::Stratum& stratum = parts.strata[order[i]];
      table.rows.push_back({label_of(parts.names[order[i]]), signed_text(term.rate_effect),
                            signed_text(term.mix_effect), say_count(stratum.n_a),
                            say_count(stratum.n_b)});
    }
    section.show(std::move(table));
  }

  const ReportContext& context_;
  const RequestReport& report_;
  const ChangesReport& changes_;
  const ComparedPeriods& periods_;
  Document& document_;
  Citer cite_;
  std::string type_;
};

}  // namespace

std::string p_text(double p, double log10_p) {
  if (log10_p < -300) return "p < 1e-300";
  if (p < 1e-4) return concat("p = 10^", fixed(log10_p, 1));
  return concat("p = ", fixed(p, 4));
}

std::optional<std::string> volume_change(const ReportContext& context, const RequestReport& report,
                                         Document& document) {
  if (!report.changes || !report.periods) return std::nullopt;
  Citer cite(document, context, "changes", options_of(*report.periods));
  return change_sentence(cite, report.changes->whole.volume, *report.periods, "requests");
}

std::optional<std::string> volume_change(const ReportContext& context, const ContactReport& report,
                                         Document& document) {
  if (!report.change || !report.periods) return std::nullopt;
  Citer cite(document, context, "test rate", options_of(*report.periods));
  return change_sentence(cite, report.change->test, *report.periods, "calls");
}

std::optional<Section> changed_section(const ReportContext& context, const RequestReport& report,
                                       Document& document) {
  if (!report.changes || !report.periods) return std::nullopt;
  return Changes(context, report, document).write();
}

void show_log_ranks(const ReportContext& context, const RequestReport& report, Section& section,
                    Document& document) {
  for (const insight::LogRankReport& ranks : report.log_ranks) {
    Citer cite(document, context, "test logrank", concat("--by ", ranks.by));
    const auto& groups = ranks.test.groups;
    const auto speed = [&](std::size_t i) {
      return static_cast<double>(groups[i].events) / groups[i].expected;
    };
    std::size_t slowest = groups.size();
    std::size_t fastest = groups.size();
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (!(groups[i].expected > 0)) continue;
      if (slowest == groups.size() || speed(i) < speed(slowest)) slowest = i;
      if (fastest == groups.size() || speed(i) > speed(fastest)) fastest = i;
    }
    if (slowest == fastest) continue;
    section.heading(
        concat("Does time to close differ by ", ranks.by, " when open requests are counted too?"));
    const auto told = [&](const char* which, std::size_t i) {
      return concat(ranks.names[i], " closes ",
                    cite.number(concat("logrank_", ranks.by, "_", which),
                                concat("requests closed over those expected, ", ranks.names[i]),
                                speed(i), groups[i].n));
    };
    section.say(concat("Log-rank on ", say_count(ranks.test.n), " closed and open requests in ",
                       groups.size(), " groups: χ² = ",
                       cite.number(concat("logrank_", ranks.by, "_chi2"),
                                   concat("log-rank chi-square of time to close by ", ranks.by),
                                   ranks.test.chi2, ranks.test.n, 1),
                       ", ", ranks.test.df,
                       ranks.test.df == 1 ? " degree of freedom, " : " degrees of freedom, ",
                       p_text(ranks.test.p, ranks.test.log10_p), ". ",
                       "For each request that the pace of the whole lets expect, ",
                       told("fastest", fastest), " and ", told("slowest", slowest), "."));
  }
}

}  // namespace hark::report
