#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <thread>

#include "hark/core/text.h"
#include "hark/io/compression.h"
#include "hark/io/fault_file_system.h"
#include "hark/io/file_system.h"
#include "hark/io/gzip_stream.h"
#include "hark/io/zip_archive.h"
#include "hark/io/zip_for_tests.h"
#include "hark/io/zstd_stream.h"

namespace hark::io {
namespace {

class Io : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "hark-io-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { (void)std::system(("rm -rf '" + folder_ + "'").c_str()); }
  std::string path(std::string_view name) const { return join_path(folder_, name); }

  std::string folder_;
  FileSystem& files_ = local_file_system();
};

std::string gzip(std::string_view text) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string input(text);
  std::string out(deflateBound(&z, input.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(input.data());
  z.avail_in = static_cast<uInt>(input.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

class TextStream final : public InputStream {
 public:
  TextStream(std::string text, std::size_t step) : text_(std::move(text)), step_(step) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t n = std::min({step_, buffer.size(), text_.size() - at_});
    text_.copy(buffer.data(), n, at_);
    at_ += n;
    return n;
  }

 private:
  std::string text_;
  std::size_t step_;
  std::size_t at_ = 0;
};

Result<std::string> read_all(InputStream& stream) {
  std::string out;
  char buffer[7];
  while (true) {
    HARK_TRY(const std::size_t n, stream.read(buffer));
    if (n == 0) return out;
    out.append(buffer, n);
  }
}

TEST_F(Io, LargeAlignedBlocksAndUnalignedRestsBecomeOneFile) {
  // Aligned memory goes to the disk directly, the rest through the page cache; both to one file.
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  const std::unique_ptr<char, void (*)(void*)> memory(
      static_cast<char*>(std::aligned_alloc(kDirectAlignment, 2 * kBlock)), &std::free);
  for (std::size_t i = 0; i < 2 * kBlock; ++i) memory.get()[i] = static_cast<char>(i * 131 >> 7);
  const std::string_view block(memory.get(), 2 * kBlock);
  const auto file = files_.open_output(path("mixed"));
  ASSERT_TRUE(file) << file.error().to_string();
  std::string expected;
  for (const std::string_view piece :
       {block, block.substr(0, kBlock), block.substr(0, kBlock + 5), block.substr(0, kBlock),
        block.substr(1, kBlock), block.substr(0, 7)}) {
    ASSERT_TRUE((*file)->write(piece));
    expected += piece;
  }
  ASSERT_TRUE((*file)->sync());
  ASSERT_TRUE((*file)->close());
  const auto read = files_.read_text(path("mixed"));
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_TRUE(*read == expected);
}

TEST_F(Io, PutIfAbsentNeverOverwritesAndLeavesNoTemporaryFile) {
  ASSERT_TRUE(files_.put_if_absent(path("0.json"), "first"));
  const auto second = files_.put_if_absent(path("0.json"), "second");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
  EXPECT_EQ(*files_.read_text(path("0.json")), "first");
  EXPECT_EQ(files_.list(folder_)->size(), 1u);
}

TEST_F(Io, OfManyWritersExactlyOnePublishes) {
  std::atomic<int> num_won{0};
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 8; ++i) {
      writers.emplace_back([&, i] {
        if (files_.put_if_absent(path("race"), std::to_string(i))) ++num_won;
      });
    }
  }
  EXPECT_EQ(num_won, 1);
}

TEST_F(Io, WriteAtomicallyKeepsTheOldFileAtEveryFailure) {
  ASSERT_TRUE(files_.write_atomically(path("state"), "old"));
  for (std::uint64_t n = 0;; ++n) {
    FaultFileSystem faulty(files_, {.fail_at = n});
    const auto result = faulty.write_atomically(path("state"), "new");
    const std::string now = *files_.read_text(path("state"));
    if (result) {
      EXPECT_EQ(now, "new");
      EXPECT_GE(n, 4u) << "open, write, sync and rename must each be able to fail";
      break;
    }
    // Only the last step, syncing the folder, can fail with the new file in place.
    EXPECT_TRUE(now == "old" || n == 4) << "failed change " << n << " left '" << now << "'";
  }
}

/// Writes "synced" and then more, moves one file, removes another; then the power goes.
std::string left_by_power_cut(FileSystem& files, const std::string& folder, FaultPlan plan,
                              bool sync_folder) {
  EXPECT_TRUE(files.write_atomically(folder + "/moved", "old"));
  EXPECT_TRUE(files.write_atomically(folder + "/removed", "kept?"));
  plan.fail_at = sync_folder ? 8 : 7;
  FaultFileSystem faulty(files, plan);
  auto output = *faulty.open_output(folder + "/written");
  EXPECT_TRUE(output->write("synced"));
  EXPECT_TRUE(output->sync());
  EXPECT_TRUE(output->write(", not synced"));
  EXPECT_TRUE(faulty.open_output(folder + "/fresh"));
  EXPECT_TRUE(faulty.rename(folder + "/fresh", folder + "/moved"));
  EXPECT_TRUE(faulty.remove(folder + "/removed"));
  EXPECT_TRUE(!sync_folder || faulty.sync_directory(folder).has_value());
  EXPECT_FALSE(faulty.remove(folder + "/moved")) << "now the power goes";
  EXPECT_FALSE(faulty.remove(folder + "/moved"));
  std::string left;
  const auto entries = files.list(folder);
  for (const FileInfo& file : *entries)
    left += concat(file_name(file.path), "=", *files.read_text(file.path), ";");
  return left;
}

TEST_F(Io, APowerCutTakesWhatWasNotSynced) {
  const auto left = [&](FaultPlan plan, bool sync_folder) {
    EXPECT_EQ(std::system(("rm -rf '" + folder_ + "'/*").c_str()), 0);
    return left_by_power_cut(files_, folder_, plan, sync_folder);
  };
  FaultPlan plan;
  EXPECT_EQ(left(plan, false), "moved=;written=synced, not synced;") << "the process dies alone";
  plan.lose_unsynced_bytes = true;
  EXPECT_EQ(left(plan, false), "moved=;written=synced;");
  plan.lose_names = NameLoss::kAll;
  EXPECT_EQ(left(plan, false), "moved=old;removed=kept?;");
  EXPECT_EQ(left(plan, true), "moved=;written=synced;") << "a synced folder keeps its names";
  plan.lose_names = NameLoss::kEarlier;
  EXPECT_EQ(left(plan, false), "moved=;") << "made: lost; moved and removed: not";
}

TEST_F(Io, ALockHasOneOwnerAndIsFreeAfterwards) {
  auto first = files_.lock(path("lock"), std::chrono::milliseconds(0));
  ASSERT_TRUE(first);
  const auto second = files_.lock(path("lock"), std::chrono::milliseconds(50));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
  first->reset();
  EXPECT_TRUE(files_.lock(path("lock"), std::chrono::milliseconds(0)));
}

TEST_F(Io, ErrorsSayWhatIsMissing) {
  const auto missing = files_.open_input(path("nothing"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message().find("nothing"), std::string::npos);
  const auto directory = files_.open_input(folder_);
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code(), ErrorCode::kInvalidInput);
}

TEST_F(Io, ParentsOfAPrivateFolderAreForEverybodyToRead) {
  ASSERT_TRUE(files_.create_directories(path("a/b/private"), 0700));
  const auto mode = [&](std::string_view name) {
    struct stat st{};
    EXPECT_EQ(::stat(path(name).c_str(), &st), 0);
    return unsigned{st.st_mode} & 0777U;
  };
  EXPECT_EQ(mode("a/b/private"), 0700U);
  EXPECT_EQ(mode("a/b") & 0500, 0500U);
  EXPECT_NE(mode("a"), 0700U);
}

TEST_F(Io, TextIsReadFromAPipe) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{100'000}}) {
    const std::string text(size, 't');
    std::thread writer([&] { std::ofstream(path("pipe")) << text; });
    const auto read = files_.read_text(path("pipe"), 1 << 20);
    writer.join();
    ASSERT_TRUE(read) << read.error().to_string();
    EXPECT_EQ(*read, text);
  }
}

