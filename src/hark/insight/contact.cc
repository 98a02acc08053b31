#include "hark/insight/contact.h"

#include <algorithm>
#include <array>
#include <limits>

#include "hark/core/text.h"
#include "hark/insight/calls.h"
#include "hark/insight/collect.h"
#include "hark/insight/columns.h"
#include "hark/insight/keys.h"
#include "hark/insight/quantity.h"
#include "hark/insight/versions.h"

namespace hark::insight {
namespace {

using contract::Role;

/// The quantities of a row, in the order of ContactRow.
constexpr std::array kQuantities{Role::kOffered, Role::kHandled,      Role::kAbandoned,
                                 Role::kAsaS,    Role::kServiceLevel, Role::kAhtS};

// One entry per row of the batch, those without a day too, so that rows count as in the source.
struct Part {
  std::vector<ContactRow> rows;
  KeyPrints keys;
  std::vector<std::uint8_t> is_selected;
  std::int64_t without_day = 0;
  std::array<NoValues, kQuantities.size()> no_values;
};

Result<Part> read_part(const columnar::Batch& batch, const contract::Contract& contract,
                       const Selection& selection) {
  const ClockColumn start(batch, name_with_role(contract, Role::kPeriodStart));
  Part part;
  std::vector<Quantity> quantities;
  for (std::size_t i = 0; i < kQuantities.size(); ++i) {
    quantities.emplace_back(batch, contract, kQuantities[i], part.no_values[i]);
  }
  part.keys = KeyPrints(batch, contract.key);
  part.rows.resize(batch.num_rows);
  HARK_TRY(part.is_selected, selection.rows_of(batch));
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    if (start.presence(row) != columnar::Presence::kValue) {
      ++part.without_day;
      part.is_selected[row] = 0;
      continue;
    }
    const std::int32_t day = start.local_day(row);
    if (!selection.holds(day)) part.is_selected[row] = 0;
    if (part.is_selected[row] == 0) continue;
    part.rows[row] = ContactRow{day,
                                quantities[0].count(row),
                                quantities[1].count(row),
                                quantities[2].count(row),
                                quantities[3].number(row),
                                quantities[4].number(row),
                                quantities[5].number(row)};
  }
  return part;
}

}  // namespace

Result<ContactTable> load_contact(columnar::BatchSource& source, const contract::Contract& contract,
                                  const Selection& selection, unsigned threads) {
  if (contract.kind == contract::Kind::kCalls)
    return load_calls(source, contract, selection, threads);
  if (contract.kind != contract::Kind::kContactCentre) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("contract '", contract.name, "' describes ", name_of(contract.kind),
                        ", not a contact centre"))
        .hint("for service requests there is `hark kpi requests`");
  }
  ColumnWish wish(source);
  wish.add_clock(name_with_role(contract, Role::kPeriodStart));
  for (const Role role : kQuantities) wish.add(name_with_role(contract, role));
  for (const std::string& name : contract.key) wish.add(name);
  wish.add_where(selection);

  HARK_TRY(auto parts, collect_parts<Part>(source, wish.names(), threads,
                                           [&](columnar::Batch& batch) -> Result<Part> {
                                             return read_part(batch, contract, selection);
                                           }));
  std::vector<ContactRow> rows;
  std::vector<KeyPrints> keys;
  std::vector<std::uint8_t> is_selected;
  ContactTable table;
  for (const Role role : kQuantities)
    table.no_values.push_back({std::string(name_with_role(contract, role)), 0, 0});
  for (Part& part : parts) {
    for (std::size_t i = 0; i < kQuantities.size(); ++i) table.no_values[i] += part.no_values[i];
    rows.insert(rows.end(), part.rows.begin(), part.rows.end());
    keys.push_back(std::move(part.keys));
    is_selected.insert(is_selected.end(), part.is_selected.begin(), part.is_selected.end());
    table.without_day += part.without_day;
  }
  std::erase_if(table.no_values, [](const NoValues& of) { return !of.any(); });
  HARK_TRY(const auto repeats, find_repeats(std::move(keys), threads));
  HARK_TRY(const auto losers, losing_rows(source, contract, repeats, threads));
  table.rows_read = std::ranges::count(is_selected, 1);
  auto loser = losers.begin();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const Loser* const lost = loser != losers.end() && loser->row == row ? &*loser++ : nullptr;
    if (is_selected[row] == 0) continue;
    if (lost == nullptr) {
      table.rows.push_back(rows[row]);
      continue;
    }
    ++table.duplicates;
    // Versions that differ in a row number only are no matter.
    if (lost->lost_to == LostTo::kOtherHash && rows[row] != rows[lost->kept]) ++table.undecided;
  }
  std::stable_sort(table.rows.begin(), table.rows.end(),
                   [](const ContactRow& a, const ContactRow& b) { return a.day < b.day; });
  return table;
}

std::vector<Warning> contact_warnings(const ContactTable& table) {
  std::vector<Warning> warnings;
  std::vector<std::string> impossible;
  std::vector<std::string> unreadable;
  for (const NoValues& of : table.no_values) {
    if (of.impossible > 0) impossible.push_back(concat(of.column, " (", of.impossible, ")"));
    if (of.unreadable > 0) unreadable.push_back(concat(of.column, " (", of.unreadable, ")"));
  }
  if (!impossible.empty()) {
    warnings.push_back({"impossible_values",
                        concat("values that cannot be calls, seconds or a share from 0 to 1 count "
                               "as none: ",
                               join(impossible, ", "))});
  }
  if (!unreadable.empty()) {
    warnings.push_back({"unreadable_values", concat("values that are no numbers count as none: ",
                                                    join(unreadable, ", "))});
  }
  if (table.undecided > 0) warnings.push_back(undecided_warning(table.undecided));
  return warnings;
}

ContactTable join_periods(ContactTable own, const ContactTable& completing, JoinedDays days) {
  JoinedPeriods joined;
  std::vector<ContactRow> rows;
  auto other = completing.rows.begin();
  const auto take_others_before = [&](std::int64_t day) {
    for (; other != completing.rows.end() && other->day < day; ++other) {
      if (days == JoinedDays::kOwn) continue;
      rows.push_back(*other);
      ++joined.only_completing;
    }
  };
  for (ContactRow& row : own.rows) {
    take_others_before(row.day);
    if (other == completing.rows.end() || other->day != row.day) {
      ++joined.only_own;
    } else {
      const auto complete = [](auto& value, const auto& from) {
        if (!value) value = from;
      };
      complete(row.offered, other->offered);
      complete(row.handled, other->handled);
      complete(row.abandoned, other->abandoned);
      complete(row.asa_s, other->asa_s);
      complete(row.service_level, other->service_level);
      complete(row.aht_s, other->aht_s);
      ++other;
      ++joined.both;
    }
    rows.push_back(row);
  }
  take_others_before(std::numeric_limits<std::int64_t>::max());
  own.rows = std::move(rows);
  own.rows_read += completing.rows_read;
  own.duplicates += completing.duplicates;
  own.without_day += completing.without_day;
  own.undecided += completing.undecided;
  own.no_values.insert(own.no_values.end(), completing.no_values.begin(),
                       completing.no_values.end());
  own.joined = joined;
  return own;
}

}  // namespace hark::insight
