#include "hark/lake/log_path.h"

#include <gtest/gtest.h>

namespace hark::lake {
namespace {

std::string name_of(std::string text) {
  const auto path = LogPath::from_log(std::move(text));
  EXPECT_TRUE(path);
  return path ? path->name() : "";
}

TEST(LogPath, EncodesOnTopOfTheNameOnDisk) {
  // PROTOCOL.md: the path is a URI; Hive's own %20 in a folder name is %2520 in the log.
  EXPECT_EQ(LogPath::of_name("city=New%20York/part-1.parquet").text(),
            "city=New%2520York/part-1.parquet");
  EXPECT_EQ(LogPath::of_name("special p@#h").text(), "special%20p@%23h");
  EXPECT_EQ(LogPath::of_name("région=Québec").text(), "r%C3%A9gion=Qu%C3%A9bec");
}

TEST(LogPath, AColonInANameIsNoScheme) {
  const LogPath path = LogPath::of_name("a:b.parquet");
  EXPECT_EQ(path.text(), "a%3Ab.parquet");
  EXPECT_TRUE(path.is_relative());
  EXPECT_EQ(path.name(), "a:b.parquet");
}

TEST(LogPath, EveryByteComesBack) {
  std::string name;
  for (int byte = 1; byte < 256; ++byte) name += static_cast<char>(byte);
  EXPECT_EQ(LogPath::of_name(name).name(), name);
}

TEST(LogPath, OneLocalFileHasOneNameInAllSpellings) {
  // The golden tables canonicalized-paths-*.
  EXPECT_EQ(name_of("/some/with%20space/p@%23h"), "/some/with space/p@#h");
  EXPECT_EQ(name_of("file:/some/with%20space/p@%23h"), "/some/with space/p@#h");
  EXPECT_EQ(name_of("file:///some/with%20space/p@%23h"), "/some/with space/p@#h");
  EXPECT_EQ(name_of("file://localhost/some/p"), "/some/p");
}

TEST(LogPath, KeepsTheLogsOwnTextForOtherReaders) {
  const auto path = LogPath::from_log("_2=bar+%252521/é.parquet");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->text(), "_2=bar+%252521/é.parquet");
  EXPECT_EQ(path->name(), "_2=bar+%2521/é.parquet");
}

TEST(LogPath, RefusesWrongEncoding) {
  for (const char* text : {"", "a%", "a%2", "a%zz", "%-1", "a%00b"}) {
    const auto path = LogPath::from_log(text);
    ASSERT_FALSE(path) << text;
    EXPECT_EQ(path.error().code(), ErrorCode::kCorrupt) << text;
  }
}

TEST(LogPath, ResolvesAgainstTheTablesFolder) {
  const auto resolve = [](std::string text, std::string_view table) {
    return LogPath::from_log(std::move(text))->resolve(table);
  };
  EXPECT_EQ(*resolve("a%20b/c.parquet", "/lake/t"), "/lake/t/a b/c.parquet");
  EXPECT_EQ(*resolve("file:/x/c.parquet", "/lake/t"), "/x/c.parquet");
  EXPECT_EQ(*resolve("/x/c.parquet", "/lake/t"), "/x/c.parquet");
  EXPECT_EQ(*resolve("s3://b/x/c%20d.parquet", "s3://b/t"), "s3://b/x/c d.parquet");
  for (const char* table : {"/lake/t", "s3://other/t"}) {
    const auto foreign = resolve("s3://b/x/c.parquet", table);
    ASSERT_FALSE(foreign) << table;
    EXPECT_EQ(foreign.error().code(), ErrorCode::kUnsupported);
  }
}

}  // namespace
}  // namespace hark::lake
