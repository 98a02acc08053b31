#include "hark/pipeline/load_sinks.h"

#include <utility>
#include <vector>

#include "hark/columnar/gather.h"
#include "hark/pipeline/trusted_rows.h"

namespace hark::pipeline {

Result<void> UnlessKnown::consume(columnar::Batch batch, unsigned worker) {
  if (landing_.is_known()) return landing_.hash().error();
  return sink_.consume(std::move(batch), worker);
}

Result<void> Profiled::consume(columnar::Batch batch, unsigned worker) {
  profiler_.look(batch, worker);
  return sink_.consume(std::move(batch), worker);
}

Result<void> RecordFilter::consume(columnar::Batch batch, unsigned worker) {
  const columnar::Column* numbers = batch.find(kRecordColumn);
  if (numbers == nullptr) return Error(ErrorCode::kInternal, "the file gave no record numbers");
  std::vector<columnar::RowRange> rows;
  for (std::uint32_t row = 0; row < batch.num_rows; ++row) {
    if (records_.contains(numbers->int64s()[row])) columnar::add_row(rows, 0, row);
  }
  if (rows.empty()) return {};
  HARK_TRY(columnar::Batch chosen, columnar::gather({&batch}, std::move(rows)));
  chosen.ordinal = batch.ordinal;
  return sink_.consume(std::move(chosen), worker);
}

}  // namespace hark::pipeline
