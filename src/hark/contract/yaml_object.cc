#include "hark/contract/yaml_object.h"

#include <algorithm>

#include "hark/core/text.h"

namespace hark::contract {
Error Problems::to_error() && {
  std::ranges::stable_sort(all_, {}, &Problem::line);
  std::string message = all_.size() == 1 ? std::string("contract: ")
                                         : concat("contract: ", all_.size(), " problems\n");
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (i > 0) message += '\n';
    message += concat("line ", all_[i].line, ": ", all_[i].what);
  }
  return Error(ErrorCode::kInvalidInput, std::move(message));
}

std::string unknown_word(std::string_view what, std::string_view word,
                         const std::vector<std::string>& known) {
  const auto near = nearest(word, known);
  return concat(
      "unknown ", what, " '", word, "'",
      near ? concat("; did you mean '", *near, "'?") : concat("; known: ", join(known, ", ")));
}

YamlObject::YamlObject(const Json& value, std::string what, Problems& problems)
    : what_(std::move(what)), problems_(problems), line_(value.line()) {
  if (!value.is_object()) {
    problems_.add(line_, concat(what_, " is no map of keys and values"));
    return;
  }
  for (const auto& [key, member] : value.members()) members_.emplace_back(key, &member);
}

YamlObject YamlObject::of_custom_properties(const Json& list, std::string what,
                                            Problems& problems) {
  YamlObject object(std::move(what), problems);
  object.line_ = list.line();
  object.member_word_ = "custom property";
  if (!list.is_array() && !list.is_null())
    problems.add(list.line(), concat(object.what_, ": customProperties is no list"));
  for (const Json& item : list.items()) {
    YamlObject entry(item, concat(object.what_, ": custom property"), problems);
    const std::string name = entry.require_text("property");
    const Json* value = entry.require("value");
    entry.finish({"id", "description"});
    if (name.empty() || value == nullptr) continue;
    if (std::ranges::count(object.members_, name, [](const auto& m) { return m.first; }) > 0)
      problems.add(item.line(), concat(object.what_, ": '", name, "' stands twice"));
    else
      object.members_.emplace_back(name, value);
  }
  return object;
}

const Json* YamlObject::take(std::string_view key) {
  known_.emplace_back(key);
  const auto found = std::ranges::find(members_, key, [](const auto& m) { return m.first; });
  return found == members_.end() || found->second->is_null() ? nullptr : found->second;
}

const Json* YamlObject::require(std::string_view key) {
  const Json* value = take(key);
  if (value == nullptr) problems_.add(line_, concat(what_, " has no ", key));
  return value;
}

void YamlObject::wrong(const Json& value, std::string_view key, std::string_view wanted) {
  problems_.add(value.line(), concat(what_, ": ", key, " is no ", wanted));
}

std::string YamlObject::take_text(std::string_view key) {
  const Json* value = take(key);
  if (value == nullptr) return {};
  if (!value->is_string()) wrong(*value, key, "text (write it in quotes)");
  return std::string(value->as_string());
}

std::string YamlObject::require_text(std::string_view key) {
  const std::string text = take_text(key);
  const auto found = std::ranges::find(members_, key, [](const auto& m) { return m.first; });
  const bool is_absent = found == members_.end() || found->second->is_null();
  if (is_absent || (found->second->is_string() && trim(text).empty()))
    problems_.add(line_, concat(what_, " has no ", key));
  return text;
}

bool YamlObject::take_bool(std::string_view key, bool fallback) {
  const Json* value = take(key);
  if (value == nullptr) return fallback;
  if (!value->is_bool()) wrong(*value, key, "true or false");
  return value->as_bool(fallback);
}

std::optional<double> YamlObject::take_number(std::string_view key) {
  const Json* value = take(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    wrong(*value, key, "number");
    return std::nullopt;
  }
  return value->as_double();
}

std::vector<std::string> YamlObject::take_texts(std::string_view key) {
  const Json* value = take(key);
  if (value == nullptr) return {};
  if (value->is_string()) return {std::string(value->as_string())};
  if (!value->is_array()) {
    wrong(*value, key, "list of texts");
    return {};
  }
  std::vector<std::string> texts;
  for (const Json& item : value->items()) {
    if (item.is_string())
      texts.emplace_back(item.as_string());
    else
      problems_.add(item.line(), concat(what_, ": ", key, " has an item that is no text (write ",
                                        item.dump(), " in quotes)"));
  }
  return texts;
}

const Json::Array& YamlObject::take_list(std::string_view key) {
  static const Json::Array kNone;
  const Json* value = take(key);
  if (value == nullptr) return kNone;
  if (!value->is_array()) wrong(*value, key, "list");
  return value->items();
}

void YamlObject::finish(std::initializer_list<std::string_view> unread) {
  known_.insert(known_.end(), unread.begin(), unread.end());
  for (const auto& [key, value] : members_) {
    if (key.starts_with("x-") || std::ranges::find(known_, key) != known_.end()) continue;
    problems_.add(value->line(), concat(what_, ": ", unknown_word(member_word_, key, known_)));
  }
}

}  // namespace hark::contract
