// For tests and fuzzers: a file read from end to end, as texts.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "hark/core/text.h"
#include "hark/tabular/file_source.h"
#include "hark/tabular/memory_files.h"

namespace hark::tabular {

struct WholeFile {
  std::string error;  ///< empty where it was read
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< by columns
  std::vector<std::string> rejects;  ///< "record line offset rule: message [text]", in their order
  ReadSummary summary;
};

/// All columns of a file without a contract, and the records' places behind them.
inline WholeFile read_whole_file(const io::FileSystem& files, const std::string& path,
                                 ReadOptions options = {}, unsigned threads = 1) {
  WholeFile whole;
  std::map<std::uint64_t, std::vector<std::string>> rejects;
  options.on_rejects = [&](std::uint64_t ordinal, std::vector<Reject> some) -> Result<void> {
    for (const Reject& reject : some) {
      rejects[ordinal].push_back(concat(reject.record, " ", reject.line, " ", reject.byte_offset,
                                        " ", reject.rule, ": ", reject.message, " [", reject.text,
                                        "]"));
    }
    return {};
  };
  auto source = FileSource::open(files, path, nullptr, options);
  if (!source) {
    whole.error = concat(name_of(source.error().code()), ": ", source.error().to_string());
    return whole;
  }
  for (const auto& field : (*source)->fields()) {
    // A column may be called "_line" as our own is; then there is no asking for both.
    if (std::ranges::find(whole.columns, field.name) == whole.columns.end())
      whole.columns.push_back(field.name);
  }
  KeepingSink sink;
  if (const auto done = (*source)->stream(whole.columns, threads, sink); !done)
    whole.error = concat(name_of(done.error().code()), ": ", done.error().to_string());
  else if (!sink.has_gapless_ordinals())
    whole.error = "ordinals have gaps";
  whole.rows = rows_of(sink);
  for (auto& [ordinal, some] : rejects) std::ranges::move(some, std::back_inserter(whole.rejects));
  whole.summary = (*source)->summary();
  return whole;
}

/// The same, of one file in memory.
inline WholeFile read_whole_text(const std::string& bytes, const ReadOptions& options = {},
                                 unsigned threads = 1) {
  MemoryFiles files;
  files.put("f", bytes);
  return read_whole_file(files, "f", options, threads);
}

}  // namespace hark::tabular
