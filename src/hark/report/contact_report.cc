#include <cmath>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/report/changed.h"
#include "hark/report/contact_charts.h"
#include "hark/report/over_time.h"
#include "hark/report/quality.h"
#include "hark/report/report.h"
#include "hark/report/wording.h"

namespace hark::report {
namespace {

using chart::ChartSpec;
using chart::Column;
using chart::FieldType;
using chart::Format;
using chart::Mark;
using insight::ContactGroup;
using insight::ContactKpis;

double number_or_gap(std::optional<double> value) { return value.value_or(std::nan("")); }
double count_or_gap(std::optional<std::int64_t> value) {
  return value ? static_cast<double>(*value) : std::nan("");
}

/// Days of a weekday below which nothing is said of it.
constexpr std::int64_t kFewestOfAWeekday = 4;

/// Pooled figures of each month of each year, in order.
struct MonthFigures {
  std::int32_t first_day = 0;
  ContactKpis kpis;
};

std::vector<MonthFigures> figures_by_month(const insight::ContactTable& table) {
  std::vector<MonthFigures> months;
  const std::span<const insight::ContactRow> rows = table.rows;
  for (std::size_t begin = 0; begin < rows.size();) {
    const calendar::Date date = calendar::civil_from_days(rows[begin].day);
    std::size_t end = begin;
    while (end < rows.size()) {
      const calendar::Date other = calendar::civil_from_days(rows[end].day);
      if (other.year != date.year || other.month != date.month) break;
      ++end;
    }
    months.push_back({calendar::days_from_civil(date.year, date.month, 1),
                      insight::contact_kpis(rows.subspan(begin, end - begin))});
    begin = end;
  }
  return months;
}

class Writer {
 public:
  Writer(const ReportContext& context, const ContactReport& report)
      : context_(context),
        report_(report),
        kpis_(report.kpis),
        months_(figures_by_month(*report.table)) {}

  Document write() {
    document_.title = "Contact centre: how fast do we answer?";
    document_.source = context_.source;
    document_.table_version = context_.table_version;
    if (kpis_.first_day) {
      document_.subtitle = concat(say_things(kpis_.rows, "day"), " from ",
                                  say_day(*kpis_.first_day), " to ", say_day(*kpis_.last_day));
    }
    document_.facts = {
        {"Source", context_.source},
        {"Contract", concat(context_.contract->name, " ", context_.contract->version)},
        {"Read", format_instant(std::chrono::floor<std::chrono::seconds>(context_.now))}};
    tell_selection(context_, "days", "", document_);
    document_.sections.push_back(summary());
    document_.sections.push_back(executive());
    if (report_.over_time) {
      for (auto* const make : {volume_section, forecast_section}) {
        if (auto section = make(context_, *report_.over_time, document_))
          document_.sections.push_back(*std::move(section));
      }
    }
    document_.sections.push_back(response());
    if (report_.diagnostics.drivers) document_.sections.push_back(drivers());
    document_.sections.push_back(periods());
    document_.sections.push_back(impact());
    document_.sections.push_back(quality());
    document_.sections.push_back(method());
    return std::move(document_);
  }

 private:
  std::string query(std::string_view by = {}) const {
    return command_line(context_, "kpi contact", by.empty() ? "" : concat("--by ", by));
  }
  std::string count(std::string id, std::string what, std::optional<std::int64_t> value) {
    if (!value) return "unknown";
    return document_.cite({std::move(id), std::move(what), *value, "calls", kpis_.rows, query()},
                          say_count(*value));
  }
  std::string share(std::string id, std::string what, std::optional<double> value,
                    int decimals = 1) {
    if (!value) return "unknown";
    return document_.cite({std::move(id), std::move(what), *value, "share", kpis_.rows, query()},
                          say_percent(*value, decimals));
  }
  std::string seconds(std::string id, std::string what, std::optional<double> value) {
    if (!value) return "unknown";
    return document_.cite({std::move(id), std::move(what), *value, "seconds", kpis_.rows, query()},
                          say_seconds(*value));
  }

