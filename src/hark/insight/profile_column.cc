#include "hark/insight/profile_column.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "hark/calendar/civil.h"
#include "hark/core/text.h"
#include "hark/insight/columns.h"
#include "hark/stats/descriptive.h"

namespace hark::insight {
namespace {

using columnar::Presence;
using columnar::Type;

constexpr std::size_t kTopValues = 10;

struct KnownPattern {
  std::vector<std::string> formats;  ///< of one column: with and without seconds, say
  bool is_date;
};
// Months first before days first: where a whole column fits both, it is read as the American.
const std::vector<KnownPattern>& known_patterns() {
  static const std::vector<KnownPattern> patterns = {
      {{"yyyy-MM-dd"}, true},
      {{"M/d/yyyy"}, true},
      {{"d/M/yyyy"}, true},
      {{"M/d/yy"}, true},
      {{"yyyy/M/d"}, true},
      {{"yyyy-M-d'T'H:mm:ss[.SSS][XXX]", "yyyy-M-d'T'H:mm[XXX]"}, false},
      {{"yyyy-M-d H:mm:ss[.SSS][XXX]", "yyyy-M-d H:mm[XXX]"}, false},
      {{"M/d/yyyy h:mm[:ss] a"}, false},
      {{"M/d/yyyy H:mm[:ss]"}, false},
      {{"d/M/yyyy H:mm[:ss]"}, false},
      {{"M/d/yy H:mm[:ss]"}, false},
  };
  return patterns;
}

bool is_missing_marker(std::string_view text) {
  if (text.size() > 4) return false;
  const std::string word = lower(text);
  return word == "na" || word == "n/a" || word == "null";
}

// Digits with a sign, as a number and not as a code: 02127 is a zip, not 2,127.
bool is_whole_number(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.empty() || text.size() > 18 || (text.size() > 1 && text[0] == '0')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_boolean_word(std::string_view text) {
  if (text.size() > 5) return false;
  const std::string word = lower(text);
  return word == "true" || word == "false" || word == "yes" || word == "no" || word == "t" ||
         word == "f" || word == "y" || word == "n";
}

std::string local_text(std::int64_t local_s) {
  const std::int64_t day = floor_div(local_s, kSecondsPerDay);
  const std::int64_t second = local_s - day * kSecondsPerDay;
  const auto two = [](std::int64_t n) { return concat(n < 10 ? "0" : "", n); };
  return concat(calendar::format_date(static_cast<std::int32_t>(day)), "T", two(second / 3600), ":",
                two(second / 60 % 60), ":", two(second % 60));
}

std::int64_t bits_of(double value) {
  std::int64_t bits;
  value += 0.0;  // -0.0 is 0.0
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

double double_of(std::int64_t bits) {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

template <typename T>
void take_range(std::optional<T>& least, std::optional<T>& greatest, const T& low, const T& high) {
  if (!least || low < *least) least = low;
  if (!greatest || *greatest < high) greatest = high;
}

}  // namespace

ClockGuess::ClockGuess() {
  for (const KnownPattern& known : known_patterns()) {
    auto parser = tabular::ClockParser::compile(known.formats);
    if (parser) parsers_.push_back(std::move(*parser));  // a test holds that each compiles
  }
}

std::size_t ClockGuess::num_known() { return known_patterns().size(); }

std::uint32_t ClockGuess::matching(std::string_view text, std::uint32_t patterns) const {
  std::uint32_t out = 0;
  tabular::WallClock clock;
  for (std::size_t i = 0; i < parsers_.size(); ++i) {
    if ((patterns >> i & 1) != 0 && parsers_[i].parse(text, clock)) out |= 1U << i;
  }
  return out;
}

std::int64_t ClockGuess::read(std::string_view text, std::size_t pattern) const {
  tabular::WallClock clock;
  parsers_[pattern].parse(text, clock);
  return clock.days * kSecondsPerDay + clock.second_of_day;
}

template <typename IsNew>
void TextCounts::add(std::span<const columnar::HashedText> texts,
                     std::span<const std::int64_t> counts, const IsNew& is_new) {
  if (is_exact_) {
    codes_.resize(texts.size());
    texts_.codes_of(texts, codes_);
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (is_exact_) {
      const bool is_known = codes_[i] < counts_.size();
      if (!is_known) counts_.push_back(0);
      counts_[codes_[i]] += counts[i];
      if (is_known) continue;
    }
    sketch_.add(mix_hash(texts[i].hash));
    is_new(i);
  }
  if (!is_exact_ || counts_.size() <= ColumnProfile::kMaxExactDistinct) return;
  is_exact_ = false;
  texts_ = {};
  counts_ = {};
}

template <typename Take>
void TextCounts::for_each(const Take& take) const {
  for (std::uint32_t code = 0; code < counts_.size(); ++code)
    take(texts_.dictionary()[code], counts_[code]);
}

void TextCounts::merge(const TextCounts& other) {
  sketch_.merge(other.sketch_);
  if (other.is_exact_) {
    std::vector<columnar::HashedText> texts;
    const columnar::Dictionary& theirs = other.texts_.dictionary();
    for (std::uint32_t code = 0; code < theirs.size(); ++code)
      texts.push_back({theirs[code], theirs.hash(code)});
    add(texts, other.counts_, [](std::size_t) {});
  } else {
    is_exact_ = false;
    texts_ = {};
    counts_ = {};
  }
}

std::int64_t TextCounts::distinct() const noexcept {
  return is_exact_ ? static_cast<std::int64_t>(counts_.size())
                   : static_cast<std::int64_t>(std::llround(sketch_.estimate()));
}

NumberCounts::Slot& NumberCounts::slot_of(std::int64_t value, std::uint64_t hash) {
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].count > 0 && slots_[at].value != value) at = (at + 1) & (slots_.size() - 1);
  slots_[at].value = value;
  return slots_[at];
}

void NumberCounts::add(std::int64_t value, std::int64_t count) {
  const std::uint64_t hash = mix_hash(static_cast<std::uint64_t>(value));
  if (!is_exact_) {
    sketch_.add(hash);
    return;
  }
  if (size_ * 2 >= slots_.size()) {
    constexpr std::size_t kFirstSlots = 64;
    std::vector<Slot> old(std::max(kFirstSlots, slots_.size() * 2));
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.count > 0)
        slot_of(slot.value, mix_hash(static_cast<std::uint64_t>(slot.value))) = slot;
    }
  }
  Slot& slot = slot_of(value, hash);
  if (slot.count == 0) {
    ++size_;
    sketch_.add(hash);
  }
  slot.count += count;
  if (size_ <= ColumnProfile::kMaxExactDistinct) return;
  is_exact_ = false;
  slots_ = {};
}

