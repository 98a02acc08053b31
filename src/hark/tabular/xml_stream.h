// XML as events, chunk by chunk. Read by expat, which stays in xml_stream.cc.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "hark/io/file_system.h"

namespace hark::tabular {

/// Attributes of an element: names without their prefix, values with entities resolved.
class XmlAttributes {
 public:
  explicit XmlAttributes(const char** pairs) : pairs_(pairs) {}
  /// The value, empty where there is none. Dies with the event.
  std::string_view operator[](std::string_view name) const noexcept;

 private:
  const char** pairs_;
};

/// Takes events; names come without their prefix.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void start(std::string_view name, const XmlAttributes& attributes) = 0;
  virtual void end(std::string_view name) = 0;
  virtual void text(std::string_view text) = 0;
  /// Asked after each end(): true ends the step there, and the next one goes on behind it.
  virtual bool wants_pause() const { return false; }
};

/// Memory: a chunk, and of one tag at most 16 MiB; 256 elements in one another. Document types and
/// their entities are refused.
class XmlStream {
 public:
  /// `name` is the part's, for messages; `handler` must outlive the stream.
  XmlStream(std::unique_ptr<io::InputStream> bytes, std::string name, XmlHandler& handler);
  XmlStream(const XmlStream&) = delete;
  XmlStream& operator=(const XmlStream&) = delete;
  ~XmlStream();

  /// Reads the next chunk, or the rest of it after a pause; false after the document's end. Errors:
  /// kInvalidInput with the line if it is no sound XML; kExhausted; the stream's.
  Result<bool> step();

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace hark::tabular
