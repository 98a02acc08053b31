// Real exports that overlap, loaded in both orders.
#include <filesystem>

#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

const std::string kData = HARK_SHARED_DIR "/data/";

class LoadOrder : public LakeTest {
 protected:
  void SetUp() override {
    LakeTest::SetUp();
    if (!std::filesystem::is_directory(kData)) GTEST_SKIP() << "no real exports at " << kData;
  }

  /// The contract's columns of all rows after loading the files in this order.
  std::vector<std::string> rows_after(std::string_view lake_name, const std::string& dataset,
                                      const std::vector<std::string>& names) {
    const LakeFolder lake = make_lake(lake_name);
    for (const std::string& name : names) {
      const LoadReport report = load(lake, kData + name);
      EXPECT_EQ(report.dataset, dataset);
      EXPECT_EQ(report.rows_quarantined, 0);
    }
    std::vector<std::string> rows = picture(lake.root(), dataset).trusted;
    for (std::string& row : rows) row.resize(row.find("_file="));
    std::ranges::sort(rows);
    return rows;
  }
};

TEST_F(LoadOrder, OfTwoVancouverExportsAMonthApartDoesNotMatter) {
  const std::string earlier = "vancouver/sandy4243_metrics_to2024-08_open-years.csv";
  const std::string later = "vancouver/0x1ay_metrics_to2024-09_open-years.csv";
  const auto forward = rows_after("forward", "vancouver-metrics", {earlier, later});
  EXPECT_EQ(forward, rows_after("backward", "vancouver-metrics", {later, earlier}));
  EXPECT_EQ(forward.size(), 3757U);  // the later one has all days of the earlier one
}

TEST_F(LoadOrder, OfNewYorkPullsThatOverlapDoesNotMatter) {
  const std::string part = "nyc/kexinjiao_2023-12-09-b6cfc2b.csv";
  const std::string whole = "nyc/kexinjiao_2023-12-09-e89309e.csv";
  const std::string next_day = "nyc/kexinjiao_2023-12-10-2150167.csv";
  const auto forward = rows_after("forward", "nyc311", {part, whole});
  EXPECT_EQ(forward, rows_after("backward", "nyc311", {whole, part}));
  EXPECT_EQ(forward.size(), 1000U);  // the part's 500 keys are all in the whole
  EXPECT_EQ(rows_after("up", "nyc311", {part, whole, next_day}),
            rows_after("down", "nyc311", {next_day, whole, part}));
}

}  // namespace
}  // namespace hark::pipeline
