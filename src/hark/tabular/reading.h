// One pass over a file: what the workers of a stream() share, behind one interface per format.
//
// Threads: all functions may be called by any thread.
#pragma once

#include <cstdint>
#include <memory>

#include "hark/io/file_system.h"
#include "hark/simd/csv_scan.h"
#include "hark/tabular/probe.h"
#include "hark/tabular/record_block.h"

namespace hark::tabular {

/// Limits of a reading, from ReadOptions.
struct ReadingLimits {
  std::size_t block_bytes = 0;
  std::size_t max_record_bytes = 0;
  const simd::ScanKernel* kernel = nullptr;  ///< for delimited text
};

class Reading {
 public:
  Reading() = default;
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  virtual ~Reading() = default;

  /// The blocks of worker `worker`, below the number of threads; dies before the reading.
  virtual std::unique_ptr<RecordBlock> worker(unsigned worker) = 0;
  /// Everybody stops as soon as he looks; next() returns false.
  virtual void stop() = 0;
  virtual bool is_stopped() const = 0;
  /// Bytes of the file itself that were read so far, for progress.
  virtual std::uint64_t file_bytes_read() const = 0;
};

/// Begins to read a file that was probed, by its format.
Result<std::unique_ptr<Reading>> begin_reading(const io::FileSystem& files, const FileProbe& probe,
                                               const ReadingLimits& limits, unsigned threads);

// One per format; begin_reading() chooses.
std::unique_ptr<Reading> read_delimited(std::unique_ptr<ByteSource> source, const FileProbe& probe,
                                        const ReadingLimits& limits, unsigned threads);
std::unique_ptr<Reading> read_json(std::unique_ptr<ByteSource> source, const FileProbe& probe,
                                   const ReadingLimits& limits);
std::unique_ptr<Reading> read_rows(std::unique_ptr<RowReader> reader, const ReadingLimits& limits);

}  // namespace hark::tabular
