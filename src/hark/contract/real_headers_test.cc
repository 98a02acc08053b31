// The headers of the real exports against the contracts that should fit them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "hark/contract/contract.h"
#include "hark/core/json.h"
#include "hark/core/text.h"
#include "hark/io/file_system.h"
#include "hark/io/gzip_stream.h"

namespace hark::contract {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kShared = HARK_SHARED_DIR;

/// The first bytes of a file, unpacked.
std::string first_bytes(const fs::path& path) {
  auto file = io::local_file_system().open_input(path.string());
  EXPECT_TRUE(file) << path;
  if (!file) return {};
  auto stream = io::open_stream(*std::move(file));
  if (path.extension() == ".gz") stream = io::gunzip(std::move(stream));
  std::string bytes(64 * 1024, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const auto count = stream->read({bytes.data() + size, bytes.size() - size});
    EXPECT_TRUE(count) << path;
    if (!count || *count == 0) break;
    size += *count;
  }
  bytes.resize(size);
  return bytes;
}

/// The fields of the first line, its delimiter being the commonest of four.
std::vector<std::string> first_line(const fs::path& path) {
  const std::string bytes = first_bytes(path);
  const std::string line = bytes.substr(0, bytes.find_first_of("\r\n"));
  char delimiter = ',';
  for (const char candidate : {';', '\t', '|'})
    if (std::ranges::count(line, candidate) > std::ranges::count(line, delimiter))
      delimiter = candidate;
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"')
      is_quoted = !is_quoted;
    else if (c == delimiter && !is_quoted)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

std::vector<const Contract*> all_contracts() {
  std::vector<const Contract*> all;
  for (const Contract& contract : built_in_contracts()) all.push_back(&contract);
  return all;
}

/// Which contract the files of a folder fit; files that differ are named.
std::string expected_contract(const std::string& file) {
  static const std::map<std::string, std::string> kFiles = {
      {"pii/qsv_boston311-100-nopii-searchset.csv", ""},  // no header
      {"vancouver/chestermew_sr_2026-04-20-13831a0.csv", "vancouver-requests"},
      {"vancouver/joeyklee_van311_2014-01.csv", "vancouver-cases"},
  };
  if (const auto found = kFiles.find(file); found != kFiles.end()) return found->second;
  static const std::pair<const char*, const char*> kFolders[] = {
      {"formats/qsv_NYC", "nyc311"},
      {"formats/qsv_boston", "boston311"},
      {"nyc/", "nyc311"},
      {"boston/", "boston311"},
      {"pii/", "boston311"},
      {"baltimore/", "baltimore311"},
      {"los_angeles/", "la311"},
      {"kansas_city/", "kansascity311"},
      {"vancouver/", "vancouver-metrics"},
      {"callcentre/", "calls"},
      {"traps/", ""},
      {"washington_dc/", ""},  // no header
  };
  for (const auto& [prefix, contract] : kFolders)
    if (file.starts_with(prefix)) return contract;
  return "a new file: name its contract in this test";
}

TEST(RealHeaders, EveryFileFitsItsContractAndTrapsFitNone) {
  const fs::path data = fs::path(kShared) / "data";
  if (!fs::is_directory(data)) GTEST_SKIP() << "no folder " << data;
  const auto contracts = all_contracts();
  int num_files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(data)) {
    const std::string file = fs::relative(entry.path(), data).string();
    const bool is_text = file.ends_with(".csv") || file.ends_with(".tsv") ||
                         file.ends_with(".ssv") || file.ends_with(".gz");
    if (!entry.is_regular_file() || !is_text) continue;
    ++num_files;
    const auto header = first_line(entry.path());
    const auto chosen = choose_contract(contracts, header);
    const auto chosen_lazily = choose_built_in(header);
    EXPECT_EQ(chosen ? *chosen : nullptr, chosen_lazily ? *chosen_lazily : nullptr) << file;
    EXPECT_EQ(chosen ? (*chosen)->name : "", expected_contract(file))
        << file << (chosen ? "" : chosen.error().to_string());
    if (!chosen) continue;
    const HeaderMatch match = match_header(**chosen, header);
    EXPECT_THAT(match.duplicated, IsEmpty()) << file;
    // Every column is known, but for what others put in.
    std::vector<std::string> unknown = match.unknown;
    std::erase(unknown, "");         // R's row names
    std::erase(unknown, "flagged");  // qsv's searchset
    EXPECT_THAT(unknown, IsEmpty()) << file;
  }
  EXPECT_GE(num_files, 40);
}

TEST(RealHeaders, AFileWithoutFittingHeaderSaysWhatToTry) {
  const fs::path trap = fs::path(kShared) / "data/traps/bdolan_html_page_saved_as.csv";
  if (!fs::exists(trap)) GTEST_SKIP() << "no file " << trap;
  const auto chosen = choose_contract(all_contracts(), first_line(trap));
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code(), ErrorCode::kInvalidInput);
  EXPECT_THAT(chosen.error().hint(), HasSubstr("is the first line a header?"));
}

