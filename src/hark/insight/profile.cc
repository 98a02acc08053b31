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

void hide_values(ColumnProfile& column) {
  column.is_personal = true;
  column.min = nullptr;
  column.max = nullptr;
  column.top.clear();
  column.quantiles.reset();
}

}  // namespace

struct Profiler::State {
  struct Share {
    std::int64_t rows = 0;
    std::vector<ColumnCollector> columns;
    std::vector<std::uint64_t> row_hashes;
  };
  const contract::Contract* contract = nullptr;
  ClockGuess guess;
  std::vector<columnar::Field> fields;
  std::vector<std::string> columns;  ///< names of `fields`, then the offsets of clocks
  std::vector<std::unique_ptr<Share>> shares;
};

Profiler::Profiler(std::span<const columnar::Field> fields, const contract::Contract* contract,
                   unsigned num_workers, std::span<const std::string> wanted,
                   const TextScreen* screen)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.contract = contract;
  state.fields = data_columns(fields, wanted);
  for (const columnar::Field& field : state.fields) state.columns.push_back(field.name);
  for (const columnar::Field& field : fields) {
    if (!field.name.ends_with("_offset_s")) continue;
    const std::string clock = field.name.substr(0, field.name.size() - 9);
    const auto is_clock = [&](const columnar::Field& f) {
      return f.name == clock && f.type == columnar::Type::kTimestamp;
    };
    if (std::any_of(state.fields.begin(), state.fields.end(), is_clock))
      state.columns.push_back(field.name);
  }
  for (unsigned worker = 0; worker < std::max(num_workers, 1U); ++worker) {
    auto share = std::make_unique<State::Share>();
    for (const columnar::Field& field : state.fields)
      share->columns.emplace_back(field, contract == nullptr ? &state.guess : nullptr, screen);
    state.shares.push_back(std::move(share));
  }
}

Profiler::~Profiler() = default;

const std::vector<std::string>& Profiler::columns() const noexcept { return state_->columns; }

void Profiler::take(const columnar::Batch& batch, unsigned worker) {
  State::Share& share = *state_->shares[worker];
  share.rows += static_cast<std::int64_t>(batch.num_rows);
  share.row_hashes.resize(batch.num_rows);
  for (std::size_t row = 0; row < batch.num_rows; ++row) {
    share.row_hashes[row] = mix_hash(batch.ordinal << 32 | row);
  }
  for (std::size_t i = 0; i < share.columns.size(); ++i) {
    const std::string& name = state_->fields[i].name;
    const columnar::Column* column = batch.find(name);
    if (column == nullptr) continue;
    const bool is_clock = column->type() == columnar::Type::kTimestamp;
    share.columns[i].take(*column, is_clock ? batch.find(concat(name, "_offset_s")) : nullptr,
                          share.row_hashes);
  }
}

SourceProfile Profiler::finish() {
  SourceProfile profile;
  State::Share& all = *state_->shares.front();
  for (std::size_t worker = 1; worker < state_->shares.size(); ++worker) {
    State::Share& share = *state_->shares[worker];
    all.rows += share.rows;
    for (std::size_t i = 0; i < all.columns.size(); ++i) all.columns[i].merge(share.columns[i]);
  }
  profile.rows = all.rows;
  for (ColumnCollector& collector : all.columns) {
    ColumnProfile& column = profile.columns.emplace_back(collector.finish());
    if (state_->contract == nullptr) continue;
    const contract::ColumnSpec* spec = state_->contract->find(column.name);
    if (spec != nullptr && spec->is_personal) hide_values(column);
  }
  return profile;
}

Result<SourceProfile> profile(columnar::BatchSource& source, const contract::Contract* contract,
                              unsigned threads, std::span<const std::string> columns) {
  class Sink final : public columnar::BatchSink {
   public:
    explicit Sink(Profiler& profiler) : profiler_(profiler) {}
    Result<void> consume(columnar::Batch batch, unsigned worker) override {
      profiler_.take(batch, worker);
      return {};
    }

   private:
    Profiler& profiler_;
  };
  const unsigned num_workers = std::max(threads, 1U);
  Profiler profiler(source.fields(), contract, num_workers, columns);
  Sink sink(profiler);
  HARK_TRY_VOID(source.stream(profiler.columns(), num_workers, sink));
  return profiler.finish();
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
    Json pii = Json::array();
    for (const auto& finding : column.findings)
      pii.push_back(Json::object({{"kind", finding.kind}, {"count", finding.count}}));
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
                                    {"pii", std::move(pii)}}));
  }
  return Json::object({{"rows", profile.rows}, {"columns", std::move(columns)}});
}

}  // namespace hark::insight
