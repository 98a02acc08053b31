#include "hark/crypto/sha256.h"

#include <gtest/gtest.h>

namespace hark::crypto {
namespace {

TEST(Sha256, GivesThePublishedDigests) {
  // FIPS 180-4 examples (also in published.json, "sha256_abc").
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, PiecesHashLikeTheWholeAndTheHasherStartsAnew) {
  Sha256 hasher;
  hasher.update("ab");
  hasher.update("c");
  EXPECT_EQ(hasher.finish(), sha256("abc"));
  EXPECT_EQ(hasher.finish(), sha256(""));
}

}  // namespace
}  // namespace hark::crypto
