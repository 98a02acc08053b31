// For tests and fuzzers: files that live in memory, and a sink that keeps what comes.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hark/columnar/stream.h"
#include "hark/io/file_system.h"

namespace hark::tabular {

/// A read-only FileSystem of named texts.
class MemoryFiles final : public io::FileSystem {
 public:
  void put(const std::string& path, std::string bytes) {
    files_[path] = std::make_shared<const std::string>(std::move(bytes));
    ++modified_us_[path];
  }

  /// Called with the offset before each reading of a file opened from then on.
  std::function<void(std::uint64_t)> before_read = [](std::uint64_t) {};

  Result<std::unique_ptr<io::InputFile>> open_input(const std::string& path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return Error(ErrorCode::kNotFound, "no file '" + path + "'");
    return std::unique_ptr<io::InputFile>(std::make_unique<Input>(found->second, before_read));
  }
  Result<io::FileInfo> stat(const std::string& path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return Error(ErrorCode::kNotFound, "no file '" + path + "'");
    return io::FileInfo{
        .path = path, .size_bytes = found->second->size(), .modified_us = modified_us_.at(path)};
  }

  Result<std::unique_ptr<io::OutputFile>> open_output(const std::string&) override {
    return read_only();
  }
  Result<std::vector<io::FileInfo>> list(const std::string&) const override { return read_only(); }
  Result<void> create_directories(const std::string&, unsigned) override { return read_only(); }
  Result<void> rename(const std::string&, const std::string&) override { return read_only(); }
  Result<void> publish_if_absent(const std::string&, const std::string&) override {
    return read_only();
  }
  Result<void> remove(const std::string&) override { return read_only(); }
  Result<void> sync_file(const std::string&) override { return read_only(); }
  Result<void> sync_directory(const std::string&) override { return read_only(); }
  Result<std::unique_ptr<io::FileLock>> lock(const std::string&,
                                             std::chrono::milliseconds) override {
    return read_only();
  }

 private:
  class Input final : public io::InputFile {
   public:
    Input(std::shared_ptr<const std::string> bytes, std::function<void(std::uint64_t)> before_read)
        : bytes_(std::move(bytes)), before_read_(std::move(before_read)) {}
    std::uint64_t size() const override { return bytes_->size(); }
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer) const override {
      before_read_(offset);
      if (offset >= bytes_->size()) return std::size_t{0};
      const std::size_t n = std::min<std::size_t>(buffer.size(), bytes_->size() - offset);
      std::memcpy(buffer.data(), bytes_->data() + offset, n);
      return n;
    }

   private:
    std::shared_ptr<const std::string> bytes_;
    std::function<void(std::uint64_t)> before_read_;
  };

  static Error read_only() { return Error(ErrorCode::kUnsupported, "read-only"); }

  std::map<std::string, std::shared_ptr<const std::string>> files_;
  std::map<std::string, std::int64_t> modified_us_;
};

/// A gzip member with `text` in stored (not deflated) blocks: RFC 1951, RFC 1952.
inline std::string stored_gzip(std::string_view text) {
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  const auto put = [&out](std::uint32_t value, int num_bytes) {
    for (int i = 0; i < num_bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  };
  std::size_t at = 0;
  do {
    const std::size_t n = std::min<std::size_t>(text.size() - at, 65'535);
    out += at + n == text.size() ? '\1' : '\0';
    put(static_cast<std::uint32_t>(n), 2);
    put(~static_cast<std::uint32_t>(n), 2);
    out += text.substr(at, n);
    at += n;
  } while (at < text.size());
  std::uint32_t crc = ~0U;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320U : 0);
  }
  put(~crc, 4);
  put(static_cast<std::uint32_t>(text.size()), 4);
  return out;
}

/// Keeps all batches, by ordinal.
class KeepingSink final : public columnar::BatchSink {
 public:
  Result<void> consume(columnar::Batch batch, unsigned) override {
    const std::lock_guard lock(mutex_);
    const std::uint64_t ordinal = batch.ordinal;
    has_repeated_ordinal_ |= !batches_.emplace(ordinal, std::move(batch)).second;
    return {};
  }

  const std::map<std::uint64_t, columnar::Batch>& batches() const noexcept { return batches_; }
  /// Whether the ordinals are 0, 1, 2, ..., each once.
  bool has_gapless_ordinals() const {
    return !has_repeated_ordinal_ &&
           (batches_.empty() || batches_.rbegin()->first + 1 == batches_.size());
  }
  std::size_t num_rows() const {
    std::size_t total = 0;
    for (const auto& [ordinal, batch] : batches_) total += batch.num_rows;
    return total;
  }

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, columnar::Batch> batches_;
  bool has_repeated_ordinal_ = false;
};

/// A value as text: "<null>", "<invalid>", a number's digits, a string as it is.
inline std::string value_text(const columnar::Column& column, std::size_t row) {
  switch (column.presence()[row]) {
    case columnar::Presence::kNull:
      return "<null>";
    case columnar::Presence::kInvalid:
      return "<invalid>";
    case columnar::Presence::kValue:
      break;
  }
  switch (column.type()) {
    case columnar::Type::kBool:
      return column.bools()[row] != 0 ? "true" : "false";
    case columnar::Type::kInt32:
    case columnar::Type::kDate:
      return std::to_string(column.int32s()[row]);
    case columnar::Type::kInt64:
    case columnar::Type::kTimestamp:
      return std::to_string(column.int64s()[row]);
    case columnar::Type::kDouble:
      return std::to_string(column.doubles()[row]);
    case columnar::Type::kString:
      return std::string(column.text(row));
  }
  return {};
}

/// All rows in the order of the file, each a list of value_text().
inline std::vector<std::vector<std::string>> rows_of(const KeepingSink& sink) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [ordinal, batch] : sink.batches()) {
    for (std::size_t row = 0; row < batch.num_rows; ++row) {
      std::vector<std::string>& texts = rows.emplace_back();
      for (const columnar::Column& column : batch.columns) texts.push_back(value_text(column, row));
    }
  }
  return rows;
}

}  // namespace hark::tabular
