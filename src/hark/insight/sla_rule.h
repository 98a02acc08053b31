// Which requests were closed in time: METRICS section 2, 24-hour SLA compliance.
//
// Threads: immutable once made.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "hark/insight/request_kpis.h"
#include "hark/stats/descriptive.h"

namespace hark::insight {

enum class SlaStanding : std::uint8_t {
  kTooEarly,  ///< created less than the threshold ago: it may still be met
  kMissed,
  kPossiblyMet,  ///< of dates: the hours of the day decide
  kMet,
};

/// Thresholds of the SLA per complaint type, in the units the rows are compared in.
class SlaRule {
 public:
  /// The table outlives it.
  SlaRule(const RequestTable& table, const contract::Contract& contract)
      : table_(table),
        type_(table.category(contract, contract::Role::kComplaintType)),
        default_(contract.sla_hours),
        has_type_thresholds_(!contract.sla_hours_by_type.empty() && type_ != nullptr) {
    if (has_type_thresholds_) {
      of_type_.assign(type_->num_keys(), default_);
      for (const auto& [name, hours] : contract.sla_hours_by_type) {
        const auto key = std::find(type_->keys.begin(), type_->keys.end(), name);
        if (key != type_->keys.end()) {
          of_type_[static_cast<std::size_t>(key - type_->keys.begin())] = Threshold(hours);
        }
      }
    }
    if (table.as_of) as_of_us_ = table.as_of->time_since_epoch().count();
    if (table.as_of && table.is_in_days()) as_of_day_ = table.as_of_day();
  }

  SlaCompliance start() const {
    SlaCompliance sla;
    sla.threshold_hours = default_.hours;
    sla.has_type_thresholds = has_type_thresholds_;
    if (table_.is_in_days()) {
      sla.met_certain = 0;
      sla.met_possible = 0;
    } else {
      sla.met = 0;
    }
    return sla;
  }

  /// For rows with a duration.
  SlaStanding standing(std::size_t row) const {
    const Threshold& threshold = threshold_of(row);
    if (!table_.is_in_days()) {
      if (table_.created_us[row] > as_of_us_ - threshold.us) return SlaStanding::kTooEarly;
      const bool is_met = table_.outcome[row] == Outcome::kClosed &&
                          table_.closed_us[row] - table_.created_us[row] <= threshold.us;
      return is_met ? SlaStanding::kMet : SlaStanding::kMissed;
    }
    // Whole days d between two dates are d - 1 to d + 1 days of hours, both ends open.
    if (table_.created_day(row) > as_of_day_ - threshold.wait_days) return SlaStanding::kTooEarly;
    if (table_.outcome[row] != Outcome::kClosed) return SlaStanding::kMissed;
    const auto days = static_cast<double>(table_.duration[row]);
    if ((days + 1) * 24 <= threshold.hours) return SlaStanding::kMet;
    return (days - 1) * 24 < threshold.hours ? SlaStanding::kPossiblyMet : SlaStanding::kMissed;
  }

  /// For rows with a duration, of a table in hours: closed in time; absent where it is too early to
  /// tell.
  std::optional<bool> is_met(std::size_t row) const {
    const SlaStanding of_row = standing(row);
    if (of_row == SlaStanding::kTooEarly) return std::nullopt;
    return of_row == SlaStanding::kMet;
  }

  /// Counts `num_rows` of that standing.
  static void add(SlaStanding standing, std::int64_t num_rows, SlaCompliance& sla) {
    if (standing == SlaStanding::kTooEarly) return;
    sla.eligible += num_rows;
    if (standing == SlaStanding::kMissed) return;
    if (sla.met_possible) *sla.met_possible += num_rows;
    if (standing == SlaStanding::kPossiblyMet) return;
    if (sla.met_certain) *sla.met_certain += num_rows;
    if (sla.met) *sla.met += num_rows;
  }

  void finish(SlaCompliance& sla) const {
    if (sla.eligible == 0) return;
    const auto eligible = static_cast<double>(sla.eligible);
    if (table_.is_in_days()) {
      sla.compliance_range = {static_cast<double>(*sla.met_certain) / eligible,
                              static_cast<double>(*sla.met_possible) / eligible};
    } else {
      sla.compliance = static_cast<double>(*sla.met) / eligible;
      sla.ci95 = stats::wilson_interval(*sla.met, sla.eligible);
    }
  }

 private:
  struct Threshold {
    explicit Threshold(double in_hours)
        : hours(in_hours),
          us(std::llround(in_hours * 3.6e9)),
          wait_days(static_cast<std::int32_t>(std::ceil(in_hours / 24)) + 1) {}
    double hours;
    std::int64_t us;
    std::int32_t wait_days;  ///< after that many days a date alone tells that it was missed
  };

  const Threshold& threshold_of(std::size_t row) const {
    if (!has_type_thresholds_ || type_->codes[row] == kNoCode) return default_;
    return of_type_[type_->codes[row]];
  }

  const RequestTable& table_;
  const Category* type_;
  Threshold default_;
  bool has_type_thresholds_;
  std::vector<Threshold> of_type_;
  std::int64_t as_of_us_ = kNoTime;
  std::int32_t as_of_day_ = 0;
};

}  // namespace hark::insight
