// For tests: the tables that Spark wrote (../shared/delta_golden), unpacked into a folder that goes
// with the test suite. Where the archive is not there the tests skip.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "hark/io/file_system.h"

namespace hark::lake {

class GoldenArchive : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string archive = std::string(HARK_SHARED_DIR) + "/delta_golden/golden.tar.gz";
    if (!files().exists(archive)) return;
    std::string pattern = testing::TempDir() + "hark-golden-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    ASSERT_EQ(std::system(("tar -xzf '" + archive + "' -C '" + pattern + "'").c_str()), 0);
    folder_ = pattern;
  }
  static void TearDownTestSuite() {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    folder_.clear();
  }
  void SetUp() override {
    if (folder_.empty()) GTEST_SKIP() << "shared/delta_golden/golden.tar.gz is not here";
  }
  static io::FileSystem& files() { return io::local_file_system(); }

  static inline std::string folder_;
};

}  // namespace hark::lake
