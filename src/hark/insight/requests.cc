#include "hark/insight/requests.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "hark/core/memory.h"
#include "hark/core/parallel.h"
#include "hark/core/text.h"
#include "hark/insight/collect.h"
#include "hark/insight/request_rules.h"

namespace hark::insight {
namespace {

// Where row `r` of the whole source is: parts are appended in order.
class RowMap {
 public:
  explicit RowMap(const std::vector<RequestPart>& parts) {
    for (const RequestPart& part : parts) first_.push_back(first_.back() + part.size());
  }
  std::size_t size() const noexcept { return first_.back(); }
  std::size_t first_of(std::size_t part) const noexcept { return first_[part]; }
  std::pair<std::size_t, std::size_t> place(std::size_t row) const {
    const auto after = std::upper_bound(first_.begin(), first_.end(), row);
    const auto part = static_cast<std::size_t>(after - first_.begin()) - 1;
    return {part, row - first_[part]};
  }

 private:
  std::vector<std::size_t> first_{0};
};

// The rows left out as duplicates: per part, ascending.
struct Losers {
  std::vector<std::vector<std::uint32_t>> of_part;
};

Result<Losers> deduplicate(std::vector<RequestPart>& parts, const RowMap& map, unsigned threads,
                           RequestTable& table) {
  Losers losers;
  losers.of_part.resize(parts.size());
  std::vector<KeyPrints> keys;
  for (RequestPart& part : parts) keys.push_back(std::exchange(part.keys, {}));
  HARK_TRY(const auto repeats, find_repeats(std::move(keys), threads));
  struct Rank {
    std::int64_t version;
    bool has_closing;
    std::uint16_t num_values;
    auto operator<=>(const Rank&) const = default;
  };
  const auto rank_of = [&](std::uint32_t row) -> Rank {
    const auto [p, r] = map.place(row);
    const RequestPart& part = parts[p];
    return {part.versions[r], part.closed_us[r] != kNoTime, part.num_values[r]};
  };
  const auto says_the_same = [&](std::uint32_t a, std::uint32_t b) {
    const auto [pa, ra] = map.place(a);
    const auto [pb, rb] = map.place(b);
    const RequestPart& x = parts[pa];
    const RequestPart& y = parts[pb];
    if (x.created_us[ra] != y.created_us[rb] || x.closed_us[ra] != y.closed_us[rb] ||
        x.status[ra] != y.status[rb] || rank_of(a) != rank_of(b)) {
      return false;
    }
    for (std::size_t c = 0; c < x.categories.size(); ++c) {
      const auto text = [c](const RequestPart& part, std::size_t row) {
        const std::uint32_t code = part.categories[c].codes()[row];
        return code == kNoCode ? std::string_view() : part.categories[c].spellings()[code];
      };
      if (text(x, ra) != text(y, rb)) return false;
    }
    return true;
  };
  const auto out = losing_rows(
      repeats, [&](std::uint32_t a, std::uint32_t b) { return rank_of(a) > rank_of(b); });
  for (const Loser& loser : out) {
    const auto [p, r] = map.place(loser.row);
    losers.of_part[p].push_back(static_cast<std::uint32_t>(r));
    if (parts[p].is_selected[r] == 0) continue;
    ++table.duplicates;
    if (!says_the_same(loser.row, loser.kept)) ++table.superseded;
  }
  return losers;
}

// Puts the rows that stay behind each other, column by column. A part's column is let go as soon as
// it is copied, so that parts and table are never in memory both.
class Gathering {
 public:
  Gathering(std::vector<RequestPart>& parts, const Losers& losers)
      : parts_(parts), losers_(losers) {
    for (std::size_t p = 0; p < parts.size(); ++p)
      first_.push_back(first_.back() + parts[p].size() - losers.of_part[p].size());
  }
  std::size_t size() const noexcept { return first_.back(); }

  /// `column_of(part)` is a vector of the part, or empty in all parts.
  template <typename To, typename ColumnOf>
  void take(std::vector<To>& to, const ColumnOf& column_of) const {
    take(to, column_of, [](std::size_t, const auto& value) { return value; });
  }
  /// `change(p, value)` is what becomes of a value of part p.
  template <typename To, typename ColumnOf, typename Change>
  void take(std::vector<To>& to, const ColumnOf& column_of, const Change& change) const {
    to.resize(size());
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      const auto from = std::exchange(column_of(parts_[p]), {});
      std::size_t at = first_[p];
      auto loser = losers_.of_part[p].begin();
      for (std::size_t row = 0; row < from.size(); ++row) {
        if (loser != losers_.of_part[p].end() && *loser == row) {
          ++loser;
        } else {
          to[at++] = change(p, from[row]);
        }
      }
    }
    if (size() >= kManyRows) give_back_free_memory();
  }

