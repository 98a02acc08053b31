// The records of one block: drawn, written, counted.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/generate/nyc311.h"
#include "hark/generate/nyc311_rates.h"
#include "hark/generate/nyc311_truth.h"
#include "hark/stats/random.h"

namespace hark::generate {

/// A place in the portal's feet: Lambert's projection of the Long Island zone. Within the city this
/// plane is right to 150 feet.
struct StatePlane {
  double x_ft = 0;
  double y_ft = 0;
};
StatePlane state_plane(double latitude, double longitude);

inline constexpr std::uint64_t kRowsPerBlock = 4096;

/// The header line of the portal's export.
std::string_view portal_header() noexcept;

/// Makes blocks; immutable, shared by the workers.
class Nyc311BlockMaker {
 public:
  /// Both arguments outlive it.
  Nyc311BlockMaker(const Nyc311Options& options, const Nyc311Rates& rates);
  /// Appends the records of block `block` to `out` and counts them.
  void make(std::uint64_t block, std::string& out, Nyc311Counts& counts) const;

 private:
  enum class TextFlaw { kNone, kNewline, kMojibake, kBadUtf8 };

  struct Place {
    const Neighbourhood* neighbourhood = nullptr;  ///< nullptr: Unspecified
    std::array<std::string_view, 3> streets;       ///< the street and two that cross it
    unsigned house = 0;
    unsigned lot = 0;
    bool is_intersection = false;
    std::int64_t latitude = 0;  ///< in units of 1e-14 degrees
    std::int64_t longitude = 0;
    std::int64_t x = 0;  ///< State Plane, feet
    std::int64_t y = 0;
  };

  struct Request {
    std::uint64_t key = 0;
    std::uint32_t type = 0;
    std::uint32_t descriptor = 0;
    unsigned spelling = 0;  ///< 0: as in the catalogue
    std::int64_t created_local = 0;
    std::string_view created_text;  ///< in place of the clock, where not empty
    std::optional<std::int64_t> closed_local;
    std::string_view closed_text;
    std::optional<std::int64_t> due_local;
    std::optional<std::int64_t> updated_local;
    std::string_view status;
    std::string_view text;  ///< resolution description; empty: none
    TextFlaw flaw = TextFlaw::kNone;
    std::string_view channel;
    std::string_view zip;
    Place place;
    bool is_in_gap = false;
    /// What really happened: for the versions of the record.
    std::int64_t created_utc = 0;
    std::int64_t updated_utc = 0;
  };

  Request draw(std::uint64_t row, const Nyc311Rates::Hour& hour, stats::Pcg64& random) const;
  void draw_closing(Request& request, double median_hours, stats::Pcg64& random) const;
  void spoil_closing(Request& request, stats::Pcg64& random) const;
  Place draw_place(const ComplaintType& type, stats::Pcg64& random) const;
  std::int64_t to_local(std::int64_t utc_s) const { return utc_s + rates_.zone().offset_at(utc_s); }

  void write(const Request& request, std::string& out) const;
  void write_place(const Request& request, std::string& out) const;
  void write_text(const Request& request, std::string& out) const;
  void count(const Request& request, Nyc311Counts& counts) const;
  void count_closing(const Request& request, Nyc311Counts& counts) const;

  const Nyc311Options& options_;
  const Nyc311Rates& rates_;
  std::vector<std::string> streets_;  ///< by neighbourhood, kStreetsPerPlace each
  double before_created_at_dot_ = 0;  ///< share of closings before the creation, DOT
  double before_created_elsewhere_ = 0;
};

}  // namespace hark::generate
