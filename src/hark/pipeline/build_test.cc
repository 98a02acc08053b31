#include "hark/pipeline/build.h"

#include <gtest/gtest.h>

#include <map>

#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

class Build : public LakeTest {
 protected:
  struct Request {
    std::string agency, type, area;  ///< empty: no value
  };

  /// Loads the requests, all of one day, and builds.
  LakeFolder build_lake(const std::vector<Request>& requests) {
    const auto cell = [](const std::string& text) {
      std::string out = "\"";
      for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
      return out + "\"";
    };
    std::string text = "Unique Key,Created Date,Agency,Complaint Type,Borough\n";
    int key = 100;
    for (const Request& request : requests) {
      text += concat(++key, ",03/02/2024 01:00:00 AM,", cell(request.agency), ",",
                     cell(request.type), ",", cell(request.area), "\n");
    }
    LakeFolder lake = make_lake();
    load(lake, write("a.csv", text));
    const auto built = build(lake, "nyc311", {}, clock_);
    EXPECT_TRUE(built) << built.error().to_string();
    return lake;
  }

  /// "agency|type|area|requests" for each row of the daily table, in its order; "-" for no value.
  std::vector<std::string> daily_rows(const LakeFolder& lake) {
    const auto table = open_table(files_, lake.curated_table("nyc311", "requests_daily"));
    EXPECT_TRUE(table && table->snapshot);
    EXPECT_TRUE(engine().create_parquet_view("daily", *table->file_paths(), {}));
    const auto rows = engine().query(
        "SELECT coalesce(agency, '-') || '|' || coalesce(complaint_type, '-') || '|' || "
        "coalesce(area, '-') || '|' || requests AS line FROM daily");
    EXPECT_TRUE(rows) << rows.error().to_string();
    std::vector<std::string> lines;
    while (auto batch = *(*rows)->next()) {
      for (std::size_t row = 0; row < batch->num_rows; ++row)
        lines.emplace_back(batch->columns[0].text(row));
    }
    return lines;
  }

  /// The same, counted one by one. Texts are ordered byte by byte, and no value comes last.
  static std::vector<std::string> counted(const std::vector<Request>& requests) {
    const auto ordered = [](const std::string& text) { return std::pair(text.empty(), text); };
    using Text = std::pair<bool, std::string>;
    std::map<std::tuple<Text, Text, Text>, int> counts;
    for (const Request& request : requests)
      ++counts[{ordered(request.agency), ordered(request.type), ordered(request.area)}];
    const auto shown = [](const Text& text) { return text.first ? "-" : text.second; };
    std::vector<std::string> lines;
    for (const auto& [group, count] : counts) {
      const auto& [agency, type, area] = group;
      lines.push_back(concat(shown(agency), "|", shown(type), "|", shown(area), "|", count));
    }
    return lines;
  }
};

TEST_F(Build, DaysAreCountedByTheTextsAsTheyStand) {
  std::vector<Request> requests;
  for (int i = 0; i < 400; ++i) {
    constexpr const char* kAgencies[] = {"NYPD", "O'Hara \"& Sons\"", "", "DOT"};
    constexpr const char* kTypes[] = {"noise", "Noise", "Zoë's garden", "A;B,C", "NOISE"};
    constexpr const char* kAreas[] = {"BRONX", "", "QUEENS"};
    requests.push_back({kAgencies[i % 4], kTypes[i % 5], kAreas[i * i % 3]});
  }
  EXPECT_EQ(daily_rows(build_lake(requests)), counted(requests));
}

TEST_F(Build, AColumnWithoutAnyTextIsOneGroup) {
  const std::vector<Request> requests(5, {"NYPD", "Noise", ""});
  EXPECT_EQ(daily_rows(build_lake(requests)), counted(requests));
}

TEST_F(Build, ManyTextsAreCountedAsFewAre) {
  std::vector<Request> requests;
  for (int i = 0; i < 9'000; ++i)
    requests.push_back({"NYPD", concat("type ", i * 7 % 4'500), i % 2 == 0 ? "BRONX" : "QUEENS"});
  EXPECT_EQ(daily_rows(build_lake(requests)), counted(requests));
}

}  // namespace
}  // namespace hark::pipeline
