#include "hark/insight/requests.h"

#include <algorithm>
#include <span>
#include <utility>

#include "hark/core/memory.h"
#include "hark/core/parallel.h"
#include "hark/core/text.h"
#include "hark/insight/request_fill.h"
#include "hark/insight/request_rules.h"
#include "hark/insight/versions.h"

namespace hark::insight {
namespace {

/// The rows that other rows of their key replace, ascending; counts them.
Result<std::vector<std::uint32_t>> find_duplicates(columnar::BatchSource& source,
                                                   const contract::Contract& contract,
                                                   std::vector<RequestPart>& parts,
                                                   std::span<const std::uint8_t> is_selected,
                                                   unsigned threads, RequestTable& table) {
  std::vector<KeyPrints> keys;
  for (RequestPart& part : parts) keys.push_back(std::exchange(part.keys, {}));
  HARK_TRY(const auto repeats, find_repeats(std::move(keys), threads));
  HARK_TRY(const auto losers, losing_rows(source, contract, repeats, threads));
  std::vector<std::uint32_t> rows;
  for (const Loser& loser : losers) {
    rows.push_back(loser.row);
    if (is_selected[loser.row] == 0) continue;
    ++table.duplicates;
    if (loser.lost_to != LostTo::kCopy) ++table.superseded;
    if (loser.lost_to == LostTo::kOtherHash) ++table.undecided;
  }
  return rows;
}

/// Makes the categories of the table, whose codes are those of the parts, one each.
Result<void> merge_categories(const std::vector<RequestPart>& parts, const RequestColumns& columns,
                              unsigned threads, RequestTable& table) {
  std::vector<Translation> translations(columns.categories.size());
  for (std::size_t c = 0; c < columns.categories.size(); ++c) {
    std::vector<const CategoryPart*> shares;
    for (const RequestPart& part : parts) shares.push_back(&part.categories[c]);
    Category merged = merge_parts(columns.categories[c], shares, translations[c]);
    merged.codes = std::move(table.categories[c].codes);
    table.categories[c] = std::move(merged);
  }
  return parallel_for(parts.size(), threads, [&](std::size_t p) -> Result<void> {
    for (std::size_t c = 0; c < table.categories.size(); ++c) {
      const std::vector<std::uint32_t>& key_of = *translations[c][p];
      for (std::uint32_t& code :
           std::span(table.categories[c].codes).subspan(parts[p].first_row, parts[p].num_rows)) {
        if (code != kNoCode) code = key_of[code];
      }
    }
    return {};
  });
}

/// The rows in a fold, as they stand in the table without the rows of `removed`.
std::vector<FoldWidth> folds_of(const std::vector<RequestPart>& parts,
                                std::span<const std::uint32_t> removed) {
  std::vector<FoldWidth> folds;
  for (const RequestPart& part : parts) {
    for (FoldWidth fold : part.folds) {
      const auto row = static_cast<std::uint32_t>(part.first_row + fold.row);
      const auto next = std::ranges::lower_bound(removed, row);
      if (next != removed.end() && *next == row) continue;
      fold.row = row - static_cast<std::uint32_t>(next - removed.begin());
      folds.push_back(fold);
    }
  }
  return folds;
}

/// Fills the table with the rows of a source as they come.
class RequestSink final : public columnar::BatchSink {
 public:
  RequestSink(const RequestReader& reader, RequestFill& fill) : reader_(reader), fill_(fill) {}
  Result<void> consume(columnar::Batch batch, unsigned) override {
    restore_invalid(batch);
    HARK_TRY(RequestPart part, reader_.read(batch));
    return fill_.add(batch.ordinal, std::move(part));
  }

 private:
  const RequestReader& reader_;
  RequestFill& fill_;
};

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
    warnings.push_back({"as_of_outlier",
                        concat("the as-of time ", format_instant(*table.as_of), " rests on ",
                               table.rows_before_as_of, plural(table.rows_before_as_of, "request"),
                               " in the 24 hours before it; --as-of sets another")});
  }
  if (table.future_created > 0) {
    warnings.push_back(
        {"created_in_future", concat(table.future_created, plural(table.future_created, "request"),
                                     table.future_created == 1 ? " was" : " were",
                                     " created later than the extract was made")});
  }
  if (table.undecided > 0) warnings.push_back(undecided_warning(table.undecided));
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
  RequestTable table;
  table.now = load.now;
  table.time_zone = contract.time_zone;
  RequestFill fill(columns, table);
  RequestSink sink(reader, fill);
  HARK_TRY_VOID(source.stream(columns.all, load.threads, sink));
  HARK_TRY(auto parts, fill.finish());

  bool is_in_days = false;
  for (const RequestPart& part : parts) {
    is_in_days = is_in_days || part.is_created_date || part.is_closed_date;
    table.is_created_date_only = table.is_created_date_only || part.is_created_date;
    table.has_closing = table.has_closing || part.has_closing;
    table.has_status = table.has_status || part.has_status;
    table.has_key = table.has_key || part.has_key;
  }
  if (!table.has_closing && load.has_column && !columns.closed.empty())
    table.has_closing = load.has_column(columns.closed);
  table.rows_read = std::ranges::count(fill.is_selected(), 1);
  std::vector<std::uint32_t> removed;
  if (table.has_key) {
    HARK_TRY(removed,
             find_duplicates(source, contract, parts, fill.is_selected(), load.threads, table));
  }
  HARK_TRY_VOID(merge_categories(parts, columns, load.threads, table));
  HARK_TRY_VOID(fill.remove(removed, load.threads));
  const auto folds = folds_of(parts, removed);
  parts.clear();
  if (table.size() >= kManyRows) give_back_free_memory();

  HARK_TRY_VOID(set_as_of(table, load.as_of, *zone, load.threads));
  HARK_TRY_VOID(set_outcomes(table, is_in_days, load.threads));
  HARK_TRY_VOID(
      set_closing_classes(table, table.category(contract, contract::Role::kAgency), load.threads));
  set_fold_ranges(table, folds);
  if (!load.selection.is_everything()) keep_selected(table, fill.is_selected());
  HARK_TRY_VOID(sort_by_duration(table, load.threads));
  return table;
}

}  // namespace hark::insight
