#include "hark/tabular/text_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hark/tabular/memory_files.h"

namespace hark::tabular {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<TextTable> table(std::string bytes, const TextTableLimits& limits = {}) {
  MemoryFiles files;
  files.put("t.csv", std::move(bytes));
  return read_text_table(files, "t.csv", limits);
}

TEST(TextTable, KeepsTheHeaderAndAllTexts) {
  const auto read = table("area,2019,2020\n\"North, east\",12,\nSouth,3,4\n");
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_THAT(read->header, ElementsAre("area", "2019", "2020"));
  EXPECT_THAT(read->rows,
              ElementsAre(ElementsAre("North, east", "12", ""), ElementsAre("South", "3", "4")));
}

TEST(TextTable, KeepsRepeatedAndEmptyNamesAsWritten) {
  const auto read = table(",a,a\nx,1,2\n");
  ASSERT_TRUE(read);
  EXPECT_THAT(read->header, ElementsAre("", "a", "a"));
  EXPECT_THAT(read->rows, ElementsAre(ElementsAre("x", "1", "2")));
}

TEST(TextTable, RefusesARaggedTableAndNamesTheLine) {
  const auto read = table("a,b\n1,2\n3\n");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), ErrorCode::kInvalidInput);
  EXPECT_THAT(read.error().message(), HasSubstr("line 3"));
}

TEST(TextTable, RefusesWhatIsBeyondItsLimits) {
  EXPECT_EQ(table("a,b\n1,2\n3,4\n", {.max_rows = 1}).error().code(), ErrorCode::kExhausted);
  EXPECT_EQ(table("a,b\n1,2\n3,4\n", {.max_file_bytes = 5}).error().code(), ErrorCode::kExhausted);
}

}  // namespace
}  // namespace hark::tabular
