// The contracts of contracts/*.yaml, which live inside the binary.
//
// Reading one takes 1 to 2 ms, nearly all of it in the YAML scanner. A command that needs one of
// them must not wait for all, so each is read when it is first asked for.
#include <algorithm>
#include <mutex>

#include "hark/contract/contract.h"
#include "hark/core/embedded.h"
#include "hark/core/text.h"

namespace hark::core {
std::span<const EmbeddedFile> embedded_contracts();  // made by hark_embed
}

namespace hark::contract {
namespace {

/// Every contract in its place, empty until it is read.
class Shelf {
 public:
  Shelf() : contracts_(core::embedded_contracts().size()), once_(contracts_.size()) {}

  std::size_t size() const noexcept { return contracts_.size(); }
  const core::EmbeddedFile& file(std::size_t i) const { return core::embedded_contracts()[i]; }
  /// The contract's name, which is its file's.
  std::string name(std::size_t i) const {
    return std::string(file(i).name.substr(0, file(i).name.rfind('.')));
  }
  const Contract& read(std::size_t i) {
    std::call_once(once_[i], [this, i] {
      // A test reads every file, so that none can fail here.
      if (auto contract = parse_contract(file(i).contents))
        contracts_[i] = std::move(contract).value();
    });
    return contracts_[i];
  }
  const std::vector<Contract>& all() {
    for (std::size_t i = 0; i < size(); ++i) read(i);
    return contracts_;
  }

 private:
  std::vector<Contract> contracts_;
  std::vector<std::once_flag> once_;
};

Shelf& shelf() {
  static Shelf the_shelf;
  return the_shelf;
}

}  // namespace

const std::vector<Contract>& built_in_contracts() { return shelf().all(); }

Result<const Contract*> built_in_contract(std::string_view name) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < shelf().size(); ++i) {
    if (shelf().name(i) == name) return &shelf().read(i);
    names.push_back(shelf().name(i));
  }
  Error error(ErrorCode::kNotFound, concat("no contract '", name, "'"));
  const auto near = nearest(name, names);
  return std::move(error).hint(near ? concat("did you mean '", *near, "'?")
                                    : concat("known: ", join(names, ", ")));
}

Result<const Contract*> choose_built_in(std::span<const std::string> header) {
  // A contract knows a header only if the header's letters stand in the file, so their count is the
  // most columns it can match: contracts that cannot win are not read at all.
  struct Candidate {
    std::size_t place;
    std::size_t at_most;
  };
  std::vector<Candidate> candidates;
  std::vector<std::string> wanted;
  for (const std::string& field : header) wanted.push_back(canonical_header(field));
  for (std::size_t i = 0; i < shelf().size(); ++i) {
    const std::string letters = canonical_header(shelf().file(i).contents);
    candidates.push_back({i, static_cast<std::size_t>(std::ranges::count_if(
                                 wanted, [&letters](const std::string& field) {
                                   return !field.empty() &&
                                          letters.find(field) != std::string::npos;
                                 }))});
  }
  std::ranges::stable_sort(candidates, std::ranges::greater(), &Candidate::at_most);
  std::vector<const Contract*> read;
  std::size_t most_matched = 0;
  for (const Candidate& candidate : candidates) {
    if (candidate.at_most < most_matched) break;
    const Contract& contract = shelf().read(candidate.place);
    read.push_back(&contract);
    const HeaderMatch match = match_header(contract, header);
    if (match.missing_required.empty()) most_matched = std::max(most_matched, match.num_matched);
  }
  return choose_contract(read, header);
}

}  // namespace hark::contract
