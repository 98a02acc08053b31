#include "hark/insight/request_fill.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "hark/core/parallel.h"

namespace hark::insight {
namespace {

constexpr std::size_t kGrowth = 4;

template <typename T>
void remove_rows(RawVector<T>& values, std::span<const std::uint32_t> rows) {
  std::size_t to = rows.front();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t end = i + 1 < rows.size() ? rows[i + 1] : values.size();
    for (std::size_t row = rows[i] + std::size_t{1}; row < end; ++row) values[to++] = values[row];
  }
  values.resize(to);
}

}  // namespace

RequestFill::RequestFill(const RequestColumns& columns, RequestTable& table, std::size_t first_room)
    : columns_(columns), table_(table), next_room_(first_room) {
  table_.categories.resize(columns.categories.size());
  for (const std::string& name : columns.numbers) table_.numbers.push_back({name, {}});
}

template <typename Visit>
void RequestFill::each_column(const Visit& visit) {
  const auto plain = [&](auto& column, auto RequestPart::* share) {
    visit(column, [share](RequestPart& part) -> auto& { return part.*share; });
  };
  plain(table_.created_us, &RequestPart::created_us);
  plain(table_.closed_us, &RequestPart::closed_us);
  plain(table_.created_offset, &RequestPart::created_offset);
  plain(table_.closed_offset, &RequestPart::closed_offset);
  plain(table_.status, &RequestPart::status);
  plain(table_.marks, &RequestPart::marks);
  plain(is_selected_, &RequestPart::is_selected);
  if (!columns_.resolution.empty()) plain(table_.resolved_as, &RequestPart::resolved_as);
  if (columns_.has_places()) {
    plain(table_.latitude, &RequestPart::latitude);
    plain(table_.longitude, &RequestPart::longitude);
  }
  for (std::size_t c = 0; c < table_.categories.size(); ++c) {
    visit(table_.categories[c].codes,
          [c](RequestPart& part) -> auto& { return part.categories[c].mutable_codes(); });
  }
  for (std::size_t i = 0; i < table_.numbers.size(); ++i)
    visit(table_.numbers[i].values, [i](RequestPart& part) -> auto& { return part.numbers[i]; });
}

Result<void> RequestFill::add(std::uint64_t ordinal, RequestPart part) {
  std::vector<RequestPart*> ready;
  {
    const std::lock_guard lock(order_);
    early_.emplace(ordinal, std::move(part));
    while (!early_.empty() && early_.begin()->first == parts_.size()) {
      HARK_TRY_VOID(take_next(std::move(early_.extract(early_.begin()).mapped())));
      ready.push_back(&parts_.back());
    }
  }
  const std::shared_lock lock(columns_mutex_);
  for (RequestPart* const next : ready) put(*next);
  return {};
}

Result<void> RequestFill::take_next(RequestPart part) {
  part.first_row = num_rows_;
  num_rows_ += part.num_rows;
  if (num_rows_ > std::numeric_limits<std::uint32_t>::max())
    return Error(ErrorCode::kUnsupported, "more than 4,294,967,295 rows in one job");
  // Mostly all parts know the same distances from UTC in the same order.
  std::vector<std::uint8_t> place_of;
  HARK_TRY_VOID(code_offsets(part.offsets_s, table_.offsets_s, place_of));
  if (part.offsets_s.size() > table_.offsets_s.size() ||
      !std::ranges::equal(part.offsets_s,
                          std::span(table_.offsets_s).first(part.offsets_s.size()))) {
    for (std::uint8_t& place : part.created_offset) place = place_of[place];
    for (std::uint8_t& place : part.closed_offset) place = place_of[place];
  }
  if (num_rows_ > room_) {
    room_ = std::max(next_room_, num_rows_);
    next_room_ = room_ * kGrowth;
    const std::unique_lock lock(columns_mutex_);
    each_column([this](auto& column, const auto&) { column.resize(room_); });
  }
  parts_.push_back(std::move(part));
  return {};
}

void RequestFill::put(RequestPart& part) {
  each_column([&part](auto& column, const auto& share_of) {
    const auto share = std::exchange(share_of(part), {});
    std::ranges::copy(share, column.begin() + static_cast<std::ptrdiff_t>(part.first_row));
  });
}

Result<std::vector<RequestPart>> RequestFill::finish() {
  for (auto& [ordinal, part] : early_) {
    HARK_TRY_VOID(take_next(std::move(part)));
    put(parts_.back());
  }
  early_.clear();
  each_column([this](auto& column, const auto&) { column.resize(num_rows_); });
  return std::vector(std::move_iterator(parts_.begin()), std::move_iterator(parts_.end()));
}

Result<void> RequestFill::remove(std::span<const std::uint32_t> rows, unsigned threads) {
  if (rows.empty()) return {};
  std::vector<std::function<void()>> jobs;
  each_column([&](auto& column, const auto&) {
    jobs.emplace_back([&column, rows] { remove_rows(column, rows); });
  });
  return parallel_for(jobs.size(), threads, [&](std::size_t i) -> Result<void> {
    jobs[i]();
    return {};
  });
}

}  // namespace hark::insight
