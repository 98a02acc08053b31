#include "hark/columnar/batch.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace hark::columnar {
namespace {

constexpr std::size_t kFirstSlots = 64;

Column::Values empty_values(Type type) {
  switch (type) {
    case Type::kBool:
      return std::vector<std::uint8_t>();
    case Type::kInt32:
    case Type::kDate:
      return std::vector<std::int32_t>();
    case Type::kInt64:
    case Type::kTimestamp:
      return std::vector<std::int64_t>();
    case Type::kDouble:
      return std::vector<double>();
    case Type::kString:
      return std::vector<std::uint32_t>();
  }
  return std::vector<std::uint32_t>();
}

// The compiler's 128-bit integer, which ISO C++ does not have.
__extension__ typedef unsigned __int128 Wide;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  // 128-bit multiply folded, as in wyhash: one multiplication per 8 bytes and good spread.
  const auto product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t load64(const char* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

std::uint64_t load32(const char* at) noexcept {
  std::uint32_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

// The first `size` bytes, 1 to 8, and zeros after them. Two loads that may overlap: a copy of
// unknown length would be a call.
[[gnu::always_inline]] inline std::uint64_t load_first(const char* at, std::size_t size) noexcept {
  if (size == 8) return load64(at);
  if (size >= 4) return load32(at) | load32(at + size - 4) << (8 * (size - 4));
  const auto byte = [at](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
  };
  return byte(0) | byte(size / 2) | byte(size - 1);
}

}  // namespace

std::string_view name_of(Type type) noexcept {
  switch (type) {
    case Type::kBool:
      return "boolean";
    case Type::kInt32:
      return "integer";
    case Type::kInt64:
      return "long";
    case Type::kDouble:
      return "double";
    case Type::kDate:
      return "date";
    case Type::kTimestamp:
      return "timestamp";
    case Type::kString:
      return "string";
  }
  return "string";
}

std::uint64_t hash_bytes(std::string_view bytes) noexcept {
  constexpr std::uint64_t kA = 0x9E3779B97F4A7C15ULL;
  constexpr std::uint64_t kB = 0xD1B54A32D192ED03ULL;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  // The length in all bits: in the lowest alone it would meet the first byte, and a text that ends
  // in zero bytes another's hash.
  std::uint64_t hash = kA ^ (left * 0xA0761D6478BD642FULL);
  for (; left > 16; at += 16, left -= 16) hash = mix(load64(at) ^ kB, load64(at + 8) ^ hash);
  const std::uint64_t low = left == 0 ? 0 : load_first(at, std::min<std::size_t>(left, 8));
  const std::uint64_t high = left <= 8 ? 0 : load_first(at + 8, left - 8);
  return mix(low ^ kB ^ hash, high ^ kA) ^ (hash >> 29);
}

bool Dictionary::is_long(const char* a, const char* b, std::size_t size) noexcept {
  for (std::size_t at = 0; at + 8 < size; at += 8)
    if (load64(a + at) != load64(b + at)) return false;
  return load64(a + size - 8) == load64(b + size - 8);
}

bool Dictionary::is_short(const char* a, const char* b, std::size_t size) noexcept {
  return size == 0 || load_first(a, size) == load_first(b, size);
}

std::uint32_t Dictionary::add(std::string_view text, std::uint64_t hash) {
  reserve(size_ + 1U, num_bytes() + text.size());
  Store& store = *store_;
  store.bytes.insert(store.bytes.end(), text.begin(), text.end());
  store.offsets.push_back(store.bytes.size());
  store.hashes.push_back(hash);
  return size_++;
}

void Dictionary::reserve(std::size_t num_texts, std::size_t num_bytes) {
  if (num_texts < store_->offsets.capacity() && num_texts <= store_->hashes.capacity() &&
      num_bytes <= store_->bytes.capacity())
    return;
  // Twice as much, so that all that is moved in the end is less than twice what there is.
  constexpr std::size_t kLeastTexts = 64;
  num_texts = std::max({num_texts, std::size_t{size_} * 2, kLeastTexts});
  num_bytes = std::max({num_bytes, this->num_bytes() * 2, kLeastTexts * 8});
  if (is_store_shared_) {
    auto roomier = std::make_shared<Store>();
    roomier->bytes.reserve(num_bytes);
    roomier->offsets.reserve(num_texts + 1);
    roomier->hashes.reserve(num_texts);
    roomier->bytes = store_->bytes;
    roomier->offsets = store_->offsets;
    roomier->hashes = store_->hashes;
    store_ = std::move(roomier);
    is_store_shared_ = false;
  } else {
    store_->bytes.reserve(num_bytes);
    store_->offsets.reserve(num_texts + 1);
    store_->hashes.reserve(num_texts);
  }
  look();
}

DictionaryBuilder::DictionaryBuilder()
    : dictionary_(std::make_shared<Dictionary>()), slots_(kFirstSlots) {}

std::uint32_t DictionaryBuilder::code_of(std::string_view text) {
  return code_of({text, hash_bytes(text)});
}

std::uint32_t DictionaryBuilder::code_of(const HashedText& text) {
  const auto low_half = static_cast<std::uint32_t>(text.hash);
  std::size_t at = low_half & (slots_.size() - 1);
  while (slots_[at].code != 0) {
    if (slots_[at].hash == low_half && dictionary_->is(slots_[at].code - 1, text.text))
      return slots_[at].code - 1;
    at = (at + 1) & (slots_.size() - 1);
  }
  const std::uint32_t code = dictionary_->add(text.text, text.hash);
  slots_[at] = {low_half, code + 1};
  grow(dictionary_->size());
  return code;
}

void DictionaryBuilder::codes_of(std::span<const HashedText> texts,
                                 std::span<std::uint32_t> codes) {
  // A look-up goes from the text to its slot, and from there to the dictionary's text.
  constexpr std::size_t kSlotAhead = 32;
  constexpr std::size_t kTextAhead = 12;
  const auto slot_of = [this](const HashedText& text) -> const Slot& {
    return slots_[text.hash & (slots_.size() - 1)];
  };
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i + kSlotAhead < texts.size()) {
      __builtin_prefetch(texts[i + kSlotAhead].text.data());
      __builtin_prefetch(&slot_of(texts[i + kSlotAhead]));
    }
    if (i + kTextAhead < texts.size()) {
      const Slot& slot = slot_of(texts[i + kTextAhead]);
      if (slot.code != 0) __builtin_prefetch((*dictionary_)[slot.code - 1].data());
    }
    codes[i] = code_of(texts[i]);
  }
}