void NumberCounts::merge(const NumberCounts& other) {
  sketch_.merge(other.sketch_);
  other.for_each([this](std::int64_t value, std::int64_t count) { add(value, count); });
  if (other.is_exact_) return;
  is_exact_ = false;
  slots_ = {};
}

std::int64_t NumberCounts::distinct() const noexcept {
  return is_exact_ ? static_cast<std::int64_t>(size_)
                   : static_cast<std::int64_t>(std::llround(sketch_.estimate()));
}

ColumnCollector::ColumnCollector(columnar::Field field, const ClockGuess* guess,
                                 const TextScreen* screen)
    : field_(std::move(field)), guess_(guess), screen_(screen) {
  if (screen_ != nullptr) found_.resize(screen_->kinds().size(), 0);
  if (guess_ != nullptr) {
    patterns_ = guess_->all_patterns();
    clock_ranges_.resize(ClockGuess::num_known());
  }
}

void ColumnCollector::take(const columnar::Column& column, const columnar::Column* offsets,
                           std::span<const std::uint64_t> row_hashes) {
  rows_ += static_cast<std::int64_t>(column.size());
  if (column.is_blank()) {
    nulls_ += static_cast<std::int64_t>(column.size());
    return;
  }
  for (const Presence presence : column.presence()) {
    if (presence == Presence::kNull) ++nulls_;
    if (presence == Presence::kInvalid) ++invalid_;
  }
  if (column.type() == Type::kString) {
    take_texts(column, row_hashes);
  } else {
    take_values(column, offsets, row_hashes);
  }
}