  Section summary() {
    Section section{
        "executive-summary", "Executive summary", "What should I know in a minute?", {}};
    section.show(std::vector<Block::Kpi>{
        {"Calls offered", count("offered", "calls offered", kpis_.offered),
         concat("in ", say_things(kpis_.rows, "day"))},
        {"Call handling percentage",
         share("chp", "calls handled / calls offered, pooled", kpis_.chp, 2),
         "handled of offered, pooled"},
        {"Abandoned",
         share("abandonment", "calls abandoned / calls offered", kpis_.abandonment_rate, 2),
         concat(count("abandoned", "calls abandoned", kpis_.abandoned),
                plural(kpis_.abandoned.value_or(0), "call"))},
        {"Average speed of answer",
         seconds("asa", "average speed of answer over handled calls", kpis_.asa_s),
         "over handled calls"},
        {"Service level",
         share("service_level", "service level, weighted by its recovered denominator",
               kpis_.service_level),
         "as the centre defines it"},
    });
    std::vector<std::string> items;
    add_year_change(items);
    if (auto change = volume_change(context_, report_, document_))
      items.push_back(*std::move(change));
    add_weekdays(items);
    if (kpis_.unaccounted && *kpis_.unaccounted < 0) {
      items.push_back(
          concat(document_.cite({"unaccounted", "calls offered - handled - abandoned",
                                 *kpis_.unaccounted, "calls", kpis_.rows, query()},
                                say_count(-*kpis_.unaccounted)),
                 *kpis_.unaccounted == -1 ? " more call was" : " more calls were",
                 " handled or abandoned than were offered; the records do not add up."));
    } else if (kpis_.unaccounted && *kpis_.unaccounted > 0) {
      items.push_back(
          concat(count("unaccounted", "calls offered - handled - abandoned", kpis_.unaccounted),
                 plural(*kpis_.unaccounted, "call"), " (",
                 share("unaccounted_share", "unaccounted calls / offered", kpis_.unaccounted_share),
                 " of offered) ", *kpis_.unaccounted == 1 ? "is" : "are",
                 " neither handled nor abandoned in the records; this is shown "
                 "and not folded into another figure."));
    }
    section.list(std::move(items));
    section.say("Every number links to the evidence at the end.");
    return section;
  }

  void add_year_change(std::vector<std::string>& items) {
    if (report_.years.size() < 2) return;
    const ContactGroup& last = report_.years.back();
    const ContactGroup& before = report_.years[report_.years.size() - 2];
    if (!last.kpis.chp || !before.kpis.chp) return;
    const double change = (*last.kpis.chp - *before.kpis.chp) * 100;
    items.push_back(
        concat("In ", last.key, " the centre handled ",
               document_.cite({"chp_" + last.key, "call handling percentage of " + last.key,
                               *last.kpis.chp, "share", last.kpis.rows, query("year")},
                              say_percent(*last.kpis.chp, 2)),
               " of offered calls, after ",
               document_.cite({"chp_" + before.key, "call handling percentage of " + before.key,
                               *before.kpis.chp, "share", before.kpis.rows, query("year")},
                              say_percent(*before.kpis.chp, 2)),
               " in ", before.key, " (", change >= 0 ? "+" : "−", fixed(std::abs(change), 1),
               " points). A year may hold some of its days only."));
  }

  void add_weekdays(std::vector<std::string>& items) {
    const ContactGroup* busiest = nullptr;
    const ContactGroup* quietest = nullptr;
    for (const ContactGroup& day : report_.weekdays) {
      // One Wednesday is no pattern.
      if (!day.kpis.offered_mean || day.kpis.rows < kFewestOfAWeekday) continue;
      if (busiest == nullptr || *day.kpis.offered_mean > *busiest->kpis.offered_mean)
        busiest = &day;
      if (quietest == nullptr || *day.kpis.offered_mean < *quietest->kpis.offered_mean)
        quietest = &day;
    }
    if (busiest == nullptr || busiest == quietest) return;
    const auto mean = [&](const ContactGroup& day) {
      return document_.cite({"offered_mean_" + day.key, "mean calls offered on a " + day.key,
                             *day.kpis.offered_mean, "calls", day.kpis.rows, query("dow")},
                            say_count(std::llround(*day.kpis.offered_mean)));
    };
    items.push_back(concat(busiest->key, " is the busiest day with ", mean(*busiest),
                           " calls on average, ", quietest->key, " the quietest with ",
                           mean(*quietest), "."));
  }

