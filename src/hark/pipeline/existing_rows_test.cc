#include "hark/pipeline/existing_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "hark/engine/engine.h"
#include "hark/pipeline/lake_fixture_test.h"
#include "hark/pipeline/table_commit.h"

namespace hark::pipeline {
namespace {

class ExistingRowsTest : public LakeTest {
 protected:
  /// `count` requests from key `first` on, in a data file of their own.
  void load_some(const LakeFolder& lake, int first, int count) {
    std::string text = "Unique Key,Created Date,Agency\n";
    for (int i = 0; i < count; ++i) text += concat(first + i, ",03/02/2024 01:00:00 AM,NYPD\n");
    load(lake, write(concat(first, ".csv"), text));
  }
};

TEST_F(ExistingRowsTest, AFileThatIsKnownIsNotReadAgainAndRowsOfOneThatIsGoneGo) {
  const LakeFolder lake = make_lake();
  load_some(lake, 100, 5);
  load_some(lake, 200, 3);
  load_some(lake, 300, 4);
  const auto state = open_table(files_, lake.trusted_table("nyc311"));
  const std::vector<std::string> paths = *state->file_paths();
  ASSERT_EQ(paths.size(), 3U);
  const contract::Contract contract = *lake.contract("nyc311");
  const auto engine = *engine::Engine::open({});
  const auto read = [&](const std::vector<std::string>& of) {
    ExistingRows rows;
    EXPECT_TRUE(rows.update(*engine, of, contract, 2));
    return rows;
  };
  const auto pictured = [](const ExistingRows& rows) {
    std::multiset<std::tuple<std::uint64_t, std::uint64_t, std::string>> all;
    for (const ExistingRow& row : rows.rows())
      all.emplace(row.key, row.row_hash, rows.files()[row.file]);
    EXPECT_TRUE(std::ranges::is_sorted(rows.rows(), {}, &ExistingRow::key));
    return all;
  };
  const auto all_but_first = pictured(read({paths[2], paths[1]}));
  ExistingRows rows = read({paths[0], paths[1]});
  ASSERT_TRUE(files_.remove(paths[1]));
  ASSERT_TRUE(rows.update(*engine, {paths[2], paths[1]}, contract, 2));
  EXPECT_EQ(pictured(rows), all_but_first);
  EXPECT_FALSE(rows.update(*engine, {paths[0], "gone.parquet"}, contract, 2));
  EXPECT_EQ(rows.size(), 0U);
}

}  // namespace
}  // namespace hark::pipeline
