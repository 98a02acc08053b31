#include <algorithm>
#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/report/changed.h"
#include "hark/report/over_time.h"
#include "hark/report/quality.h"
#include "hark/report/report.h"
#include "hark/report/request_charts.h"
#include "hark/report/request_compared.h"
#include "hark/report/wording.h"

namespace hark::report {
namespace {

using insight::Outcome;
using insight::RequestGroup;
using insight::RequestKpis;

constexpr std::size_t kMostTypes = 15;
constexpr std::size_t kMostAgencies = 15;
constexpr std::int64_t kFewRows = 30;

/// Puts one report together; every number goes through cite().
class Writer {
 public:
  Writer(const ReportContext& context, const RequestReport& report)
      : context_(context),
        report_(report),
        table_(*report.table),
        analysis_(*report.analysis),
        kpis_(report.analysis->kpis),
        is_in_days_(report.table->is_in_days()) {}

  Document write() {
    document_.title = "Service requests: how are we doing?";
    document_.source = context_.source;
    document_.table_version = context_.table_version;
    document_.subtitle = subtitle();
    document_.facts = {
        {"Source", context_.source},
        {"Contract", concat(context_.contract->name, " ", context_.contract->version)},
        {"As of", table_.as_of ? format_instant(*table_.as_of) : "unknown"},
        {"Read", format_instant(std::chrono::floor<std::chrono::seconds>(context_.now))}};
    tell_selection(context_, "requests", "created ", document_);
    document_.sections.push_back(summary());
    document_.sections.push_back(executive());
    const auto push = [&](std::optional<Section> section) {
      if (section) document_.sections.push_back(*std::move(section));
    };
    if (report_.over_time) push(volume_section(context_, *report_.over_time, document_));
    push(changed_section(context_, report_, document_));
    if (report_.over_time) push(forecast_section(context_, *report_.over_time, document_));
    document_.sections.push_back(response());
    document_.sections.push_back(departments());
    push(hot_spot_section(context_, report_, document_));
    document_.sections.push_back(impact());
    document_.sections.push_back(technical());
    document_.sections.push_back(request_quality(context_, report_, document_));
    document_.sections.push_back(request_method(context_, report_));
    return std::move(document_);
  }

 private:
  std::string kpi_query(std::string_view by = {}) const {
    return command_line(context_, "kpi requests", by.empty() ? "" : concat("--by ", by));
  }
  std::string count(std::string id, std::string what, std::int64_t value, std::int64_t n) {
    return document_.cite({std::move(id), std::move(what), value, "requests", n, kpi_query()},
                          say_count(value));
  }
  std::string share(std::string id, std::string what, double value, std::int64_t n,
                    std::string from = {}) {
    return document_.cite({std::move(id), std::move(what), value, "share", n,
                           from.empty() ? kpi_query() : std::move(from)},
                          say_percent(value));
  }
  std::string duration(std::string id, std::string what, double value, std::int64_t n,
                       std::string from = {}) {
    return document_.cite({std::move(id), std::move(what), value, is_in_days_ ? "days" : "hours", n,
                           from.empty() ? kpi_query() : std::move(from)},
                          say_duration(value, is_in_days_));
  }
  /// The median, or that it is not reached yet.
  std::string median(const std::string& id, const std::string& what, const insight::Survival& km,
                     const std::string& from = {}) {
    if (km.median) return duration(id, what, *km.median, km.n, from);
    if (!km.last) return "unknown";
    return "more than " +
           duration(id + "_after", what + ": not reached, later than", *km.last, km.n, from);
  }
  static const RequestGroup* first_named(const std::vector<RequestGroup>& groups) {
    const auto found = std::ranges::find_if(
        groups, [](const RequestGroup& group) { return group.key.has_value(); });
    return found == groups.end() ? nullptr : &*found;
  }
  std::int64_t num_days() const { return static_cast<std::int64_t>(analysis_.days.size()); }

  std::string subtitle() const {
    if (!analysis_.first_day) return "No request in scope.";
    return concat("Requests created from ", say_day(*analysis_.first_day), " to ",
                  say_day(*analysis_.last_day), ", on the clock of ", context_.contract->time_zone);
  }

