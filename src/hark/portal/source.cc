#include "hark/portal/source.h"

#include <algorithm>

#include "hark/core/text.h"
#include "hark/io/http.h"

namespace hark::portal {
namespace {

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Socrata's "four by four".
bool is_four_by_four(std::string_view text) {
  return text.size() == 9 && text[4] == '-' && std::ranges::count_if(text, is_word_char) == 8;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_word_char(c) || c == '-' || c == '_' || c == '@';
  });
}

}  // namespace

std::string_view name_of(Kind kind) noexcept {
  return kind == Kind::kSocrata ? "socrata" : "opendatasoft";
}

std::string Source::key() const {
  return concat(origin.substr(origin.find("://") + 3), "/", dataset);
}

Result<Source> parse_source(std::string_view url, std::string_view cursor) {
  HARK_TRY(const io::UrlParts parts, io::split_url(url));
  if (!io::is_safe_to_ask(parts)) {
    return Error(ErrorCode::kInvalidArgument, "a portal is asked over https:// only");
  }
  Source source;
  source.origin = concat(parts.scheme, "://", parts.authority);
  source.cursor = std::string(cursor);
  if (!cursor.empty() &&
      !std::ranges::all_of(cursor, [](char c) { return is_word_char(c) || c == '_'; })) {
    return Error(ErrorCode::kInvalidArgument, "the cursor is no name of a field")
        .hint("letters, digits and '_', as the API names it: last_modified_timestamp");
  }
  const std::string path = parts.target.substr(0, parts.target.find('?'));
  const std::vector<std::string_view> segments = split(path, '/');
  for (std::size_t i = 0; i + 2 < segments.size(); ++i) {
    const bool is_page = segments[i] == "explore" && segments[i + 1] == "dataset";
    const bool is_api = segments[i] == "catalog" && segments[i + 1] == "datasets";
    if ((is_page || is_api) && is_name(segments[i + 2])) {
      source.kind = Kind::kOpendatasoft;
      source.dataset = std::string(segments[i + 2]);
      return source;
    }
  }
  for (std::string_view segment : segments) {
    segment = segment.substr(0, segment.find('.'));
    if (is_four_by_four(segment)) source.dataset = std::string(segment);
  }
  if (source.dataset.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("no dataset of Socrata or Opendatasoft in the address ", parts.authority,
                        path))
        .hint(
            "they look like https://data.example.org/resource/abcd-1234.json and "
            "https://data.example.org/explore/dataset/NAME/");
  }
  if (!cursor.empty()) {
    return Error(ErrorCode::kInvalidArgument, "a Socrata portal takes no cursor")
        .hint("leave it out: Socrata says itself when a record changed");
  }
  return source;
}

}  // namespace hark::portal
