// The invented city behind generate_nyc311(): who answers, what people report, where they live.
//
// Boroughs, zip codes, community boards, agencies and complaint types are New York's, so that the
// contract and every reader meet what they meet in life; streets, house numbers, answers and all
// rates are invented. Everything here is constant. Threads: everything here is constant.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace hark::generate {

inline constexpr std::size_t kNumBoroughs = 5;
inline constexpr std::array<std::string_view, kNumBoroughs> kBoroughs = {
    "BRONX", "BROOKLYN", "MANHATTAN", "QUEENS", "STATEN ISLAND"};

struct Agency {
  std::string_view code;
  std::string_view name;
  std::string_view facility;  ///< "Facility Type" of its requests
};

enum class HourProfile : std::uint8_t { kNoise, kParking, kHousing, kOffice, kRoad };
enum class WeekProfile : std::uint8_t { kEven, kLeisure, kOffice };
enum class Season : std::uint8_t { kFlat, kHeating, kSummer, kGrowth, kPotholes };
/// Which boroughs a complaint type comes from.
enum class AreaMix : std::uint8_t { kEven, kHousing, kStreet, kNoise };
inline constexpr std::size_t kNumAreaMixes = 4;

enum class Shape : std::uint8_t { kLognormal, kWeibull };

/// How long an agency takes. Shares are of all requests of the type; the rest follows the shape.
struct Response {
  Shape shape = Shape::kLognormal;
  double median_hours = 1;
  double spread = 1;          ///< sigma of the logarithm, or Weibull's shape parameter
  double zero_share = 0;      ///< closed in the second they were created
  double instant_share = 0;   ///< closed after 1 to 599 seconds
  double never_share = 0;     ///< never closed
  double midnight_share = 0;  ///< of closings: written at the midnight after
  double noon_share = 0;      ///< of closings: written at the noon after
};

struct ComplaintType {
  std::uint8_t agency;  ///< place in agencies()
  std::string_view name;
  std::array<std::string_view, 4> descriptors;
  std::string_view location_type;
  double weight;  ///< share of all requests, before profiles
  HourProfile hours;
  WeekProfile week;
  Season season;
  AreaMix areas;
  Response response;
  double created_midnight_share = 0;  ///< creation stamped at 00:00:00 of its day
  double created_noon_share = 0;      ///< at 12:00:00
};

struct Neighbourhood {
  std::uint8_t borough;
  std::string_view zip;
  std::string_view city;
  std::uint8_t board;
  double latitude;  ///< centre, degrees
  double longitude;
  double spread;  ///< standard deviation, degrees of latitude
  double weight;
};

std::span<const Agency> agencies() noexcept;
std::span<const ComplaintType> complaint_types() noexcept;
std::span<const Neighbourhood> neighbourhoods() noexcept;

/// Relative rate of an hour of the day (0 to 23), a weekday (0 = Monday), a month (1 to 12), a
/// borough.
double hour_factor(HourProfile profile, bool is_weekend, unsigned hour) noexcept;
double week_factor(WeekProfile profile, unsigned weekday) noexcept;
double season_factor(Season season, unsigned month) noexcept;
double borough_factor(AreaMix mix, std::uint8_t borough) noexcept;

/// Invented street names: a stem and a kind, "ALDERMERE" "STREET".
std::span<const std::string_view> street_stems() noexcept;
std::span<const std::string_view> street_kinds() noexcept;
/// What agencies write when they are done, and while they are not. "%" stands for the agency.
std::span<const std::string_view> closing_texts() noexcept;
std::span<const std::string_view> open_texts() noexcept;

}  // namespace hark::generate