  std::vector<Block::Kpi> headline() {
    std::vector<Block::Kpi> list;
    list.push_back(
        {"Requests received",
         count("requests", "service requests after removing duplicates", kpis_.n, kpis_.rows),
         concat("in ", say_count(num_days()), num_days() == 1 ? " day" : " days")});
    if (!table_.has_closing) return list;
    const std::int64_t open = kpis_.count(Outcome::kOpen);
    list.push_back({"Still open", count("open", "requests open at the as-of time", open, kpis_.n),
                    kpis_.n > 0
                        ? share("open_share", "share of requests open at the as-of time",
                                static_cast<double>(open) / static_cast<double>(kpis_.n), kpis_.n) +
                              " of all"
                        : ""});
    list.push_back(
        {"Median time to close",
         median("km_median", "median time to close, open requests counted (Kaplan-Meier)",
                kpis_.all.km),
         kpis_.all.km.median ? "half are closed by then, open ones counted"
         : kpis_.all.km.last ? "fewer than half are closed by then, open ones counted"
                             : ""});
    if (kpis_.all.km.p90) {
      list.push_back({"Nine in ten closed within",
                      duration("km_p90", "90th percentile of time to close (Kaplan-Meier)",
                               *kpis_.all.km.p90, kpis_.all.km.n),
                      ""});
    }
    if (const auto& sla = kpis_.sla) {
      const std::string name = sla->has_type_thresholds
                                   ? "Closed in time"
                                   : concat("Closed within ", fixed(sla->threshold_hours, 0), " h");
      if (sla->compliance) {
        list.push_back({name,
                        share("sla", "share of requests old enough that were closed in time",
                              *sla->compliance, sla->eligible),
                        sla->ci95
                            ? concat("95 % interval ",
                                     share("sla_low", "lower end of the Wilson 95 % interval",
                                           sla->ci95->low, sla->eligible),
                                     " to ",
                                     share("sla_high", "upper end of the Wilson 95 % interval",
                                           sla->ci95->high, sla->eligible))
                            : ""});
      } else if (sla->compliance_range) {
        list.push_back({name,
                        concat(share("sla_low", "least share closed in time (dates only)",
                                     sla->compliance_range->low, sla->eligible),
                               " to ",
                               share("sla_high", "greatest share closed in time (dates only)",
                                     sla->compliance_range->high, sla->eligible)),
                        "the clock tells days only"});
      }
    }
    return list;
  }

  Section summary() {
    Section section{
        "executive-summary", "Executive summary", "What should I know in a minute?", {}};
    section.show(headline());
    std::vector<std::string> items;
    if (const RequestGroup* top = first_named(analysis_.types); top != nullptr && kpis_.n > 0) {
      std::string text =
          concat("People ask most about ", top->label, ": ",
                 document_.cite({"top_type", "requests of the most frequent complaint type",
                                 top->kpis.n, "requests", kpis_.n, kpi_query("complaint_type")},
                                say_count(top->kpis.n)),
                 plural(top->kpis.n, "request"));
      if (kpis_.top3_share)
        text += concat("; the three most frequent types make up ",
                       share("top3_share", "share of the three most frequent complaint types",
                             *kpis_.top3_share, kpis_.n));
      items.push_back(text + ".");
    }
    if (auto change = volume_change(context_, report_, document_))
      items.push_back(*std::move(change));
    if (table_.has_closing) add_slowest(items);
    add_disparity(items);
    if (table_.has_closing) {
      std::int64_t old = 0;
      for (std::size_t i = 3; i < analysis_.backlog_ages.size(); ++i)
        old += analysis_.backlog_ages[i].n;
      if (old > 0) {
        items.push_back(concat(count("open_over_30_days", "open requests older than 30 days", old,
                                     kpis_.count(Outcome::kOpen)),
                               old == 1 ? " open request is" : " open requests are",
                               " older than 30 days."));
      }
    }
    add_quality_summary(items);
    section.list(std::move(items));
    section.say(
        "Every number links to the evidence at the end. What the data cannot say is listed under "
        "method and limits.");
    return section;
  }

