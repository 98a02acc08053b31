#include <csignal>
#include <string>
#include <vector>

#include "hark/cli/cli.h"

int main(int argc, char** argv) {
  // A closed pipe ends the output, not the program with a signal: `hark ... | head` is no failure.
  std::signal(SIGPIPE, SIG_IGN);
  return hark::cli::run(std::vector<std::string>(argv + 1, argv + argc));
}
