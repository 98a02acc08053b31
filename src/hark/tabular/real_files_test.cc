// The real exports, read with their contracts; what they should hold is stated in SOURCES.md.
#include <gtest/gtest.h>

#include <bit>
#include <filesystem>
#include <fstream>
#include <map>

#include "hark/core/text.h"
#include "hark/tabular/file_source.h"
#include "hark/tabular/memory_files.h"

namespace hark::tabular {
namespace {

const std::string kData = HARK_SHARED_DIR "/data/";

struct Stated {
  std::string path;
  std::uint64_t records = 0;
  std::size_t columns = 0;
};

bool is_delimited(std::string_view path) {
  if (path.ends_with(".gz")) path.remove_suffix(3);
  return path.ends_with(".csv") || path.ends_with(".tsv") || path.ends_with(".ssv") ||
         path.ends_with(".csv.multimember");
}

/// The rows of SOURCES.md that say how large a delimited file is.
std::vector<Stated> stated_files() {
  std::vector<Stated> files;
  std::ifstream table(kData + "SOURCES.md");
  for (std::string line; std::getline(table, line);) {
    const auto cells = split(line, '|');
    if (cells.size() < 5) continue;
    Stated stated;
    stated.path = trim(cells[1]);
    const auto size = split(trim(cells[3]), ' ');
    if (size.size() != 3 || !is_delimited(stated.path)) continue;
    const auto records = parse_int(size[0]);
    const auto columns = parse_int(size[2]);
    if (!records || !columns) continue;
    stated.records = static_cast<std::uint64_t>(*records);
    stated.columns = static_cast<std::size_t>(*columns);
    files.push_back(stated);
  }
  return files;
}

bool has_no_header(std::string_view path) {
  return path.find("noheader") != std::string_view::npos ||
         path.find("nopii") != std::string_view::npos;
}

const contract::Contract* contract_for(const std::vector<std::string>& header) {
  std::vector<const contract::Contract*> candidates;
  for (const contract::Contract& contract : contract::built_in_contracts())
    candidates.push_back(&contract);
  const auto chosen = contract::choose_contract(candidates, header);
  return chosen ? *chosen : nullptr;
}

class RealFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kData + "SOURCES.md"))
      GTEST_SKIP() << "no real exports beside the repository";
  }
};

TEST_F(RealFiles, HaveTheRecordsAndColumnsThatAreStated) {
  std::size_t num_files = 0;
  for (const Stated& stated : stated_files()) {
    if (has_no_header(stated.path)) continue;
    ++num_files;
    const auto probe = probe_file(io::local_file_system(), kData + stated.path);
    ASSERT_TRUE(probe) << stated.path << ": " << probe.error().to_string();
    EXPECT_EQ(probe->header.size(), stated.columns) << stated.path;
    const auto source =
        FileSource::open(io::local_file_system(), *probe, contract_for(probe->header));
    ASSERT_TRUE(source) << source.error().to_string();
    KeepingSink sink;
    const auto done = (*source)->stream({"_record"}, 2, sink);
    ASSERT_TRUE(done) << done.error().to_string();
    EXPECT_EQ((*source)->summary().records_read, stated.records) << stated.path;
    // The one ragged record of the set, and days first where the contract writes months first.
    const std::map<std::string, std::uint64_t> refused = {{"formats/qsv_boston311-100-bad.tsv", 1},
                                                          {"formats/qsv_boston311-dmy-100.csv", 7}};
    const auto found = refused.find(stated.path);
    EXPECT_EQ((*source)->summary().records_rejected, found == refused.end() ? 0 : found->second)
        << stated.path;
  }
  EXPECT_GE(num_files, 40U);
}

/// A hash of every column's values in the order of the file.
std::vector<std::uint64_t> fingerprints(const KeepingSink& sink) {
  std::vector<std::uint64_t> hashes(sink.batches().begin()->second.columns.size(), 1);
  for (const auto& [ordinal, batch] : sink.batches()) {
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      const columnar::Column& column = batch.columns[i];
      const auto add = [&](std::uint64_t value) {
        hashes[i] = (hashes[i] ^ value) * 0x9E3779B97F4A7C15U + (hashes[i] >> 32);
      };
      for (std::size_t row = 0; row < batch.num_rows; ++row) {
        add(static_cast<std::uint64_t>(column.presence()[row]));
        if (column.type() == columnar::Type::kString) {
          add(columnar::hash_bytes(column.text(row)));
        } else if (column.type() == columnar::Type::kDouble) {
          add(std::bit_cast<std::uint64_t>(column.doubles()[row]));
        } else if (column.type() == columnar::Type::kBool) {
          add(column.bools()[row]);
        } else if (column.type() == columnar::Type::kInt64 ||
                   column.type() == columnar::Type::kTimestamp) {
          add(static_cast<std::uint64_t>(column.int64s()[row]));
        } else {
          add(static_cast<std::uint64_t>(column.int32s()[row]));
        }
      }
    }
  }
  return hashes;
}

