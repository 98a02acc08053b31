// Any text, dialect, block size and number of threads: the reader agrees with the slow one.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "hark/tabular/differential.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::tabular;
  if (size < 4) return 0;
  const char delimiter = std::string(",;\t|")[data[0] % 4];
  const std::size_t num_columns = 1 + data[0] / 4 % 4;
  FastRun run;
  run.block_bytes = 1 + data[1];
  // Mostly one thread: starting threads is what takes the time.
  run.threads = data[2] % 16 == 0 ? 3 : 1;
  if (data[3] != 0) run.max_record_bytes = data[3];
  const std::string text(reinterpret_cast<const char*>(data) + 4, size - 4);
  const std::string difference = difference_from_slow(text, delimiter, num_columns, run);
  if (!difference.empty()) {
    std::fprintf(stderr, "%s\n", difference.c_str());
    std::abort();
  }
  return 0;
}
