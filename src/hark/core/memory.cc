#include "hark/core/memory.h"

#include <malloc.h>

namespace hark {

void give_back_free_memory() noexcept { malloc_trim(0); }

}  // namespace hark