  ChartSpec by_month(std::string id, std::string title, std::string what, Format format,
                     const auto& value_of) const {
    ChartSpec spec;
    spec.id = std::move(id);
    spec.title = std::move(title);
    spec.mark = Mark::kLine;
    std::vector<double> days;
    std::vector<double> values;
    for (const MonthFigures& month : months_) {
      // A gap of more than a month is a gap in the line.
      if (!days.empty() && month.first_day - days.back() > 31) {
        days.push_back(month.first_day - 1);
        values.push_back(std::nan(""));
      }
      days.push_back(month.first_day);
      values.push_back(value_of(month.kpis));
    }
    spec.footnote = "One point per month, pooled over its days.";
    spec.data = {{"month", "month", {}, Format::kNumber, std::move(days)},
                 {"value", std::move(what), {}, format, std::move(values)}};
    spec.encoding.x.field = "month";
    spec.encoding.x.type = FieldType::kTemporal;
    spec.encoding.y.field = "value";
    spec.encoding.y.zero = format == Format::kSeconds;
    spec.height = 250;
    return spec;
  }

  ChartSpec volumes() const {
    ChartSpec spec;
    spec.id = "calls-per-month";
    spec.title = "How many calls come in, and what becomes of them?";
    spec.mark = Mark::kLine;
    std::vector<double> days;
    std::vector<double> values;
    std::vector<std::string> kinds;
    for (const char* kind : {"offered", "handled", "abandoned"}) {
      double last = 0;
      for (const MonthFigures& month : months_) {
        const ContactKpis& k = month.kpis;
        const auto total = std::string_view(kind) == "offered"   ? k.offered
                           : std::string_view(kind) == "handled" ? k.handled
                                                                 : k.abandoned;
        if (last != 0 && month.first_day - last > 31) {
          days.push_back(month.first_day - 1);
          values.push_back(std::nan(""));
          kinds.emplace_back(kind);
        }
        last = month.first_day;
        days.push_back(month.first_day);
        // Per day, so that months of 28 days and half months compare.
        values.push_back(count_or_gap(total) /
                         static_cast<double>(std::max<std::int64_t>(1, k.rows)));
        kinds.emplace_back(kind);
      }
    }
    spec.footnote = "Mean calls per day of each month.";
    spec.data = {{"month", "month", {}, Format::kNumber, std::move(days)},
                 {"calls", "calls a day", "calls", Format::kNumber, std::move(values)},
                 {"kind", "calls", {}, Format::kNumber, std::move(kinds)}};
    spec.encoding.x.field = "month";
    spec.encoding.x.type = FieldType::kTemporal;
    spec.encoding.y.field = "calls";
    spec.encoding.color.field = "kind";
    spec.encoding.color.type = FieldType::kNominal;
    spec.height = 280;
    return spec;
  }

  static ChartSpec bars(std::string id, std::string title, const std::vector<ContactGroup>& groups,
                        std::string what) {
    ChartSpec spec;
    spec.id = std::move(id);
    spec.title = std::move(title);
    spec.mark = Mark::kBar;
    std::vector<std::string> names;
    std::vector<double> means;
    for (const ContactGroup& group : groups) {
      names.push_back(group.key);
      means.push_back(number_or_gap(group.kpis.offered_mean));
    }
    spec.data = {{"group", std::move(what), {}, Format::kNumber, std::move(names)},
                 {"calls", "mean calls offered a day", "calls", Format::kNumber, std::move(means)}};
    spec.encoding.x.field = "calls";
    spec.encoding.y.field = "group";
    spec.encoding.y.type = FieldType::kOrdinal;
    return spec;
  }