void ColumnCollector::look_at(std::string_view text) {
  if (is_missing_marker(text)) return;
  has_typed_text_ = true;
  can_be_integer_ = can_be_integer_ && is_whole_number(text);
  can_be_number_ =
      can_be_number_ &&
      (is_whole_number(text) || (parse_double(text).has_value() && text.find('.') != text.npos));
  can_be_boolean_ = can_be_boolean_ && is_boolean_word(text);
  patterns_ = guess_->matching(text, patterns_);
  for (std::uint32_t left = patterns_; left != 0; left &= left - 1) {
    const auto pattern = static_cast<std::size_t>(std::countr_zero(left));
    const std::int64_t local_s = guess_->read(text, pattern);
    Range& range = clock_ranges_[pattern];
    take_range(range.least, range.greatest, local_s, local_s);
  }
}

void ColumnCollector::flush_texts() {
  if (counted_ == nullptr) return;
  const columnar::Dictionary& texts = *counted_;
  new_texts_.clear();
  new_counts_.clear();
  for (std::uint32_t code = 0; code < texts.size(); ++code) {
    if (code_counts_[code] == 0) continue;
    new_texts_.push_back({texts[code], texts.hash(code)});
    new_counts_.push_back(code_counts_[code]);
  }
  texts_.add(new_texts_, new_counts_, [this](std::size_t i) {
    const std::string_view text = new_texts_[i].text;
    if (!least_text_ || text < *least_text_) least_text_ = text;
    if (!greatest_text_ || text > *greatest_text_) greatest_text_ = text;
    if (guess_ != nullptr) look_at(text);
  });
  if (screen_ != nullptr) {
    for (std::size_t i = 0; i < new_texts_.size(); ++i) {
      for (std::uint32_t left = screen_->find(new_texts_[i].text); left != 0; left &= left - 1)
        found_[static_cast<std::size_t>(std::countr_zero(left))] += new_counts_[i];
    }
  }
  counted_ = nullptr;
}

void ColumnCollector::take_texts(const columnar::Column& column,
                                 std::span<const std::uint64_t> row_hashes) {
  if (column.dictionary() == nullptr) return;
  if (counted_ != nullptr && counted_->lineage() != column.dictionary()->lineage()) flush_texts();
  if (counted_ == nullptr) code_counts_.clear();
  if (counted_ == nullptr || counted_->size() < column.dictionary()->size()) {
    counted_ = column.dictionary();
    code_counts_.resize(counted_->size(), 0);
  }
  const auto codes = column.codes();
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.is_value(row)) ++code_counts_[codes[row]];
  }
  if (guess_ == nullptr) return;
  // Only a pass over these very texts tells whether they are all numbers.
  const columnar::Dictionary& texts = *counted_;
  flush_texts();
  if (!can_be_number_) return;
  std::vector<std::optional<double>> number_of(texts.size());
  for (std::uint32_t code = 0; code < texts.size(); ++code)
    if (code_counts_[code] > 0) number_of[code] = parse_double(texts[code]);
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.is_value(row)) continue;
    if (const auto number = number_of[codes[row]]) take_number(*number, row_hashes[row]);
  }
}

void ColumnCollector::take_number(double value, std::uint64_t row_hash) {
  take_range(least_number_, greatest_number_, value, value);
  sample_.add(row_hash, value);
}

template <typename ValueOf>
void ColumnCollector::take_whole(const columnar::Column& column, const ValueOf& value_of) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::int64_t greatest = std::numeric_limits<std::int64_t>::min();
  const auto presence = column.presence();
  for (std::size_t row = 0; row < presence.size(); ++row) {
    if (presence[row] != Presence::kValue) continue;
    const std::int64_t value = value_of(row);
    values_.add(value);
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
  if (least <= greatest) take_range(value_range_.least, value_range_.greatest, least, greatest);
}