TEST(Gzip, SeveralMembersReadAsOneStream) {
  for (const std::size_t step : {1, 3, 1000}) {
    auto stream =
        gunzip(std::make_unique<TextStream>(gzip("one,two\n") + gzip("") + gzip("3,4\n"), step));
    const auto text = read_all(*stream);
    ASSERT_TRUE(text) << text.error().to_string();
    EXPECT_EQ(*text, "one,two\n3,4\n");
  }
}

TEST(Gzip, ZerosBehindTheLastMemberArePassedOver) {
  const std::string padded = gzip("one,two\n") + std::string(512, '\0');
  for (const std::size_t step : {1, 7, 1000}) {
    auto stream = gunzip(std::make_unique<TextStream>(padded, step));
    const auto text = read_all(*stream);
    ASSERT_TRUE(text) << text.error().to_string();
    EXPECT_EQ(*text, "one,two\n");
    auto rest = gunzip(std::make_unique<TextStream>(padded + "rest", step));
    EXPECT_FALSE(read_all(*rest)) << "what is no member is not dropped in silence";
  }
}

TEST(Gzip, AnEmptyBufferReadsNothingAndReturns) {
  const auto stream = gunzip(std::make_unique<TextStream>(gzip("one"), 100));
  const auto count = stream->read({});
  ASSERT_TRUE(count);
  EXPECT_EQ(*count, 0U);
}

