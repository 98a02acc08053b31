#include "hark/insight/row_kinds.h"

#include "hark/core/parallel.h"
#include "hark/insight/sla_rule.h"

namespace hark::insight {
namespace {

// From the lowest bit: the outcome, SLA standing, marks, two disagreements of status and time.
// Where closed requests tell how they ended, the outcomes behind the last are those.
constexpr unsigned kStandingBit = 4;
constexpr unsigned kMarksBit = 6;
constexpr std::uint32_t kMarks = kZero | kInstant | kBatch | kInFold | kAmbiguousSign | kInGap;
constexpr std::uint32_t kClosedWithoutTime = 1U << 12;
constexpr std::uint32_t kOpenWithTime = 1U << 13;
constexpr std::size_t kNumBits = std::size_t{1} << 14;
static_assert(kNumOutcomes + contract::kNumResolvedAs <= 1U << kStandingBit);
static_assert(kMarks < 1U << (12 - kMarksBit));

std::uint16_t bits_of(const RequestTable& table, const SlaRule& rule, std::size_t row) {
  const Outcome outcome = table.outcome[row];
  std::uint32_t bits = static_cast<std::uint32_t>(outcome);
  std::uint32_t marks = table.marks[row] & kMarks;
  if (outcome == Outcome::kClosed) {
    if (table.duration[row] == 0) marks |= kZero;  // dates have no closing classes
    if (!table.resolved_as.empty())
      bits = kNumOutcomes + static_cast<std::uint32_t>(table.resolved_as[row]);
  }
  if (table.has_duration(row))
    bits |= static_cast<std::uint32_t>(rule.standing(row)) << kStandingBit;
  if (table.has_status) {
    const bool has_time = table.closed_us[row] != kNoTime;
    const bool has_text = has_time || table.is_marked(row, kClosedUnreadable);
    if (table.status[row] == StatusClass::kClosed && !has_text) bits |= kClosedWithoutTime;
    if (table.status[row] == StatusClass::kNotClosed && has_time) bits |= kOpenWithTime;
  }
  return static_cast<std::uint16_t>(bits | marks << kMarksBit);
}

void add_closing(std::uint32_t marks, std::int64_t n, ClosingClasses& classes) {
  const bool is_instant = (marks & kInstant) != 0;
  const bool is_batch = (marks & kBatch) != 0;
  if ((marks & kZero) != 0) classes.zero += n;
  if (is_instant) classes.instant += n;
  if (is_batch) classes.batch += n;
  if (is_instant && is_batch) classes.instant_and_batch += n;
  if (!is_instant && !is_batch) classes.normal += n;
}

}  // namespace

Result<RowKinds> RowKinds::of(const RequestTable& table, const contract::Contract& contract,
                              unsigned threads) {
  const SlaRule rule(table, contract);
  RowKinds out;
  out.bits_of_row_.resize(table.size());
  const Stretches stretches(table.size(), threads);
  std::vector<std::vector<std::uint8_t>> seen(stretches.count());
  HARK_TRY_VOID(stretches.each([&](std::size_t stretch, std::size_t begin, std::size_t end) {
    std::vector<std::uint8_t>& mine = seen[stretch];
    mine.assign(kNumBits, 0);
    for (std::size_t row = begin; row < end; ++row) {
      const std::uint16_t bits = bits_of(table, rule, row);
      out.bits_of_row_[row] = bits;
      mine[bits] = 1;
    }
  }));
  out.place_of_.resize(kNumBits);
  for (std::size_t bits = 0; bits < kNumBits; ++bits) {
    bool is_seen = false;
    for (const auto& of_stretch : seen) is_seen = is_seen || of_stretch[bits] != 0;
    if (!is_seen) continue;
    out.place_of_[bits] = static_cast<std::uint16_t>(out.kinds_.size());
    out.kinds_.push_back(static_cast<std::uint16_t>(bits));
  }
  return out;
}

void RowKinds::add(std::size_t kind, std::int64_t num_rows, RequestKpis& kpis) const {
  const std::uint32_t bits = kinds_[kind];
  const std::uint32_t marks = bits >> kMarksBit & kMarks;
  const std::uint32_t ending = bits & ((1U << kStandingBit) - 1);
  const auto outcome = ending < kNumOutcomes ? static_cast<Outcome>(ending) : Outcome::kClosed;
  kpis.n += num_rows;
  kpis.outcomes[static_cast<std::size_t>(outcome)] += num_rows;
  if ((bits & kClosedWithoutTime) != 0) *kpis.closed_without_time += num_rows;
  if ((bits & kOpenWithTime) != 0) *kpis.open_with_time += num_rows;
  if ((marks & kInGap) != 0) kpis.gap_rows += num_rows;
  if (outcome > Outcome::kOpen) return;
  if ((marks & kInFold) != 0) kpis.fold_rows += num_rows;
  if ((marks & kAmbiguousSign) != 0) kpis.ambiguous_sign += num_rows;
  if (kpis.sla) {
    const auto standing = static_cast<SlaStanding>(bits >> kStandingBit & 3);
    SlaRule::add(standing, num_rows, *kpis.sla);
  }
  if (outcome != Outcome::kClosed) return;
  if (kpis.resolved_as) (*kpis.resolved_as)[ending - kNumOutcomes] += num_rows;
  if (kpis.same_day && (marks & kZero) != 0) *kpis.same_day += num_rows;
  if (kpis.classes) add_closing(marks, num_rows, *kpis.classes);
}

}  // namespace hark::insight