  /// Where a row of a part is in the table; nothing if it was left out.
  std::optional<std::uint32_t> place(std::size_t part, std::uint32_t row) const {
    const auto& losers = losers_.of_part[part];
    const auto at = std::lower_bound(losers.begin(), losers.end(), row);
    if (at != losers.end() && *at == row) return std::nullopt;
    return static_cast<std::uint32_t>(first_[part] + row) -
           static_cast<std::uint32_t>(at - losers.begin());
  }

 private:
  std::vector<RequestPart>& parts_;
  const Losers& losers_;
  std::vector<std::size_t> first_{0};
};

struct Gathered {
  std::vector<std::uint8_t> is_selected;
  std::vector<FoldWidth> folds;
};

Result<Gathered> gather(std::vector<RequestPart> parts, const Losers& losers,
                        const RequestColumns& columns, unsigned threads, RequestTable& table) {
  const Gathering rows(parts, losers);
  Gathered gathered;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    parts[p].versions = {};
    parts[p].num_values = {};
    for (FoldWidth fold : parts[p].folds) {
      const auto row = rows.place(p, fold.row);
      if (!row) continue;
      fold.row = *row;
      gathered.folds.push_back(fold);
    }
  }
  std::vector<Translation> translations(columns.categories.size());
  for (std::size_t c = 0; c < columns.categories.size(); ++c) {
    std::vector<const CategoryPart*> shares;
    for (const RequestPart& part : parts) shares.push_back(&part.categories[c]);
    table.categories.push_back(merge_parts(columns.categories[c], shares, translations[c]));
  }
  for (const std::string& name : columns.numbers) table.numbers.push_back({name, {}});

  using Part = RequestPart;
  std::vector<std::function<void()>> jobs;
  for (std::size_t c = 0; c < columns.categories.size(); ++c) {
    jobs.push_back([&, c] {
      rows.take(
          table.categories[c].codes,
          [c](Part& part) -> auto& { return part.categories[c].mutable_codes(); },
          [&](std::size_t p, std::uint32_t code) {
            return code == kNoCode ? kNoCode : (*translations[c][p])[code];
          });
    });
  }
  for (std::size_t i = 0; i < columns.numbers.size(); ++i) {
    jobs.push_back([&, i] {
      rows.take(table.numbers[i].values, [i](Part& part) -> auto& { return part.numbers[i]; });
    });
  }
  const auto add = [&](auto& to, auto Part::* column) {
    jobs.push_back(
        [&, column] { rows.take(to, [column](Part& part) -> auto& { return part.*column; }); });
  };
  add(table.created_us, &Part::created_us);
  add(table.closed_us, &Part::closed_us);
  std::vector<std::vector<std::uint8_t>> offsets_of(parts.size());
  for (std::size_t p = 0; p < parts.size(); ++p)
    HARK_TRY_VOID(code_offsets(parts[p].offsets_s, table.offsets_s, offsets_of[p]));
  const auto add_offsets = [&](std::vector<std::uint8_t>& to, auto Part::* column) {
    jobs.push_back([&, column] {
      rows.take(
          to, [column](Part& part) -> auto& { return part.*column; },
          [&](std::size_t p, std::uint8_t place) { return offsets_of[p][place]; });
    });
  };
  add_offsets(table.created_offset, &Part::created_offset);
  add_offsets(table.closed_offset, &Part::closed_offset);
  if (!columns.latitude.empty() && !columns.longitude.empty()) {
    add(table.latitude, &Part::latitude);
    add(table.longitude, &Part::longitude);
  }
  if (!columns.resolution.empty()) add(table.resolved_as, &Part::resolved_as);
  add(table.status, &Part::status);
  add(table.marks, &Part::marks);
  add(gathered.is_selected, &Part::is_selected);
  HARK_TRY_VOID(parallel_for(jobs.size(), threads, [&](std::size_t i) -> Result<void> {
    jobs[i]();
    return {};
  }));
  parts.clear();
  if (table.size() >= kManyRows) give_back_free_memory();
  return gathered;
}

}  // namespace

std::int64_t RequestTable::created_local_s(std::size_t row) const {
  return floor_div(created_us[row], kMicrosPerSecond) + created_offset_s(row);
}

std::int64_t RequestTable::closed_local_s(std::size_t row) const {
  return floor_div(closed_us[row], kMicrosPerSecond) + closed_offset_s(row);
}

