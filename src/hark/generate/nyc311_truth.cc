#include "hark/generate/nyc311_truth.h"

#include <algorithm>
#include <string>

#include "hark/core/text.h"
#include "hark/generate/text_output.h"
#include "hark/stats/distributions.h"
#include "hark/stats/random.h"

namespace hark::generate {
namespace {

std::string folded_name(const ComplaintType& type) { return fold_category(type.name); }

std::string month_name(const Nyc311Options& options, std::size_t index) {
  const calendar::Date first = calendar::civil_from_days(options.first_day);
  const auto months = first.year * 12 + static_cast<std::int32_t>(first.month) - 1 +
                      static_cast<std::int32_t>(index);
  return calendar::format_date(
             calendar::days_from_civil(months / 12, static_cast<unsigned>(months % 12 + 1), 1))
      .substr(0, 7);
}

template <typename Values, typename NameOf>
Json named(const Values& values, const NameOf& name_of) {
  Json object = Json::object();
  for (std::size_t i = 0; i < values.size(); ++i) object.set(name_of(i), values[i]);
  return object;
}

template <typename Values>
Json list(const Values& values) {
  Json array = Json::array();
  for (const auto value : values) array.push_back(value);
  return array;
}

Json planted_types(const Nyc311Rates& rates) {
  Json types = Json::array();
  for (std::uint32_t i = 0; i < complaint_types().size(); ++i) {
    const ComplaintType& type = complaint_types()[i];
    const Response& response = type.response;
    const bool is_lognormal = response.shape == Shape::kLognormal;
    types.push_back(Json::object({
        {"complaint_type", folded_name(type)},
        {"agency", agencies()[type.agency].code},
        {"share", rates.expected().by_type[i]},
        {"shape", is_lognormal ? "lognormal" : "weibull"},
        {"shape_median_hours", rates.median_hours(i)},
        {is_lognormal ? "sigma" : "shape_parameter", response.spread},
        {"zero_share", response.zero_share},
        {"instant_share", response.instant_share},
        {"never_share", response.never_share},
        {"midnight_share", response.midnight_share},
        {"noon_share", response.noon_share},
        {"created_midnight_share", type.created_midnight_share},
        {"created_noon_share", type.created_noon_share},
        {"median_hours", planted_median_hours(response, rates.median_hours(i))},
    }));
  }
  return types;
}

Json planted_defects(const Nyc311Defects& defects) {
  Json shares = Json::object();
  for (const NamedShare& named : defect_shares()) shares.set(named.name, defects.*named.share);
  return shares;
}

Json planted_effects(const Nyc311Effects& e) {
  return Json::object({{"peak_lift", e.peak_lift},
                       {"slow_agency", e.slow_agency},
                       {"slow_factor", e.slow_factor},
                       {"hot_zip", e.hot_zip},
                       {"hot_factor", e.hot_factor},
                       {"change_day", calendar::format_date(e.change_day)},
                       {"level_factor", e.level_factor},
                       {"noise_factor", e.noise_factor},
                       {"pace_factor", e.pace_factor},
                       {"mix_agency", e.mix_agency},
                       {"mix_points", e.mix_points}});
}

struct Batches {
  std::int64_t batch = 0;
  std::int64_t instant_and_batch = 0;
};

/// METRICS section 2, "closing class"; the portal's clocks have seconds.
Batches batches_of(const Nyc311Counts& counts) {
  Batches batches;
  for (const AgencyClosings& agency : counts.by_agency) {
    const double by_chance = static_cast<double>(agency.n) / 86'400;
    if (static_cast<double>(agency.at_midnight) > 5 * by_chance &&
        stats::poisson_upper_tail(agency.at_midnight, by_chance) < 1e-6) {
      batches.batch += agency.at_midnight;
      batches.instant_and_batch += agency.instant_at_midnight;
    }
  }
  return batches;
}

Json counts_json(const Nyc311Options& options, const Nyc311Rates& rates,
                 const Nyc311Counts& counts) {
  const Batches batches = batches_of(counts);
  std::vector<std::int64_t> rows_by_agency(agencies().size());
  for (std::size_t t = 0; t < counts.by_type.size(); ++t) {
    rows_by_agency[complaint_types()[t].agency] += counts.by_type[t];
  }
  const auto agency_code = [](std::size_t i) { return agencies()[i].code; };
  std::vector<std::int64_t> midnights;
  for (const AgencyClosings& agency : counts.by_agency) midnights.push_back(agency.at_midnight);
  const std::int64_t as_of = counts.as_of_utc_s;
  return Json::object({
      {"records", counts[Count::kRecords]},
      {"rejected", Json::object({{"too_few_fields", counts[Count::kTooFewFields]},
                                 {"too_many_fields", counts[Count::kTooManyFields]},
                                 {"bad_utf8", counts[Count::kBadUtf8]},
                                 {"created_unreadable", counts[Count::kCreatedUnreadable]}})},
      {"duplicates", counts[Count::kDuplicates]},
      {"superseded", counts[Count::kSuperseded]},
      {"rows", counts[Count::kRows]},
      {"closed", counts[Count::kClosed]},
      {"open", counts[Count::kOpen]},
      {"excluded", Json::object({{"negative", counts[Count::kNegative]},
                                 {"sentinel", counts[Count::kSentinel]},
                                 {"future", counts[Count::kFuture]},
                                 {"unparsed", counts[Count::kUnparsed]}})},
      {"classes", Json::object({{"zero", counts[Count::kZero]},
                                {"instant", counts[Count::kInstant]},
                                {"batch", batches.batch},
                                {"instant_and_batch", batches.instant_and_batch},
                                {"normal", counts[Count::kClosed] - counts[Count::kInstant] -
                                               batches.batch + batches.instant_and_batch}})},
      {"closed_without_time", counts[Count::kClosedWithoutTime]},
      {"open_with_time", counts[Count::kOpenWithTime]},
      {"fold_rows", counts[Count::kFoldRows]},
      {"gap_rows", counts[Count::kGapRows]},
      {"created_at_midnight", counts[Count::kCreatedAtMidnight]},
      {"created_at_noon", counts[Count::kCreatedAtNoon]},
      {"text_on_open", counts[Count::kTextOnOpen]},
      {"newlines", counts[Count::kNewlines]},
      {"mojibake", counts[Count::kMojibake]},
      {"impossible_zips", counts[Count::kImpossibleZips]},
      {"other_spellings", counts[Count::kOtherSpellings]},
      {"as_of_local",
       counts[Count::kRows] > 0 ? Json(iso_clock(as_of + rates.zone().offset_at(as_of))) : Json()},
      {"by_agency", named(rows_by_agency, agency_code)},
      {"by_borough",
       named(counts.by_borough,
             [](std::size_t i) { return i < kNumBoroughs ? kBoroughs[i] : "Unspecified"; })},
      {"by_complaint_type",
       named(counts.by_type, [](std::size_t i) { return folded_name(complaint_types()[i]); })},
      {"by_hour", list(counts.by_hour)},
      {"by_weekday", list(counts.by_weekday)},
      {"by_month", named(counts.by_month, [&](std::size_t i) { return month_name(options, i); })},
      {"midnight_closings_by_agency", named(midnights, agency_code)},
  });
}

}  // namespace

void Nyc311Counts::add(const Nyc311Counts& other) {
  const auto join = [](auto& mine, const auto& theirs) {
    for (std::size_t i = 0; i < mine.size(); ++i) mine[i] += theirs[i];
  };
  join(scalars, other.scalars);
  join(by_type, other.by_type);
  join(by_borough, other.by_borough);
  join(by_hour, other.by_hour);
  join(by_weekday, other.by_weekday);
  join(by_month, other.by_month);
  for (std::size_t i = 0; i < by_agency.size(); ++i) {
    by_agency[i].n += other.by_agency[i].n;
    by_agency[i].at_midnight += other.by_agency[i].at_midnight;
    by_agency[i].instant_at_midnight += other.by_agency[i].instant_at_midnight;
  }
  as_of_utc_s = std::max(as_of_utc_s, other.as_of_utc_s);
}

double shape_quantile(const Response& response, double median_hours, double u) {
  if (response.shape == Shape::kLognormal) {
    return median_hours * stats::lognormal_quantile(u, 0, response.spread);
  }
  return median_hours * stats::weibull_quantile(u, response.spread, 1) /
         stats::weibull_quantile(0.5, response.spread, 1);
}

std::optional<double> planted_median_hours(const Response& response, double median_hours) {
  if (response.midnight_share > 0 || response.noon_share > 0) return std::nullopt;
  const double shaped = 1 - response.zero_share - response.instant_share - response.never_share;
  if (response.zero_share >= 0.5) return 0;
  // Share closed by the time that the shape reaches at probability u; it grows with u.
  const auto closed_share = [&](double u) {
    const double hours = shape_quantile(response, median_hours, u);
    return response.zero_share + response.instant_share * std::min(1.0, hours * 6) + shaped * u;
  };
  double low = 1e-12, high = 1 - 1e-12;
  if (closed_share(high) < 0.5) return std::nullopt;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (closed_share(middle) < 0.5 ? low : high) = middle;
  }
  return shape_quantile(response, median_hours, high);
}

