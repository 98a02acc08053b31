// The contracts of contracts/*.yaml, which live inside the binary.
#include "hark/contract/contract.h"
#include "hark/core/embedded.h"
#include "hark/core/text.h"

namespace hark::core {
std::span<const EmbeddedFile> embedded_contracts();  // made by hark_embed
}

namespace hark::contract {

const std::vector<Contract>& built_in_contracts() {
  static const std::vector<Contract> contracts = [] {
    std::vector<Contract> all;
    for (const core::EmbeddedFile& file : core::embedded_contracts()) {
      // A test reads every file, so that none can fail here.
      if (auto contract = parse_contract(file.contents)) all.push_back(std::move(contract).value());
    }
    return all;
  }();
  return contracts;
}

Result<const Contract*> built_in_contract(std::string_view name) {
  std::vector<std::string> names;
  for (const Contract& contract : built_in_contracts()) {
    if (contract.name == name) return &contract;
    names.push_back(contract.name);
  }
  Error error(ErrorCode::kNotFound, concat("no contract '", name, "'"));
  const auto near = nearest(name, names);
  return std::move(error).hint(near ? concat("did you mean '", *near, "'?")
                                    : concat("known: ", join(names, ", ")));
}

}  // namespace hark::contract
