#include "hark/insight/contact.h"

#include <algorithm>
#include <compare>
#include <limits>

#include "hark/core/text.h"
#include "hark/insight/calls.h"
#include "hark/insight/collect.h"
#include "hark/insight/columns.h"
#include "hark/insight/keys.h"

namespace hark::insight {
namespace {

using contract::Role;

/// Which of two rows of a key is the newer (METRICS section 2).
struct Rank {
  std::int64_t version = 0;
  int num_values = 0;
  auto operator<=>(const Rank&) const = default;
};

struct Part {
  std::vector<ContactRow> rows;
  KeyPrints keys;
  std::vector<Rank> ranks;
  std::vector<std::uint8_t> is_selected;
  std::int64_t without_day = 0;
};

int num_values(const ContactRow& row) {
  return (row.offered ? 1 : 0) + (row.handled ? 1 : 0) + (row.abandoned ? 1 : 0) +
         (row.asa_s ? 1 : 0) + (row.service_level ? 1 : 0) + (row.aht_s ? 1 : 0);
}

/// No centre has so many calls in a period; sums of such counts would leave 64 bits.
constexpr std::int64_t kMostCalls = 1'000'000'000'000;

std::optional<std::int64_t> count(const Numbers& numbers, std::size_t row) {
  const auto value = numbers.integer(row);
  return value && *value >= -kMostCalls && *value <= kMostCalls ? value : std::nullopt;
}

struct RoleNames {
  explicit RoleNames(const contract::Contract& contract)
      : start(name_with_role(contract, Role::kPeriodStart)),
        offered(name_with_role(contract, Role::kOffered)),
        handled(name_with_role(contract, Role::kHandled)),
        abandoned(name_with_role(contract, Role::kAbandoned)),
        asa(name_with_role(contract, Role::kAsaS)),
        service_level(name_with_role(contract, Role::kServiceLevel)),
        aht(name_with_role(contract, Role::kAhtS)),
        version(name_with_role(contract, Role::kVersion)) {}
  std::string_view start, offered, handled, abandoned, asa, service_level, aht, version;
};

Result<Part> read_part(const columnar::Batch& batch, const RoleNames& names,
                       const std::vector<std::string>& key, const Selection& selection) {
  const ClockColumn start(batch, names.start);
  const Numbers offered(batch, names.offered);
  const Numbers handled(batch, names.handled);
  const Numbers abandoned(batch, names.abandoned);
  const Numbers asa(batch, names.asa);
  const Numbers service_level(batch, names.service_level);
  const Numbers aht(batch, names.aht);
  const columnar::Column* version = batch.find(names.version);
  const auto has_int64s = version != nullptr && (version->type() == columnar::Type::kTimestamp ||
                                                 version->type() == columnar::Type::kInt64);
  const KeyPrints keys(batch, key);
  HARK_TRY(const auto is_selected, selection.rows_of(batch));
  Part part;
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    if (start.presence(row) != columnar::Presence::kValue) {
      ++part.without_day;
      continue;
    }
    const std::int32_t day = start.local_day(row);
    const ContactRow& added = part.rows.emplace_back(
        ContactRow{day, count(offered, row), count(handled, row), count(abandoned, row),
                   asa.number(row), service_level.number(row), aht.number(row)});
    part.keys.push_back(keys[row]);
    part.ranks.push_back({has_int64s && version->is_value(row)
                              ? version->int64s()[row]
                              : std::numeric_limits<std::int64_t>::min(),
                          num_values(added)});
    part.is_selected.push_back(is_selected[row] != 0 && selection.holds(day) ? 1 : 0);
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
  const RoleNames names(contract);
  ColumnWish wish(source);
  wish.add_clock(names.start);
  for (const auto name : {names.offered, names.handled, names.abandoned, names.asa,
                          names.service_level, names.aht, names.version}) {
    wish.add(name);
  }
  for (const std::string& name : contract.key) wish.add(name);
  wish.add_where(selection);

  HARK_TRY(auto parts, collect_parts<Part>(source, wish.names(), threads,
                                           [&](columnar::Batch& batch) -> Result<Part> {
                                             return read_part(batch, names, contract.key,
                                                              selection);
                                           }));
  std::vector<ContactRow> rows;
  std::vector<KeyPrints> keys;
  std::vector<Rank> ranks;
  std::vector<std::uint8_t> is_selected;
  ContactTable table;
  for (Part& part : parts) {
    rows.insert(rows.end(), part.rows.begin(), part.rows.end());
    keys.push_back(std::move(part.keys));
    ranks.insert(ranks.end(), part.ranks.begin(), part.ranks.end());
    is_selected.insert(is_selected.end(), part.is_selected.begin(), part.is_selected.end());
    table.without_day += part.without_day;
  }
  HARK_TRY(const auto repeats, find_repeats(std::move(keys), threads));
  const auto losers =
      losing_rows(repeats, [&](std::uint32_t a, std::uint32_t b) { return ranks[a] > ranks[b]; });
  table.rows_read = std::ranges::count(is_selected, 1);
  auto loser = losers.begin();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const bool is_loser = loser != losers.end() && loser->row == row;
    const std::uint32_t kept = is_loser ? (loser++)->kept : 0;
    if (is_selected[row] == 0) continue;
    if (!is_loser) {
      table.rows.push_back(rows[row]);
      continue;
    }
    ++table.duplicates;
    if (ranks[row] == ranks[kept] && rows[row] != rows[kept]) ++table.undecided;
  }
  std::stable_sort(table.rows.begin(), table.rows.end(),
                   [](const ContactRow& a, const ContactRow& b) { return a.day < b.day; });
  return table;
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
  own.joined = joined;
  return own;
}

}  // namespace hark::insight
