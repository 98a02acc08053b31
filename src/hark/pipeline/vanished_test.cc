// Rows that a later export of their period lacks.
#include "hark/pipeline/vanished.h"

#include "hark/io/fault_file_system.h"
#include "hark/pipeline/compact.h"
#include "hark/pipeline/lake_fixture_test.h"

namespace hark::pipeline {
namespace {

constexpr std::string_view kHeader = "Unique Key,Created Date,Agency,Complaint Type,Status\n";

/// Requests with these keys, key k created on 1 March 2024 at k minutes past one.
std::string file_of(const std::vector<int>& keys, std::string_view more = "") {
  std::string text(kHeader);
  for (const int key : keys) {
    const std::string minute = concat(key < 10 ? "0" : "", key);
    text += concat(key, ",03/01/2024 01:", minute, ":00 AM,NYPD,Noise,Open\n");
  }
  return text + std::string(more);
}

class Vanished : public LakeTest {
 protected:
  static IngestOptions complete() {
    IngestOptions with = options();
    with.is_complete = true;
    return with;
  }

  /// Keys of the rows with the flag, in order.
  std::vector<std::string> flagged(const LakeFolder& lake) {
    std::vector<std::string> keys;
    for (const std::string& row : picture(lake.root(), "nyc311").trusted) {
      const auto value = [&](std::string_view column) {
        const std::size_t at = row.find(concat(column, "=")) + column.size() + 1;
        return row.substr(at, row.find('|', at) - at);
      };
      const std::string flags = value("_flags");
      const auto parts = split(flags, ',');
      if (std::ranges::find(parts, kVanishedFlag) != parts.end())
        keys.push_back(value("unique_key"));
    }
    std::ranges::sort(keys);
    return keys;
  }
};

using Keys = std::vector<std::string>;

TEST_F(Vanished, ACompleteExportMarksTheRowsOfItsPeriodThatItLacksAndKeepsThem) {
  const LakeFolder lake = make_lake();
  load(lake, write("a.csv", file_of({10, 20, 25, 30, 40})));
  const LoadReport second = load(lake, write("b.csv", file_of({20, 30, 35})), complete());
  EXPECT_EQ(second.rows_vanished, 1);
  EXPECT_EQ(second.rows.inserted, 1);
  EXPECT_EQ(second.rows.unchanged, 2);
  EXPECT_EQ(second.rows_read, 3);
  EXPECT_EQ(flagged(lake), Keys{"25"});  // 10 and 40 lie outside of the period
  EXPECT_EQ(picture(lake.root(), "nyc311").trusted.size(), 6U);
  ASSERT_FALSE(second.warnings.empty());
  EXPECT_EQ(second.warnings.back().code, "vanished");
  // Another export that lacks it too: it is marked already, and no file is written anew.
  const LoadReport third = load(lake, write("c.csv", file_of({20, 30, 35, 36})), complete());
  EXPECT_EQ(third.rows_vanished, 0);
  EXPECT_EQ(flagged(lake), Keys{"25"});
}

TEST_F(Vanished, NothingIsMarkedUnlessTheFileIsSaidToBeComplete) {
  const LakeFolder lake = make_lake();
  load(lake, write("a.csv", file_of({10, 20, 30})));
  EXPECT_EQ(load(lake, write("b.csv", file_of({10, 30, 31}))).rows_vanished, 0);
  EXPECT_EQ(flagged(lake), Keys{});
}

TEST_F(Vanished, ARowThatComesBackLosesTheMarkWhicheverLoadBringsIt) {
  const LakeFolder lake = make_lake();
  load(lake, write("a.csv", file_of({10, 20, 21, 22, 30})));
  load(lake, write("b.csv", file_of({10, 30})), complete());
  EXPECT_EQ(flagged(lake), (Keys{"20", "21", "22"}));
  const LoadReport again = load(lake, write("c.csv", file_of({20})));
  EXPECT_EQ(again.rows_returned, 1);
  EXPECT_EQ(again.rows.unchanged, 1);
  EXPECT_EQ(flagged(lake), (Keys{"21", "22"}));
  // A new version of it takes the place of the old one, mark and all.
  load(lake, write("d.csv", concat(kHeader, "21,03/01/2024 01:21:00 AM,NYPD,Noise,Closed\n")));
  EXPECT_EQ(flagged(lake), Keys{"22"});
}

TEST_F(Vanished, AnOddTimeDoesNotStretchThePeriod) {
  const LakeFolder lake = make_lake();
  load(lake, write("a.csv", file_of({10, 20, 30})));
  const std::string odd =
      "97,01/01/1900 12:00:00 AM,NYPD,Noise,Open\n98,01/01/2099 12:00:00 AM,NYPD,Noise,Open\n"
      "99,01/01/2100 12:00:00 AM,NYPD,Noise,Open\n";
  EXPECT_EQ(load(lake, write("b.csv", file_of({15, 25}, odd)), complete()).rows_vanished, 1);
  EXPECT_EQ(flagged(lake), Keys{"20"});
}

TEST_F(Vanished, ARefusedRecordMayBeAnyRowSoNothingIsMarked) {
  const LakeFolder lake = make_lake();
  std::vector<int> keys(50);
  for (int i = 0; i < 50; ++i) keys[static_cast<std::size_t>(i)] = i;
  load(lake, write("a.csv", file_of(keys)));
  keys.erase(keys.begin() + 20);
  const LoadReport second =
      load(lake, write("b.csv", file_of(keys, "20,not a date,NYPD,Noise,Open\n")), complete());
  EXPECT_EQ(second.rows_quarantined, 1);
  EXPECT_EQ(second.rows_vanished, 0);
  EXPECT_EQ(flagged(lake), Keys{});
  EXPECT_EQ(second.warnings.back().code, "vanished_unknown");
}

TEST_F(Vanished, OtherFlagsOfTheRowStay) {
  const LakeFolder lake = make_lake();
  // Created at noon sharp, which a rule of the contract flags.
  load(lake, write("a.csv", concat(file_of({10}), "50,03/01/2024 12:00:00 PM,NYPD,Noise,Open\n",
                                   "55,03/01/2024 12:30:00 PM,NYPD,Noise,Open\n")));
  const auto row_of_50 = [&] {
    for (const std::string& row : picture(lake.root(), "nyc311").trusted)
      if (row.find("unique_key=50|") != std::string::npos) return row;
    return std::string();
  };
  const std::string before = row_of_50();
  ASSERT_NE(before.find("created_on_the_stroke"), std::string::npos) << before;
  load(lake, write("b.csv", concat(file_of({10}), "55,03/01/2024 12:30:00 PM,NYPD,Noise,Open\n")),
       complete());
  EXPECT_EQ(flagged(lake), Keys{"50"});
  EXPECT_NE(row_of_50().find("created_on_the_stroke"), std::string::npos);
  load(lake, write("c.csv", concat(kHeader, "50,03/01/2024 12:00:00 PM,NYPD,Noise,Open\n")));
  EXPECT_EQ(row_of_50(), before);
}

TEST_F(Vanished, MarksOutliveCompactionAndAreFoundAfterIt) {
  const LakeFolder lake = make_lake();
  load(lake, write("a.csv", file_of({10, 20, 30})));
  load(lake, write("b.csv", file_of({10, 30, 31})), complete());
  ASSERT_EQ(flagged(lake), Keys{"20"});
  {
    const auto lock = lake.lock_for_writing();
    const auto compacted = compact(lake, "nyc311", {}, clock_);
    ASSERT_TRUE(compacted) << compacted.error().to_string();
    ASSERT_EQ(compacted->files_after, 1);
  }
  EXPECT_EQ(flagged(lake), Keys{"20"});
  EXPECT_EQ(load(lake, write("c.csv", file_of({20}))).rows_returned, 1);
  EXPECT_EQ(flagged(lake), Keys{});
}

TEST_F(Vanished, OfADatasetWithoutKeyIsRefused) {
  const LakeFolder lake = make_lake();
  const std::string file =
      write("a.csv",
            "Department,Service request type,Status,Closure reason,Service "
            "request open timestamp\nENG,Pothole,Open,,2024-03-01T00:00:00Z\n");
  const auto report = ingest(lake, file, complete(), clock_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), ErrorCode::kInvalidArgument) << report.error().to_string();
  EXPECT_EQ(load(lake, file).rows.inserted, 1);
}

TEST_F(Vanished, AFailureAtAnyWriteLeavesTheMarksAsBeforeOrAsAfter) {
  const std::string first = write("a.csv", file_of({10, 20, 30}));
  const std::string second = write("b.csv", file_of({10, 30, 31}));
  const LakeFolder reference = make_lake("reference");
  load(reference, first);
  const LakePicture before = picture(reference.root(), "nyc311");
  load(reference, second, complete());
  const LakePicture after = picture(reference.root(), "nyc311");
  ASSERT_NE(before.trusted, after.trusted);
  const LakeFolder prepared = make_lake("prepared");
  load(prepared, first);
  bool has_succeeded = false;
  // Most writes are columns of data files, one like the other.
  for (std::uint64_t n = 0; !has_succeeded; n += 7) {
    const std::string root = path(concat("lake", n));
    ASSERT_EQ(std::system(concat("cp -r '", prepared.root(), "' '", root, "'").c_str()), 0);
    io::FaultFileSystem faulty(files_, {.fail_at = n});
    const auto faulty_lake = LakeFolder::open(faulty, root);
    ASSERT_TRUE(faulty_lake);
    const auto result = ingest(*faulty_lake, second, complete(), clock_);
    has_succeeded = result.has_value();
    const LakePicture now = picture(root, "nyc311");
    EXPECT_TRUE(now == before || now == after) << "change " << n;
    load(*LakeFolder::open(files_, root), second, complete());
    EXPECT_EQ(picture(root, "nyc311"), after) << "rerun after failed change " << n;
    (void)std::system(concat("rm -rf '", root, "'").c_str());
    ASSERT_LT(n, 500U) << result.error().to_string();
  }
}

}  // namespace
}  // namespace hark::pipeline
