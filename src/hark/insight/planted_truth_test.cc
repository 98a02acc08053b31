// What is planted in a made-up city is found again: a hot neighbourhood, a slow agency, a shift of
// the level, more noise.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "hark/core/text.h"
#include "hark/generate/nyc311.h"
#include "hark/insight/changes.h"
#include "hark/insight/departments.h"
#include "hark/insight/hot_spots.h"
#include "hark/insight/rate_report.h"
#include "hark/insight/series.h"
#include "hark/tabular/file_source.h"

namespace hark::insight {
namespace {

class PlantedCity : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(::testing::TempDir()) /
        concat("hark-planted-", ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// 40,000 records of two years, without defects.
  RequestTable load(const generate::Nyc311Effects& effects) {
    generate::Nyc311Options options;
    options.num_rows = 40'000;
    options.defects = generate::Nyc311Defects::none();
    options.effects = effects;
    const std::string path = (folder_ / "city.csv").string();
    auto& files = io::local_file_system();
    EXPECT_TRUE(generate::generate_nyc311(files, path, options));
    auto probe = tabular::probe_file(files, path).value();
    const auto source = tabular::FileSource::open(files, std::move(probe), &contract_).value();
    RequestLoad load;
    load.now = *parse_instant("2026-01-01T00:00:00Z");
    load.threads = 2;
    load.with_places = true;
    return load_requests(*source, contract_, load).value();
  }

  const contract::Contract& contract_ = *contract::built_in_contract("nyc311").value();
  std::filesystem::path folder_;
};

TEST_F(PlantedCity, AHotNeighbourhoodIsHot) {
  generate::Nyc311Effects effects;
  effects.hot_zip = "11226";  // Flatbush, around 40.646, -73.957
  effects.hot_factor = 8;
  const auto report = hot_spots(load(effects), contract_, 2).value();
  const HotCell* hottest = nullptr;
  for (const HotCell& cell : report.cells) {
    if (cell.z && (hottest == nullptr || *cell.z > *hottest->z)) hottest = &cell;
  }
  ASSERT_NE(hottest, nullptr);
  EXPECT_TRUE(hottest->is_hot);
  EXPECT_NEAR(hottest->latitude, 40.646, 0.012);
  EXPECT_NEAR(hottest->longitude, -73.957, 0.015);
  EXPECT_EQ(report.area_of(*hottest), "BROOKLYN");
}

TEST_F(PlantedCity, ASlowAgencyTakesAsMuchLongerAsWasPlanted) {
  generate::Nyc311Effects slow;
  slow.slow_agency = "DOT";
  slow.slow_factor = 3;
  const auto median_of = [&](const generate::Nyc311Effects& effects) {
    const RequestTable table = load(effects);
    const auto report = department_report(table, contract_, 2).value();
    for (const Department& department : report.departments)
      if (department.key == "DOT") return table.in_unit(*department.figures.observed);
    return 0.0;
  };
  EXPECT_NEAR(median_of(slow) / median_of({}), 3, 0.45);
}

TEST_F(PlantedCity, AShiftOfTheLevelAndMoreNoiseAreTold) {
  generate::Nyc311Effects effects;
  effects.change_day = calendar::days_from_civil(2024, 1, 1);
  effects.level_factor = 1.2;
  effects.noise_factor = 1.5;
  const RequestTable table = load(effects);
  const auto a = calendar::parse_period("2023").value();
  const auto b = calendar::parse_period("2024").value();
  const auto by = request_by_named(contract_, "complaint_type").value();
  const auto grouping = group_requests(table, by).value();
  const auto report = what_changed(table, {}, {grouping}, a, b).value();
  int num_noise = 0;
  int num_covered = 0;
  for (const Changed& changed : report.changed) {
    const bool is_noise = changed.key.find("Noise") != std::string::npos;
    const double truth = is_noise ? 1.2 * 1.5 : 1.2;
    num_covered += changed.volume.ci95->low <= truth && truth <= changed.volume.ci95->high ? 1 : 0;
    num_noise += is_noise ? 1 : 0;
  }
  EXPECT_GE(num_noise, 3);
  EXPECT_GE(num_covered, static_cast<int>(report.changed.size()) * 88 / 100)
      << "of " << report.changed.size() << " intervals of 95 %";
  const Changed& most = report.changed[report.by_volume().front()];
  EXPECT_NE(most.key.find("Noise"), std::string::npos) << most.key;
  EXPECT_LT(*most.volume_q, 0.05);
}

}  // namespace
}  // namespace hark::insight