TEST(Gzip, EveryTruncationIsAnError) {
  const std::string whole = gzip("a,b\n1,2\n");
  for (std::size_t length = 1; length < whole.size(); ++length) {
    auto stream = gunzip(std::make_unique<TextStream>(whole.substr(0, length), 1000));
    const auto text = read_all(*stream);
    ASSERT_FALSE(text) << "cut at " << length;
    EXPECT_EQ(text.error().code(), ErrorCode::kInvalidInput);
  }
}

TEST(Gzip, ADamagedByteIsAnError) {
  std::string bytes = gzip(std::string(1000, 'x') + "end");
  bytes[bytes.size() / 2] ^= 0x55;
  auto stream = gunzip(std::make_unique<TextStream>(bytes, 1000));
  EXPECT_FALSE(read_all(*stream));
}

TEST(ZstdStream, SeveralFramesReadAsOneStream) {
  std::string one;
  std::string two;
  const std::string text(300'000, 'x');
  ASSERT_TRUE(zstd_compress(text, 3, one));
  ASSERT_TRUE(zstd_compress("end", 3, two));
  EXPECT_TRUE(is_zstd(one));
  for (const std::size_t step : {1, 3, 1000}) {
    auto stream = unzstd(std::make_unique<TextStream>(one + two, step));
    const auto read = read_all(*stream);
    ASSERT_TRUE(read) << read.error().to_string();
    EXPECT_EQ(*read, text + "end");
  }
}

TEST(ZstdStream, EveryTruncationIsAnError) {
  std::string whole;
  ASSERT_TRUE(zstd_compress("a,b\n1,2\n", 3, whole));
  for (std::size_t length = 1; length < whole.size(); ++length) {
    auto stream = unzstd(std::make_unique<TextStream>(whole.substr(0, length), 1000));
    const auto text = read_all(*stream);
    ASSERT_FALSE(text) << "cut at " << length;
    EXPECT_EQ(text.error().code(), ErrorCode::kInvalidInput);
    EXPECT_FALSE(text.error().hint().empty());
  }
}

TEST(ZstdStream, AWindowLargerThanSupportedIsNotCalledDamage) {
  // RFC 8878, 3.1.1.1: magic number, descriptor, a window of 2^(10 + 18) bytes; one raw last block.
  const std::string frame("\x28\xB5\x2F\xFD\x00\x90\x01\x00\x00", 9);
  auto stream = unzstd(std::make_unique<TextStream>(frame, 1000));
  const auto text = read_all(*stream);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code(), ErrorCode::kInvalidInput);
  EXPECT_THAT(text.error().to_string(), testing::HasSubstr("larger than the 128 MiB"));
  EXPECT_THAT(text.error().hint(), testing::HasSubstr("--long=31"));
}

