#include "hark/core/yaml.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>

#include "hark/core/text.h"

namespace hark {
namespace {

constexpr std::size_t kMaxValues = 1'000'000;
constexpr int kMaxDepth = 100;
constexpr std::size_t kMostKeys = 10'000;

Json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  const char* first = text.data();
  const char* last = first + text.size();
  const char* digits = *first == '+' ? first + 1 : first;
  std::int64_t integer = 0;
  if (const auto end = std::from_chars(digits, last, integer);
      end.ec == std::errc() && end.ptr == last)
    return integer;
  double number = 0;
  // from_chars also reads "inf" and "nan", which are words here.
  const bool looks_numeric = text.find_first_of("0123456789") != std::string::npos;
  if (const auto end = std::from_chars(digits, last, number);
      looks_numeric && end.ec == std::errc() && end.ptr == last && std::isfinite(number))
    return number;
  return text;
}

Result<Json> convert(const YAML::Node& node, int depth, std::size_t& num_values) {
  const int line = node.Mark().line + 1;
  if (depth > kMaxDepth || ++num_values > kMaxValues) {
    return Error(ErrorCode::kInvalidInput,
                 concat("YAML line ", line, ": nested too deeply or too large"));
  }
  Json value;
  switch (node.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null:
      break;
    case YAML::NodeType::Scalar:
      // yaml-cpp tags quoted scalars "!" and plain ones "?".
      value = node.Tag() == "!" ? Json(node.Scalar()) : plain_scalar(node.Scalar());
      break;
    case YAML::NodeType::Sequence:
      value = Json::array();
      for (const YAML::Node& item : node) {
        HARK_TRY(Json converted, convert(item, depth + 1, num_values));
        value.push_back(std::move(converted));
      }
      break;
    case YAML::NodeType::Map:
      value = Json::object();
      // A key is looked for among those before it.
      if (node.size() > kMostKeys) {
        return Error(ErrorCode::kInvalidInput,
                     concat("YAML line ", line, ": more than ", kMostKeys, " keys in one place"));
      }
      for (const auto& member : node) {
        if (!member.first.IsScalar()) {
          return Error(ErrorCode::kInvalidInput,
                       concat("YAML line ", line, ": a key is no scalar"));
        }
        const std::string& key = member.first.Scalar();
        if (value.contains(key)) {
          return Error(ErrorCode::kInvalidInput, concat("YAML line ", member.first.Mark().line + 1,
                                                        ": key '", key, "' stands twice"));
        }
        HARK_TRY(Json converted, convert(member.second, depth + 1, num_values));
        value.set(key, std::move(converted));
      }
      break;
  }
  value.set_line(line);
  return value;
}

}  // namespace

Result<Json> parse_yaml(std::string_view text) {
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    std::size_t num_values = 0;
    return convert(root, 0, num_values);
  } catch (const YAML::Exception& e) {
    return Error(ErrorCode::kInvalidInput,
                 concat("not valid YAML, line ", e.mark.line + 1, ": ", e.msg));
  }
}

}  // namespace hark