std::int32_t RequestTable::created_day(std::size_t row) const {
  return static_cast<std::int32_t>(floor_div(created_local_s(row), kSecondsPerDay));
}

std::int32_t RequestTable::closed_day(std::size_t row) const {
  return static_cast<std::int32_t>(floor_div(closed_local_s(row), kSecondsPerDay));
}

std::int32_t RequestTable::as_of_day() const {
  const std::int64_t us = as_of->time_since_epoch().count();
  return static_cast<std::int32_t>(
      floor_div(floor_div(us, kMicrosPerSecond) + as_of_offset_s, kSecondsPerDay));
}

double RequestTable::in_unit(std::int64_t ticks) const {
  return is_in_days() ? static_cast<double>(ticks)
                      : static_cast<double>(ticks) / static_cast<double>(ticks_per_hour);
}

const Category* RequestTable::category(std::string_view column) const noexcept {
  const auto found = std::find_if(categories.begin(), categories.end(),
                                  [&](const Category& c) { return c.column == column; });
  return found == categories.end() ? nullptr : &*found;
}

const Category* RequestTable::category(const contract::Contract& contract,
                                       contract::Role role) const noexcept {
  const std::string_view name = name_with_role(contract, role);
  return name.empty() ? nullptr : category(name);
}

const RequestTable::NumberColumn* RequestTable::number_column(
    std::string_view column) const noexcept {
  const auto found = std::find_if(numbers.begin(), numbers.end(),
                                  [&](const NumberColumn& c) { return c.column == column; });
  return found == numbers.end() ? nullptr : &*found;
}

std::vector<Warning> request_warnings(const RequestTable& table) {
  std::vector<Warning> warnings;
  constexpr std::int64_t kFewRows = 3;
  if (table.as_of && !table.is_as_of_given && table.rows_before_as_of < kFewRows) {
    warnings.push_back(
        {"as_of_outlier", concat("the as-of time ", format_instant(*table.as_of), " rests on ",
                                 table.rows_before_as_of,
                                 " requests in the 24 hours before it; --as-of sets another")});
  }
  if (table.future_created > 0) {
    warnings.push_back(
        {"created_in_future",
         concat(table.future_created, " requests were created later than the extract was made")});
  }
  return warnings;
}

Result<RequestTable> load_requests(columnar::BatchSource& source,
                                   const contract::Contract& contract, const RequestLoad& load) {
  if (contract.kind != contract::Kind::kServiceRequests) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("contract '", contract.name, "' describes ", name_of(contract.kind),
                        ", not service requests"))
        .hint("for a contact centre there is `hark kpi contact`");
  }
  HARK_TRY(const auto zone, calendar::TimeZone::load(contract.time_zone));
  HARK_TRY(const RequestColumns columns, choose_columns(source, contract, load));
  const RequestReader reader(contract, load, columns, *zone);
  HARK_TRY(auto parts,
           collect_parts<RequestPart>(
               source, columns.all, load.threads,
               [&](columnar::Batch& batch) -> Result<RequestPart> { return reader.read(batch); }));
  const RowMap map(parts);
  if (map.size() > std::numeric_limits<std::uint32_t>::max()) {
    return Error(ErrorCode::kUnsupported, "more than 4,294,967,295 rows in one job");
  }

  RequestTable table;
  table.now = load.now;
  table.time_zone = contract.time_zone;
  bool is_in_days = false;
  for (const RequestPart& part : parts) {
    is_in_days = is_in_days || part.is_created_date || part.is_closed_date;
    table.is_created_date_only = table.is_created_date_only || part.is_created_date;
    table.has_closing = table.has_closing || part.has_closing;
    table.has_status = table.has_status || part.has_status;
    table.has_key = table.has_key || part.has_key;
    table.rows_read += std::count(part.is_selected.begin(), part.is_selected.end(), 1);
  }
  Losers losers;
  losers.of_part.resize(parts.size());
  if (table.has_key) {
    HARK_TRY(losers, deduplicate(parts, map, load.threads, table));
  }
  HARK_TRY(const Gathered gathered, gather(std::move(parts), losers, columns, load.threads, table));

  HARK_TRY_VOID(set_as_of(table, load.as_of, *zone, load.threads));
  HARK_TRY_VOID(set_outcomes(table, is_in_days, load.threads));
  HARK_TRY_VOID(
      set_closing_classes(table, table.category(contract, contract::Role::kAgency), load.threads));
  set_fold_ranges(table, gathered.folds);
  if (!load.selection.is_everything()) keep_selected(table, gathered.is_selected);
  HARK_TRY_VOID(sort_by_duration(table, load.threads));
  return table;
}

}  // namespace hark::insight