  Section executive() {
    Section section{
        "executive", "Dashboard: executive", "Are we keeping up, and when do people call?", {}};
    section.show(by_month("chp-per-month", "What share of calls do we handle?",
                          "call handling percentage", Format::kPercent,
                          [](const ContactKpis& k) { return number_or_gap(k.chp); }));
    section.show(volumes());
    section.show(
        bars("calls-by-weekday", "Which weekdays are busiest?", report_.weekdays, "weekday"));
    std::vector<ContactGroup> named = report_.months;
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (ContactGroup& group : named) {
      if (const auto month = parse_int(group.key); month && *month >= 1 && *month <= 12)
        group.key = kMonths[*month - 1];
    }
    section.show(bars("calls-by-month-of-year", "Which months are busiest?", named, "month"));
    if (!report_.table->hours.empty()) section.show(call_hours(report_.table->hours));
    return section;
  }

  Section response() {
    Section section{"response-time",
                    "Dashboard: response time",
                    "How long do callers wait, and is it getting better?",
                    {}};
    section.show(by_month("asa-per-month", "How long do callers wait for an answer?",
                          "average speed of answer", Format::kSeconds,
                          [](const ContactKpis& k) { return number_or_gap(k.asa_s); }));
    section.show(by_month("service-level-per-month", "What share is answered in time?",
                          "service level", Format::kPercent,
                          [](const ContactKpis& k) { return number_or_gap(k.service_level); }));
    section.show(by_month("abandoned-per-month", "What share of callers hang up?",
                          "abandonment rate", Format::kPercent,
                          [](const ContactKpis& k) { return number_or_gap(k.abandonment_rate); }));
    return section;
  }

  /// "+18.0 % (15.0 to 21.0 %)"
  std::string effect_text(const series::DriverEffect& effect) {
    const auto change = [](double relative) {
      return concat(relative >= 0 ? "+" : "−", fixed(std::abs(100 * relative), 1));
    };
    const std::string key = insight::key_of(effect);
    return concat(document_.cite({concat("effect_", name_of(effect.driver), "_", key),
                                  concat("calls of ", name_of(effect.driver), " ", key),
                                  effect.effect, "relative change", effect.days, query()},
                                 change(effect.effect) + " %"),
                  " (", change(effect.ci95.low), " to ", change(effect.ci95.high), " %)");
  }

  Section drivers() {
    const series::VolumeDrivers& found = *report_.diagnostics.drivers;
    Section section{"volume-drivers", "What moves call volume", "Why are some days busier?", {}};
    section.show(driver_shares(found));
    Table table;
    table.caption = "What each kind of day does to calls, the others held, with 95 % intervals";
    table.columns = {{"driver", false}, {"day", false}, {"calls", true}, {"days", true}};
    for (const series::DriverEffect& effect : found.effects) {
      const std::string key = effect.driver == series::Driver::kLevel
                                  ? concat("from ", insight::key_of(effect))
                                  : insight::key_of(effect);
      table.rows.push_back(
          {std::string(name_of(effect.driver)), key, effect_text(effect), say_count(effect.days)});
    }
    section.show(std::move(table));
    section.say(
        "Weekdays and months are against the average one, holidays against another day, a level "
        "against the one before it. Days are compared by the logarithm of their calls.");
    return section;
  }

  Section periods() {
    Section section{
        "departments", "Dashboard: performance by period", "Which years and weekdays differ?", {}};
    section.say("These records name no queues or teams, so performance is shown by period.");
    section.show(group_table(report_.years, "By year", "year", "year"));
    section.show(group_table(report_.weekdays, "By weekday", "weekday", "dow"));
    return section;
  }

  Table group_table(const std::vector<ContactGroup>& groups, std::string caption, std::string title,
                    const std::string& by) {
    Table table;
    table.caption = std::move(caption);
    table.columns = {{std::move(title), false}, {"days", true},
                     {"offered", true},         {"CHP", true},
                     {"abandoned", true},       {"speed of answer", true},
                     {"service level", true}};
    for (const ContactGroup& group : groups) {
      const ContactKpis& k = group.kpis;
      const std::string chp = k.chp ? document_.cite({concat("chp_", group.key),
                                                      "call handling percentage of " + group.key,
                                                      *k.chp, "share", k.rows, query(by)},
                                                     say_percent(*k.chp, 2))
                                    : "";
      table.rows.push_back({group.key, say_count(k.rows), k.offered ? say_count(*k.offered) : "",
                            chp, k.abandonment_rate ? say_percent(*k.abandonment_rate, 2) : "",
                            k.asa_s ? say_seconds(*k.asa_s) : "",
                            k.service_level ? say_percent(*k.service_level) : ""});
    }
    return table;
  }

