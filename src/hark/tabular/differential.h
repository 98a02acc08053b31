// For tests and fuzzers: FileSource against the slow reader.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hark/core/text.h"
#include "hark/tabular/file_source.h"
#include "hark/tabular/memory_files.h"
#include "hark/tabular/slow_reader.h"

namespace hark::tabular {

struct FastRun {
  std::size_t block_bytes = 1;
  std::size_t max_record_bytes = 1 << 20;
  unsigned threads = 1;
  const simd::ScanKernel* kernel = nullptr;
};

/// Reads `text` (no header) as records of `num_columns` fields by FileSource and by the slow
/// reader. Returns what differs; empty if nothing does.
inline std::string difference_from_slow(const std::string& text, char delimiter,
                                        std::size_t num_columns, const FastRun& run) {
  MemoryFiles files;
  files.put("f.csv", text);
  FileProbe probe;
  probe.path = "f.csv";
  probe.size_bytes = text.size();
  probe.modified_us = files.stat("f.csv")->modified_us;
  probe.dialect.delimiter = delimiter;
  std::vector<std::string> columns = {"_record", "_line", "_offset"};
  for (std::size_t i = 0; i < num_columns; ++i) {
    probe.header.push_back(concat("c", i));
    columns.push_back(probe.header.back());
  }
  std::map<std::uint64_t, std::vector<std::string>> rejects_by_block;
  ReadOptions options;
  options.block_bytes = run.block_bytes;
  options.max_record_bytes = run.max_record_bytes;
  options.kernel = run.kernel;
  options.on_rejects = [&](std::uint64_t ordinal, std::vector<Reject> rejects) -> Result<void> {
    for (const Reject& reject : rejects) {
      rejects_by_block[ordinal].push_back(concat(reject.record, " ", reject.line, " ",
                                                 reject.byte_offset, " ", reject.rule, " ",
                                                 reject.text));
    }
    return {};
  };
  auto source = FileSource::open(files, probe, nullptr, options);
  if (!source) return source.error().to_string();
  KeepingSink sink;
  if (const auto done = (*source)->stream(columns, run.threads, sink); !done)
    return done.error().to_string();

  const SlowOutcome slow = slow_outcome(text, delimiter, num_columns, run.max_record_bytes);
  std::vector<std::string> rejects;
  for (const auto& [ordinal, some] : rejects_by_block)
    rejects.insert(rejects.end(), some.begin(), some.end());
  const ReadSummary& summary = (*source)->summary();
  if (!sink.has_gapless_ordinals()) return "ordinals have gaps";
  if (rejects != slow.rejects)
    return concat("rejects: ", join(rejects, " | "), " instead of ", join(slow.rejects, " | "));
  const auto rows = rows_of(sink);
  if (rows != slow.rows) {
    for (std::size_t i = 0; i < std::min(rows.size(), slow.rows.size()); ++i) {
      if (rows[i] != slow.rows[i])
        return concat("row ", i, ": ", join(rows[i], "|"), " instead of ", join(slow.rows[i], "|"));
    }
    return concat(rows.size(), " rows instead of ", slow.rows.size());
  }
  // Line ends are only known about.
  const std::uint64_t slack = 2 * (summary.records_read + summary.blank_lines) + 2;
  if (summary.swallowed_bytes > slow.swallowed_bytes + slack ||
      summary.swallowed_bytes + slack < slow.swallowed_bytes)
    return concat(summary.swallowed_bytes, " bytes swallowed instead of ", slow.swallowed_bytes);
  if (summary.records_read != slow.rows.size() + slow.rejects.size() ||
      summary.records_rejected != slow.rejects.size() || summary.rows != slow.rows.size() ||
      summary.blank_lines != slow.num_blank_lines || summary.plain_bytes != text.size() ||
      summary.num_blocks != sink.batches().size())
    return "the summary does not agree";
  return {};
}

}  // namespace hark::tabular