template <typename ValueOf>
void ColumnCollector::take_numbers(const columnar::Column& column, const ValueOf& value_of,
                                   std::span<const std::uint64_t> row_hashes) {
  const auto presence = column.presence();
  for (std::size_t row = 0; row < presence.size(); ++row) {
    if (presence[row] == Presence::kValue)
      take_number(static_cast<double>(value_of(row)), row_hashes[row]);
  }
}

void ColumnCollector::take_values(const columnar::Column& column, const columnar::Column* offsets,
                                  std::span<const std::uint64_t> row_hashes) {
  switch (column.type()) {
    case Type::kBool:
      return take_whole(
          column, [values = column.bools()](std::size_t row) { return std::int64_t{values[row]}; });
    case Type::kDate:
      return take_whole(column, [values = column.int32s()](std::size_t row) {
        return std::int64_t{values[row]};
      });
    case Type::kTimestamp:
      return take_whole(column, [values = column.int64s(), offsets](std::size_t row) {
        const bool has_offset = offsets != nullptr && offsets->is_value(row);
        return floor_div(values[row], kMicrosPerSecond) + (has_offset ? offsets->int32s()[row] : 0);
      });
    case Type::kDouble: {
      const auto values = column.doubles();
      for (std::size_t row = 0; row < values.size(); ++row)
        if (column.is_value(row)) values_.add(bits_of(values[row]));
      return take_numbers(column, [values](std::size_t row) { return values[row]; }, row_hashes);
    }
    case Type::kInt32: {
      const auto value_of = [values = column.int32s()](std::size_t row) {
        return std::int64_t{values[row]};
      };
      take_whole(column, value_of);
      return take_numbers(column, value_of, row_hashes);
    }
    case Type::kInt64: {
      const auto value_of = [values = column.int64s()](std::size_t row) { return values[row]; };
      take_whole(column, value_of);
      return take_numbers(column, value_of, row_hashes);
    }
    case Type::kString:
      return;
  }
}

void ColumnCollector::merge(ColumnCollector& other) {
  flush_texts();
  other.flush_texts();
  rows_ += other.rows_;
  nulls_ += other.nulls_;
  invalid_ += other.invalid_;
  for (std::size_t kind = 0; kind < found_.size(); ++kind) found_[kind] += other.found_[kind];
  texts_.merge(other.texts_);
  values_.merge(other.values_);
  sample_.merge(other.sample_);
  can_be_integer_ = can_be_integer_ && other.can_be_integer_;
  can_be_number_ = can_be_number_ && other.can_be_number_;
  can_be_boolean_ = can_be_boolean_ && other.can_be_boolean_;
  has_typed_text_ = has_typed_text_ || other.has_typed_text_;
  patterns_ &= other.patterns_;
  const auto join_ranges = [](auto& least, auto& greatest, const auto& low, const auto& high) {
    if (low) take_range(least, greatest, *low, *high);
  };
  join_ranges(least_text_, greatest_text_, other.least_text_, other.greatest_text_);
  join_ranges(least_number_, greatest_number_, other.least_number_, other.greatest_number_);
  join_ranges(value_range_.least, value_range_.greatest, other.value_range_.least,
              other.value_range_.greatest);
  for (std::size_t i = 0; i < clock_ranges_.size(); ++i) {
    join_ranges(clock_ranges_[i].least, clock_ranges_[i].greatest, other.clock_ranges_[i].least,
                other.clock_ranges_[i].greatest);
  }
}

std::string ColumnCollector::type() const {
  switch (field_.type) {
    case Type::kBool:
      return "boolean";
    case Type::kInt32:
    case Type::kInt64:
      return "integer";
    case Type::kDouble:
      return "number";
    case Type::kDate:
      return "date";
    case Type::kTimestamp:
      return "timestamp";
    case Type::kString:
      break;
  }
  if (guess_ == nullptr) return "string";
  if (!has_typed_text_) return texts_.distinct() == 0 ? "empty" : "string";
  if (can_be_integer_) return "integer";
  if (can_be_number_) return "number";
  if (can_be_boolean_) return "boolean";
  if (patterns_ == 0) return "string";
  return known_patterns()[static_cast<std::size_t>(std::countr_zero(patterns_))].is_date
             ? "date"
             : "timestamp";
}