TEST_F(RealFiles, AreTheSameForAnyThreadsAndBlockSizes) {
  for (const Stated& stated : stated_files()) {
    if (has_no_header(stated.path)) continue;
    const auto probe = probe_file(io::local_file_system(), kData + stated.path);
    ASSERT_TRUE(probe);
    const contract::Contract* contract = contract_for(probe->header);
    const auto read = [&](std::size_t block_bytes, unsigned threads) {
      const auto source =
          FileSource::open(io::local_file_system(), *probe, contract, {.block_bytes = block_bytes});
      EXPECT_TRUE(source);
      std::vector<std::string> columns;
      for (const columnar::Field& field : (*source)->fields()) {
        if ((*source)->has_column(field.name)) columns.push_back(field.name);
      }
      KeepingSink sink;
      EXPECT_TRUE((*source)->stream(columns, threads, sink));
      EXPECT_TRUE(sink.has_gapless_ordinals());
      return fingerprints(sink);
    };
    EXPECT_EQ(read(std::size_t{1} << 26, 1), read(7001, 4)) << stated.path;
  }
}

TEST_F(RealFiles, OfOneContentInSeveralFormatsAreEqual) {
  const auto rows = [](const std::string& name) {
    const auto source =
        FileSource::open(io::local_file_system(), kData + "formats/" + name, nullptr);
    EXPECT_TRUE(source) << name;
    std::vector<std::string> columns = (*source)->probe().header;
    KeepingSink sink;
    EXPECT_TRUE((*source)->stream(columns, 1, sink));
    return rows_of(sink);
  };
  const auto expected = rows("qsv_NYC311-5.csv");
  EXPECT_EQ(expected.size(), 5U);
  for (const char* name : {"qsv_NYC311-5.csv.gz", "qsv_NYC311-5.tsv", "qsv_NYC311-5.ssv"})
    EXPECT_TRUE(rows(name) == expected) << name;
  EXPECT_TRUE(rows("qsv_boston311-100.csv.gz") == rows("qsv_boston311-100.csv.multimember.gz"));
}

TEST_F(RealFiles, OfNycHaveNoClockThatCannotBeRead) {
  std::size_t num_files = 0;
  for (const Stated& stated : stated_files()) {
    if (!stated.path.starts_with("nyc/")) continue;
    const auto probe = probe_file(io::local_file_system(), kData + stated.path);
    ASSERT_TRUE(probe);
    const contract::Contract* contract = contract_for(probe->header);
    ASSERT_NE(contract, nullptr) << stated.path;
    EXPECT_EQ(contract->name, "nyc311");
    const auto source = FileSource::open(io::local_file_system(), *probe, contract);
    ASSERT_TRUE(source);
    std::vector<std::string> clocks;
    for (const columnar::Field& field : (*source)->fields()) {
      if (field.type == columnar::Type::kTimestamp) clocks.push_back(field.name);
    }
    KeepingSink sink;
    ASSERT_TRUE((*source)->stream(clocks, 2, sink));
    EXPECT_TRUE((*source)->summary().invalid_values.empty()) << stated.path;
    ++num_files;
  }
  EXPECT_GE(num_files, 20U);
}

TEST_F(RealFiles, ThatAreTrapsAreRefusedForTheirReason) {
  const std::map<std::string, std::string> expected = {
      {"traps/bdolan_html_page_saved_as.csv", "kInvalidInput is a web page (HTML), not data"},
      {"traps/comp370_gozzi_2020_noheader5col.csv", "kInvalidInput has no header row"},
      {"traps/mehtasmeet_gitlfs_pointer.csv", "kInvalidInput is a Git-LFS pointer"},
      {"washington_dc/dc311_snowice_2024_noheader.csv", "kInvalidInput has no header row"},
      {"pii/qsv_boston311-100-nopii-searchset.csv", "kInvalidInput has no header row"},
      {"formats/qsv_NYC311-5.parquet", "kUnsupported is a Parquet file"},
      {"formats/qsv_NYC311-5.avro", "kUnsupported is an Avro file"},
      {"chicago/chicago_fact_311_requests.parquet", "kUnsupported is a Parquet file"},
  };
  for (const auto& [path, reason] : expected) {
    const auto probe = probe_file(io::local_file_system(), kData + path);
    ASSERT_FALSE(probe) << path;
    // "'path' is ..." after the code.
    const std::string& message = probe.error().message();
    const std::string seen =
        concat(name_of(probe.error().code()), message.substr(message.rfind('\'') + 1));
    EXPECT_TRUE(seen.starts_with(reason)) << seen;
    EXPECT_FALSE(probe.error().hint().empty()) << path;
  }
}

}  // namespace
}  // namespace hark::tabular
