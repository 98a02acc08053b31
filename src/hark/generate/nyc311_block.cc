#include "hark/generate/nyc311_block.h"

#include <algorithm>
#include <cmath>

#include "hark/core/text.h"
#include "hark/generate/text_output.h"

namespace hark::generate {
namespace {

constexpr std::uint64_t kFirstKey = 50'000'000;
constexpr std::size_t kStreetsPerPlace = 24;
constexpr std::size_t kRowBytes = 700;
/// Exact copies repeat one of this many records before.
constexpr std::size_t kNumRecent = 64;
constexpr double kUnits = 1e14;  // per degree

constexpr std::string_view kOpenStatuses[] = {"In Progress", "In Progress", "Open",   "Open",
                                              "Assigned",    "Pending",     "Started"};
constexpr std::string_view kBadClocks[] = {"13/45/2023 10:00:00 AM", "not yet",
                                           "02/30/2022 25:61:00 PM", "31.02.2023"};
constexpr std::string_view kBadZips[] = {"00000", "1000", "NEWARK", "112 34"};
std::string_view channel_of(double u) {
  if (u < 0.42) return "ONLINE";
  if (u < 0.80) return "PHONE";
  return u < 0.96 ? "MOBILE" : "UNKNOWN";
}

/// Cuts the record that begins at `begin` before its `num_fields`-th comma.
void cut_fields(std::string& out, std::size_t begin, std::uint64_t num_fields) {
  bool is_quoted = false;
  for (std::size_t i = begin; i < out.size(); ++i) {
    if (out[i] == '"') is_quoted = !is_quoted;
    if (out[i] == ',' && !is_quoted && --num_fields == 0) {
      out.resize(i);
      out += '\n';
      return;
    }
  }
}

}  // namespace

StatePlane state_plane(double latitude, double longitude) {
  const double feet_per_degree = 277'200 * (1 - 0.015 * (latitude - 40.7));
  return {984'253 + (longitude + 74) * feet_per_degree, 194'309 + (latitude - 40.7) * 364'400};
}

Nyc311BlockMaker::Nyc311BlockMaker(const Nyc311Options& options, const Nyc311Rates& rates)
    : options_(options), rates_(rates) {
  const auto stems = street_stems();
  const auto kinds = street_kinds();
  for (std::size_t place = 0; place < neighbourhoods().size(); ++place) {
    for (std::size_t street = 0; street < kStreetsPerPlace; ++street) {
      streets_.push_back(concat(stems[(place * 17 + street * 7) % stems.size()], " ",
                                kinds[(place * 5 + street * 3) % kinds.size()]));
    }
  }
  // 95 % of the closings before the creation belong to one agency, which has `dot` of all requests.
  double dot = 0;
  for (std::size_t i = 0; i < agencies().size(); ++i) {
    if (agencies()[i].code == "DOT") dot = rates.expected().by_agency[i];
  }
  before_created_at_dot_ = std::min(1.0, options.defects.closed_before_created * 0.95 / dot);
  before_created_elsewhere_ = options.defects.closed_before_created * 0.05 / (1 - dot);
}

Nyc311BlockMaker::Place Nyc311BlockMaker::draw_place(const ComplaintType& type,
                                                     stats::Pcg64& random) const {
  Place place;
  if (random.uniform() < options_.defects.unspecified_borough) return place;
  const std::uint32_t index = rates_.draw_neighbourhood(type.areas, random);
  const Neighbourhood& home = neighbourhoods()[index];
  place.neighbourhood = &home;
  // Some streets have more trouble than others.
  const double u = random.uniform();
  const auto first = static_cast<std::size_t>(kStreetsPerPlace * u * u);
  for (std::size_t i = 0; i < place.streets.size(); ++i) {
    const std::size_t street =
        i == 0 ? first : (first + 5 * i + random.below(3)) % kStreetsPerPlace;
    place.streets[i] = streets_[index * kStreetsPerPlace + street];
  }
  place.house = 1 + static_cast<unsigned>(random.below(1200));
  place.lot = static_cast<unsigned>(random.below(90'000));
  place.is_intersection = random.uniform() < 0.1;
  const auto offset = [&] {
    return std::clamp(stats::normal_quantile(random.uniform_open()), -2.5, 2.5) * home.spread;
  };
  const double latitude = home.latitude + offset();
  const double longitude = home.longitude + 1.3 * offset();
  place.latitude = std::llround(latitude * kUnits);
  place.longitude = std::llround(longitude * kUnits);
  const StatePlane plane = state_plane(latitude, longitude);
  place.x = std::llround(plane.x_ft);
  place.y = std::llround(plane.y_ft);
  return place;
}

void Nyc311BlockMaker::draw_closing(Request& request, double median_hours,
                                    stats::Pcg64& random) const {
  const Response& response = complaint_types()[request.type].response;
  const std::int64_t extract = rates_.extract_utc_s();
  const double u = random.uniform();
  std::optional<std::int64_t> closed;
  if (u >= response.never_share) {
    std::int64_t seconds = 0;
    if (u >= response.never_share + response.zero_share) {
      if (u < response.never_share + response.zero_share + response.instant_share) {
        seconds = 1 + static_cast<std::int64_t>(random.below(599));
      } else {
        const double hours = shape_quantile(response, median_hours, random.uniform_open());
        // What takes a hundred years is open at any extract.
        seconds = static_cast<std::int64_t>(std::min(hours, 876'600.0) * 3600);
      }
    }
    closed = request.created_utc + seconds;
    const double stroke = random.uniform();
    if (stroke < response.midnight_share + response.noon_share) {
      const std::int64_t local = to_local(*closed);
      std::int64_t at = local - local % kDay + kDay;
      if (stroke >= response.midnight_share) at -= local % kDay < kDay / 2 ? kDay / 2 : -kDay / 2;
      closed = rates_.zone().from_local(at).utc_s;
    }
  }

  if (closed && *closed <= extract) {
    request.status = "Closed";
    request.closed_local = to_local(*closed);
    const std::int64_t later =
        random.below(10) == 0
            ? static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * kDay)))
            : 0;
    request.updated_utc = *closed + later;
    request.updated_local = to_local(request.updated_utc);
    if (random.below(20) != 0) {
      request.text = closing_texts()[random.below(closing_texts().size())];
    }
    spoil_closing(request, random);
  } else {
    request.status = kOpenStatuses[random.below(std::size(kOpenStatuses))];
    request.updated_utc =
        request.created_utc +
        static_cast<std::int64_t>(random.uniform() *
                                  static_cast<double>(extract - request.created_utc));
    if (random.uniform() < options_.defects.text_on_open) {
      request.updated_local = to_local(request.updated_utc);
      request.text = open_texts()[random.below(open_texts().size())];
    }
  }
}

void Nyc311BlockMaker::spoil_closing(Request& request, stats::Pcg64& random) const {
  const Nyc311Defects& defects = options_.defects;
  double u = random.uniform();
  const auto is_next = [&](double share) { return (u -= share) < 0; };
  if (is_next(defects.closed_1900)) {
    request.closed_local = wall(1900);
  } else if (is_next(defects.closed_2100)) {
    request.closed_local = wall(2100);
  } else if (is_next(defects.closed_future)) {
    request.closed_local = wall(2090) + static_cast<std::int64_t>(random.below(365 * kDay));
  } else if (is_next(defects.closed_unreadable)) {
    request.closed_text = kBadClocks[random.below(std::size(kBadClocks))];
  } else if (is_next(defects.closed_without_time)) {
    request.closed_local.reset();
  } else if (is_next(defects.open_with_time)) {
    request.status = kOpenStatuses[random.below(std::size(kOpenStatuses))];
  } else {
    const bool is_dot = agencies()[complaint_types()[request.type].agency].code == "DOT";
    if (random.uniform() < (is_dot ? before_created_at_dot_ : before_created_elsewhere_)) {
      const double days = std::min(stats::exponential_quantile(random.uniform_open(), 2), 60.0);
      request.closed_local =
          to_local(request.created_utc - 1 - static_cast<std::int64_t>(days * kDay));
    }
  }
}

Nyc311BlockMaker::Request Nyc311BlockMaker::draw(std::uint64_t row, const Nyc311Rates::Hour& hour,
                                                 stats::Pcg64& random) const {
  const Nyc311Defects& defects = options_.defects;
  Request request;
  request.key = kFirstKey + row;
  request.type = rates_.draw_type(hour, random);
  const ComplaintType& type = complaint_types()[request.type];
  request.descriptor = static_cast<std::uint32_t>(random.below(type.descriptors.size()));
  request.created_utc = hour.utc_s + static_cast<std::int64_t>(random.below(3600));
  request.created_local = request.created_utc + hour.offset_s;
  const double stamp = random.uniform();
  if (stamp < type.created_midnight_share + type.created_noon_share) {
    request.created_local -= request.created_local % kDay;
    if (stamp >= type.created_midnight_share) request.created_local += kDay / 2;
    request.created_utc = rates_.zone().from_local(request.created_local).utc_s;
  } else if (hour.is_after_gap && random.uniform() < defects.gap_clock) {
    request.created_local -= 3600;
    request.is_in_gap = true;
  }
  if (random.uniform() < defects.spelling) {
    request.spelling = 1 + static_cast<unsigned>(random.below(3));
  }
  draw_closing(request, rates_.median_hours(request.type, hour), random);
  const bool is_early = request.created_local < wall(2021);
  if (random.uniform() < (is_early ? 0.35 : 0.004)) {
    request.due_local =
        to_local(request.created_utc + static_cast<std::int64_t>((8 + random.below(712)) * 3600));
  }
  if (!request.text.empty()) {
    const double flaw = random.uniform();
    if (flaw < defects.newline) {
      request.flaw = TextFlaw::kNewline;
    } else if (flaw < defects.newline + defects.mojibake) {
      request.flaw = TextFlaw::kMojibake;
    }
  }
  request.channel = channel_of(random.uniform());
  request.place = draw_place(type, random);
  if (request.place.neighbourhood != nullptr) {
    request.zip = request.place.neighbourhood->zip;
    if (random.uniform() < defects.impossible_zip) {
      request.zip = kBadZips[random.below(std::size(kBadZips))];
    }
  }
  return request;
}

void Nyc311BlockMaker::make(std::uint64_t block, std::string& out, Nyc311Counts& counts) const {
  const Nyc311Defects& defects = options_.defects;
  stats::Pcg64 random = stats::Pcg64::for_block(options_.seed, block);
  std::uint64_t row = block * kRowsPerBlock;
  const std::uint64_t end = std::min(row + kRowsPerBlock, options_.num_rows);
  out.reserve(out.size() + (end - row) * kRowBytes);
  struct Written {
    std::size_t begin;
    std::size_t size;
  };
  std::vector<Written> recent;
  std::size_t num_whole = 0;
  std::size_t hour = rates_.hour_of(row);
  for (; row < end; ++row) {
    while (row >= rates_.rows_until(hour)) ++hour;
    ++counts[Count::kRecords];
    double u = random.uniform();
    const auto is_next = [&](double share) { return (u -= share) < 0; };
    if (is_next(defects.duplicate) && !recent.empty()) {
      const Written copied = recent[random.below(recent.size())];
      out.append(out, copied.begin, copied.size);
      ++counts[Count::kDuplicates];
      continue;
    }
    const bool is_superseded = u >= 0 && is_next(defects.superseded) && row + 1 < end;
    Request request = draw(row, rates_.hour(hour), random);
    const std::size_t begin = out.size();
    if (is_superseded) {
      // The update stamps lie more than the width of a fold apart, so that their order is plain.
      request.updated_utc = std::max(request.updated_utc, request.created_utc + 3 * 3600);
      request.updated_local = to_local(request.updated_utc);
      Request earlier = request;
      earlier.updated_local =
          to_local(request.created_utc + 1 + static_cast<std::int64_t>(random.below(3600)));
      earlier.closed_local.reset();
      earlier.closed_text = {};
      earlier.status = "In Progress";
      earlier.text = open_texts()[0];
      earlier.flaw = TextFlaw::kNone;
      const bool is_earlier_first = random.below(2) == 0;
      write(is_earlier_first ? earlier : request, out);
      write(is_earlier_first ? request : earlier, out);
      count(request, counts);
      ++counts[Count::kSuperseded];
      ++counts[Count::kRecords];
      ++row;
      continue;
    }
    if (u >= 0 && is_next(defects.too_few_fields)) {
      write(request, out);
      cut_fields(out, begin, 5 + random.below(30));
      ++counts[Count::kTooFewFields];
    } else if (u >= 0 && is_next(defects.too_many_fields)) {
      write(request, out);
      out.insert(out.size() - 1, ",surplus");
      ++counts[Count::kTooManyFields];
    } else if (u >= 0 && is_next(defects.bad_utf8)) {
      request.text = open_texts()[0];
      request.flaw = TextFlaw::kBadUtf8;
      write(request, out);
      ++counts[Count::kBadUtf8];
    } else if (u >= 0 && is_next(defects.created_unreadable)) {
      request.created_text = kBadClocks[random.below(std::size(kBadClocks))];
      write(request, out);
      ++counts[Count::kCreatedUnreadable];
    } else {
      write(request, out);
      count(request, counts);
      const Written written{begin, out.size() - begin};
      if (recent.size() < kNumRecent) {
        recent.push_back(written);
      } else {
        recent[num_whole % kNumRecent] = written;
      }
      ++num_whole;
    }
  }
}

}  // namespace hark::generate
