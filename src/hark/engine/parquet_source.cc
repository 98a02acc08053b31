#include <duckdb.h>
// duckdb.h comes first; see duckdb_api.h.
#include <algorithm>
#include <mutex>

#include "hark/core/parallel.h"
#include "hark/core/text.h"
#include "hark/engine/chunk_converter.h"
#include "hark/engine/parquet_source.h"
#include "hark/engine/sql_text.h"

namespace hark::engine {
namespace {

constexpr std::size_t kBatchRows = 65'536;

class ParquetSource final : public columnar::BatchSource {
 public:
  ParquetSource(std::shared_ptr<Database> database, std::vector<std::string> files,
                std::vector<columnar::Field> fields)
      : database_(std::move(database)), files_(std::move(files)), fields_(std::move(fields)) {}

  std::span<const columnar::Field> fields() const override { return fields_; }

  Result<void> stream(const std::vector<std::string>& columns, unsigned threads,
                      columnar::BatchSink& sink) override {
    HARK_TRY(const std::string sql, select(columns));
    HARK_TRY(auto running, ChunkStream::start(database_, sql, SqlOrigin::kProgram, {}));
    // DuckDB has the columns under made-up names, so that one may be asked for twice.
    std::vector<ColumnPlan>& plans = running->columns();
    for (std::size_t i = 0; i < columns.size(); ++i) plans[i].name = columns[i];
    if (columns.empty()) plans.clear();

    SliceReader reader(*running);
    std::mutex mutex;  // guards the reader and what follows
    std::uint64_t next_ordinal = 0;
    bool is_over = false;
    return run_workers(threads, [&](unsigned worker) -> Result<void> {
      while (true) {
        std::vector<Slice> slices;
        std::uint64_t ordinal = 0;
        {
          const std::lock_guard lock(mutex);
          if (is_over) return {};
          auto next = reader.next(kBatchRows);
          is_over = !next || next->empty();
          if (!next) return std::move(next).error();
          slices = *std::move(next);
          if (slices.empty()) return {};
          ordinal = next_ordinal++;
        }
        Result<void> taken = consume(plans, slices, ordinal, worker, sink);
        if (!taken) {
          const std::lock_guard lock(mutex);
          is_over = true;
          return taken;
        }
      }
    });
  }

 private:
  static Result<void> consume(std::span<const ColumnPlan> plans, std::span<const Slice> slices,
                              std::uint64_t ordinal, unsigned worker, columnar::BatchSink& sink) {
    HARK_TRY(auto batch, to_batch(plans, slices, ordinal));
    return sink.consume(std::move(batch), worker);
  }

  Result<std::string> select(const std::vector<std::string>& columns) const {
    // Only the columns asked for, each once, go into the query.
    std::vector<columnar::Field> needed;
    std::string list;
    for (const std::string& column : columns) {
      const auto field = std::find_if(fields_.begin(), fields_.end(),
                                      [&](const auto& f) { return f.name == column; });
      if (field == fields_.end()) {
        return Error(ErrorCode::kInvalidArgument, concat("there is no column '", column, "'"));
      }
      if (std::find(needed.begin(), needed.end(), *field) == needed.end()) needed.push_back(*field);
      list += concat(list.empty() ? "" : ", ", quote_identifier(column));
    }
    if (columns.empty()) {
      // Without columns only the number of rows counts; any column says it.
      if (fields_.empty()) return Error(ErrorCode::kInvalidArgument, "a table without columns");
      needed.push_back(fields_.front());
      list = quote_identifier(fields_.front().name);
    }
    HARK_TRY(const std::string rows, parquet_select(files_, needed));
    return concat("SELECT ", list, " FROM (", rows, ")");
  }

  const std::shared_ptr<Database> database_;
  const std::vector<std::string> files_;
  const std::vector<columnar::Field> fields_;
};

}  // namespace

std::unique_ptr<columnar::BatchSource> parquet_source(Engine& engine,
                                                      std::vector<std::string> files,
                                                      std::vector<columnar::Field> fields) {
  return std::make_unique<ParquetSource>(engine.database(), std::move(files), std::move(fields));
}

}  // namespace hark::engine
