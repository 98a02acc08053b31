// One JSON object as a record of texts.
//
// A text is the value's own: of a string what it says, of a number and of true and false what is
// written, of an array or object its JSON. null, and a name that is absent, is no value. Of a name
// that comes twice the last one counts. A GeoJSON feature's columns are its properties, its id and
// its geometry. A place ({"type": "Point"}, {"latitude", "longitude"}) gives the columns latitude
// and longitude, where the file has none of its own.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hark/tabular/json_cutter.h"

namespace hark::tabular {

/// Which names the records of a file use, in the order they come up.
struct JsonLayout {
  JsonShape shape = JsonShape::kArray;
  std::vector<std::string> names;
  /// Index of the name whose places become the two columns behind the names; -1: none.
  int place = -1;
  std::size_t num_columns() const noexcept { return names.size() + (place < 0 ? 0 : 2); }
};

/// Threads: one at a time.
class JsonRecordParser {
 public:
  /// `layout` must outlive the parser.
  explicit JsonRecordParser(const JsonLayout& layout);
  JsonRecordParser(const JsonRecordParser&) = delete;
  JsonRecordParser& operator=(const JsonRecordParser&) = delete;
  ~JsonRecordParser();

  /// Bytes that must be there behind a record's last one.
  static std::size_t padding() noexcept;
  /// Reads `record`, behind which padding() bytes may be read. Returns why it is no object, for
  /// people; nothing if it is one, and fields() are its texts then. They die with the next parse().
  const char* parse(std::string_view record);
  std::span<const std::string_view> fields() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Finds the layout of a file's records.
class JsonLayoutFinder {
 public:
  explicit JsonLayoutFinder(JsonShape shape);
  JsonLayoutFinder(const JsonLayoutFinder&) = delete;
  JsonLayoutFinder& operator=(const JsonLayoutFinder&) = delete;
  ~JsonLayoutFinder();

  /// Learns the names of a record (padded as for parse()); a malformed one teaches nothing. False
  /// if there are more names than a table has columns.
  bool learn(std::string_view record);
  JsonLayout finish() &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hark::tabular
