// Any text is a contract or is refused with a line; a contract matches headers.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "hark/contract/contract.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto contract = hark::contract::parse_contract(text);
  if (!contract) {
    if (contract.error().code() != hark::ErrorCode::kInvalidInput) std::abort();
    return 0;
  }
  // Its own names must be found again.
  std::vector<std::string> header;
  for (const auto& column : contract->columns) header.push_back(column.name);
  const auto match = hark::contract::match_header(*contract, header);
  if (match.num_matched != contract->columns.size()) std::abort();
  return 0;
}
