#include "hark/tabular/xml_stream.h"

#include <expat.h>

#include <new>
#include <utility>

#include "hark/core/text.h"

namespace hark::tabular {
namespace {

constexpr int kChunkBytes = 64 << 10;
constexpr XML_Index kMaxTagBytes = 16 << 20;
/// Expat keeps something of every open element; workbooks have about ten in one another.
constexpr int kMaxDepth = 256;

std::string_view without_prefix(const char* name) noexcept {
  const std::string_view whole(name);
  const std::size_t colon = whole.rfind(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

}  // namespace

struct XmlStream::State {
  std::unique_ptr<io::InputStream> bytes;
  std::string name;
  XmlHandler& handler;
  XML_Parser parser = nullptr;
  XML_Index num_fed = 0;
  bool has_document_type = false;
  int depth = 0;
  bool is_too_deep = false;
  bool is_paused = false;
  bool is_out_of_memory = false;
  bool is_at_end = false;

  /// Calls the handler; no exception passes through expat's C code.
  template <typename Call>
  static void guard(void* self, Call call) {
    auto& state = *static_cast<State*>(self);
    try {
      call(state.handler);
    } catch (const std::bad_alloc&) {
      state.is_out_of_memory = true;
      XML_StopParser(state.parser, XML_FALSE);
    }
  }
  static void on_start(void* self, const XML_Char* name, const XML_Char** attributes) {
    auto& state = *static_cast<State*>(self);
    if (++state.depth > kMaxDepth) {
      state.is_too_deep = true;
      XML_StopParser(state.parser, XML_FALSE);
      return;
    }
    guard(self, [&](XmlHandler& handler) {
      handler.start(without_prefix(name), XmlAttributes(attributes));
    });
  }
  static void on_end(void* self, const XML_Char* name) {
    auto& state = *static_cast<State*>(self);
    --state.depth;
    guard(self, [&](XmlHandler& handler) { handler.end(without_prefix(name)); });
    if (!state.is_out_of_memory && state.handler.wants_pause())
      XML_StopParser(state.parser, XML_TRUE);
  }
  static void on_text(void* self, const XML_Char* text, int length) {
    guard(self,
          [&](XmlHandler& handler) { handler.text({text, static_cast<std::size_t>(length)}); });
  }
  static void on_document_type(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    auto& state = *static_cast<State*>(self);
    state.has_document_type = true;
    XML_StopParser(state.parser, XML_FALSE);
  }

  /// What step() returns after expat's `status`.
  Result<bool> take(XML_Status status) {
    is_paused = status == XML_STATUS_SUSPENDED;
    if (is_paused) return true;
    if (status != XML_STATUS_OK) return broken();
    // What expat holds back is one unfinished tag.
    if (num_fed - XML_GetCurrentByteIndex(parser) > kMaxTagBytes)
      return damaged("a tag is longer than 16 MiB");
    return !is_at_end;
  }
  Error broken() const {
    if (is_out_of_memory || XML_GetErrorCode(parser) == XML_ERROR_NO_MEMORY)
      return Error(ErrorCode::kExhausted, "out of memory while reading XML");
    if (is_too_deep) return damaged(concat("more than ", kMaxDepth, " elements in one another"));
    const std::string why = has_document_type
                                ? std::string("it has a document type")
                                : std::string(XML_ErrorString(XML_GetErrorCode(parser)));
    return damaged(why);
  }
  Error damaged(std::string_view why) const {
    return Error(ErrorCode::kInvalidInput, concat("the workbook is damaged: ", name, ", line ",
                                                  XML_GetCurrentLineNumber(parser), ": ", why))
        .hint("open it and save it again, or fetch it again");
  }
};

std::string_view XmlAttributes::operator[](std::string_view name) const noexcept {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
    if (without_prefix(pair[0]) == name) return pair[1];
  }
  return {};
}

XmlStream::XmlStream(std::unique_ptr<io::InputStream> bytes, std::string name, XmlHandler& handler)
    : state_(new State{std::move(bytes), std::move(name), handler}) {
  state_->parser = XML_ParserCreate(nullptr);
  if (state_->parser == nullptr) return;
  XML_SetUserData(state_->parser, state_.get());
  XML_SetElementHandler(state_->parser, &State::on_start, &State::on_end);
  XML_SetCharacterDataHandler(state_->parser, &State::on_text);
  XML_SetStartDoctypeDeclHandler(state_->parser, &State::on_document_type);
}

XmlStream::~XmlStream() {
  if (state_->parser != nullptr) XML_ParserFree(state_->parser);
}

Result<bool> XmlStream::step() {
  State& state = *state_;
  if (state.is_paused) return state.take(XML_ResumeParser(state.parser));
  if (state.is_at_end) return false;
  void* const buffer = state.parser == nullptr ? nullptr : XML_GetBuffer(state.parser, kChunkBytes);
  if (buffer == nullptr) return Error(ErrorCode::kExhausted, "out of memory while reading XML");
  HARK_TRY(const std::size_t num_read,
           state.bytes->read({static_cast<char*>(buffer), std::size_t{kChunkBytes}}));
  state.is_at_end = num_read == 0;
  state.num_fed += static_cast<XML_Index>(num_read);
  return state.take(
      XML_ParseBuffer(state.parser, static_cast<int>(num_read), state.is_at_end ? 1 : 0));
}

}  // namespace hark::tabular