  void add_slowest(std::vector<std::string>& items) {
    // A type whose median is not reached is slower than any that reached it.
    std::string still_open;
    std::size_t num_still_open = 0;
    const RequestGroup* slowest = nullptr;
    const RequestGroup* fastest = nullptr;
    for (const RequestGroup& group : analysis_.types) {
      if (!group.key || group.kpis.n < kFewRows) continue;
      if (!group.kpis.all.km.median) {
        if (group.kpis.count(Outcome::kOpen) > 0 && ++num_still_open <= 3)
          still_open += (still_open.empty() ? "" : ", ") + group.label;
        continue;
      }
      if (slowest == nullptr || *group.kpis.all.km.median > *slowest->kpis.all.km.median)
        slowest = &group;
      if (fastest == nullptr || *group.kpis.all.km.median < *fastest->kpis.all.km.median)
        fastest = &group;
    }
    if (slowest == nullptr) return;  // none is slower than the others
    if (num_still_open > 0) {
      items.push_back(concat(
          "Slowest, since half of their requests are not closed yet: ", still_open,
          num_still_open > 3 ? concat(" and ",
                                      count("types_not_reached",
                                            "further complaint types whose median is not reached",
                                            static_cast<std::int64_t>(num_still_open) - 3, kpis_.n),
                                      " more types")
                             : std::string(),
          "."));
      return;
    }
    if (slowest == fastest) return;
    items.push_back(
        concat("Of complaint types with at least ", kFewRows, " requests, ", slowest->label,
               " takes longest (median ",
               duration("slowest_type", "median time to close of the slowest complaint type",
                        *slowest->kpis.all.km.median, slowest->kpis.n, kpi_query("complaint_type")),
               ") and ", fastest->label, " is quickest (",
               duration("fastest_type", "median time to close of the quickest complaint type",
                        *fastest->kpis.all.km.median, fastest->kpis.n, kpi_query("complaint_type")),
               ")."));
  }

  void add_disparity(std::vector<std::string>& items) {
    const RequestGroup* worst = nullptr;
    const RequestGroup* best = nullptr;
    for (const RequestGroup& group : analysis_.agencies) {
      const auto& sla = group.kpis.sla;
      if (!group.key || !sla || !sla->compliance || sla->eligible < kFewRows) continue;
      if (worst == nullptr || *sla->compliance < *worst->kpis.sla->compliance) worst = &group;
      if (best == nullptr || *sla->compliance > *best->kpis.sla->compliance) best = &group;
    }
    if (worst == nullptr ||
        say_percent(*worst->kpis.sla->compliance) == say_percent(*best->kpis.sla->compliance))
      return;
    items.push_back(
        concat("Of agencies with at least ", kFewRows, " requests old enough to tell, ",
               best->label, " closes ",
               share("best_agency_sla", "share closed in time by the agency with the highest",
                     *best->kpis.sla->compliance, best->kpis.sla->eligible, kpi_query("agency")),
               " of its requests in time, ", worst->label, " ",
               share("worst_agency_sla", "share closed in time by the agency with the lowest",
                     *worst->kpis.sla->compliance, worst->kpis.sla->eligible, kpi_query("agency")),
               ". Agencies get different requests, so this is no ranking of effort."));
  }

  std::int64_t num_excluded() const {
    std::int64_t total = 0;
    for (const Outcome outcome :
         {Outcome::kNegative, Outcome::kSentinel, Outcome::kFuture, Outcome::kUnparsed})
      total += kpis_.count(outcome);
    return total;
  }

  void add_quality_summary(std::vector<std::string>& items) {
    if (kpis_.n == 0 || !table_.has_closing) return;
    const std::int64_t excluded = num_excluded();
    std::string text;
    if (excluded > 0) {
      text = concat(count("excluded", "requests left out of times because of their closing time",
                          excluded, kpis_.n),
                    excluded == 1 ? " request has" : " requests have",
                    " a closing time that cannot be right and ", excluded == 1 ? "is" : "are",
                    " left out of all times (",
                    share("excluded_share", "share of requests left out of times",
                          static_cast<double>(excluded) / static_cast<double>(kpis_.n), kpis_.n),
                    ").");
    } else {
      text = "No request had to be left out of the times.";
    }
    items.push_back(std::move(text));
  }

