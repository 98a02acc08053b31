#include "hark/insight/versions.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "hark/contract/version_order.h"
#include "hark/core/text.h"
#include "hark/insight/collect.h"
#include "hark/insight/columns.h"

namespace hark::insight {
namespace {

struct RankedRow {
  std::uint32_t row = 0;  ///< in its batch; in the source when all batches are known
  contract::VersionRank rank;
};

struct Part {
  std::size_t num_rows = 0;
  std::vector<RankedRow> ranked;
};

struct KeyHash {
  std::size_t operator()(const KeyPrint& key) const noexcept {
    return static_cast<std::size_t>((key.a ^ key.b * 0x9E3779B97F4A7C15ULL) *
                                    0xD1B54A32D192ED03ULL);
  }
};

/// The rows whose keys are repeated, ascending.
Result<std::vector<RankedRow>> rank_rows(columnar::BatchSource& source,
                                         const contract::Contract& contract,
                                         std::span<const Repeat> repeats, unsigned threads) {
  std::unordered_set<KeyPrint, KeyHash> keys;
  for (const Repeat& repeat : repeats) keys.insert(repeat.key);
  ColumnWish wish(source);
  for (const contract::ColumnSpec& column : contract.columns) wish.add(column.name);
  HARK_TRY(const auto parts,
           collect_parts<Part>(
               source, wish.names(), threads, [&](columnar::Batch& batch) -> Result<Part> {
                 Part part{batch.num_rows, {}};
                 const KeyPrints of_rows(batch, contract.key);
                 for (std::size_t row = 0; row < batch.num_rows; ++row) {
                   if (!keys.contains(of_rows[row])) continue;
                   part.ranked.push_back({static_cast<std::uint32_t>(row),
                                          contract::version_rank({&batch, row}, contract)});
                 }
                 return part;
               }));
  std::vector<RankedRow> rows;
  std::size_t first_row = 0;
  for (const Part& part : parts) {
    for (RankedRow row : part.ranked) {
      row.row += static_cast<std::uint32_t>(first_row);
      rows.push_back(row);
    }
    first_row += part.num_rows;
  }
  return rows;
}

}  // namespace

Result<std::vector<Loser>> losing_rows(columnar::BatchSource& source,
                                       const contract::Contract& contract,
                                       std::span<const Repeat> repeats, unsigned threads) {
  std::vector<Loser> losers;
  if (repeats.empty()) return losers;
  HARK_TRY(const auto ranked, rank_rows(source, contract, repeats, threads));
  const auto rank_of = [&](std::uint32_t row) -> const contract::VersionRank* {
    const auto found = std::ranges::lower_bound(ranked, row, {}, &RankedRow::row);
    return found == ranked.end() || found->row != row ? nullptr : &found->rank;
  };
  std::unordered_map<std::uint32_t, std::uint32_t> kept_of;  // by the key's first row
  for (const Repeat& repeat : repeats) {
    std::uint32_t& kept = kept_of.try_emplace(repeat.first, repeat.first).first->second;
    const contract::VersionRank* const mine = rank_of(repeat.row);
    const contract::VersionRank* const theirs = rank_of(kept);
    if (mine == nullptr || theirs == nullptr) {
      return Error(ErrorCode::kConflict, "the source changed while it was read")
          .hint("run the command again when nothing writes to it");
    }
    if (*mine > *theirs) kept = repeat.row;
  }
  const auto add = [&](std::uint32_t row, std::uint32_t kept) {
    if (row == kept) return;
    const contract::VersionRank& mine = *rank_of(row);
    const contract::VersionRank& theirs = *rank_of(kept);
    LostTo lost_to = LostTo::kNewer;
    if (mine == theirs) {
      lost_to = LostTo::kCopy;
    } else if (mine.differs_by_hash_alone(theirs)) {
      lost_to = LostTo::kOtherHash;
    }
    losers.push_back({row, kept, lost_to});
  };
  for (const auto& [first, kept] : kept_of) add(first, kept);
  for (const Repeat& repeat : repeats) add(repeat.row, kept_of.at(repeat.first));
  std::ranges::sort(losers, {}, &Loser::row);
  return losers;
}

Warning undecided_warning(std::int64_t rows) {
  return {"undecided_versions",
          concat(rows, rows == 1 ? " record differs" : " records differ",
                 " from another of the same key, and nothing tells which is newer: a hash chooses "
                 "the one that counts")};
}

}  // namespace hark::insight
