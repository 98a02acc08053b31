#include "hark/insight/request_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "hark/core/text.h"

namespace hark::insight {
namespace {

using columnar::Presence;
using contract::Role;

constexpr std::int64_t kHalfYear = 182 * kSecondsPerDay;

/// A clock as instants, whatever the source made of it: a date is the day's local midnight.
void read_instants(const ClockColumn& clock, const calendar::TimeZone& zone,
                   std::span<std::int64_t> us, std::span<std::int32_t> offsets_s) {
  if (!clock.is_date()) {
    clock.copy_instants(us, offsets_s, kNoTime);
    return;
  }
  for (std::size_t row = 0; row < us.size(); ++row) {
    us[row] = kNoTime;
    offsets_s[row] = 0;
    if (clock.presence(row) != Presence::kValue) continue;
    const auto midnight = zone.from_local(clock.local_day(row) * kSecondsPerDay);
    us[row] = midnight.utc_s * kMicrosPerSecond;
    offsets_s[row] = midnight.offset_s;
  }
}

std::int64_t local_us(std::int64_t us, std::int32_t offset_s) noexcept {
  return us + offset_s * kMicrosPerSecond;
}

Error not_offered(std::string_view column) {
  return Error(ErrorCode::kInvalidArgument, concat("this source has no column '", column, "'"));
}

}  // namespace

Result<RequestColumns> choose_columns(const columnar::BatchSource& source,
                                      const contract::Contract& contract, const RequestLoad& load) {
  ColumnWish wish(source);
  RequestColumns columns;
  const auto with_role = [&](Role role, bool is_clock) {
    const std::string name(name_with_role(contract, role));
    const bool is_there = is_clock ? wish.add_clock(name) : wish.add(name);
    return is_there ? name : std::string();
  };
  columns.created = with_role(Role::kCreated, true);
  columns.closed = with_role(Role::kClosed, true);
  columns.status = with_role(Role::kStatus, false);
  for (const Role role : {Role::kComplaintType, Role::kAgency, Role::kArea}) {
    if (!with_role(role, false).empty()) columns.categories.push_back(*contract.with_role(role));
  }
  bool has_key = !contract.key.empty();
  for (const std::string& name : contract.key) has_key = wish.add(name) && has_key;
  if (has_key) columns.key = contract.key;
  for (const std::string& name : load.categories) {
    const contract::ColumnSpec* column = contract.find(name);
    if (column == nullptr || !wish.add(name)) return not_offered(name);
    const bool is_there = std::any_of(columns.categories.begin(), columns.categories.end(),
                                      [&](const auto& known) { return known.name == name; });
    if (!is_there) columns.categories.push_back(*column);
  }
  for (const std::string& name : load.numbers) {
    if (!wish.add(name)) return not_offered(name);
    columns.numbers.push_back(name);
  }
  if (load.with_places) {
    columns.latitude = with_role(Role::kLatitude, false);
    columns.longitude = with_role(Role::kLongitude, false);
  }
  if (load.with_outcomes && !contract.outcome_rules.empty())
    columns.resolution = with_role(Role::kResolution, false);
  wish.add_where(load.selection);
  columns.all = wish.names();
  return columns;
}

Result<void> code_offsets(std::span<const std::int32_t> offsets_s, std::vector<std::int32_t>& known,
                          std::vector<std::uint8_t>& places) {
  places.resize(offsets_s.size());
  // Mostly summer's, winter's and that of rows without a time: no branches, which would be guessed
  // wrong half of the time.
  constexpr std::size_t kFew = 3;
  if (known.size() <= kFew) {
    std::array<std::int32_t, kFew> few;
    few.fill(std::numeric_limits<std::int32_t>::min());
    std::ranges::copy(known, few.begin());
    std::int32_t unlike = 0;
    for (std::size_t i = 0; i < offsets_s.size(); ++i) {
      const std::int32_t offset_s = offsets_s[i];
      places[i] =
          static_cast<std::uint8_t>((offset_s == few[1] ? 1 : 0) + (offset_s == few[2] ? 2 : 0));
      unlike |= offset_s != few[0] && offset_s != few[1] && offset_s != few[2] ? 1 : 0;
    }
    if (unlike == 0) return {};
  }
  std::size_t place = known.size();
  for (std::size_t i = 0; i < offsets_s.size(); ++i) {
    if (place == known.size() || known[place] != offsets_s[i]) {
      place = static_cast<std::size_t>(std::ranges::find(known, offsets_s[i]) - known.begin());
      if (place == known.size()) known.push_back(offsets_s[i]);
      if (place > std::numeric_limits<std::uint8_t>::max()) {
        return Error(ErrorCode::kUnsupported,
                     "the source's clocks have more than 255 different distances from UTC")
            .hint("its *_offset_s columns are not those of a city: `hark profile` shows them");
      }
    }
    places[i] = static_cast<std::uint8_t>(place);
  }
  return {};
}

RequestReader::RequestReader(const contract::Contract& contract, const RequestLoad& load,
                             const RequestColumns& columns, const calendar::TimeZone& zone)
    : contract_(contract), load_(load), columns_(columns), zone_(zone) {
  const std::int64_t now_s = floor_div(load.now.time_since_epoch().count(), kMicrosPerSecond);
  for (const std::int32_t offset_s :
       {0, zone.offset_at(now_s), zone.offset_at(now_s - kHalfYear)}) {
    if (std::ranges::find(likely_offsets_s_, offset_s) == likely_offsets_s_.end())
      likely_offsets_s_.push_back(offset_s);
  }
}

Result<void> RequestReader::read_clocks(const columnar::Batch& batch, RequestPart& part) const {
  constexpr std::int64_t kDayUs = kSecondsPerDay * kMicrosPerSecond;
  const ClockColumn created(batch, columns_.created);
  const ClockColumn closed(batch, columns_.closed);
  std::vector<std::int32_t> created_offset_s(batch.num_rows);
  std::vector<std::int32_t> closed_offset_s(batch.num_rows);
  read_instants(created, zone_, part.created_us, created_offset_s);
  read_instants(closed, zone_, part.closed_us, closed_offset_s);
  if (created.may_be_in_doubt() || closed.may_be_in_doubt())
    read_doubts(created, closed, created_offset_s, closed_offset_s, part);
  part.offsets_s = likely_offsets_s_;
  HARK_TRY_VOID(code_offsets(created_offset_s, part.offsets_s, part.created_offset));
  HARK_TRY_VOID(code_offsets(closed_offset_s, part.offsets_s, part.closed_offset));
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    const std::int64_t end = part.closed_us[row];
    if (end == kNoTime) {
      if (closed.presence(row) == Presence::kInvalid) part.marks[row] |= kClosedUnreadable;
      continue;
    }
    part.has_closing = true;
    if (local_us(end, closed_offset_s[row]) % kDayUs == 0) part.marks[row] |= kClosedAtMidnight;
  }
  part.is_created_date = created.is_date();
  part.is_closed_date = part.has_closing && closed.is_date();
  const Selection& selection = load_.selection;
  if (!selection.has_days()) return {};
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    const std::int64_t start = part.created_us[row];
    if (start == kNoTime || !selection.holds(static_cast<std::int32_t>(
                                floor_div(local_us(start, created_offset_s[row]), kDayUs))))
      part.is_selected[row] = 0;
  }
  return {};
}

