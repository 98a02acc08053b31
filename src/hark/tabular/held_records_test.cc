// Records that hold others, because a stray quote made one text of them.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "hark/core/text.h"
#include "hark/tabular/differential.h"
#include "hark/tabular/file_source.h"
#include "hark/tabular/memory_files.h"

namespace hark::tabular {
namespace {

constexpr std::string_view kContract = R"(
apiVersion: v3.1.0
kind: DataContract
id: urn:hark:contract:test
name: test
version: 1.0.0
status: active
customProperties:
  - {property: kind, value: service_requests}
  - {property: timeZone, value: America/New_York}
  - {property: clockFormats, value: ["yyyy-MM-dd HH:mm:ss"]}
schema:
  - name: requests
    properties:
      - name: note
        logicalType: string
      - name: id
        logicalType: integer
        required: true
        primaryKey: true
        customProperties: [{property: role, value: key}]
      - name: created
        logicalType: timestamp
        required: true
        customProperties: [{property: role, value: created}]
      - {name: kind, logicalType: string}
      - {name: street, logicalType: string}
)";

struct Outcome {
  std::set<std::string> ids;
  std::vector<Reject> rejects;
  std::uint64_t swallowed_bytes = 0;
};

Outcome read(const std::string& text, std::size_t block_bytes = 1 << 20, unsigned threads = 1) {
  static const contract::Contract contract = contract::parse_contract(kContract).value();
  MemoryFiles files;
  files.put("f.csv", text);
  Outcome outcome;
  ReadOptions options;
  options.block_bytes = block_bytes;
  options.on_rejects = [&](std::uint64_t, std::vector<Reject> rejects) -> Result<void> {
    std::ranges::move(rejects, std::back_inserter(outcome.rejects));
    return {};
  };
  auto source = FileSource::open(files, "f.csv", &contract, options);
  EXPECT_TRUE(source) << source.error().to_string();
  KeepingSink sink;
  EXPECT_TRUE((*source)->stream({"id"}, threads, sink));
  for (const auto& row : rows_of(sink)) outcome.ids.insert(row.front());
  outcome.swallowed_bytes = (*source)->summary().swallowed_bytes;
  return outcome;
}

constexpr std::size_t kNote = 0, kKind = 3, kStreet = 4;

/// A file of records, some fields of which begin or end with what was put there.
struct File {
  std::string end = "\n";
  std::vector<std::vector<std::string>> rows;

  explicit File(int num) {
    for (int i = 0; i < num; ++i)
      rows.push_back({"ok", std::to_string(i), "2024-01-02 10:00:00", "pothole", "Main St"});
  }
  std::string text() const {
    std::string out = concat("note,id,created,kind,street", end);
    for (const auto& row : rows) {
      for (std::size_t f = 0; f < row.size(); ++f) out += concat(f > 0 ? "," : "", row[f]);
      out += end;
    }
    return out;
  }
};

TEST(HeldRecords, AStrayPairIsRefusedHoweverFewLinesApartAndWhereverItStands) {
  for (const std::size_t lines : {1U, 2U, 9U}) {
    for (const std::size_t opens : {kNote, kKind, kStreet}) {
      for (const std::size_t closes : {kNote, kKind, kStreet}) {
        for (const char* end : {"\n", "\r\n", "\r"}) {
          File file(40);
          file.end = end;
          file.rows[7][opens] = "\"5in pipe";
          file.rows[7 + lines][closes] = "leak of 6\"";
          for (const std::size_t block : {1U, 50U, 1000U}) {
            const Outcome outcome = read(file.text(), block, 2);
            const std::string where = concat(lines, " lines, from ", opens, " to ", closes,
                                             ", block ", block, ", end ", std::string(end).size());
            EXPECT_EQ(outcome.ids.size(), 40 - lines - 1) << where;
            ASSERT_EQ(outcome.rejects.size(), 1U) << where;
            EXPECT_EQ(outcome.rejects[0].line, 9) << where;
            // Side by side and with another number of fields, that is what is told of it.
            if (outcome.rejects[0].rule != reject_rule::kFieldCount) {
              EXPECT_EQ(outcome.rejects[0].rule, reject_rule::kUnterminatedQuote) << where;
              EXPECT_GE(outcome.swallowed_bytes + 4, outcome.rejects[0].text.size()) << where;
            }
          }
        }
      }
    }
  }
}

TEST(HeldRecords, ATextOfManyLinesIsOneHoweverMuchItLooksLikeAList) {
  File file(40);
  file.rows[3][kNote] = "\"Dear city,\nthanks\"";  // what follows is the record's own clock
  file.rows[4][kNote] = "\"a,b,c,d\n1,2,3,4\"";
  file.rows[5][kStreet] = "\"one, two, three, four, five\nsix, seven, eight, nine, ten\"";
  file.rows[6][kKind] = "\"called 2024-01-02 10:00:00\nand 2024-01-03 10:00:00, twice\"";
  file.rows[7][kStreet] = "\"he said \"\"no\"\", then\n\"\"yes\"\", then no\"";
  // A clock at its place, but not as many fields.
  file.rows[8][kStreet] = "\"log:\nx,1,2024-01-02 10:00:00\ny,2,2024-01-02 11:00:00\nend\"";
  for (const char* end : {"\n", "\r\n"}) {
    file.end = end;
    for (const std::size_t block : {1U, 50U, 1000U}) {
      const Outcome outcome = read(file.text(), block, 2);
      EXPECT_EQ(outcome.ids.size(), 40U) << block;
      EXPECT_TRUE(outcome.rejects.empty()) << block;
    }
  }
}

TEST(HeldRecords, BlocksOfAnySizeAndAnyNumberOfThreadsRefuseTheSame) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    File file(1 + static_cast<int>(random() % 30));
    file.end = random() % 2 == 0 ? "\n" : "\r\n";
    for (auto& row : file.rows) {
      if (random() % 5 == 0) row[random() % 5].insert(0, "\"");
      if (random() % 5 == 0) row[random() % 5] += '"';
      if (random() % 9 == 0) row[kStreet] += file.end;
    }
    const std::string text = file.text();
    const Outcome whole = read(text);
    const Outcome cut = read(text, 1 + random() % 200, 3);
    ASSERT_EQ(whole.ids, cut.ids) << text;
    ASSERT_EQ(whole.rejects.size(), cut.rejects.size()) << text;
    const auto rules = [](const Outcome& outcome) {
      std::multiset<std::pair<std::int64_t, std::string>> told;
      for (const Reject& reject : outcome.rejects) told.emplace(reject.line, reject.rule);
      return told;
    };
    ASSERT_EQ(rules(whole), rules(cut)) << text;
  }
}

}  // namespace
}  // namespace hark::tabular