std::uint32_t DictionaryBuilder::append(std::string_view text) { return dictionary_->add(text); }

void DictionaryBuilder::grow(std::size_t num_texts) {
  if (num_texts * 2 <= slots_.size()) return;
  std::vector<Slot> old(std::bit_ceil(num_texts * 2 + 1));
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.code == 0) continue;
    std::size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].code != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

std::shared_ptr<const Dictionary> DictionaryBuilder::finish() {
  std::shared_ptr<const Dictionary> done = is_shared_whole() ? shared_ : dictionary_;
  dictionary_ = std::make_shared<Dictionary>();
  shared_ = nullptr;
  // The next dictionary is often as large: it need not grow again.
  constexpr std::size_t kKeptSlots = std::size_t{1} << 13;
  if (slots_.size() <= kKeptSlots) {
    std::ranges::fill(slots_, Slot{});
  } else {
    slots_.assign(kFirstSlots, {});
  }
  return done;
}

std::shared_ptr<const Dictionary> DictionaryBuilder::share() {
  if (!is_shared_whole()) {
    dictionary_->is_store_shared_ = true;
    // Not make_shared(): the constructor is for us alone.
    shared_.reset(new Dictionary(dictionary_->store_, dictionary_->size()));
  }
  return shared_;
}

bool DictionaryBuilder::is_shared_whole() const noexcept {
  return shared_ != nullptr && shared_->size() == dictionary_->size();
}

Column::Column(Field field) : field_(std::move(field)), values_(empty_values(field_.type)) {}

void Column::reserve(std::size_t num_rows) {
  write_out_blank();
  presence_.reserve(num_rows);
  std::visit([&](auto& values) { values.reserve(num_rows); }, values_);
}

const std::byte* Column::zeros() noexcept {
  // Never written, so that the pages are the system's one page of zeros.
  alignas(64) static std::byte zeros[8 * kMostBlank];
  return zeros;
}

void Column::set_blank(std::size_t num_rows) {
  presence_.clear();
  std::visit([](auto& values) { values.clear(); }, values_);
  num_blank_ = num_rows;
  if (num_rows > kMostBlank) write_out_blank();
}

void Column::write_out_blank() {
  if (num_blank_ == 0) return;
  presence_.assign(num_blank_, Presence::kNull);
  std::visit([this](auto& values) { values.assign(num_blank_, {}); }, values_);
  num_blank_ = 0;
}

void Column::append_bool(bool value) {
  write_out_blank();
  presence_.push_back(Presence::kValue);
  std::get<0>(values_).push_back(value ? 1 : 0);
}

void Column::append_int32(std::int32_t value) {
  write_out_blank();
  presence_.push_back(Presence::kValue);
  std::get<1>(values_).push_back(value);
}

void Column::append_int64(std::int64_t value) {
  write_out_blank();
  presence_.push_back(Presence::kValue);
  std::get<2>(values_).push_back(value);
}

void Column::append_double(double value) {
  write_out_blank();
  presence_.push_back(Presence::kValue);
  std::get<3>(values_).push_back(value);
}

void Column::append_code(std::uint32_t code) {
  write_out_blank();
  presence_.push_back(Presence::kValue);
  std::get<4>(values_).push_back(code);
}

void Column::append_absent(Presence presence) {
  write_out_blank();
  presence_.push_back(presence);
  std::visit([](auto& values) { values.push_back({}); }, values_);
}

void Column::set(std::vector<Presence> presence, Values values) {
  num_blank_ = 0;
  presence_ = std::move(presence);
  values_ = std::move(values);
}

std::size_t Column::values_bytes() const noexcept {
  return presence_.capacity() +
         std::visit([](const auto& v) { return v.capacity() * sizeof(v[0]); }, values_);
}

std::size_t Column::size_bytes() const noexcept {
  return values_bytes() + (dictionary_ ? dictionary_->size_bytes() : 0);
}

const Column* Batch::find(std::string_view name) const noexcept {
  for (const Column& column : columns) {
    if (column.name() == name) return &column;
  }
  return nullptr;
}

std::size_t Batch::size_bytes() const noexcept {
  std::size_t total = 0;
  for (const Column& column : columns) total += column.size_bytes();
  return total;
}

}  // namespace hark::columnar
