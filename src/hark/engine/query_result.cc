#include <duckdb.h>
// duckdb.h comes first; see duckdb_api.h.
#include <algorithm>

#include "hark/engine/chunk_converter.h"
#include "hark/engine/query_result.h"

namespace hark::engine {
namespace {

constexpr std::size_t kBatchRows = 16'384;

}  // namespace

struct QueryResult::Impl {
  explicit Impl(std::unique_ptr<ChunkStream> running)
      : stream(std::move(running)), reader(*stream) {}

  std::unique_ptr<ChunkStream> stream;
  SliceReader reader;
  std::vector<Slice> first;  ///< read ahead to settle the types
  std::vector<columnar::Field> fields;
  std::uint64_t next_ordinal = 0;
};

QueryResult::QueryResult(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
QueryResult::~QueryResult() = default;

std::span<const columnar::Field> QueryResult::fields() const noexcept { return impl_->fields; }

Result<std::optional<columnar::Batch>> QueryResult::next() {
  std::vector<Slice> slices = std::move(impl_->first);
  impl_->first.clear();
  if (slices.empty()) {
    HARK_TRY(slices, impl_->reader.next(kBatchRows));
  }
  if (slices.empty()) return std::optional<columnar::Batch>();
  HARK_TRY(auto batch, to_batch(impl_->stream->columns(), slices, impl_->next_ordinal));
  ++impl_->next_ordinal;
  return std::optional<columnar::Batch>(std::move(batch));
}

Result<std::unique_ptr<QueryResult>> start_query(const std::shared_ptr<Database>& database,
                                                 const std::string& sql, SqlOrigin origin,
                                                 QueryLimits limits) {
  HARK_TRY(auto stream, ChunkStream::start(database, sql, origin, limits));
  auto impl = std::make_unique<QueryResult::Impl>(std::move(stream));
  std::vector<ColumnPlan>& columns = impl->stream->columns();
  const auto may_not_fit = [](const ColumnPlan& column) { return column.may_not_fit_64; };
  if (std::any_of(columns.begin(), columns.end(), may_not_fit)) {
    HARK_TRY(impl->first, impl->reader.next(kBatchRows));
    widen_types(columns, impl->first);
  }
  for (const ColumnPlan& column : columns) impl->fields.push_back({column.name, column.type});
  return std::make_unique<QueryResult>(std::move(impl));
}

}  // namespace hark::engine