  Section impact() {
    Section section = begin_impact();
    std::vector<std::string> items;
    if (kpis_.abandoned)
      items.push_back(
          concat(count("abandoned", "calls abandoned", kpis_.abandoned),
                 plural(*kpis_.abandoned, "call"), *kpis_.abandoned == 1 ? " was" : " were",
                 " abandoned; a caller who tried again is counted twice in offered calls."));
    if (kpis_.asa_s && kpis_.handled) {
      const double hours = *kpis_.asa_s * static_cast<double>(*kpis_.handled) / 3600;
      items.push_back(
          concat("Callers who were answered waited ",
                 document_.cite({"waiting_hours", "average speed of answer × handled calls", hours,
                                 "hours", kpis_.rows, query()},
                                hours < 10 ? fixed(hours, 1) : say_count(std::llround(hours))),
                 " hours in all."));
    }
    section.list(std::move(items));
    section.heading("Inputs that are missing");
    section.list({"average handle time and loaded wage: cost of a call",
                  "staffing per interval: whether more agents or other hours would help",
                  "share of calls that self-service could take: what it would save",
                  "cost of a change: without it there is no return on investment"});
    return section;
  }

  Section quality() {
    Section section{"data-quality", "Data quality", "Can I trust these numbers?", {}};
    std::vector<std::string> items;
    if (report_.table->duplicates > 0)
      items.push_back(concat(say_things(report_.table->duplicates, "repeated day"),
                             report_.table->duplicates == 1 ? " was removed." : " were removed."));
    for (const insight::NoValues& of : report_.table->no_values) {
      const std::int64_t values = of.impossible + of.unreadable;
      items.push_back(concat(say_count(values), values == 1 ? " value of " : " values of ",
                             of.column,
                             values == 1 ? " cannot be one and counts as none."
                                         : " cannot be one and count as none."));
    }
    if (kpis_.negative_unaccounted_rows > 0) {
      items.push_back(concat(
          document_.cite({"negative_days", "days on which handled + abandoned exceed offered",
                          kpis_.negative_unaccounted_rows, "days", kpis_.rows, query()},
                         say_count(kpis_.negative_unaccounted_rows)),
          kpis_.negative_unaccounted_rows == 1 ? " day has" : " days have",
          " more calls handled and abandoned than offered."));
    }
    add_diagnostics(items);
    const auto& denominator = kpis_.denominator;
    if (denominator.unique > 0) {
      items.push_back(concat(
          "The service level's denominator could be recovered on ", say_count(denominator.unique),
          " of ", say_things(kpis_.rows, "day"),
          denominator.abandons_inside
              ? concat("; there it holds ",
                       share("abandons_inside",
                             "share of abandoned calls inside the service level's denominator",
                             denominator.abandons_inside),
                       " of the abandoned calls")
              : std::string(),
          ". On the other days handled calls are the weight."));
    }
    if (items.empty()) items.push_back("Nothing odd was found.");
    section.list(std::move(items));
    section.show(years_table());
    if (!context_.rules.empty()) section.show(rules_table(context_));
    return section;
  }

