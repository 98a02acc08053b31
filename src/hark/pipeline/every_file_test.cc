// Every real export there is, of every format: read with the rows and columns that SOURCES.md
// states, or refused for its reason. Prints the table.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include "hark/core/text.h"
#include "hark/pipeline/data_file.h"
#include "hark/tabular/file_source.h"
#include "hark/tabular/memory_files.h"

namespace hark::pipeline {
namespace {

const std::string kData = HARK_SHARED_DIR "/data/";

struct Size {
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
};

/// What SOURCES.md says of sizes; and where it says only that a file holds the same rows as
/// another.
std::map<std::string, Size> stated_sizes() {
  std::map<std::string, Size> sizes;
  std::ifstream table(kData + "SOURCES.md");
  for (std::string line; std::getline(table, line);) {
    const auto cells = split(line, '|');
    if (cells.size() < 5) continue;
    const auto size = split(trim(cells[3]), ' ');
    if (size.size() != 3) continue;
    const auto rows = parse_int(size[0]);
    const auto columns = parse_int(size[2]);
    if (!rows || !columns) continue;
    sizes[std::string(trim(cells[1]))] = {static_cast<std::uint64_t>(*rows),
                                          static_cast<std::uint64_t>(*columns)};
  }
  for (const char* name : {"csv.zst", "jsonl", "parquet"})
    sizes[concat("formats/qsv_NYC311-5.", name)] = sizes["formats/qsv_NYC311-5.csv"];
  for (const char* name : {"csv.zip", "csv.multimember.gz"})
    sizes[concat("formats/qsv_boston311-100.", name)] = sizes["boston/qsv_boston311-100.csv"];
  sizes["formats/qsv_boston311-10.jsonl"] = {10, 29};
  return sizes;
}

const std::map<std::string, std::string> kRefusals = {
    {"SOURCES.md", ""},
    {"traps/bdolan_html_page_saved_as.csv", "is a web page (HTML), not data"},
    {"traps/comp370_gozzi_2020_noheader5col.csv", "has no header row"},
    {"traps/mehtasmeet_gitlfs_pointer.csv", "is a Git-LFS pointer"},
    {"washington_dc/dc311_snowice_2024_noheader.csv", "has no header row"},
    {"pii/qsv_boston311-100-nopii-searchset.csv", "has no header row"},
    {"formats/qsv_NYC311-5.avro", "is an Avro file"},
};

TEST(EveryFile, IsReadWithTheSizeThatIsStatedOrRefusedForItsReason) {
  if (!std::filesystem::exists(kData + "SOURCES.md"))
    GTEST_SKIP() << "no real exports beside the repository";
  const auto sizes = stated_sizes();
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kData)) {
    if (entry.is_regular_file())
      names.push_back(std::filesystem::relative(entry.path(), kData).string());
  }
  std::ranges::sort(names);
  std::printf(
      "| file | format | packing | contract | rows | columns | refused records | stated |\n");
  std::printf("|---|---|---|---|---|---|---|---|\n");
  std::size_t num_read = 0;
  for (const std::string& name : names) {
    const auto refusal = kRefusals.find(name);
    if (name == "SOURCES.md") continue;
    const auto probe = probe_data_file(io::local_file_system(), kData + name);
    if (!probe) {
      ASSERT_NE(refusal, kRefusals.end()) << name << ": " << probe.error().to_string();
      EXPECT_NE(probe.error().message().find(refusal->second), std::string::npos)
          << name << ": " << probe.error().to_string();
      EXPECT_FALSE(probe.error().hint().empty()) << name;
      std::printf("| %s | refused: %s | | | | | | |\n", name.c_str(), refusal->second.c_str());
      continue;
    }
    EXPECT_EQ(refusal, kRefusals.end()) << name;
    const auto contract = contract::choose_built_in(probe->header);
    EXPECT_TRUE(contract) << name << ": " << contract.error().to_string();
    const auto source =
        tabular::FileSource::open(io::local_file_system(), *probe, contract ? *contract : nullptr);
    ASSERT_TRUE(source) << name << ": " << source.error().to_string();
    tabular::KeepingSink sink;
    const auto done = (*source)->stream({"_record"}, 2, sink);
    ASSERT_TRUE(done) << name << ": " << done.error().to_string();
    const tabular::ReadSummary& summary = (*source)->summary();
    const auto stated = sizes.find(name);
    const std::string said =
        stated == sizes.end() ? "-" : concat(stated->second.rows, " x ", stated->second.columns);
    std::printf("| %s | %s | %s | %s | %llu | %zu | %llu | %s |\n", name.c_str(),
                std::string(name_of(probe->format)).c_str(),
                std::string(name_of(probe->compression)).c_str(),
                contract ? (*contract)->name.c_str() : "-",
                static_cast<unsigned long long>(summary.records_read), probe->header.size(),
                static_cast<unsigned long long>(summary.records_rejected), said.c_str());
    ++num_read;
    if (stated == sizes.end()) continue;
    EXPECT_EQ(summary.records_read, stated->second.rows) << name;
    EXPECT_EQ(probe->header.size(), stated->second.columns) << name;
  }
  EXPECT_GE(num_read, 50U);
}

}  // namespace
}  // namespace hark::pipeline