// A typed value as it is shown.
Json ColumnCollector::shown(std::int64_t value) const {
  switch (field_.type) {
    case Type::kBool:
      return value != 0;
    case Type::kDate:
      return calendar::format_date(static_cast<std::int32_t>(value));
    case Type::kTimestamp:
      return local_text(value);
    case Type::kDouble:
      return double_of(value);
    default:
      return value;
  }
}

void ColumnCollector::set_range(ColumnProfile& profile) const {
  if (profile.type == "number" || profile.type == "integer") {
    if (!least_number_) return;
    if (profile.type == "integer") {
      profile.min = static_cast<std::int64_t>(*least_number_);
      profile.max = static_cast<std::int64_t>(*greatest_number_);
    } else {
      profile.min = *least_number_;
      profile.max = *greatest_number_;
    }
    if (value_range_.least) {  // whole numbers beyond 2^53 stay whole
      profile.min = shown(*value_range_.least);
      profile.max = shown(*value_range_.greatest);
    }
  } else if (field_.type != Type::kString) {
    if (!value_range_.least) return;
    profile.min = shown(*value_range_.least);
    profile.max = shown(*value_range_.greatest);
  } else if (profile.type == "date" || profile.type == "timestamp") {
    const Range& range = clock_ranges_[static_cast<std::size_t>(std::countr_zero(patterns_))];
    const auto text = [&](std::int64_t local_s) {
      return profile.type == "timestamp"
                 ? local_text(local_s)
                 : calendar::format_date(static_cast<std::int32_t>(local_s / kSecondsPerDay));
    };
    profile.min = text(*range.least);
    profile.max = text(*range.greatest);
  } else if (least_text_) {
    profile.min = *least_text_;
    profile.max = *greatest_text_;
  }
}

void ColumnCollector::set_top(ColumnProfile& profile) const {
  if (field_.type == Type::kString) {
    texts_.for_each([&](std::string_view text, std::int64_t count) {
      profile.top.push_back({std::string(text), count});
    });
  } else {
    values_.for_each([&](std::int64_t value, std::int64_t count) {
      const Json json = shown(value);
      profile.top.push_back(
          {json.is_string() ? std::string(json.as_string()) : json.dump(), count});
    });
  }
  const auto is_before = [](const ColumnProfile::TopValue& a, const ColumnProfile::TopValue& b) {
    return a.count != b.count ? a.count > b.count : a.value < b.value;
  };
  const auto size = std::min(kTopValues, profile.top.size());
  std::partial_sort(profile.top.begin(), profile.top.begin() + static_cast<std::ptrdiff_t>(size),
                    profile.top.end(), is_before);
  profile.top.resize(size);
}

ColumnProfile ColumnCollector::finish() {
  flush_texts();
  ColumnProfile profile;
  profile.name = field_.name;
  profile.type = type();
  profile.nulls = nulls_;
  profile.invalid = invalid_;
  if (rows_ > 0) profile.null_share = static_cast<double>(nulls_) / static_cast<double>(rows_);
  const bool is_text = field_.type == Type::kString;
  profile.distinct = is_text ? texts_.distinct() : values_.distinct();
  profile.is_distinct_exact = is_text ? texts_.is_exact() : values_.is_exact();
  set_range(profile);
  set_top(profile);
  for (std::size_t kind = 0; kind < found_.size(); ++kind) {
    if (found_[kind] > 0)
      profile.findings.push_back({std::string(screen_->kinds()[kind]), found_[kind]});
  }
  if (profile.type == "number" || profile.type == "integer") {
    const std::vector<double> sorted = sample_.sorted_values();
    profile.are_quantiles_exact = sample_.is_everything();
    if (!sorted.empty()) {
      profile.quantiles.emplace();
      for (std::size_t i = 0; i < ColumnProfile::kQuantiles.size(); ++i) {
        (*profile.quantiles)[i] =
            *stats::quantile(std::span<const double>(sorted), ColumnProfile::kQuantiles[i]);
      }
    }
  }
  return profile;
}

}  // namespace hark::insight
