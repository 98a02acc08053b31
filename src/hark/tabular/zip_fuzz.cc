// Any bytes as a zip archive or a zstd file: refused with a reason and a hint, or read.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "hark/io/zip_for_tests.h"
#include "hark/tabular/whole_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::tabular;
  if (size < 2) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    // A sound archive with some bytes overwritten gets further than a random one.
    const std::string changes = bytes;
    bytes = hark::io::stored_zip({{"__MACOSX/x", "?"}, {"f.csv", "a,b\n1,2\n3,4\n"}});
    for (std::size_t i = 0; i + 1 < changes.size(); i += 2)
      bytes[static_cast<unsigned char>(changes[i]) % bytes.size()] = changes[i + 1];
  }
  MemoryFiles files;
  files.put("f", bytes);
  const auto probe = probe_file(files, "f");
  if (!probe) {
    if (probe.error().hint().empty()) std::abort();
    return 0;
  }
  (void)read_whole_text(bytes);
  return 0;
}
