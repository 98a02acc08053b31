// Which dataset of which portal: the address, read.
#pragma once

#include <string>
#include <string_view>

#include "hark/core/result.h"

namespace hark::portal {

enum class Kind { kSocrata, kOpendatasoft };
std::string_view name_of(Kind kind) noexcept;  ///< "socrata", "opendatasoft"

struct Source {
  Kind kind = Kind::kSocrata;
  std::string origin;   ///< "https://data.example.org", with the port where there is one
  std::string dataset;  ///< "erm2-nwe9", "3-1-1-service-requests"
  /// Opendatasoft: the field that says when a record changed; empty: every pull takes everything.
  /// Socrata has :updated_at in every dataset.
  std::string cursor;

  /// "data.example.org/erm2-nwe9": the same for every address of the dataset.
  std::string key() const;
};

/// Reads an address of a dataset: of its page or its API. Socrata's end in (or hold) four letters
/// or digits, '-' and four more; Opendatasoft's hold /explore/dataset/ID or /catalog/datasets/ID.
/// Errors: kInvalidArgument, also for http:// to another machine and for a cursor that is no name.
Result<Source> parse_source(std::string_view url, std::string_view cursor);

}  // namespace hark::portal
