// Threads that cannot be had, and memory that runs out on one of them.
#include "hark/core/parallel.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>

namespace {

thread_local bool is_memory_gone = false;
std::atomic<int> threads_to_be_had{1 << 20};

}  // namespace

void* operator new(std::size_t size) {
  void* memory = is_memory_gone ? nullptr : std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

// Sanitizers keep account of threads in a pthread_create of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HARK_CAN_REFUSE_THREADS
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) {
  if (threads_to_be_had.fetch_sub(1) <= 0) return EAGAIN;
  static const auto real =
      reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
  return real(thread, attributes, start, argument);
}
#endif

namespace hark {
namespace {

TEST(RunWorkers, MemoryThatIsGoneForGoodOnOneThreadIsAnErrorAndEndsNoProgram) {
  const auto result = run_workers(4, [](unsigned worker) -> Result<void> {
    if (worker != 2) return {};
    is_memory_gone = true;  // not even an Error can be made any more
    return Error(ErrorCode::kInternal, std::string(100, 'x'));
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::kExhausted);
}

TEST(RunWorkers, AnotherExceptionOfAThreadIsThrownToTheCaller) {
  EXPECT_THROW((void)run_workers(3,
                                 [](unsigned worker) -> Result<void> {
                                   if (worker == 1) throw std::out_of_range("no such row");
                                   return {};
                                 }),
               std::out_of_range);
}

#ifdef HARK_CAN_REFUSE_THREADS
TEST(ParallelFor, WhereFewerThreadsCanBeHadTheyDoAllOfTheWork) {
  for (const int more : {0, 1, 3}) {
    threads_to_be_had = more;
    std::atomic<int> sum{0};
    const auto done = parallel_for(1000, 8, [&](std::size_t i) -> Result<void> {
      sum += static_cast<int>(i);
      return {};
    });
    threads_to_be_had = 1 << 20;
    ASSERT_TRUE(done);
    EXPECT_EQ(sum, 999 * 1000 / 2) << more;
  }
}
#endif

}  // namespace
}  // namespace hark
