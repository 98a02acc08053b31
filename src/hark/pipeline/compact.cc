#include "hark/pipeline/compact.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "hark/columnar/gather.h"
#include "hark/core/text.h"
#include "hark/engine/engine.h"
#include "hark/lake/file_stats.h"
#include "hark/pipeline/table_file.h"
#include "hark/pipeline/trusted_rows.h"
#include "hark/pipeline/vanished.h"

namespace hark::pipeline {
namespace {

/// Name of the clock that rows are clustered by; empty where the contract has none.
std::string time_column(const contract::Contract& contract) {
  const contract::ColumnSpec* const clock = contract.with_role(contract::time_role(contract.kind));
  return clock == nullptr ? std::string() : clock->name;
}

struct SmallFile {
  const lake::AddFile* file = nullptr;
  std::int64_t rows = 0;
  std::string first_time;  ///< of its statistics; ISO texts sort by time
};
using Group = std::vector<SmallFile>;

/// Small files in the order of their times, cut into groups that fill a file each.
std::vector<Group> choose_groups(const lake::Snapshot& snapshot, const std::string& time,
                                 std::int64_t rows_per_file) {
  std::vector<SmallFile> small;
  for (const lake::AddFile& file : snapshot.files()) {
    if (!file.stats) continue;
    const auto stats = lake::parse_stats(*file.stats);
    if (!stats || !stats->num_records || *stats->num_records * 2 > rows_per_file) continue;
    small.push_back({&file, *stats->num_records, std::string(stats->min_values[time].as_string())});
  }
  std::ranges::sort(small, [](const SmallFile& a, const SmallFile& b) {
    return std::tie(a.first_time, a.file->path.text()) <
           std::tie(b.first_time, b.file->path.text());
  });
  std::vector<Group> groups;
  std::int64_t rows = 0;
  for (SmallFile& file : small) {
    if (groups.empty() || rows + file.rows > rows_per_file) {
      groups.emplace_back();
      rows = 0;
    }
    rows += file.rows;
    groups.back().push_back(std::move(file));
  }
  std::erase_if(groups, [](const Group& group) { return group.size() < 2; });
  return groups;
}

/// All rows of a query as one batch.
Result<columnar::Batch> read_all(engine::Engine& engine, const std::string& sql, unsigned threads) {
  HARK_TRY(const auto rows, engine.query(sql));
  std::vector<columnar::Batch> batches;
  while (true) {
    HARK_TRY(auto batch, rows->next());
    if (!batch) break;
    batches.push_back(*std::move(batch));
  }
  std::vector<const columnar::Batch*> pointers;
  std::vector<columnar::RowRange> all;
  for (std::uint32_t b = 0; b < batches.size(); ++b) {
    pointers.push_back(&batches[b]);
    all.push_back({b, 0, static_cast<std::uint32_t>(batches[b].num_rows)});
  }
  return columnar::gather(std::move(pointers), std::move(all), threads);
}

/// Writes the rows of a group's files as one file, sorted by time.
Result<NewFile> merge(const LakeFolder& lake, const TableState& table, const Group& group,
                      engine::Engine& engine, const contract::Contract& contract,
                      const std::string& view, unsigned threads) {
  std::vector<std::string> paths;
  std::int64_t expected_rows = 0;
  for (const SmallFile& small : group) {
    HARK_TRY(std::string path, small.file->path.resolve(table.path));
    paths.push_back(std::move(path));
    expected_rows += small.rows;
  }
  const std::vector<columnar::Field> fields = trusted_fields(contract);
  HARK_TRY_VOID(engine.create_parquet_view(view, paths, fields));
  const std::string time = time_column(contract);
  HARK_TRY(const columnar::Batch batch,
           read_all(engine,
                    concat("SELECT * FROM ", view, " ORDER BY ",
                           time.empty() ? std::string() : concat("\"", time, "\" NULLS FIRST, "),
                           "_file, _record"),
                    threads));
  if (static_cast<std::int64_t>(batch.num_rows) != expected_rows) {
    return Error(ErrorCode::kCorrupt,
                 concat("files of the table at '", table.path, "' hold ", batch.num_rows,
                        " rows, and the log says ", expected_rows))
        .hint("`hark doctor --lake LAKE` says which");
  }
  columnar::ParquetOptions parquet;
  parquet.threads = threads;
  HARK_TRY(auto writer,
           TableFileWriter::create(lake.files(), table.path, fields, std::move(parquet)));
  HARK_TRY_VOID(writer.write(batch));
  HARK_TRY(WrittenFile written, std::move(writer).finish());
  HARK_TRY(NewFile merged, new_file(std::move(written), personal_columns(contract)));
  if (has_vanished_rows(batch)) merged.tags.emplace_back(kVanishedTag, "true");
  return merged;
}

}  // namespace

Result<CompactReport> compact(const LakeFolder& lake, const std::string& dataset,
                              const CompactOptions& options, const Clock& clock) {
  CompactReport report;
  HARK_TRY(const contract::Contract contract, lake.contract(dataset));
  HARK_TRY(const TableState table, open_table(lake.files(), lake.trusted_table(dataset)));
  report.table = table.path;
  report.version = table.version();
  if (!table.snapshot) return report;
  const auto groups = choose_groups(*table.snapshot, time_column(contract),
                                    static_cast<std::int64_t>(options.rows_per_file));
  for (const Group& group : groups) {
    report.files_before += static_cast<std::int64_t>(group.size());
    for (const SmallFile& file : group) report.rows += file.rows;
  }
  report.files_after = static_cast<std::int64_t>(groups.size());
  if (groups.empty() || options.is_dry_run) return report;

  engine::EngineOptions engine_options;
  engine_options.threads = options.threads;
  engine_options.memory_limit_bytes = options.memory_limit_bytes;
  HARK_TRY(const auto engine, engine::Engine::open(engine_options));
  CommitRequest request;
  request.operation = "OPTIMIZE";
  request.fields = trusted_fields(contract);
  request.is_data_change = false;
  request.run_id = options.run_id;
  request.metrics = Json::object({{"files_before", report.files_before},
                                  {"files_after", report.files_after},
                                  {"rows", report.rows}});
  for (std::size_t i = 0; i < groups.size(); ++i) {
    HARK_TRY(NewFile merged, merge(lake, table, groups[i], *engine, contract, concat("group_", i),
                                   options.threads));
    request.added.push_back(std::move(merged));
    for (const SmallFile& file : groups[i]) request.removed.push_back(*file.file);
  }
  HARK_TRY_VOID(check_unchanged(lake.files(), table.path, request.removed));
  HARK_TRY(report.version, commit_table(lake.files(), table, std::move(request), clock));
  return report;
}

}  // namespace hark::pipeline
