#include "hark/pipeline/trusted_reader.h"

#include <gtest/gtest.h>

#include "hark/columnar/parquet_writer.h"
#include "hark/engine/parquet_source.h"
#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

class TrustedReaderTest : public LakeTest {
 protected:
  std::vector<std::string> texts_of(columnar::BatchSource& source, unsigned threads) {
    std::vector<std::string> columns;
    for (const columnar::Field& field : source.fields()) columns.push_back(field.name);
    RowTexts texts;
    EXPECT_TRUE(source.stream(columns, threads, texts));
    if (threads > 1) std::ranges::sort(texts.rows);
    return std::move(texts.rows);
  }
};

TEST_F(TrustedReaderTest, OwnFilesAndThoseOfAnotherWriterGiveTheSameRowsAsTheEngine) {
  const LakeFolder lake = make_lake();
  load(lake, write("a.csv",
                   "Unique Key,Created Date,Closed Date,Agency,Complaint Type,Latitude\n"
                   "1,11/05/2023 01:30:00 AM,11/05/2023 01:10:00 AM,NYPD,Noise,40.5\n"
                   "2,03/10/2024 02:30:00 AM,,DOT,\"Pot, hole\",\n"
                   "3,03/11/2024 02:30:00 AM,bad,,N\xC3\xA9,40.75\n"));
  load(lake, write("b.csv",
                   "Unique Key,Created Date,Agency,City\n"
                   "4,03/12/2024 12:00:00 PM,NYPD,BRONX\n"));
  const TableState state = *open_table(files_, lake.trusted_table("nyc311"));
  std::vector<std::string> paths = *state.file_paths();
  const contract::Contract contract = *lake.contract("nyc311");
  const auto engine = *engine::Engine::open({});
  const auto oracle = engine::parquet_source(*engine, paths, trusted_fields(contract));
  const auto expected = texts_of(*oracle, 1);
  ASSERT_EQ(expected.size(), 4U);
  auto sorted = expected;
  std::ranges::sort(sorted);

  TrustedReader reader(files_, {});
  const auto own = reader.open(paths, contract).value();
  EXPECT_TRUE(std::ranges::equal(own->fields(), trusted_fields(contract)));
  EXPECT_EQ(texts_of(*own, 1), expected);
  EXPECT_EQ(texts_of(*own, 2), sorted);

  // One file as another engine rewrites it: without some columns, with narrower numbers.
  const std::string others = concat(lake.root(), "/others.parquet");
  ASSERT_TRUE(
      engine->execute(concat("COPY (SELECT * EXCLUDE (unique_key, bbl), unique_key::INTEGER "
                             "AS unique_key FROM read_parquet('",
                             paths[0], "')) TO '", others, "' (FORMAT parquet)")));
  paths[0] = others;
  const auto mixed = reader.open(paths, contract).value();
  EXPECT_EQ(texts_of(*mixed, 2), sorted);
}

TEST_F(TrustedReaderTest, OwnFilesOfOtherTypesThanTheContractsGoThroughTheEngine) {
  const LakeFolder lake = make_lake();
  const contract::Contract contract = *contract::built_in_contract("nyc311").value();
  columnar::Column key({"unique_key", columnar::Type::kInt32});
  key.append_int32(7);
  columnar::Batch batch;
  batch.num_rows = 1;
  batch.columns.push_back(std::move(key));
  const std::string path = concat(lake.root(), "/older.parquet");
  auto writer =
      columnar::ParquetWriter::create(*files_.open_output(path), {batch.columns[0].field()});
  ASSERT_TRUE(writer->write(batch));
  ASSERT_TRUE(std::move(*writer).finish());
  TrustedReader reader(files_, {});
  const auto rows = reader.open({path}, contract).value();
  RowTexts texts;
  ASSERT_TRUE(rows->stream({"unique_key", "agency"}, 1, texts));
  EXPECT_EQ(texts.rows, std::vector<std::string>{"unique_key=7|agency=|"});
}

TEST_F(TrustedReaderTest, AFileThatIsDamagedOrGoneIsAnErrorAndNoMatterForTheEngine) {
  const LakeFolder lake = make_lake();
  load(lake, write("a.csv", "Unique Key,Created Date\n1,11/05/2023 01:30:00 AM\n"));
  const contract::Contract contract = *lake.contract("nyc311");
  const std::string path = open_table(files_, lake.trusted_table("nyc311"))->file_paths()->front();
  TrustedReader reader(files_, {});
  EXPECT_EQ(reader.open({path, path + ".gone"}, contract).error().code(), ErrorCode::kNotFound);
  const std::string bytes = *files_.read_text(path);
  ASSERT_TRUE(files_.write_atomically(path, bytes.substr(0, bytes.size() - 1)));
  const auto opened = reader.open({path}, contract);
  EXPECT_EQ(opened.error().code(), ErrorCode::kCorrupt);
  EXPECT_NE(opened.error().to_string().find(path), std::string::npos);
  EXPECT_NE(opened.error().hint().find("doctor"), std::string::npos);
}

}  // namespace
}  // namespace hark::pipeline
