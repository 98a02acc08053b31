// A folder of a test's own, gone afterwards; only tests include this.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace hark::generate {

class TestFolder {
 public:
  explicit TestFolder(const std::string& name)
      : path_(testing::TempDir() + "hark_" + name + "_" + std::to_string(::getpid())) {
    std::filesystem::create_directories(path_);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace hark::generate
