// Columns in memory: what readers make, what figures and the lake's writer take.
//
// A Batch is a set of columns of equal length. Strings are codes into a dictionary of the batch, so
// that statistics count codes instead of comparing texts. Presence is one byte per row, because a
// value that was there and could not be read (kInvalid) is neither null nor a value. Threads: a
// Batch belongs to one thread at a time; a Dictionary, once shared, is immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hark/core/result.h"

namespace hark::columnar {

enum class Type : std::uint8_t {
  kBool,  ///< std::uint8_t, 0 or 1
  kInt32,
  kInt64,
  kDouble,
  kDate,       ///< std::int32_t, days since 1970-01-01
  kTimestamp,  ///< std::int64_t, microseconds since 1970-01-01T00:00:00Z (an instant, never a wall
               ///< clock)
  kString,     ///< std::uint32_t codes into a Dictionary
};
std::string_view name_of(Type type) noexcept;

struct Field {
  std::string name;
  Type type = Type::kString;
  friend bool operator==(const Field&, const Field&) = default;
};

enum class Presence : std::uint8_t {
  kNull = 0,  ///< blank or one of the contract's missing markers
  kValue = 1,
  kInvalid =
      2,  ///< something stood there that is no value of this type; written as null, counted apart
};

/// 64-bit hash of bytes, not for security. Lakes store it (`_row_hash`, docs/formats/lake.md):
/// another function is another format.
std::uint64_t hash_bytes(std::string_view bytes) noexcept;

/// Distinct or at least indexable texts; a code is a position. Append-only, then shared as const.
/// There may be texts that no row has: a reader goes on with the dictionary of one batch for the
/// next.
class Dictionary {
 public:
  Dictionary() : store_(std::make_shared<Store>()) { look(); }
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  std::uint32_t size() const noexcept { return size_; }
  /// Dies with the dictionary, and with the next add().
  std::string_view operator[](std::uint32_t code) const noexcept {
    return {bytes_ + offsets_[code], offsets_[code + 1] - offsets_[code]};
  }
  /// Whether that is the code's text.
  bool is(std::uint32_t code, std::string_view text) const noexcept {
    // Most texts are short and of different lengths: this is done before memcmp() has chosen its
    // way.
    const std::string_view own = (*this)[code];
    if (own.size() != text.size()) return false;
    return own.size() < 8 ? is_short(own.data(), text.data(), own.size())
                          : is_long(own.data(), text.data(), own.size());
  }
  /// hash_bytes() of the text.
  std::uint64_t hash(std::uint32_t code) const noexcept { return hashes_[code]; }
  /// Dictionaries of the same lineage are one at different times: a code that both have means the
  /// same text. Holds as long as one of them lives.
  const void* lineage() const noexcept { return store_.get(); }

  /// Appends a text without looking whether it is there already; returns its code.
  std::uint32_t add(std::string_view text) { return add(text, hash_bytes(text)); }
  /// The same where the text's hash_bytes() is at hand.
  std::uint32_t add(std::string_view text, std::uint64_t hash);
  /// Length of all texts together.
  std::size_t num_bytes() const noexcept { return offsets_[size_]; }
  std::size_t size_bytes() const noexcept {
    return num_bytes() + size_ * (sizeof offsets_[0] + sizeof hashes_[0]);
  }
  /// Makes room for `num_texts` texts of `num_bytes` bytes in all.
  void reserve(std::size_t num_texts, std::size_t num_bytes);

 private:
  friend class DictionaryBuilder;
  struct Store {
    std::vector<char> bytes;
    std::vector<std::size_t> offsets{0};
    std::vector<std::uint64_t> hashes;
  };
  Dictionary(std::shared_ptr<Store> store, std::uint32_t size)
      : store_(std::move(store)), size_(size) {
    look();
  }
  static bool is_short(const char* a, const char* b, std::size_t size) noexcept;  ///< up to 8 bytes
  static bool is_long(const char* a, const char* b, std::size_t size) noexcept;   ///< 8 or more
  void look() noexcept {
    bytes_ = store_->bytes.data();
    offsets_ = store_->offsets.data();
    hashes_ = store_->hashes.data();
  }

  std::shared_ptr<Store> store_;
  /// Others look at the store: what they see may not move.
  bool is_store_shared_ = false;
  std::uint32_t size_ = 0;
  const char* bytes_ = nullptr;
  const std::size_t* offsets_ = nullptr;
  const std::uint64_t* hashes_ = nullptr;
};

/// A text and its hash_bytes().
struct HashedText {
  std::string_view text;
  std::uint64_t hash = 0;
};

/// Looks texts up in a Dictionary it fills: each text gets one code, in order of first appearance.
class DictionaryBuilder {
 public:
  DictionaryBuilder();
  std::uint32_t code_of(std::string_view text);
  std::uint32_t code_of(const HashedText& text);
  /// code_of() of each text in turn, sizes equal. For many texts, which wait for memory together
  /// instead of one after the other.
  void codes_of(std::span<const HashedText> texts, std::span<std::uint32_t> codes);
  /// Appends a text under a code of its own, whether it is there already or not.
  std::uint32_t append(std::string_view text);
  const Dictionary& dictionary() const noexcept { return *dictionary_; }
  /// Hands the dictionary over; the builder is empty afterwards.
  std::shared_ptr<const Dictionary> finish();
  /// Hands out the dictionary as it is and goes on with it: what was handed out stays as it is, and
  /// is of the lineage of what is handed out later as long as there is room.
  std::shared_ptr<const Dictionary> share();

