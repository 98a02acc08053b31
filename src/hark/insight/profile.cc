#include "hark/insight/profile.h"

#include <algorithm>
#include <memory>

#include "hark/core/text.h"
#include "hark/insight/columns.h"
#include "hark/insight/profile_column.h"

namespace hark::insight {
namespace {

// The columns that are data: no places of records, no parts of clocks.
std::vector<columnar::Field> data_columns(std::span<const columnar::Field> fields,
                                          std::span<const std::string> wanted) {
  const auto is_clock_part = [&](const std::string& name) {
    return std::any_of(fields.begin(), fields.end(), [&](const columnar::Field& clock) {
      if (clock.type != columnar::Type::kTimestamp || !name.starts_with(clock.name)) return false;
      const std::string_view rest = std::string_view(name).substr(clock.name.size());
      return rest == "_offset_s" || rest == "_fold" || rest == "_gap" || rest == "_fold_width_s" ||
             rest == "_local_date" || rest == "_local_s";
    });
  };
  std::vector<columnar::Field> columns;
  for (const columnar::Field& field : fields) {
    const bool is_data = wanted.empty()
                             ? !field.name.starts_with('_') && !is_clock_part(field.name)
                             : std::find(wanted.begin(), wanted.end(), field.name) != wanted.end();
    if (is_data) columns.push_back(field);
  }
  return columns;
}

class ProfileSink final : public columnar::BatchSink {
 public:
  ProfileSink(const std::vector<columnar::Field>& columns, const ClockGuess* guess,
              unsigned threads) {
    for (unsigned worker = 0; worker < threads; ++worker) {
      auto share = std::make_unique<Share>();
      for (const columnar::Field& field : columns) share->columns.emplace_back(field, guess);
      shares_.push_back(std::move(share));
    }
  }

  Result<void> consume(columnar::Batch batch, unsigned worker) override {
    Share& share = *shares_[worker];
    share.rows += static_cast<std::int64_t>(batch.num_rows);
    share.row_hashes.resize(batch.num_rows);
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      share.row_hashes[row] = mix_hash(batch.ordinal << 32 | row);
    }
    for (std::size_t i = 0; i < share.columns.size(); ++i) {
      const columnar::Column& column = batch.columns[i];
      share.columns[i].take(column, batch.find(concat(column.name(), "_offset_s")),
                            share.row_hashes);
    }
    return {};
  }

  SourceProfile finish() {
    SourceProfile profile;
    Share& all = *shares_.front();
    for (std::size_t worker = 1; worker < shares_.size(); ++worker) {
      all.rows += shares_[worker]->rows;
      for (std::size_t i = 0; i < all.columns.size(); ++i) {
        all.columns[i].merge(shares_[worker]->columns[i]);
      }
    }
    profile.rows = all.rows;
    for (const ColumnCollector& column : all.columns) profile.columns.push_back(column.finish());
    return profile;
  }

 private:
  struct Share {
    std::int64_t rows = 0;
    std::vector<ColumnCollector> columns;
    std::vector<std::uint64_t> row_hashes;
  };
  std::vector<std::unique_ptr<Share>> shares_;
};

}  // namespace

Result<SourceProfile> profile(columnar::BatchSource& source, const contract::Contract* contract,
                              unsigned threads, std::span<const std::string> columns) {
  const auto fields = data_columns(source.fields(), columns);
  std::vector<std::string> names;
  for (const columnar::Field& field : fields) names.push_back(field.name);
  // The offsets of clocks stand behind the columns.
  for (const columnar::Field& field : source.fields()) {
    if (!field.name.ends_with("_offset_s")) continue;
    const std::string clock = field.name.substr(0, field.name.size() - 9);
    const auto is_clock = [&](const columnar::Field& f) {
      return f.name == clock && f.type == columnar::Type::kTimestamp;
    };
    if (std::any_of(fields.begin(), fields.end(), is_clock)) names.push_back(field.name);
  }
  const ClockGuess guess;
  const unsigned num_workers = std::max(threads, 1U);
  ProfileSink sink(fields, contract == nullptr ? &guess : nullptr, num_workers);
  HARK_TRY_VOID(source.stream(names, num_workers, sink));
  SourceProfile out = sink.finish();
  if (contract == nullptr) return out;
  for (ColumnProfile& column : out.columns) {
    const contract::ColumnSpec* spec = contract->find(column.name);
    if (spec == nullptr || !spec->is_personal) continue;
    column.is_personal = true;
    column.min = nullptr;
    column.max = nullptr;
    column.top.clear();
    column.quantiles.reset();
  }
  return out;
}

Json to_json(const SourceProfile& profile) {
  Json columns = Json::array();
  for (const ColumnProfile& column : profile.columns) {
    Json quantiles;
    if (column.quantiles) {
      for (std::size_t i = 0; i < ColumnProfile::kQuantiles.size(); ++i) {
        quantiles.set(concat("p", static_cast<int>(ColumnProfile::kQuantiles[i] * 100 + 0.5)),
                      (*column.quantiles)[i]);
      }
    }
    Json top = Json::array();
    for (const auto& value : column.top) {
      top.push_back(Json::object({{"value", value.value}, {"count", value.count}}));
    }
    columns.push_back(Json::object({{"name", column.name},
                                    {"type", column.type},
                                    {"nulls", column.nulls},
                                    {"null_share", column.null_share},
                                    {"invalid", column.invalid},
                                    {"distinct", column.distinct},
                                    {"distinct_is_exact", column.is_distinct_exact},
                                    {"min", column.min},
                                    {"max", column.max},
                                    {"quantiles", std::move(quantiles)},
                                    {"quantiles_are_exact", column.are_quantiles_exact},
                                    {"top", std::move(top)},
                                    {"personal", column.is_personal},
                                    {"pii", Json::array()}}));
  }
  return Json::object({{"rows", profile.rows}, {"columns", std::move(columns)}});
}

}  // namespace hark::insight