  Section executive() {
    Section section{"executive",
                    "Dashboard: executive",
                    "How much comes in, when, about what, and from where?",
                    {}};
    // Else the next section shows the days, with their trend.
    if (!report_.over_time || !report_.over_time->series) section.show(requests_per_day(analysis_));
    if (analysis_.week_hours) section.show(week_hours(*analysis_.week_hours));
    if (!analysis_.types.empty()) section.show(top_types(analysis_, kMostTypes));
    if (report_.map) section.show(*report_.map);
    if (!analysis_.areas.empty())
      section.show(group_table(analysis_.areas, "By " + area_title(*context_.contract),
                               area_title(*context_.contract), "area", 12));
    return section;
  }

  Section response() {
    Section section{"response-time",
                    "Dashboard: response time",
                    "How long do residents wait, and who waits longest?",
                    {}};
    if (!table_.has_closing) {
      section.say("This source tells no closing times, so nothing can be said about waiting.");
      return section;
    }
    const insight::Survival& km = kpis_.all.km;
    const std::string half =
        median("km_median", "median time to close, open requests counted (Kaplan-Meier)", km);
    std::string text = km.median
                           ? concat("Half of all requests are closed ", within(*km.median), half)
                       : km.last ? concat(
                                       "Fewer than half of all requests are closed; the median "
                                       "time to close is ",
                                       half)
                                 : std::string("No request has a time to close that counts");
    if (km.median_low && km.median_high) {
      text += concat(" (95 % interval ",
                     duration("km_median_low", "lower end of the 95 % interval of the median",
                              *km.median_low, km.n),
                     " to ",
                     duration("km_median_high", "upper end of the 95 % interval of the median",
                              *km.median_high, km.n),
                     ")");
    }
    text += ".";
    if (kpis_.all.closed_only.median) {
      text += concat(" Of the closed requests alone the median is ",
                     duration("closed_median", "median of closed requests alone",
                              *kpis_.all.closed_only.median, kpis_.all.closed_only.n),
                     "; that number leaves out those still waiting and is too kind.");
    }
    section.say(std::move(text));
    section.show(time_to_close(analysis_, is_in_days_));
    if (!analysis_.types.empty()) {
      section.show(time_by_group(analysis_.types, "time-by-type",
                                 "Which kinds of request wait longest?", "complaint type",
                                 is_in_days_, kMostTypes));
    }
    show_waiting(context_, report_, section, document_);
    section.show(backlog_ages(analysis_));
    show_outcomes(context_, report_, section, document_);
    return section;
  }

  Section departments() {
    Section section{"departments",
                    "Dashboard: department performance",
                    table_.has_closing ? "Which agencies are late, and how sure are we?"
                                       : "Which agencies get the requests?",
                    {}};
    if (analysis_.agencies.empty()) {
      section.say("This source names no agencies.");
      return section;
    }
    if (table_.has_closing) {
      section.say(
          "Agencies receive different kinds of requests. A later median or a lower share says "
          "where to look, not who works well.");
    }
    if (table_.has_closing && kpis_.sla && kpis_.sla->eligible == 0) {
      section.say("No request is old enough yet to tell whether it was closed in time.");
    } else if (table_.has_closing) {
      section.show(sla_by_group(analysis_.agencies, "sla-by-agency",
                                "Which agencies close in time?", "agency", kMostAgencies));
    }
    if (table_.has_closing) {
      section.show(time_by_group(analysis_.agencies, "time-by-agency",
                                 "How long does each agency take?", "agency", is_in_days_,
                                 kMostAgencies));
    }
    section.show(group_table(analysis_.agencies, "By agency", "agency", "agency", 25));
    show_like_for_like(context_, report_, section, document_);
    return section;
  }