 private:
  struct Slot {
    std::uint32_t hash = 0;  ///< low half of the text's hash
    std::uint32_t code = 0;  ///< code + 1; 0 is an empty slot
  };
  /// Whether share() gave all there is last time.
  bool is_shared_whole() const noexcept;
  /// Makes room for `num_texts` texts.
  void grow(std::size_t num_texts);

  std::shared_ptr<Dictionary> dictionary_;
  std::shared_ptr<const Dictionary> shared_;  ///< what share() gave last
  std::vector<Slot> slots_;
};

class Column {
 public:
  using Values =
      std::variant<std::vector<std::uint8_t>, std::vector<std::int32_t>, std::vector<std::int64_t>,
                   std::vector<double>, std::vector<std::uint32_t>>;

  /// An empty column; string columns need a dictionary before they are read.
  explicit Column(Field field);

  const Field& field() const noexcept { return field_; }
  const std::string& name() const noexcept { return field_.name; }
  Type type() const noexcept { return field_.type; }
  std::size_t size() const noexcept { return num_blank_ + presence_.size(); }

  /// One byte per row. Where it is not kValue the value is 0 and means nothing.
  std::span<const Presence> presence() const noexcept {
    return is_blank() ? blank<Presence>() : std::span<const Presence>(presence_);
  }
  bool is_value(std::size_t row) const noexcept {
    return !is_blank() && presence_[row] == Presence::kValue;
  }
  /// True of a column that set_blank() made: it has rows, no row has a value, and that costs no
  /// memory. Others of which no row has a value may say false.
  bool is_blank() const noexcept { return num_blank_ > 0; }

  // The values; the column must be of the type named.
  std::span<const std::uint8_t> bools() const { return values<std::uint8_t>(); }
  std::span<const std::int32_t> int32s() const {
    return values<std::int32_t>();
  }  ///< kInt32, kDate
  std::span<const std::int64_t> int64s() const {
    return values<std::int64_t>();
  }  ///< kInt64, kTimestamp
  std::span<const double> doubles() const { return values<double>(); }
  std::span<const std::uint32_t> codes() const { return values<std::uint32_t>(); }
  const std::shared_ptr<const Dictionary>& dictionary() const noexcept { return dictionary_; }
  /// Text of a string column's row; empty where there is no value.
  std::string_view text(std::size_t row) const {
    return is_value(row) ? (*dictionary_)[codes()[row]] : std::string_view();
  }

  // Building. append_* takes a value of the column's type; append_absent takes kNull or kInvalid.
  void reserve(std::size_t num_rows);
  void append_bool(bool value);
  void append_int32(std::int32_t value);
  void append_int64(std::int64_t value);
  void append_double(double value);
  void append_code(std::uint32_t code);
  void append_absent(Presence presence);
  void set_dictionary(std::shared_ptr<const Dictionary> dictionary) {
    dictionary_ = std::move(dictionary);
  }

  // Whole vectors at once, for readers that fill them in place; sizes must agree.
  void set(std::vector<Presence> presence, Values values);
  /// `num_rows` rows of kNull. What a file lacks of its contract is many columns of many rows.
  void set_blank(std::size_t num_rows);
  std::vector<Presence>& mutable_presence() {
    write_out_blank();
    return presence_;
  }
  Values& mutable_values() {
    write_out_blank();
    return values_;
  }

  /// Memory without the dictionary, which other columns may share.
  std::size_t values_bytes() const noexcept;
  std::size_t size_bytes() const noexcept;

 private:
  /// As many rows as may be blank; more are written out.
  static constexpr std::size_t kMostBlank = std::size_t{1} << 20;
  static const std::byte* zeros() noexcept;  ///< 8 * kMostBlank of them
  template <typename T>
  std::span<const T> blank() const noexcept {
    return {reinterpret_cast<const T*>(zeros()), num_blank_};
  }
  template <typename T>
  std::span<const T> values() const {
    const auto& values = std::get<std::vector<T>>(values_);
    return is_blank() ? blank<T>() : std::span<const T>(values);
  }
  void write_out_blank();

  Field field_;
  std::size_t num_blank_ = 0;  ///< rows of a blank column, whose vectors are empty
  std::vector<Presence> presence_;
  Values values_;
  std::shared_ptr<const Dictionary> dictionary_;
};

struct Batch {
  std::vector<Column> columns;
  std::size_t num_rows = 0;
  /// Place of the batch in its source, from 0 without gaps: what makes parallel results repeatable.
  std::uint64_t ordinal = 0;

  /// The column of that name, or nullptr.
  const Column* find(std::string_view name) const noexcept;
  std::size_t size_bytes() const noexcept;
};

}  // namespace hark::columnar
