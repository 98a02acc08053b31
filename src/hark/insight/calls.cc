#include "hark/insight/calls.h"

#include <algorithm>
#include <map>

#include "hark/core/text.h"
#include "hark/insight/collect.h"
#include "hark/insight/columns.h"
#include "hark/insight/keys.h"
#include "hark/insight/versions.h"

namespace hark::insight {
namespace {

using contract::Role;

enum class Ending : std::uint8_t { kHandled, kAbandoned, kOther, kIgnored, kBeforeQueue };

struct Call {
  std::int32_t day = 0;
  std::uint8_t hour = 0;  ///< of the local clock
  Ending ending = Ending::kOther;
  std::optional<double> wait_s;
  std::optional<double> service_s;
};

// One entry per row of the batch, those without a day too, so that rows count as in the source.
struct Part {
  std::vector<Call> calls;
  KeyPrints keys;
  std::vector<std::uint8_t> is_selected;
  NoValues no_wait;
  NoValues no_service;
  std::int64_t without_day = 0;
  bool has_hours = true;  ///< call_start is a time, not a date
};

/// What a call's outcome says of its ending.
Ending ending_of(std::string_view outcome, const contract::Contract& contract) {
  const std::string folded = fold_category(outcome);
  const auto is_in = [&](const std::vector<std::string>& outcomes) {
    return std::ranges::find(outcomes, folded) != outcomes.end();
  };
  if (is_in(contract.handled_outcomes)) return Ending::kHandled;
  if (is_in(contract.abandoned_outcomes)) return Ending::kAbandoned;
  return is_in(contract.ignored_outcomes) ? Ending::kIgnored : Ending::kOther;
}

Result<Part> read_part(const columnar::Batch& batch, const contract::Contract& contract,
                       const Selection& selection) {
  const ClockColumn start(batch, name_with_role(contract, Role::kCallStart));
  const columnar::Column* const outcome = batch.find(name_with_role(contract, Role::kOutcome));
  const columnar::Column* const queued = batch.find(name_with_role(contract, Role::kQueued));
  std::map<std::string, Ending, std::less<>> endings;  // there are few
  Part part;
  Quantity wait(batch, contract, Role::kWaitS, part.no_wait);
  Quantity service(batch, contract, Role::kServiceS, part.no_service);
  part.keys = KeyPrints(batch, contract.key);
  part.calls.resize(batch.num_rows);
  HARK_TRY(part.is_selected, selection.rows_of(batch));
  part.has_hours = !start.is_date();
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    if (start.presence(row) != columnar::Presence::kValue) {
      ++part.without_day;
      part.is_selected[row] = 0;
      continue;
    }
    Call& call = part.calls[row];
    call.day = start.local_day(row);
    if (!start.is_date()) call.hour = start.local_hour(row);
    if (!selection.holds(call.day)) part.is_selected[row] = 0;
    if (part.is_selected[row] == 0) continue;
    if (outcome != nullptr) {
      const std::string_view text = outcome->text(row);
      auto known = endings.find(text);
      if (known == endings.end())
        known = endings.emplace(std::string(text), ending_of(text, contract)).first;
      call.ending = known->second;
    }
    const bool is_before_queue = queued != nullptr && !queued->is_value(row) &&
                                 call.ending != Ending::kHandled && call.ending != Ending::kIgnored;
    if (is_before_queue) call.ending = Ending::kBeforeQueue;
    call.wait_s = wait.number(row);
    call.service_s = service.number(row);
  }
  return part;
}

/// The calls of one day.
class Day {
 public:
  void add(const Call& call, std::optional<double> service_level_s) {
    ++offered_;
    ++hours_[call.hour];
    if (call.ending == Ending::kAbandoned) ++abandoned_;
    if (call.ending != Ending::kHandled) return;
    ++handled_;
    if (call.service_s) {
      service_s_ += *call.service_s;
      ++num_services_;
    }
    if (!call.wait_s) return;
    wait_s_ += *call.wait_s;
    ++num_waits_;
    if (service_level_s && *call.wait_s <= *service_level_s) ++in_time_;
  }