  Table group_table(const std::vector<RequestGroup>& groups, std::string caption, std::string title,
                    const std::string& by, std::size_t most) {
    Table table;
    table.caption = std::move(caption);
    table.columns = {{std::move(title), false}, {"requests", true}};
    if (table_.has_closing) {
      // Dates tell no hour: in place of an interval there is what they allow.
      const char* const interval = is_in_days_ ? "certainly – possibly in time" : "95 % interval";
      for (const char* const column : {"open", "median", "90 %", "in time", interval})
        table.columns.push_back({column, true});
    }
    const std::string from = kpi_query(by == "area" ? "borough" : by);
    std::size_t shown = 0;
    for (const RequestGroup& group : groups) {
      if (shown++ == most) break;
      const RequestKpis& k = group.kpis;
      const std::string id = concat(by, "_", shown);
      const std::string name = group.key ? group.label : std::string("(none)");
      const insight::Survival& km = k.all.km;
      const auto time = [&](const char* which, std::optional<double> value) {
        if (value)
          return duration(concat(id, "_", which), concat(which, " of ", name), *value, km.n, from);
        return km.last ? std::string("not reached") : std::string();
      };
      std::string in_time;
      std::string interval;
      if (k.sla && k.sla->compliance && k.sla->eligible > 0) {
        in_time = share(id + "_sla", "closed in time, " + name, *k.sla->compliance, k.sla->eligible,
                        from);
        if (k.sla->ci95)
          interval = concat(say_percent(k.sla->ci95->low), " – ", say_percent(k.sla->ci95->high));
      } else if (k.sla && k.sla->eligible == 0) {
        in_time = "too early to tell";
      } else if (k.sla && k.sla->compliance_range) {
        interval = concat(say_percent(k.sla->compliance_range->low), " – ",
                          say_percent(k.sla->compliance_range->high));
      }
      auto& row = table.rows.emplace_back();
      row = {name,
             document_.cite({id, "requests, " + name, k.n, "requests", k.n, from}, say_count(k.n))};
      if (!table_.has_closing) continue;
      row.insert(row.end(), {say_count(k.count(Outcome::kOpen)), time("median", km.median),
                             time("p90", km.p90), std::move(in_time), std::move(interval)});
    }
    if (groups.size() > most)
      table.caption += concat(" (the ", most, " largest of ", groups.size(), ")");
    return table;
  }

  Section impact() {
    Section section = begin_impact();
    std::vector<std::string> items;
    if (table_.has_closing && kpis_.all.closed_only.mean) {
      const auto& closed = kpis_.all.closed_only;
      const double total =
          *closed.mean * static_cast<double>(closed.n) / (is_in_days_ ? 1.0 : 24.0);
      items.push_back(
          concat("Residents waited ",
                 document_.cite({"waiting_days", "sum of the times to close of closed requests",
                                 total, "days", closed.n, kpi_query()},
                                say_count(std::llround(total))),
                 " days in all for the ", say_things(closed.n, "request"), " that ",
                 closed.n == 1 ? "was" : "were", " closed."));
    }
    if (const auto& sla = kpis_.sla; sla && sla->met && sla->eligible > *sla->met) {
      const std::int64_t late = sla->eligible - *sla->met;
      items.push_back(concat(
          count("late", "requests old enough that were not closed in time", late, sla->eligible),
          plural(late, "request"), late == 1 ? " was" : " were",
          " not closed in time; each is a possible second call to the contact "
          "centre."));
    }
    if (kpis_.duplicates > 0) {
      items.push_back(
          concat(count("duplicates", "records removed as duplicates", kpis_.duplicates, kpis_.rows),
                 " records are duplicates; counted as requests they would inflate every volume."));
    }
    if (items.empty()) items.push_back("Nothing beyond the volumes above.");
    section.list(std::move(items));
    section.heading("Inputs that are missing");
    section.list(
        {"effort hours and loaded wage per complaint type: cost of a request, and of the backlog",
         "calls per request and cost per call: what repeat calls cost and what self-service would "
         "save",
         "value of an hour of waiting: what faster closing is worth to residents",
         "cost of a change: without it there is no return on investment"});
    return section;
  }

