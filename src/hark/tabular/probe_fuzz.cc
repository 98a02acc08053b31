// Any bytes as a file: probing refuses with a reason and a hint, or what it found can be read.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "hark/tabular/file_source.h"
#include "hark/tabular/memory_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::tabular;
  if (size < 1) return 0;
  MemoryFiles files;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  files.put("f.csv", (data[0] & 1) != 0 ? stored_gzip(text) : text);
  auto source = FileSource::open(files, "f.csv", nullptr, {.block_bytes = 1U + data[0]});
  if (!source) {
    if (source.error().hint().empty()) std::abort();
    return 0;
  }
  std::vector<std::string> columns;
  for (const auto& field : (*source)->fields()) columns.push_back(field.name);
  // A header may be called "_line" as our own column is; then there is no asking for both.
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  KeepingSink sink;
  if (!(*source)->stream(columns, 1, sink) && (data[0] & 1) != 0) std::abort();
  const ReadSummary& summary = (*source)->summary();
  if (summary.records_read != sink.num_rows() + summary.records_rejected) std::abort();
  return 0;
}