  const series::HoursOfDay& hours() const { return hours_; }
  ContactRow row(std::int32_t day, bool has_service_level) const {
    ContactRow row;
    row.day = day;
    row.offered = offered_;
    row.handled = handled_;
    row.abandoned = abandoned_;
    const auto mean = [](double sum, std::int64_t count) {
      return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
    };
    row.asa_s = mean(wait_s_, num_waits_);
    row.asa_over = num_waits_;
    row.aht_s = mean(service_s_, num_services_);
    row.aht_over = num_services_;
    if (has_service_level) {
      row.service_level_over = num_waits_ + abandoned_;
      row.service_level = mean(static_cast<double>(in_time_), *row.service_level_over);
    }
    return row;
  }

 private:
  series::HoursOfDay hours_{};
  std::int64_t offered_ = 0;
  std::int64_t handled_ = 0;
  std::int64_t abandoned_ = 0;
  double wait_s_ = 0;
  std::int64_t num_waits_ = 0;  // of handled calls
  double service_s_ = 0;
  std::int64_t num_services_ = 0;
  std::int64_t in_time_ = 0;
};

}  // namespace

Result<ContactTable> load_calls(columnar::BatchSource& source, const contract::Contract& contract,
                                const Selection& selection, unsigned threads) {
  ColumnWish wish(source);
  wish.add_clock(name_with_role(contract, Role::kCallStart));
  for (const Role role : {Role::kOutcome, Role::kQueued, Role::kServiceS})
    wish.add(name_with_role(contract, role));
  const bool has_waits = wish.add(name_with_role(contract, Role::kWaitS));
  for (const std::string& name : contract.key) wish.add(name);
  wish.add_where(selection);
  HARK_TRY(auto parts,
           collect_parts<Part>(source, wish.names(), threads, [&](columnar::Batch& batch) {
             return read_part(batch, contract, selection);
           }));
  std::vector<Call> calls;
  std::vector<KeyPrints> keys;
  std::vector<std::uint8_t> is_selected;
  ContactTable table;
  NoValues no_wait{std::string(name_with_role(contract, Role::kWaitS)), 0, 0};
  NoValues no_service{std::string(name_with_role(contract, Role::kServiceS)), 0, 0};
  bool has_hours = true;
  for (Part& part : parts) {
    calls.insert(calls.end(), part.calls.begin(), part.calls.end());
    keys.push_back(std::move(part.keys));
    is_selected.insert(is_selected.end(), part.is_selected.begin(), part.is_selected.end());
    table.without_day += part.without_day;
    no_wait += part.no_wait;
    no_service += part.no_service;
    has_hours = has_hours && part.has_hours;
  }
  for (NoValues* const of : {&no_wait, &no_service}) {
    if (of->any()) table.no_values.push_back(std::move(*of));
  }
  HARK_TRY(const auto repeats, find_repeats(std::move(keys), threads));
  HARK_TRY(const auto losers, losing_rows(source, contract, repeats, threads));
  table.rows_read = std::ranges::count(is_selected, 1);
  table.left_out.emplace();

  const bool has_service_level = contract.service_level_s && has_waits;
  std::map<std::int32_t, Day> days;
  auto loser = losers.begin();
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Loser* const lost = loser != losers.end() && loser->row == i ? &*loser++ : nullptr;
    if (is_selected[i] == 0) continue;
    if (lost != nullptr) {
      ++table.duplicates;
      if (lost->lost_to == LostTo::kOtherHash) ++table.undecided;
      continue;
    }
    const Call& call = calls[i];
    if (call.ending == Ending::kIgnored) {
      ++table.left_out->ignored;
    } else if (call.ending == Ending::kBeforeQueue) {
      ++table.left_out->before_queue;
    } else {
      days[call.day].add(call, contract.service_level_s);
    }
  }
  for (const auto& [day, of_day] : days) {
    table.rows.push_back(of_day.row(day, has_service_level));
    if (has_hours) table.hours.push_back({day, of_day.hours()});
  }
  return table;
}

}  // namespace hark::insight