  void add_diagnostics(std::vector<std::string>& items) const {
    const insight::ContactDiagnostics& found = report_.diagnostics;
    std::vector<std::int32_t> unexplained;
    for (const insight::MissingDay& day : found.missing) {
      if (day.reason == insight::MissingDay::Reason::kUnexplained) unexplained.push_back(day.day);
    }
    if (const auto closed = found.missing.size() - unexplained.size(); closed > 0)
      items.push_back(concat(say_things(static_cast<std::int64_t>(closed), "day"),
                             " without a row ", closed == 1 ? "is" : "are",
                             " explained by a holiday or a weekday of rest."));
    if (!unexplained.empty()) {
      std::string text =
          concat(say_things(static_cast<std::int64_t>(unexplained.size()), "day"),
                 unexplained.size() == 1 ? " is" : " are", " missing inside the years at hand: ");
      for (std::size_t i = 0; i < unexplained.size() && i < 5; ++i)
        text += (i > 0 ? ", " : "") + calendar::format_date(unexplained[i]);
      items.push_back(text + (unexplained.size() > 5 ? ", …" : "."));
    }
    const auto& strange = found.reconciliation.out_of_line;
    if (!strange.empty()) {
      std::string text =
          concat(say_count(static_cast<std::int64_t>(strange.size())),
                 strange.size() == 1 ? " day has" : " days have",
                 " far more or fewer unaccounted calls than their year's usual share: ");
      for (std::size_t i = 0; i < strange.size() && i < 3; ++i)
        text += concat(i > 0 ? ", " : "", calendar::format_date(strange[i].day), " (",
                       strange[i].unaccounted(), " of ", say_count(strange[i].offered), ")");
      items.push_back(text + (strange.size() > 3 ? ", …" : "."));
    }
    for (const insight::DenominatorChange& change : found.changes) {
      const bool is_rule = change.kind == insight::DenominatorChange::Kind::kRule;
      items.push_back(is_rule ? concat("From ", change.from_year, " to ", change.to_year,
                                       " the service level changed its rule: its denominator held ",
                                       say_percent(change.before), " of abandoned calls, then ",
                                       say_percent(change.after), ". The years do not compare.")
                              : concat("From ", change.from_year, " to ", change.to_year,
                                       " the service level went from ", fixed(change.before, 0),
                                       " to ", fixed(change.after, 0), " digits."));
    }
  }

  Table years_table() const {
    Table table;
    table.caption = "Calls that do not add up, and how the service level was computed";
    table.columns = {{"year", false},          {"days", true},
                     {"unaccounted", true},    {"share of offered", true},
                     {"negative days", true},  {"digits", true},
                     {"rows that tell", true}, {"abandoned inside", true}};
    const insight::ContactDiagnostics& found = report_.diagnostics;
    for (const insight::YearBalance& balance : found.reconciliation.years) {
      std::vector<std::string> cells = {std::to_string(balance.year),
                                        say_count(balance.days),
                                        say_count(balance.unaccounted),
                                        balance.offered > 0
                                            ? say_percent(static_cast<double>(balance.unaccounted) /
                                                              static_cast<double>(balance.offered),
                                                          2)
                                            : "",
                                        say_count(balance.negative),
                                        "",
                                        "",
                                        ""};
      for (const insight::YearDenominator& year : found.denominators) {
        if (year.year != balance.year) continue;
        if (year.decimals) cells[5] = std::to_string(*year.decimals);
        cells[6] = say_count(year.found.unique);
        if (year.ci95)
          cells[7] = concat(say_percent(*year.found.abandons_inside), " (",
                            say_percent(year.ci95->low), " to ", say_percent(year.ci95->high), ")");
      }
      table.rows.push_back(std::move(cells));
    }
    return table;
  }

  Section method() {
    Section section{
        "method", "Method and limits", "How was this computed, and what can it not say?", {}};
    section.list(
        {"Ratios are pooled: the sum of handled calls over the sum of offered calls. The mean of "
         "daily percentages is another number and is not shown.",
         "Average speed of answer is weighted by handled calls.",
         "Service level is weighted by the denominator it was computed with, where its digits "
         "tell; else by handled calls.",
         "Calls that are neither handled nor abandoned are shown as unaccounted."});
    section.heading("What cannot be said from these data");
    std::vector<std::string> not_told = {
        report_.table->hours.empty()
            ? "which hours of the day are short of agents: the records are daily"
            : "which hours of the day are short of agents: that needs their rota",
        "whether callers got what they needed: that needs a survey",
        "how many different people called"};
    if (report_.over_time) {
      for (std::string& item : not_told_over_time(*report_.over_time))
        not_told.push_back(std::move(item));
    }
    section.list(std::move(not_told));
    return section;
  }

  const ReportContext& context_;
  const ContactReport& report_;
  const ContactKpis& kpis_;
  std::vector<MonthFigures> months_;
  Document document_;
};

}  // namespace

Document contact_report(const ReportContext& context, const ContactReport& report) {
  return Writer(context, report).write();
}

}  // namespace hark::report
