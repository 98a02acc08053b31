#include "hark/pipeline/existing_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "hark/engine/engine.h"
#include "hark/pipeline/check.h"
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
  TrustedReader reader(files_, {});
  const auto read = [&](const std::vector<std::string>& of) {
    ExistingRows rows;
    EXPECT_TRUE(rows.update(reader, of, contract, 2));
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
  ASSERT_TRUE(rows.update(reader, {paths[2], paths[1]}, contract, 2));
  EXPECT_EQ(pictured(rows), all_but_first);
  EXPECT_FALSE(rows.update(reader, {paths[0], "gone.parquet"}, contract, 2));
  EXPECT_EQ(rows.size(), 0U);
}

TEST_F(ExistingRowsTest, KeysThatRowsShareAreFoundAndCountedByTheCheck) {
  const LakeFolder lake = make_lake();
  load_some(lake, 100, 5);
  load_some(lake, 200, 3);
  const TableState state = *open_table(files_, lake.trusted_table("nyc311"));
  const std::vector<std::string> paths = *state.file_paths();
  const contract::Contract contract = *lake.contract("nyc311");
  TrustedReader reader(files_, {});
  EXPECT_FALSE(may_share_keys(reader, paths, contract, 2).value());
  EXPECT_FALSE(may_share_keys(reader, {}, contract, 2).value());
  EXPECT_TRUE(may_share_keys(reader, {paths[0], paths[1], paths[0]}, contract, 2).value());
  EXPECT_FALSE(may_share_keys(reader, {"gone.parquet"}, contract, 2));

  const auto num_repeated = [&] {
    const CheckReport report = check(lake, "nyc311", {.threads = 2}).value();
    const auto rule = std::ranges::find(report.rules, "unique_key", &CheckedRule::name);
    EXPECT_NE(rule, report.rules.end());
    return rule->failed;
  };
  EXPECT_EQ(num_repeated(), 0);
  // A program that is not hark adds rows that are there already.
  const std::string text = *files_.read_text(paths[0]);
  ASSERT_TRUE(files_.write_atomically(io::join_path(state.path, "again.parquet"), text));
  CommitRequest request;
  request.operation = "WRITE";
  request.fields = trusted_fields(contract);
  NewFile again;
  again.name = "again.parquet";
  again.size_bytes = static_cast<std::int64_t>(text.size());
  request.added.push_back(again);
  ASSERT_TRUE(commit_table(files_, state, std::move(request), clock_));
  const std::int64_t rows_of_it = check(lake, "nyc311", {}).value().rows - 8;
  EXPECT_GT(rows_of_it, 0);
  EXPECT_EQ(num_repeated(), rows_of_it);
}

}  // namespace
}  // namespace hark::pipeline