// Golden says which column of each file is the key, the creation and so on.
TEST(RealHeaders, RolesAreThoseOfTheGoldenFiles) {
  const auto text =
      io::local_file_system().read_text(kShared + "/golden/request_kpis.json", 1 << 28);
  if (!text) GTEST_SKIP() << "no golden files in " << kShared;
  const auto golden = Json::parse(*text);
  ASSERT_TRUE(golden);
  const std::pair<const char*, Role> kRoles[] = {
      {"key", Role::kKey},         {"created", Role::kCreated},    {"closed", Role::kClosed},
      {"updated", Role::kVersion}, {"type", Role::kComplaintType}, {"agency", Role::kAgency},
      {"area", Role::kArea}};
  int num_files = 0;
  for (const auto& [file, entry] : (*golden)["files"].members()) {
    if (file.ends_with(".json")) continue;
    ++num_files;
    const auto header = first_line(fs::path(kShared) / "data" / file);
    const auto chosen = choose_contract(all_contracts(), header);
    ASSERT_TRUE(chosen) << file;
    const Contract& contract = **chosen;
    EXPECT_EQ(contract.time_zone, entry["time_zone"].as_string()) << file;
    const HeaderMatch match = match_header(contract, header);
    for (const auto& [word, role] : kRoles) {
      const std::string_view wanted = entry["columns"][word].as_string();
      const ColumnSpec* column = contract.with_role(role);
      // What the contract finds in this file for the role, as golden writes it.
      std::string found;
      for (std::size_t i = 0; column != nullptr && i < contract.columns.size(); ++i) {
        if (&contract.columns[i] != column) continue;
        for (std::size_t k = 0; k < header.size(); ++k)
          if (match.column_of[k] == static_cast<int>(i)) found = header[k];
        for (const int part : match.parts_of[i])
          found += concat(found.empty() ? "" : " + ", header[static_cast<std::size_t>(part)]);
      }
      // Golden counts two stamps of Baltimore as updates; a contract names the first.
      const std::string_view first = wanted.substr(0, wanted.find(", "));
      EXPECT_EQ(canonical_header(found), canonical_header(first)) << file << " " << word;
    }
  }
  EXPECT_GE(num_files, 33);
}

/// The columns that cities publish where no file of theirs is at hand, as label and as API name.
TEST(PublishedHeaders, AreKnownByTheCitysContractDownToTheLastColumn) {
  const std::map<std::string, std::vector<std::vector<std::string>>> published = {
      {"sf311",
       {{"CaseID",
         "Opened",
         "Closed",
         "Updated",
         "Status",
         "Status Notes",
         "Responsible Agency",
         "Category",
         "Request Type",
         "Request Details",
         "Address",
         "Street",
         "Supervisor District",
         "Neighborhood",
         "Police District",
         "Latitude",
         "Longitude",
         "Point",
         "Source",
         "Media URL"},
        {"service_request_id",
         "requested_datetime",
         "closed_date",
         "updated_datetime",
         "status_description",
         "status_notes",
         "agency_responsible",
         "service_name",
         "service_subtype",
         "service_details",
         "address",
         "street",
         "supervisor_district",
         "neighborhoods_sffind_boundaries",
         "analysis_neighborhood",
         "police_district",
         "lat",
         "long",
         "source",
         "media_url",
         "data_as_of",
         "data_loaded_at"}}},
      {"vancouver-metrics",
       {{"Date", "CallsOffered", "CallsHandled", "CallsAbandoned", "AverageSpeedofAnswer",
         "ServiceLevel", "BI_ID"}}},
      {"vancouver-calls-general", {{"Date", "CallsOffered", "CallsAbandoned", "ServiceLevel"}}},
      {"vancouver-calls-handled", {{"Date", "CallsHandled", "AverageSpeedofAnswer"}}},
      {"calls",
       {{"call_id", "started_at", "queue", "queue_start", "wait_s", "outcome", "service_s",
         "agent"}}},
      {"survey",
       {{"Response ID", "Service Request Number", "Response Date", "Overall Satisfaction",
         "Comments"}}},
      {"buffalo311",
       {{"case_reference",
         "open_date",
         "closed_date",
         "status",
         "subject",
         "reason",
         "type",
         "object_type",
         "address_number",
         "address_line_1",
         "census_tract_2010",
         "census_block_group_2010",
         "census_block_2010",
         "tractce20",
         "geoid20_tract",
         "geoid20_blockgroup",
         "geoid20_block",
         "address_line_2",
         "x_coordinate",
         "y_coordinate"}}},
  };
  for (const auto& [name, headers] : published) {
    for (const auto& header : headers) {
      const auto chosen = choose_built_in(header);
      ASSERT_TRUE(chosen) << name << ": " << chosen.error().to_string();
      EXPECT_EQ((*chosen)->name, name);
      EXPECT_THAT(match_header(**chosen, header).unknown, IsEmpty()) << name;
    }
  }
}

}  // namespace
}  // namespace hark::contract
