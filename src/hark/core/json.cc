#include "hark/core/json.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "hark/core/text.h"

namespace hark {
namespace {

const Json kNull;
const Json::Array kNoItems;
const Json::Object kNoMembers;

/// Builds our value from nlohmann's events, so that no second tree is made.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  // Deeper input is refused: the value is destroyed recursively.
  static constexpr std::size_t kMaxDepth = 500;

  bool null() override { return add(Json()); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override { return add(Json(std::int64_t{value})); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return add(Json(static_cast<double>(value)));
    return add(Json(static_cast<std::int64_t>(value)));
  }
  bool number_float(number_float_t value, const string_t&) override { return add(Json(value)); }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }
  bool key(string_t& value) override {
    keys_.back() = std::move(value);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    position_ = position;
    return false;
  }

  Json take() && { return std::move(root_); }
  std::size_t position() const { return position_; }
  bool is_too_deep() const { return is_too_deep_; }

 private:
  bool add(Json value) {
    if (stack_.empty()) {
      root_ = std::move(value);
    } else if (stack_.back().is_object()) {
      stack_.back().set(keys_.back(), std::move(value));
    } else {
      stack_.back().push_back(std::move(value));
    }
    return true;
  }
  bool open(Json value) {
    if (stack_.size() >= kMaxDepth) {
      is_too_deep_ = true;
      return false;
    }
    stack_.push_back(std::move(value));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    Json value = std::move(stack_.back());
    stack_.pop_back();
    keys_.pop_back();
    return add(std::move(value));
  }

  Json root_;
  std::vector<Json> stack_;
  std::vector<std::string> keys_;
  std::size_t position_ = 0;
  bool is_too_deep_ = false;
};

void append_double(std::string& out, double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  const std::string_view text(digits, static_cast<std::size_t>(end.ptr - digits));
  out += text;
  // A reader must see a floating-point number: 3.0 stays one.
  if (text.find_first_of(".en") == std::string_view::npos) out += ".0";
}

}  // namespace

Json::Json(double value) {
  if (std::isfinite(value)) value_ = value;
}

Result<Json> Json::parse(std::string_view text) {
  Builder builder;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
    return std::move(builder).take();
  if (builder.is_too_deep()) {
    return Error(ErrorCode::kInvalidInput, "JSON is nested deeper than 500 levels");
  }
  return Error(ErrorCode::kInvalidInput, concat("not valid JSON near byte ", builder.position()));
}

bool Json::as_bool(bool fallback) const noexcept {
  const auto* value = std::get_if<bool>(&value_);
  return value ? *value : fallback;
}

std::int64_t Json::as_int(std::int64_t fallback) const noexcept {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  const auto* value = std::get_if<double>(&value_);
  // A double that is an int64 counts as one; 2^63 itself is out of range.
  if (value && std::nearbyint(*value) == *value && std::abs(*value) < 9.2e18) {
    return static_cast<std::int64_t>(*value);
  }
  return fallback;
}

double Json::as_double(double fallback) const noexcept {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  return fallback;
}

std::string_view Json::as_string() const noexcept {
  const auto* value = std::get_if<std::string>(&value_);
  return value ? std::string_view(*value) : std::string_view();
}

const Json::Array& Json::items() const noexcept {
  const auto* value = std::get_if<Array>(&value_);
  return value ? *value : kNoItems;
}

const Json::Object& Json::members() const noexcept {
  const auto* value = std::get_if<Object>(&value_);
  return value ? *value : kNoMembers;
}

const Json& Json::operator[](std::string_view key) const noexcept {
  for (const Member& member : members()) {
    if (member.first == key) return member.second;
  }
  return kNull;
}

bool Json::contains(std::string_view key) const noexcept {
  for (const Member& member : members()) {
    if (member.first == key) return true;
  }
  return false;
}

Json& Json::set(std::string_view key, Json value) {
  if (!is_object()) value_ = Object{};
  auto& object = std::get<Object>(value_);
  for (Member& member : object) {
    if (member.first == key) {
      member.second = std::move(value);
      return member.second;
    }
  }
  object.emplace_back(std::string(key), std::move(value));
  return object.back().second;
}

void Json::push_back(Json item) {
  if (!is_array()) value_ = Array{};
  std::get<Array>(value_).push_back(std::move(item));
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x80) {
      const std::size_t length = utf8_sequence_length(text.substr(at));
      if (length == 0) {
        out += "\xEF\xBF\xBD";
        ++at;
      } else {
        out += text.substr(at, length);
        at += length;
      }
      continue;
    }
    switch (byte) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (byte < 0x20 || byte == 0x7F) {
          out += "\\u00";
          out += kHex[byte >> 4];
          out += kHex[byte & 15];
        } else {
          out += static_cast<char>(byte);
        }
    }
    ++at;
  }
  out += '"';
}

std::string Json::dump(int indent) const {
  std::string out;
  dump_to(out, indent, 0);
  return out;
}

void Json::dump_to(std::string& out, int indent, int depth) const {
  const auto new_line = [&](int level) {
    if (indent < 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(indent * level), ' ');
  };
  if (is_null()) {
    out += "null";
  } else if (const auto* flag = std::get_if<bool>(&value_)) {
    out += *flag ? "true" : "false";
  } else if (const auto* integer = std::get_if<std::int64_t>(&value_)) {
    out += std::to_string(*integer);
  } else if (const auto* number = std::get_if<double>(&value_)) {
    append_double(out, *number);
  } else if (const auto* text = std::get_if<std::string>(&value_)) {
    append_json_string(out, *text);
  } else if (is_array()) {
    out += '[';
    bool is_first = true;
    for (const Json& item : items()) {
      if (!is_first) out += ',';
      is_first = false;
      new_line(depth + 1);
      item.dump_to(out, indent, depth + 1);
    }
    if (!items().empty()) new_line(depth);
    out += ']';
  } else {
    out += '{';
    bool is_first = true;
    for (const Member& member : members()) {
      if (!is_first) out += ',';
      is_first = false;
      new_line(depth + 1);
      append_json_string(out, member.first);
      out += indent < 0 ? ":" : ": ";
      member.second.dump_to(out, indent, depth + 1);
    }
    if (!members().empty()) new_line(depth);
    out += '}';
  }
}

}  // namespace hark
