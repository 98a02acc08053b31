#include "hark/tabular/json_record.h"

#include <simdjson.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "hark/contract/contract.h"
#include "hark/core/text.h"

namespace hark::tabular {
namespace {

namespace json = simdjson::ondemand;

/// More names than this are data, not columns.
constexpr std::size_t kMaxNames = 20'000;
constexpr int kMaxDepth = 64;

constexpr const char* kBadNumber = "it holds a word or number that is no JSON";
constexpr const char* kTooDeep = "its objects are nested too deeply";
constexpr const char* kMoreBehind = "something stands behind its end";
constexpr const char* kNoObject = "it is not an object";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// RFC 8259, section 6.
bool is_number(std::string_view text) noexcept {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - begin;
  };
  const bool has_zero = at < text.size() && text[at] == '0';
  const std::size_t num_whole = digits();
  if (num_whole == 0 || (has_zero && num_whole > 1)) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

/// The texts of a place, empty where the value is none.
struct Place {
  std::string_view latitude;
  std::string_view longitude;
  bool is_point = false;  ///< has a "type": "Point"
  bool has_coordinates = false;

  bool is_place() const noexcept {
    return !latitude.empty() && !longitude.empty() && is_point == has_coordinates;
  }
};

/// Reads a value: its text, whether it is null; checks what is inside. Returns why it is no JSON.
struct Value {
  std::string_view text;
  bool is_null = false;
  Place place;
};

const char* read_value(json::value& value, int depth, Value& out);

const char* read_array(json::array array, int depth, std::vector<std::string_view>* numbers) {
  for (auto element : array) {
    json::value value;
    if (const auto error = element.get(value)) return simdjson::error_message(error);
    Value inner;
    if (const char* const reason = read_value(value, depth + 1, inner)) return reason;
    if (numbers != nullptr && numbers->size() < 3) numbers->push_back(inner.text);
  }
  return nullptr;
}

const char* read_inner_object(json::object object, int depth, Place& place) {
  for (auto field : object) {
    std::string_view name;
    if (const auto error = field.unescaped_key().get(name)) return simdjson::error_message(error);
    json::value value;
    if (const auto error = field.value().get(value)) return simdjson::error_message(error);
    json::json_type type;
    if (const auto error = value.type().get(type)) return simdjson::error_message(error);
    if (name == "coordinates" && type == json::json_type::array) {
      json::array array;
      if (const auto error = value.get_array().get(array)) return simdjson::error_message(error);
      std::vector<std::string_view> numbers;
      if (const char* const reason = read_array(array, depth + 1, &numbers)) return reason;
      place.has_coordinates = true;
      if (numbers.size() >= 2) {
        place.longitude = numbers[0];
        place.latitude = numbers[1];
      }
      continue;
    }
    Value inner;
    if (const char* const reason = read_value(value, depth + 1, inner)) return reason;
    if (name == "type") place.is_point = inner.text == "Point";
    const bool is_scalar = type == json::json_type::number || type == json::json_type::string;
    if (!is_scalar) continue;
    if (name == "latitude" || name == "lat") place.latitude = inner.text;
    if (name == "longitude" || name == "lon" || name == "lng") place.longitude = inner.text;
  }
  return nullptr;
}

const char* read_value(json::value& value, int depth, Value& out) {
  if (depth > kMaxDepth) return kTooDeep;
  json::json_type type;
  if (const auto error = value.type().get(type)) return simdjson::error_message(error);
  switch (type) {
    case json::json_type::string:
      if (const auto error = value.get_string().get(out.text))
        return simdjson::error_message(error);
      return nullptr;
    case json::json_type::array: {
      json::array array;
      if (const auto error = value.get_array().get(array)) return simdjson::error_message(error);
      if (const auto error = array.raw_json().get(out.text)) return simdjson::error_message(error);
      bool is_filled = false;
      if (const auto error = array.reset().get(is_filled)) return simdjson::error_message(error);
      return read_array(array, depth, nullptr);
    }
    case json::json_type::object: {
      json::object object;
      if (const auto error = value.get_object().get(object)) return simdjson::error_message(error);
      if (const auto error = object.raw_json().get(out.text)) return simdjson::error_message(error);
      bool is_filled = false;
      if (const auto error = object.reset().get(is_filled)) return simdjson::error_message(error);
      return read_inner_object(object, depth, out.place);
    }
    case json::json_type::number:
    case json::json_type::boolean:
    case json::json_type::null:
      break;
  }
  out.text = trim(value.raw_json_token());
  if (out.text == "null") {
    out.is_null = true;
    out.text = {};
  } else if (out.text != "true" && out.text != "false" && !is_number(out.text)) {
    return kBadNumber;
  }
  return nullptr;
}

/// Calls `take(name, value)` for every column of the record; returns why it is none.
template <typename Take>
const char* read_columns(json::object object, bool is_feature, Take take) {
  for (auto field : object) {
    std::string_view name;
    if (const auto error = field.unescaped_key().get(name)) return simdjson::error_message(error);
    json::value value;
    if (const auto error = field.value().get(value)) return simdjson::error_message(error);
    json::json_type type;
    if (const auto error = value.type().get(type)) return simdjson::error_message(error);
    if (is_feature && (name == "properties" || name == "attributes") &&
        type == json::json_type::object) {
      json::object properties;
      if (const auto error = value.get_object().get(properties))
        return simdjson::error_message(error);
      if (const char* const reason = read_columns(properties, false, take)) return reason;
      continue;
    }
    Value read;
    if (const char* const reason = read_value(value, 0, read)) return reason;
    if (is_feature && name == "type") continue;
    take(name, read);
  }
  return nullptr;
}

/// Reads one record's columns with `parser`.
template <typename Take>
const char* read_record(json::parser& parser, std::string_view record, bool is_feature, Take take) {
  json::document document;
  if (const auto error =
          parser.iterate(record.data(), record.size(), record.size() + simdjson::SIMDJSON_PADDING)
              .get(document))
    return simdjson::error_message(error);
  json::object object;
  if (const auto error = document.get_object().get(object))
    return error == simdjson::INCORRECT_TYPE ? kNoObject : simdjson::error_message(error);
  if (const char* const reason = read_columns(object, is_feature, take)) return reason;
  const char* behind = nullptr;
  return document.current_location().get(behind) == simdjson::OUT_OF_BOUNDS ? nullptr : kMoreBehind;
}

struct HashName {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const noexcept {
    return std::hash<std::string_view>()(name);
  }
};
using NameIndex = std::unordered_map<std::string, std::size_t, HashName, std::equal_to<>>;

}  // namespace

struct JsonRecordParser::State {
  explicit State(const JsonLayout& names) : layout(names) {}
  const JsonLayout& layout;
  NameIndex index;
  json::parser parser;
  std::vector<std::string_view> fields;
};

JsonRecordParser::JsonRecordParser(const JsonLayout& layout)
    : state_(std::make_unique<State>(layout)) {
  for (std::size_t i = 0; i < layout.names.size(); ++i) state_->index.emplace(layout.names[i], i);
}
JsonRecordParser::~JsonRecordParser() = default;

std::size_t JsonRecordParser::padding() noexcept { return simdjson::SIMDJSON_PADDING; }

const char* JsonRecordParser::parse(std::string_view record) {
  State& state = *state_;
  const JsonLayout& layout = state.layout;
  state.fields.assign(layout.num_columns(), {});
  // Records mostly have their names in one order: the next one is tried before the index.
  std::size_t next = 0;
  return read_record(state.parser, record, layout.shape == JsonShape::kFeatures,
                     [&](std::string_view name, const Value& value) {
                       std::size_t at = next;
                       if (at >= layout.names.size() || layout.names[at] != name) {
                         const auto found = state.index.find(name);
                         if (found == state.index.end()) return;
                         at = found->second;
                       }
                       next = at + 1;
                       state.fields[at] = value.text;
                       if (layout.place < 0 || at != static_cast<std::size_t>(layout.place)) return;
                       const bool is_place = value.place.is_place();
                       state.fields[layout.names.size()] =
                           is_place ? value.place.latitude : std::string_view();
                       state.fields[layout.names.size() + 1] =
                           is_place ? value.place.longitude : std::string_view();
                     });
}

std::span<const std::string_view> JsonRecordParser::fields() const noexcept {
  return state_->fields;
}

struct JsonLayoutFinder::State {
  JsonLayout layout;
  NameIndex index;
  json::parser parser;
};

JsonLayoutFinder::JsonLayoutFinder(JsonShape shape) : state_(std::make_unique<State>()) {
  state_->layout.shape = shape;
}
JsonLayoutFinder::~JsonLayoutFinder() = default;

bool JsonLayoutFinder::learn(std::string_view record) {
  State& state = *state_;
  std::vector<std::string>& names = state.layout.names;
  std::size_t next = 0;
  std::vector<std::string_view> added;
  std::unordered_set<std::string_view> is_added;
  std::string_view place;
  const bool is_feature = state.layout.shape == JsonShape::kFeatures;
  const char* const reason =
      read_record(state.parser, record, is_feature, [&](std::string_view name, const Value& value) {
        if (state.layout.place < 0 && place.empty() && value.place.is_place()) place = name;
        if (next < names.size() && names[next] == name) {
          ++next;
          return;
        }
        const auto found = state.index.find(name);
        if (found != state.index.end()) {
          next = found->second + 1;
        } else if (is_added.insert(name).second) {
          added.push_back(name);
        }
      });
  if (reason != nullptr) return true;
  for (const std::string_view name : added) {
    state.index.emplace(name, names.size());
    names.emplace_back(name);
  }
  if (!place.empty()) state.layout.place = static_cast<int>(state.index.find(place)->second);
  return names.size() <= kMaxNames;
}

JsonLayout JsonLayoutFinder::finish() && {
  JsonLayout layout = std::move(state_->layout);
  const bool has_own = std::ranges::any_of(layout.names, [](const std::string& name) {
    const std::string canonical = contract::canonical_header(name);
    return canonical == "latitude" || canonical == "longitude";
  });
  if (has_own) layout.place = -1;
  return layout;
}

}  // namespace hark::tabular
