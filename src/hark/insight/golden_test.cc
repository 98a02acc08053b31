#include "hark/insight/golden_test.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "hark/io/file_system.h"

namespace hark::insight::test {

std::filesystem::path shared_folder() { return HARK_SHARED_DIR; }

std::optional<Json> golden_file(const std::string& name) {
  std::ifstream file(shared_folder() / "golden" / name, std::ios::binary);
  if (!file) return std::nullopt;
  std::stringstream text;
  text << file.rdbuf();
  auto json = Json::parse(text.str());
  EXPECT_TRUE(json) << name << ": " << json.error().to_string();
  if (!json) return std::nullopt;
  return std::move(*json);
}

std::optional<OpenedData> open_data(const std::string& name) {
  const auto path = (shared_folder() / "data" / name).string();
  auto probe = tabular::probe_file(io::local_file_system(), path);
  if (!probe) return std::nullopt;
  std::vector<const contract::Contract*> candidates;
  for (const auto& contract : contract::built_in_contracts()) candidates.push_back(&contract);
  const auto chosen = contract::choose_contract(candidates, probe->header);
  if (!chosen) return std::nullopt;
  auto source = tabular::FileSource::open(io::local_file_system(), std::move(*probe), *chosen);
  EXPECT_TRUE(source) << name << ": " << source.error().to_string();
  if (!source) return std::nullopt;
  return OpenedData{*chosen, std::move(*source)};
}

void expect_near(const Json& ours, const Json& golden, double relative, const std::string& what) {
  ASSERT_EQ(ours.is_null(), golden.is_null()) << what;
  if (golden.is_null()) return;
  if (golden.is_int() && ours.is_int()) {
    EXPECT_EQ(ours.as_int(), golden.as_int()) << what;
  } else {
    EXPECT_NEAR(ours.as_double(), golden.as_double(), relative * std::abs(golden.as_double()))
        << what;
  }
}

}  // namespace hark::insight::test
