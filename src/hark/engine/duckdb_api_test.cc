#include <duckdb.h>
// duckdb.h comes first; see duckdb_api.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "hark/engine/duckdb_api.h"
#include "hark/engine/test_support.h"
#include "hark/io/file_system.h"

namespace hark::engine {
namespace {

TEST(DuckdbApi, ANamedLibraryThatIsNotThereIsNotReplacedByAnother) {
  const auto found = find_duckdb("/nowhere/libduckdb.so", "");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(found.error().hint(), testing::HasSubstr("HARK_DUCKDB_LIBRARY"));
}

TEST(DuckdbApi, TheLibraryBesideTheProgramComesBeforeTheBuilds) {
  const TemporaryFolder folder;
  const auto as_built = find_duckdb(nullptr, folder / "bin");
  ASSERT_TRUE(as_built) << as_built.error().to_string();
  const auto touch = [&](const std::string& path) {
    ASSERT_TRUE(io::local_file_system().write_atomically(path, "x"));
  };
  std::filesystem::create_directories(folder / "bin");
  std::filesystem::create_directories(folder / "lib");
  touch(folder / "bin/libduckdb.so");
  EXPECT_EQ(find_duckdb(nullptr, folder / "bin").value(), folder / "bin/libduckdb.so");
  touch(folder / "lib/libduckdb.so");
  EXPECT_EQ(find_duckdb("", folder / "bin").value(), folder / "bin/../lib/libduckdb.so");
  EXPECT_EQ(find_duckdb((folder / "bin/libduckdb.so").c_str(), folder / "bin").value(),
            folder / "bin/libduckdb.so");
}

TEST(DuckdbApi, AFileThatIsNoLibraryIsUnsupported) {
  const TemporaryFolder folder;
  ASSERT_TRUE(io::local_file_system().write_atomically(folder / "libduckdb.so", "not a library"));
  const auto loaded = load_duckdb(folder / "libduckdb.so");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::kUnsupported);
}

TEST(DuckdbApi, AnotherLibraryIsUnsupportedAndTheMissingFunctionIsNamed) {
  const auto loaded = load_duckdb("libm.so.6");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(loaded.error().message(), testing::HasSubstr("duckdb_library_version"));
}

TEST(DuckdbApi, TheEngineSaysWhichLibraryItIs) {
  EXPECT_THAT(open_engine()->library_version(), testing::StartsWith("v1."));
}

TEST(DuckdbApiDeathTest, WithoutALibraryTheEngineDoesNotOpen) {
  // In a process of its own, because one that found its library keeps it.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        ::setenv("HARK_DUCKDB_LIBRARY", "/nowhere/libduckdb.so", 1);
        const auto engine = Engine::open({});
        std::exit(!engine && engine.error().code() == ErrorCode::kNotFound ? 7 : 1);
      },
      testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace hark::engine
