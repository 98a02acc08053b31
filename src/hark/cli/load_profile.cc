#include "hark/cli/load_profile.h"

#include "hark/insight/profile.h"

namespace hark::cli {
namespace {

class Profile final : public pipeline::LoadProfiler {
 public:
  Profile(const contract::Contract& contract, std::span<const columnar::Field> fields,
          unsigned threads)
      : profiler_(fields, &contract, threads) {}
  void look(const columnar::Batch& batch, unsigned worker) override {
    profiler_.take(batch, worker);
  }
  Json finish() override { return insight::to_json(profiler_.finish()); }

 private:
  insight::Profiler profiler_;
};

}  // namespace

pipeline::LoadProfilerMaker load_profiler() {
  return [](const contract::Contract& contract, std::span<const columnar::Field> fields,
            unsigned threads) { return std::make_unique<Profile>(contract, fields, threads); };
}

}  // namespace hark::cli
