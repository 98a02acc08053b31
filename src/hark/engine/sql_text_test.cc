#include "hark/engine/sql_text.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hark::engine {
namespace {

TEST(SqlText, QuotesInsideAreDoubled) {
  EXPECT_EQ(quote_identifier("plain"), "\"plain\"");
  EXPECT_EQ(quote_identifier("a\"b'c"), "\"a\"\"b'c\"");
  EXPECT_EQ(quote_literal("a\"b'c"), "'a\"b''c'");
  EXPECT_EQ(quote_literal(""), "''");
}

TEST(SqlText, APathIsAbsoluteSoThatItIsNoHomeFolderAndNoUrl) {
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(absolute_path("~/x"), here + "/~/x");
  EXPECT_EQ(absolute_path("s3:x"), here + "/s3:x");
  EXPECT_EQ(absolute_path("/a/b"), "/a/b");
}

TEST(SqlText, PatternCharactersOfAPathAreEscaped) {
  EXPECT_EQ(file_pattern("/a/b.parquet").value(), "/a/b.parquet");
  EXPECT_EQ(file_pattern("/a*/[b]?").value(), "/a[*]/[[]b][?]");
  EXPECT_EQ(file_pattern("/a\\b").value(), "/a\\b");
  const auto both = file_pattern("/a\\b*");
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace hark::engine
