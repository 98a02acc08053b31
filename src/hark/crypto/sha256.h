// SHA-256 (FIPS 180-4): names landing files and proves that bytes are the same.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hark::crypto {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// 64 lower-case hexadecimal digits.
std::string to_hex(const Sha256Digest& digest);

/// Hashes bytes as they come. Threads: belongs to one.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::string_view bytes);
  /// The digest of all bytes so far; the hasher is then ready for new bytes.
  Sha256Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Sha256Digest sha256(std::string_view bytes);

}  // namespace hark::crypto
