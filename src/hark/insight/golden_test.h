// What the golden tests share: the reference values, and real files through their contract.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "hark/contract/contract.h"
#include "hark/core/json.h"
#include "hark/tabular/file_source.h"

namespace hark::insight::test {

std::filesystem::path shared_folder();
/// A file of ../shared/golden; nothing where the folder is absent.
std::optional<Json> golden_file(const std::string& name);

struct OpenedData {
  const contract::Contract* contract = nullptr;
  std::unique_ptr<tabular::FileSource> source;
};
/// A file of ../shared/data through the built-in contract that fits its header; nothing where none
/// does yet, or where the file's format cannot be read yet.
std::optional<OpenedData> open_data(const std::string& name);

/// Equal, or within `relative` of the reference value; both null.
void expect_near(const Json& ours, const Json& golden, double relative, const std::string& what);

}  // namespace hark::insight::test