Json truth_of(const Nyc311Options& options, const Nyc311Rates& rates, const Nyc311Counts& counts) {
  const ExpectedShares& expected = rates.expected();
  const auto agency_code = [](std::size_t i) { return agencies()[i].code; };
  const std::int64_t extract = rates.extract_utc_s();
  return Json::object({
      {"dataset", "nyc311"},
      {"records", options.num_rows},
      {"seed", options.seed},
      {"first_day", calendar::format_date(options.first_day)},
      {"num_days", std::int64_t{options.num_days}},
      {"extract_local", iso_clock(extract + rates.zone().offset_at(extract))},
      {"tzdata", calendar::tzdata_version()},
      {"planted",
       Json::object({
           {"share_by_agency", named(expected.by_agency, agency_code)},
           {"share_by_agency_before_change", named(expected.by_agency_before_change, agency_code)},
           {"share_by_agency_from_change", named(expected.by_agency_from_change, agency_code)},
           {"share_by_borough",
            named(expected.by_borough, [](std::size_t i) { return kBoroughs[i]; })},
           {"share_by_hour", list(expected.by_hour)},
           {"share_by_weekday", list(expected.by_weekday)},
           {"share_by_month",
            named(expected.by_month, [&](std::size_t i) { return month_name(options, i); })},
           {"complaint_types", planted_types(rates)},
           {"defects", planted_defects(options.defects)},
           {"effects", planted_effects(options.effects)},
       })},
      {"counts", counts_json(options, rates, counts)},
  });
}

}  // namespace hark::generate
