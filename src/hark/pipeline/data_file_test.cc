// Parquet as a data file. The files are written by DuckDB.
#include "hark/pipeline/data_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "hark/core/text.h"
#include "hark/engine/engine.h"
#include "hark/tabular/whole_file.h"

namespace hark::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Row = std::vector<std::string>;

class ParquetFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "hark-parquet-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { (void)std::system(("rm -rf '" + folder_ + "'").c_str()); }

  std::string path(std::string_view name) const { return io::join_path(folder_, name); }

  void write(const std::string& select) {
    auto engine = engine::Engine::open({.threads = 1});
    ASSERT_TRUE(engine) << engine.error().to_string();
    ASSERT_TRUE((*engine)->execute(
        concat("COPY (", select, ") TO '", path("f.parquet"), "' (FORMAT parquet)")));
  }

  tabular::WholeFile read(const std::string& name) {
    tabular::WholeFile whole;
    auto probe = probe_data_file(files_, path(name));
    if (!probe) {
      whole.error = concat(name_of(probe.error().code()), ": ", probe.error().to_string());
      EXPECT_FALSE(probe.error().hint().empty());
      return whole;
    }
    auto source = tabular::FileSource::open(files_, *std::move(probe), nullptr);
    EXPECT_TRUE(source);
    for (const auto& field : (*source)->fields()) whole.columns.push_back(field.name);
    tabular::KeepingSink sink;
    if (const auto done = (*source)->stream(whole.columns, 2, sink); !done)
      whole.error = concat(name_of(done.error().code()), ": ", done.error().to_string());
    whole.rows = tabular::rows_of(sink);
    return whole;
  }

  io::FileSystem& files_ = io::local_file_system();
  std::string folder_;
};

TEST_F(ParquetFile, ReadsBytesAsTheTextThatTheyAre) {
  write("SELECT unnest(['Caf\\xC3\\xA9'::BLOB, 'a\\x5Cb'::BLOB, NULL, '\\xFF'::BLOB]) AS s");
  const auto whole = read("f.parquet");
  EXPECT_EQ(whole.error, "");
  std::vector<std::string> texts;
  for (const Row& row : whole.rows) texts.push_back(row[0]);
  EXPECT_THAT(texts, ElementsAre("Café", "a\\b", whole.rows[2][0], "\\xFF"));
  EXPECT_NE(whole.rows[2][0], "Café");
}

TEST_F(ParquetFile, ReadsEveryTypeAsTheTextThatAContractReads) {
  write(
      "SELECT 12345678901::BIGINT AS n, 40.70::DOUBLE AS d, 1.50::DECIMAL(6,2) AS m, true AS b, "
      "TIMESTAMP '2024-03-10 02:30:00.25' AS t, TIMESTAMPTZ '2024-03-10 02:30:00-05' AS z, DATE "
      "'2024-02-29' AS day, ' x' AS s, {'latitude': 1.5} AS o, [1, 2] AS l, NULL::INTEGER AS "
      "\"no\"\"thing\"");
  const auto whole = read("f.parquet");
  EXPECT_EQ(whole.error, "");
  EXPECT_THAT(whole.columns, ElementsAre("n", "d", "m", "b", "t", "z", "day", "s", "o", "l",
                                         "no\"thing", "_record", "_line", "_offset"));
  EXPECT_THAT(whole.rows,
              ElementsAre(Row{"12345678901", "40.7", "1.50", "true", "2024-03-10T02:30:00.250000",
                              "2024-03-10T07:30:00.000000Z", "2024-02-29", "x",
                              "{\"latitude\":1.5}", "[1,2]", "<null>", "1", "1", "0"}));
}

TEST_F(ParquetFile, ItsClocksAreReadByAContractThatWritesThemAnotherWay) {
  write(
      "SELECT 7 AS unique_key, TIMESTAMP '2024-05-31 13:05:00' AS created_date, TIMESTAMPTZ "
      "'2024-05-31 18:05:00+00' AS closed_date");
  auto probe = probe_data_file(files_, path("f.parquet"));
  ASSERT_TRUE(probe) << probe.error().to_string();
  const auto contract = contract::built_in_contract("chicago311");
  ASSERT_TRUE(contract);
  auto source = tabular::FileSource::open(files_, *std::move(probe), *contract);
  ASSERT_TRUE(source) << source.error().to_string();
  tabular::KeepingSink sink;
  ASSERT_TRUE((*source)->stream({"created_date", "closed_date"}, 1, sink));
  // 13:05 in Chicago's summer is 18:05 UTC.
  EXPECT_THAT(tabular::rows_of(sink), ElementsAre(Row{"1717178700000000", "1717178700000000"}));
}

TEST_F(ParquetFile, KeepsTheOrderOfManyRows) {
  write("SELECT i AS a, 'x' || i AS b FROM range(100000) r(i)");
  const auto whole = read("f.parquet");
  EXPECT_EQ(whole.error, "");
  ASSERT_EQ(whole.rows.size(), 100'000U);
  for (std::size_t i = 0; i < whole.rows.size(); i += 997) {
    EXPECT_EQ(whole.rows[i][0], std::to_string(i));
    EXPECT_EQ(whole.rows[i][1], concat("x", i));
    EXPECT_EQ(whole.rows[i][2], std::to_string(i + 1));
  }
}

TEST_F(ParquetFile, ATruncatedOrDamagedFileIsRefusedWithAHint) {
  write("SELECT i AS a, 'some text ' || i AS b FROM range(1000) r(i)");
  const std::string whole = *files_.read_text(path("f.parquet"));
  for (std::size_t length = 8; length < whole.size(); length += whole.size() / 20) {
    ASSERT_TRUE(files_.write_atomically(path("cut.parquet"), whole.substr(0, length)));
    EXPECT_THAT(read("cut.parquet").error, HasSubstr("kInvalidInput")) << length;
  }
  for (std::size_t at = 4; at < whole.size(); at += whole.size() / 60) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    ASSERT_TRUE(files_.write_atomically(path("bad.parquet"), damaged));
    const std::string error = read("bad.parquet").error;
    EXPECT_TRUE(error.empty() || error.find("kInvalidInput") == 0) << at << ": " << error;
  }
}

}  // namespace
}  // namespace hark::pipeline
