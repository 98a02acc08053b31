#include "hark/tabular/byte_source.h"

#include <gtest/gtest.h>

#include <string>

#include "hark/tabular/memory_files.h"

namespace hark::tabular {
namespace {

std::unique_ptr<ByteSource> source_of(std::string bytes, Compression compression) {
  MemoryFiles files;
  files.put("f", std::move(bytes));
  return open_source(files.open_input("f").value(), compression).value();
}

std::string read(ByteSource& source, std::uint64_t offset, std::size_t size) {
  std::string out(size, '\0');
  const auto num_read = source.read_at(offset, out);
  EXPECT_TRUE(num_read);
  out.resize(num_read ? *num_read : 0);
  return out;
}

/// Longer than what is unpacked at a time, and never repeating near by.
std::string long_text() {
  std::string text;
  for (int i = 0; text.size() < 1'000'000; ++i) text += std::to_string(i) + ",";
  return text;
}

TEST(ByteSource, ReadsPackedBytesAtAnyPlaceAsPlainOnes) {
  const std::string text = long_text();
  const auto source = source_of(stored_gzip(text), Compression::kGzip);
  for (const std::size_t offset : {0U, 700'000U, 5U, 262'143U, 262'144U, 999'990U}) {
    const std::size_t size = offset == 5 ? 600'000 : 1000;
    EXPECT_TRUE(read(*source, offset, size) == text.substr(offset, size)) << offset;
  }
  EXPECT_EQ(read(*source, text.size(), 10), "");
}

TEST(ByteSource, KeepsEveryByteThatIsNotReleased) {
  const std::string text = long_text();
  const auto source = source_of(stored_gzip(text), Compression::kGzip);
  for (std::size_t offset = 0; offset < text.size(); offset += 50'000) {
    source->release_before(offset);
    source->release_before(offset / 2);
    EXPECT_TRUE(read(*source, offset, 300'000) == text.substr(offset, 300'000)) << offset;
  }
}

TEST(ByteSource, CountsNoBytesBehindTheEnd) {
  const auto source = source_of("0123456789", Compression::kNone);
  EXPECT_EQ(source->file_bytes_read(), 0U);
  EXPECT_EQ(read(*source, 4, 3), "456");
  EXPECT_EQ(source->file_bytes_read(), 7U);
  EXPECT_EQ(read(*source, 100, 3), "");
  EXPECT_EQ(read(*source, 0, 2), "01");
  EXPECT_EQ(source->file_bytes_read(), 7U);
}

TEST(ByteSource, CountsPackedBytes) {
  const std::string packed = stored_gzip(std::string(10'000, 'x'));
  const auto source = source_of(packed, Compression::kGzip);
  EXPECT_EQ(read(*source, 9'999, 10), "x");
  EXPECT_EQ(source->file_bytes_read(), packed.size());
}

}  // namespace
}  // namespace hark::tabular
