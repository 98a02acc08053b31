#include "hark/report/context.h"

#include <algorithm>

#include "hark/core/text.h"
#include "hark/report/wording.h"

namespace hark::report {
namespace {

/// A word that a shell takes as it stands, or between single quotes.
std::string shell_word(std::string_view word) {
  const bool is_plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_./@:+,=%").find(c) != std::string_view::npos;
  });
  if (is_plain) return std::string(word);
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace

std::string command_line(const ReportContext& context, std::string_view command,
                         std::string_view options) {
  std::string line = concat("hark ", command, " ", shell_word(context.source));
  if (!options.empty()) line += concat(" ", options);
  for (const std::string& word : context.options) line += concat(" ", shell_word(word));
  return line + " --json";
}

void tell_selection(const ReportContext& context, std::string_view rows, std::string_view dated,
                    Document& document) {
  const insight::Selection& selection = context.selection;
  if (selection.is_everything()) return;
  std::string only = concat("only ", rows, " ", selection.has_days() ? dated : "");
  if (selection.since_day) only += concat("from ", say_day(*selection.since_day), " on");
  if (selection.until_day)
    only += concat(selection.since_day ? ", " : "", "up to ", say_day(*selection.until_day - 1));
  if (selection.where)
    only += concat(selection.has_days() ? ", " : "", "where ", selection.where->text());
  document.subtitle = concat("Not all of the data: ", only, ". ", document.subtitle);
  document.facts.emplace_back("Selection", std::move(only));
}

}  // namespace hark::report
