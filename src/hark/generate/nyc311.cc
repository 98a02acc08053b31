#include "hark/generate/nyc311.h"

#include <algorithm>
#include <cmath>

#include "hark/core/text.h"
#include "hark/generate/block_file.h"
#include "hark/generate/nyc311_block.h"
#include "hark/generate/nyc311_rates.h"
#include "hark/generate/nyc311_truth.h"

namespace hark::generate {
namespace {

Error invalid(std::string message) {
  return Error(ErrorCode::kInvalidArgument, std::move(message));
}

Result<void> validate(const Nyc311Options& options) {
  constexpr std::int32_t kFirst = calendar::days_from_civil(2000, 1, 1);
  constexpr std::int32_t kEnd = calendar::days_from_civil(2090, 1, 1);
  if (options.num_days < 1 || options.first_day < kFirst || options.first_day >= kEnd ||
      options.num_days > kEnd - options.first_day) {
    return invalid("the days to generate must lie between 2000-01-01 and 2089-12-31");
  }
  const Nyc311Defects& d = options.defects;
  for (const NamedShare& named : defect_shares()) {
    const double share = d.*named.share;
    if (!(share >= 0 && share <= 1)) {
      return invalid(concat("the share '", named.name, "' is ", share, ", not in [0, 1]"));
    }
  }
  // Shares of the same thing exclude each other.
  for (const double together :
       {d.duplicate + d.superseded + d.too_few_fields + d.too_many_fields + d.bad_utf8 +
            d.created_unreadable,
        d.newline + d.mojibake,
        d.closed_1900 + d.closed_2100 + d.closed_future + d.closed_unreadable +
            d.closed_without_time + d.open_with_time}) {
    if (together > 1) return invalid("shares that exclude each other are above 1 together");
  }
  const Nyc311Effects& e = options.effects;
  for (const double factor :
       {e.peak_lift, e.slow_factor, e.hot_factor, e.level_factor, e.noise_factor, e.pace_factor}) {
    if (!(factor > 0 && factor <= 1000)) {
      return invalid(concat("a factor of ", factor, " is not above 0 and at most 1000"));
    }
  }
  for (const std::string& code : {e.slow_agency, e.mix_agency}) {
    const auto is_agency = [&](const Agency& agency) { return agency.code == code; };
    if (!code.empty() && std::ranges::none_of(agencies(), is_agency))
      return invalid(concat("no agency '", code, "' in the generated city"));
  }
  if (!(std::abs(e.mix_points) < 1) || (e.mix_points != 0 && e.mix_agency.empty()))
    return invalid("a change of the mix needs an agency and less than 100 points");
  const auto is_zip = [&](const Neighbourhood& place) { return place.zip == e.hot_zip; };
  if (!e.hot_zip.empty() && std::ranges::none_of(neighbourhoods(), is_zip)) {
    return invalid(concat("no zip code '", e.hot_zip, "' in the generated city"));
  }
  return {};
}

}  // namespace

std::span<const NamedShare> defect_shares() noexcept {
  using D = Nyc311Defects;
  static constexpr NamedShare kShares[] = {{"duplicate", &D::duplicate},
                                           {"superseded", &D::superseded},
                                           {"too_few_fields", &D::too_few_fields},
                                           {"too_many_fields", &D::too_many_fields},
                                           {"bad_utf8", &D::bad_utf8},
                                           {"created_unreadable", &D::created_unreadable},
                                           {"unspecified_borough", &D::unspecified_borough},
                                           {"impossible_zip", &D::impossible_zip},
                                           {"spelling", &D::spelling},
                                           {"newline", &D::newline},
                                           {"mojibake", &D::mojibake},
                                           {"closed_1900", &D::closed_1900},
                                           {"closed_2100", &D::closed_2100},
                                           {"closed_future", &D::closed_future},
                                           {"closed_unreadable", &D::closed_unreadable},
                                           {"closed_before_created", &D::closed_before_created},
                                           {"closed_without_time", &D::closed_without_time},
                                           {"open_with_time", &D::open_with_time},
                                           {"text_on_open", &D::text_on_open},
                                           {"gap_clock", &D::gap_clock}};
  return kShares;
}

Nyc311Defects Nyc311Defects::none() {
  Nyc311Defects none;
  for (const NamedShare& named : defect_shares()) none.*named.share = 0;
  return none;
}

Result<GenerateReport> generate_nyc311(io::FileSystem& files, const std::string& path,
                                       const Nyc311Options& options) {
  HARK_TRY_VOID(validate(options));
  HARK_TRY(const Nyc311Rates rates, Nyc311Rates::make(options));
  const Nyc311BlockMaker maker(options, rates);
  const std::uint64_t num_blocks = (options.num_rows + kRowsPerBlock - 1) / kRowsPerBlock;
  const unsigned threads = std::max(1U, options.threads);
  const std::size_t num_months = rates.expected().by_month.size();
  std::vector<Nyc311Counts> counts(threads, Nyc311Counts(num_months));
  GenerateReport report;
  HARK_TRY(report.size_bytes,
           write_blocks(files, path, portal_header(), num_blocks, threads,
                        [&](std::uint64_t block, unsigned worker, std::string& out) {
                          maker.make(block, out, counts[worker]);
                        }));
  for (unsigned worker = 1; worker < threads; ++worker) counts[0].add(counts[worker]);
  report.num_rows = options.num_rows;
  report.truth = truth_of(options, rates, counts[0]);
  return report;
}

}  // namespace hark::generate
