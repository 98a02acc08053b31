// Which contract column each column of a file is, and which contract fits a file.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "hark/contract/contract.h"
#include "hark/core/text.h"

namespace hark::contract {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

/// What a header means in a contract: a column, or one of the parts of a column.
struct Meaning {
  int column = -1;
  int part = -1;  ///< index into the column's parts, or -1
  bool is_own = true;
};
using Meanings = std::unordered_map<std::string, Meaning>;

Meanings meanings_of(const Contract& contract) {
  Meanings meanings;
  for (std::size_t i = 0; i < contract.columns.size(); ++i) {
    const ColumnSpec& column = contract.columns[i];
    const int index = static_cast<int>(i);
    const auto add = [&meanings, index](const std::string& header, int part, bool is_own) {
      meanings.emplace(canonical_header(header), Meaning{index, part, is_own});
    };
    add(column.title, -1, true);
    for (const std::string& alias : column.aliases) add(alias, -1, true);
    for (std::size_t part = 0; part < column.parts.size(); ++part)
      add(column.parts[part], static_cast<int>(part), true);
    add(column.name, -1, false);
  }
  meanings.erase("");
  return meanings;
}

/// Socrata's own fields of a row, which `hark sync` has and a portal's export has not. They say
/// nothing of the request, whatever column they sound like.
bool is_system_field(std::string_view header) {
  return header == ":id" || header == ":created_at" || header == ":updated_at" ||
         header == ":version";
}

bool is_better(const HeaderMatch& a, const HeaderMatch& b) {
  if (a.num_matched != b.num_matched) return a.num_matched > b.num_matched;
  if (a.num_own_spelling != b.num_own_spelling) return a.num_own_spelling > b.num_own_spelling;
  return a.unknown.size() < b.unknown.size();
}

}  // namespace

std::string canonical_header(std::string_view header) {
  std::string out;
  for (std::size_t at = 0; at < header.size();) {
    const std::string_view rest = header.substr(at);
    if (rest.starts_with(kByteOrderMark) || rest.starts_with(kNoBreakSpace)) {
      at += rest.starts_with(kByteOrderMark) ? kByteOrderMark.size() : kNoBreakSpace.size();
      continue;
    }
    const char c = header[at++];
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c + 32);
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               static_cast<unsigned char>(c) >= 0x80) {
      out += c;
    }
  }
  return out;
}

HeaderMatch match_header(const Contract& contract, std::span<const std::string> header) {
  const Meanings meanings = meanings_of(contract);
  HeaderMatch match;
  match.column_of.assign(header.size(), -1);
  match.parts_of.resize(contract.columns.size());
  std::vector<int> place(contract.columns.size(), -1);
  std::vector<std::vector<int>> part_places(contract.columns.size());
  for (std::size_t i = 0; i < contract.columns.size(); ++i)
    part_places[i].assign(contract.columns[i].parts.size(), -1);

  for (std::size_t i = 0; i < header.size(); ++i) {
    if (is_system_field(header[i])) continue;
    const std::string canonical = canonical_header(header[i]);
    if (std::ranges::find(contract.left_out_headers, canonical) != contract.left_out_headers.end())
      continue;
    const auto found = meanings.find(canonical);
    if (found == meanings.end()) {
      match.unknown.push_back(header[i]);
      continue;
    }
    const auto [column, part, is_own] = found->second;
    int& taken = part >= 0
                     ? part_places[static_cast<std::size_t>(column)][static_cast<std::size_t>(part)]
                     : place[static_cast<std::size_t>(column)];
    if (taken >= 0) {
      match.duplicated.push_back(header[i]);
      continue;
    }
    taken = static_cast<int>(i);
    if (part < 0) match.column_of[i] = column;
    if (part < 0 && is_own) ++match.num_own_spelling;
  }

  for (std::size_t i = 0; i < contract.columns.size(); ++i) {
    const bool has_parts = !part_places[i].empty() &&
                           std::ranges::none_of(part_places[i], [](int at) { return at < 0; });
    if (place[i] >= 0 || has_parts) {
      ++match.num_matched;
      // A column that stands whole in the file needs no parts.
      if (place[i] < 0) {
        match.parts_of[i] = std::move(part_places[i]);
        ++match.num_own_spelling;
      }
      continue;
    }
    for (const int at : part_places[i])
      if (at >= 0) match.unknown.push_back(header[static_cast<std::size_t>(at)]);
    if (contract.columns[i].is_required) match.missing_required.push_back(contract.columns[i].name);
  }
  return match;
}

Result<const Contract*> choose_contract(std::span<const Contract* const> candidates,
                                        std::span<const std::string> header) {
  const Contract* best = nullptr;
  const Contract* equal = nullptr;
  const Contract* near = nullptr;
  HeaderMatch best_match, near_match;
  for (const Contract* candidate : candidates) {
    HeaderMatch match = match_header(*candidate, header);
    if (!match.missing_required.empty()) {
      if (match.num_matched > near_match.num_matched) {
        near = candidate;
        near_match = std::move(match);
      }
      continue;
    }
    if (best == nullptr || is_better(match, best_match)) {
      best = candidate;
      equal = nullptr;
      best_match = std::move(match);
    } else if (!is_better(best_match, match)) {
      equal = candidate;
    }
  }
  if (best != nullptr && equal == nullptr) return best;
  if (best != nullptr) {
    return Error(ErrorCode::kInvalidInput, concat("the header fits two contracts equally: '",
                                                  best->name, "' and '", equal->name, "'"))
        .hint("name one with --contract");
  }
  Error error(ErrorCode::kInvalidInput, "no contract fits the header of this file");
  if (near == nullptr) {
    return std::move(error).hint(
        "is the first line a header? For a new city start from another's contract: `hark contract "
        "show nyc311 > mycity.yaml`, then --contract mycity.yaml");
  }
  return std::move(error).hint(
      concat("the nearest is '", near->name, "', but the file has no column for ",
             join(near_match.missing_required, ", "),
             "; for a new city start from another's contract: `hark contract show ", near->name,
             " > mycity.yaml`, then --contract mycity.yaml"));
}

}  // namespace hark::contract