  Section technical() {
    Section section{"technical",
                    "Technical report",
                    "Are the differences real, and do the figures depend on choices we made?",
                    {}};
    if (report_.time_by_type) {
      const auto& test = report_.time_by_type->test;
      section.heading("Do complaint types differ in time to close?");
      section.say(concat(
          "Kruskal-Wallis on ", say_count(test.n), " closed requests in ",
          report_.time_by_type->names.size(), " groups: H = ",
          document_.cite(
              {"kruskal_h", "Kruskal-Wallis H of time to close by complaint type", test.h, "",
               test.n, command_line(context_, "test kruskal", "--by complaint_type")},
              fixed(test.h, 1)),
          ", ", test.df, " degrees of freedom, ", p_text(test.p, test.log10_p),
          "; effect size ε² = ",
          document_.cite(
              {"kruskal_epsilon", "epsilon squared = H / (n - 1)", test.epsilon_squared, "", test.n,
               command_line(context_, "test kruskal", "--by complaint_type")},
              fixed(test.epsilon_squared, 3)),
          ", ", effect_text(test.epsilon_squared, 0.06, 0.14),
          ". With this many rows nearly every difference is significant; the effect size says "
          "whether it matters."));
    }
    show_log_ranks(context_, report_, section, document_);
    if (report_.type_by_area) {
      const auto& test = report_.type_by_area->test;
      section.heading("Do areas ask for different things?");
      std::string text = concat(
          "Pearson's chi-square on ", say_count(test.n), " requests: χ² = ",
          document_.cite({"chi2", "chi-square of complaint type by area", test.chi2, "", test.n,
                          command_line(context_, "test chi2", "--a complaint_type --b borough")},
                         fixed(test.chi2, 1)),
          ", ", test.df, " degrees of freedom, ", p_text(test.p, test.log10_p));
      if (test.cramers_v) {
        text += concat(
            "; Cramér's V (bias-corrected) = ",
            document_.cite({"cramers_v", "bias-corrected Cramer's V", *test.cramers_v, "", test.n,
                            command_line(context_, "test chi2", "--a complaint_type --b borough")},
                           fixed(*test.cramers_v, 3)),
            ", ", effect_text(*test.cramers_v, 0.1, 0.3));
      }
      text += ".";
      if (test.warning) {
        text += concat(" Warning: ", say_percent(test.expected_below_5_share),
                       " of the expected counts are below 5, so p is only a rough guide.");
      }
      section.say(std::move(text));
    }
    if (kpis_.without_instant_and_batch && kpis_.classes && kpis_.all.closed_only.n > 0) {
      section.heading("Does it matter how closings are recorded?");
      const auto& classes = *kpis_.classes;
      section.say(concat(
          "Of the closed requests ",
          count("instant", "closed within 10 minutes", classes.instant, kpis_.all.closed_only.n),
          " were closed within ten minutes and ",
          count("batch", "closed at midnight by an agency that closes in batches", classes.batch,
                kpis_.all.closed_only.n),
          " by a batch at midnight. Without these the median is ",
          median("km_median_without", "median without instant and batch closings (Kaplan-Meier)",
                 kpis_.without_instant_and_batch->km),
          "."));
    }
    if (kpis_.fold_rows > 0 || kpis_.gap_rows > 0) {
      section.say(concat(say_count(kpis_.fold_rows),
                         " requests have a time in the hour that happens twice in autumn, ",
                         say_count(kpis_.gap_rows),
                         " one in the hour that does not happen in spring; they are read as "
                         "described under method."));
    }
    if (section.blocks.empty())
      section.say("There is not enough variety in these data for a test.");
    return section;
  }

  static std::string effect_text(double value, double medium, double large) {
    return value >= large    ? "a large effect"
           : value >= medium ? "a medium effect"
                             : "a small effect";
  }

  const ReportContext& context_;
  const RequestReport& report_;
  const insight::RequestTable& table_;
  const insight::RequestAnalysis& analysis_;
  const RequestKpis& kpis_;
  bool is_in_days_;
  Document document_;
};

}  // namespace

Document request_report(const ReportContext& context, const RequestReport& report) {
  return Writer(context, report).write();
}

}  // namespace hark::report