void RequestReader::read_doubts(const ClockColumn& created, const ClockColumn& closed,
                                std::span<const std::int32_t> created_offset_s,
                                std::span<std::int32_t> closed_offset_s, RequestPart& part) const {
  const auto fold_width = [&](std::int64_t us, std::int32_t offset_s) {
    return zone_.from_local(floor_div(local_us(us, offset_s), kMicrosPerSecond)).fold_width_s;
  };
  for (std::size_t row = 0; row < part.num_rows; ++row) {
    const std::int64_t start = part.created_us[row];
    std::int64_t& end = part.closed_us[row];
    const bool has_created_fold = start != kNoTime && created.is_fold(row);
    const bool has_closed_fold = end != kNoTime && closed.is_fold(row);
    if (has_created_fold || has_closed_fold) {
      part.marks[row] |= kInFold;
      FoldWidth width{static_cast<std::uint32_t>(row), 0, 0};
      if (has_created_fold) width.created_s = fold_width(start, created_offset_s[row]);
      if (has_closed_fold) width.closed_s = fold_width(end, closed_offset_s[row]);
      const std::int64_t later_us = end + width.closed_s * kMicrosPerSecond;
      if (has_closed_fold && start != kNoTime && end < start && later_us >= start) {
        end = later_us;
        closed_offset_s[row] -= width.closed_s;
        part.marks[row] |= kAmbiguousSign;
      }
      part.folds.push_back(width);
    }
    if ((start != kNoTime && created.is_gap(row)) || (end != kNoTime && closed.is_gap(row)))
      part.marks[row] |= kInGap;
  }
}

