// Any bytes as JSON: refused with a reason and a hint, or read the same whatever the block size.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "hark/tabular/whole_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::tabular;
  if (size < 3) return 0;
  std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  // Most inputs should get as far as the records.
  if (data[0] % 4 == 0) text = "[{\"a\":1}," + text;
  if (data[0] % 4 == 1) text = "{\"a\":1}\n" + text;
  if (data[0] % 4 == 2) text = "{\"features\":[{\"properties\":{\"a\":1}}," + text;
  const std::size_t limit = data[1] < 16 ? 64 : 1 << 20;
  const WholeFile one = read_whole_text(text, {.max_record_bytes = limit});
  const WholeFile other = read_whole_text(
      text, {.block_bytes = 1U + data[1], .max_record_bytes = limit}, data[1] % 32 == 1 ? 3 : 1);
  if (one.error != other.error) {
    std::fprintf(stderr, "%s instead of %s\n", other.error.c_str(), one.error.c_str());
    std::abort();
  }
  if (!one.error.empty()) return 0;
  if (one.rows != other.rows || one.rejects != other.rejects) std::abort();
  if (one.rows.size() + one.rejects.size() != one.summary.records_read) std::abort();
  if (one.summary.plain_bytes != text.size()) std::abort();
  return 0;
}
