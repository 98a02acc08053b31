// Options that no city could have are refused, and nothing is written.
#include <gtest/gtest.h>

#include <cmath>

#include "hark/generate/folder_for_tests.h"
#include "hark/generate/nyc311.h"

namespace hark::generate {
namespace {

TEST(Nyc311, RefusesOptionsOutOfRange) {
  const TestFolder folder("nyc311_refused");
  const std::string path = folder.file("requests.csv");
  const auto refuses = [&](const auto& change) {
    Nyc311Options options;
    options.num_rows = 10;
    change(options);
    const auto result = generate_nyc311(io::local_file_system(), path, options);
    return !result && result.error().code() == ErrorCode::kInvalidArgument;
  };
  EXPECT_TRUE(refuses([](auto& o) { o.num_days = 0; }));
  EXPECT_TRUE(refuses([](auto& o) { o.first_day = 0; }));
  EXPECT_TRUE(refuses([](auto& o) { o.num_days = 50'000; }));
  EXPECT_TRUE(refuses([](auto& o) { o.defects.newline = -0.1; }));
  EXPECT_TRUE(refuses([](auto& o) { o.defects.newline = std::nan(""); }));
  EXPECT_TRUE(refuses([](auto& o) { o.defects.duplicate = o.defects.superseded = 0.6; }));
  EXPECT_TRUE(refuses([](auto& o) { o.effects.slow_factor = 0; }));
  EXPECT_TRUE(refuses([](auto& o) { o.effects.slow_agency = "XXX"; }));
  EXPECT_TRUE(refuses([](auto& o) { o.effects.hot_zip = "99999"; }));
  EXPECT_TRUE(refuses([](auto& o) { o.effects.pace_factor = -1; }));
  EXPECT_TRUE(refuses([](auto& o) { o.effects.mix_points = 0.1; })) << "of which agency?";
  const auto moves = [](const char* agency, double points) {
    return [=](auto& o) {
      o.effects.mix_agency = agency;
      o.effects.mix_points = points;
    };
  };
  EXPECT_TRUE(refuses(moves("XXX", 0.1)));
  EXPECT_TRUE(refuses(moves("DSNY", std::nan(""))));
  EXPECT_TRUE(refuses(moves("DSNY", -0.3))) << "it has less than 30 of 100";
  EXPECT_TRUE(refuses(moves("NYPD", 0.6)));
  EXPECT_FALSE(io::local_file_system().exists(path));
}

}  // namespace
}  // namespace hark::generate