void RequestReader::read_status(const columnar::Batch& batch, RequestPart& part) const {
  const columnar::Column* status = batch.find(columns_.status);
  if (columns_.status.empty() || status == nullptr || status->dictionary() == nullptr) return;
  const columnar::Dictionary& texts = *status->dictionary();
  // A dictionary may go on from batch to batch: only what this batch uses is judged, once.
  std::vector<StatusClass> class_of(texts.size(), StatusClass::kNone);
  const auto judge = [&](std::string_view text) {
    return std::ranges::find(contract_.closed_statuses, fold_category(text)) !=
                   contract_.closed_statuses.end()
               ? StatusClass::kClosed
               : StatusClass::kNotClosed;
  };
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    if (!status->is_value(row)) continue;
    StatusClass& status_class = class_of[status->codes()[row]];
    if (status_class == StatusClass::kNone) status_class = judge(texts[status->codes()[row]]);
    part.status[row] = status_class;
    part.has_status = true;
  }
}

void RequestReader::read_outcomes(const columnar::Batch& batch, RequestPart& part) const {
  if (columns_.resolution.empty()) return;
  part.resolved_as.assign(batch.num_rows, contract::ResolvedAs::kUnknown);
  const columnar::Column* text = batch.find(columns_.resolution);
  if (text == nullptr || text->dictionary() == nullptr) return;
  const columnar::Dictionary& texts = *text->dictionary();
  std::vector<std::optional<contract::ResolvedAs>> of_code(texts.size());
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    if (!text->is_value(row)) continue;
    const std::uint32_t code = text->codes()[row];
    if (!of_code[code]) of_code[code] = contract::resolved_as(contract_.outcome_rules, texts[code]);
    part.resolved_as[row] = *of_code[code];
  }
}

void RequestReader::read_places(const columnar::Batch& batch, RequestPart& part) const {
  if (!columns_.has_places()) return;
  const Numbers latitude(batch, columns_.latitude);
  const Numbers longitude(batch, columns_.longitude);
  const auto narrowed = [](const std::optional<double>& degrees) {
    return degrees ? static_cast<float>(*degrees) : std::numeric_limits<float>::quiet_NaN();
  };
  part.latitude.resize(batch.num_rows);
  part.longitude.resize(batch.num_rows);
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    part.latitude[row] = narrowed(latitude.number(row));
    part.longitude[row] = narrowed(longitude.number(row));
  }
}

Result<RequestPart> RequestReader::read(const columnar::Batch& batch) const {
  const std::size_t n = batch.num_rows;
  RequestPart part;
  part.num_rows = n;
  part.created_us.resize(n);
  part.closed_us.resize(n);
  part.marks.resize(n);
  HARK_TRY(part.is_selected, load_.selection.rows_of(batch));
  part.status.assign(n, StatusClass::kNone);
  HARK_TRY_VOID(read_clocks(batch, part));
  read_status(batch, part);
  read_outcomes(batch, part);
  if (!columns_.key.empty()) {
    part.keys = KeyPrints(batch, columns_.key);
    part.has_key = part.keys.has_any();
  }
  read_places(batch, part);
  for (const contract::ColumnSpec& column : columns_.categories) {
    part.categories.emplace_back(batch, column.name);
  }
  for (const std::string& name : columns_.numbers) {
    const Numbers numbers(batch, name);
    std::vector<double>& values = part.numbers.emplace_back(n);
    for (std::size_t row = 0; row < n; ++row) {
      values[row] = numbers.number(row).value_or(std::numeric_limits<double>::quiet_NaN());
    }
  }
  return part;
}

}  // namespace hark::insight