/// A file in memory.
class BytesFile final : public InputFile {
 public:
  explicit BytesFile(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> buffer) const override {
    if (offset >= bytes_.size()) return 0;
    return bytes_.copy(buffer.data(), buffer.size(), offset);
  }

 private:
  std::string bytes_;
};

/// All members of an archive as "name=bytes;", or the error.
std::string unzip(const std::string& bytes) {
  const auto archive = ZipArchive::open(std::make_shared<BytesFile>(bytes));
  if (!archive) return std::string(name_of(archive.error().code()));
  std::string all;
  for (const ZipMember& member : (*archive)->members()) {
    auto stream = (*archive)->open_member(member.index);
    if (!stream) return std::string(name_of(stream.error().code()));
    const auto text = read_all(**stream);
    if (!text) return std::string(name_of(text.error().code()));
    all += member.name + "=" + *text + ";";
  }
  return all;
}

TEST(Zip, GivesMembersInTheOrderOfTheDirectoryWithoutFolders) {
  EXPECT_EQ(
      unzip(stored_zip({{"b/x.csv", "1"}, {"folder/", ""}, {"a", std::string(100'000, 'y')}})),
      "b/x.csv=1;a=" + std::string(100'000, 'y') + ";");
}

TEST(Zip, EveryTruncationIsAnError) {
  const std::string whole = stored_zip({{"a.csv", "a,b\n1,2\n"}, {"b", "x"}});
  for (std::size_t length = 1; length < whole.size(); ++length)
    EXPECT_EQ(unzip(whole.substr(0, length)), "kInvalidInput") << length;
}

TEST(Zip, ADamagedByteOfAMemberIsAnError) {
  std::string bytes = stored_zip({{"a.csv", "a,b\n1,2\n"}});
  bytes[bytes.find("1,2")] = '7';
  EXPECT_EQ(unzip(bytes), "kInvalidInput");
}

TEST(Zstd, UnpacksWhatItCompressed) {
  for (const std::size_t size : {0, 1, 100, 3'000'000}) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>('a' + i * i % 7);
    std::string frame = "old";
    ASSERT_TRUE(zstd_compress(bytes, 1, frame));
    std::string back(size, '-');
    ASSERT_TRUE(zstd_decompress(frame, back));
    EXPECT_EQ(back, bytes);
  }
}

TEST(Zstd, ABitThatIsAnotherIsCorruptWhereverItStands) {
  std::string bytes;
  for (int i = 0; i < 500; ++i) bytes += static_cast<char>(i * 7919 % 251);  // stored as they are
  std::string frame;
  ASSERT_TRUE(zstd_compress(bytes, 1, frame));
  std::string back(bytes.size(), '-');
  for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
    std::string damaged = frame;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const auto unpacked = zstd_decompress(damaged, back);
    ASSERT_TRUE(!unpacked || back == bytes) << "bit " << bit;
  }
}

TEST(Zstd, AFrameThatIsDamagedOrOfAnotherSizeIsCorrupt) {
  std::string frame;
  ASSERT_TRUE(zstd_compress(std::string(1000, 'x'), 1, frame));
  const auto code_of = [](std::string_view bytes, std::size_t size) {
    std::string out(size, '-');
    return zstd_decompress(bytes, out).error().code();
  };
  EXPECT_EQ(code_of(frame, 999), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(frame, 1001), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of("no frame at all", 1000), ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(std::string_view(frame).substr(0, frame.size() - 1), 1000),
            ErrorCode::kCorrupt);
}

TEST(Paths, JoinNameAndParentFitTogether) {
  EXPECT_EQ(join_path("a/b", "c"), "a/b/c");
  EXPECT_EQ(join_path("/", "c"), "/c");
  EXPECT_EQ(file_name("a/b/c"), "c");
  EXPECT_EQ(parent_path("a/b/c"), "a/b");
  EXPECT_EQ(parent_path("/c"), "/");
  EXPECT_EQ(parent_path("c"), ".");
}

}  // namespace
}  // namespace hark::io
