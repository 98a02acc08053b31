#include "hark/tabular/json_probe.h"

#include <algorithm>
#include <optional>

#include "hark/core/text.h"
#include "hark/tabular/values.h"

namespace hark::tabular {
namespace {

constexpr std::size_t kCutBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxRecordBytes = std::size_t{4} << 20;

Error no_records(const std::string& path, std::string_view what, std::string_view hint) {
  return Error(ErrorCode::kInvalidInput, concat("'", path, "' is JSON, but ", what))
      .hint(std::string(hint));
}

/// The names of the first object in `text` whose value is an array, as far as they can be seen;
/// `end` is where the object ends, npos if it does not.
std::vector<std::string> array_members(std::string_view text, std::size_t& end) {
  std::vector<std::string> names;
  std::string_view last_string;
  std::string_view name;
  std::size_t depth = 0;
  end = std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      std::size_t close = i + 1;
      while (close < text.size() && text[close] != '"') close += text[close] == '\\' ? 2 : 1;
      if (close >= text.size()) return names;
      last_string = text.substr(i + 1, close - i - 1);
      i = close;
    } else if (c == ':' && depth == 1) {
      name = last_string;
    } else if (c == '{' || c == '[') {
      if (c == '[' && depth == 1) names.emplace_back(name);
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      end = i + 1;
      return names;
    }
  }
  return names;
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Result<JsonShape> shape_of(const std::string& path, std::string_view head, bool is_whole) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const std::string_view text = trim(head);
  if (text.starts_with('[')) {
    const std::string_view inner = trim(text.substr(1));
    if (inner.starts_with(']'))
      return no_records(path, "its array is empty", "was there a filter?");
    if (!inner.starts_with('{'))
      return no_records(path, "its array does not hold objects",
                        "hark reads an array of objects, one per record");
    return JsonShape::kArray;
  }
  std::size_t end = 0;
  const auto arrays = array_members(text, end);
  const std::string_view behind =
      end == std::string_view::npos ? std::string_view() : trim(text.substr(end));
  if (!behind.empty()) {
    // A second object: one a line, or spread over lines.
    if (text.substr(0, end).find('\n') == std::string_view::npos) return JsonShape::kLines;
    return no_records(path, "its objects are spread over several lines",
                      "write one object a line: jq -c . FILE > NEW");
  }
  if (has(arrays, "features")) return JsonShape::kFeatures;
  if (has(arrays, "results")) return JsonShape::kResults;
  if (has(arrays, "data") && text.find("\"meta\"") != std::string_view::npos)
    return no_records(path, "of the portal's rows.json form, which has no names in its records",
                      "download it from the portal's API instead (/resource/….json), or as CSV");
  if (end != std::string_view::npos && text.substr(0, end).find('\n') == std::string_view::npos &&
      is_whole && arrays.empty())
    return JsonShape::kLines;  // one record
  if (!arrays.empty())
    return no_records(path,
                      concat("an object, and none of its arrays (", join(arrays, ", "),
                             ") is 'features' or 'results'"),
                      "take the array out: jq .NAME FILE > NEW");
  return no_records(path, "one object, not a list of records",
                    "hark reads an array of objects, or one object a line");
}

}  // namespace

Result<void> probe_json(ByteSource& source, std::string_view head, bool is_whole,
                        std::size_t num_first_rows, FileProbe& probe) {
  HARK_TRY(const JsonShape shape, shape_of(probe.path, head, is_whole));
  const auto where = [&](Error error) {
    return std::move(error).while_doing(concat("reading '", probe.path, "'"));
  };
  JsonLayoutFinder finder(shape);
  JsonCutter cutter(source, shape, kMaxRecordBytes);
  JsonCut cut;
  JsonCut first;
  while (!cutter.is_at_end()) {
    if (auto done = cutter.cut(kCutBytes, kCutBytes, cut); !done)
      return where(std::move(done).error());
    cut.bytes.resize(cut.bytes.size() + JsonRecordParser::padding());
    for (const JsonRecord& record : cut.records) {
      if (record.problem != RecordProblem::kNone) continue;
      if (!finder.learn({cut.bytes.data() + record.begin, record.end - record.begin}))
        return no_records(probe.path, "its records have thousands of different names",
                          "are they values? hark needs the same names in every record");
    }
    if (first.records.empty()) std::swap(first, cut);
  }
  probe.json = std::move(finder).finish();
  probe.header = probe.json.names;
  for (std::string& name : probe.header) name = trim_value(name);
  if (probe.json.place >= 0) {
    probe.header.emplace_back("latitude");
    probe.header.emplace_back("longitude");
  }
  if (probe.header.empty())
    return no_records(probe.path, "it has no record with a name in it", "look at its first lines");
  JsonRecordParser parser(probe.json);
  for (const JsonRecord& record : first.records) {
    if (probe.first_rows.size() == num_first_rows) break;
    if (record.problem != RecordProblem::kNone ||
        parser.parse({first.bytes.data() + record.begin, record.end - record.begin}) != nullptr)
      continue;
    std::vector<std::string>& row = probe.first_rows.emplace_back();
    for (const std::string_view text : parser.fields()) row.emplace_back(trim_value(text));
  }
  return {};
}

}  // namespace hark::tabular
