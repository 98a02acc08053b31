// A server on this machine that answers each connection with bytes given beforehand.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hark::io {

class CannedServer {
 public:
  /// Sends `bytes` to whoever connects, `bytes_at_once` at a time with `pause` between, then hangs
  /// up.
  explicit CannedServer(std::string bytes, std::size_t bytes_at_once = 1 << 16,
                        std::chrono::milliseconds pause = std::chrono::milliseconds(0))
      : bytes_(std::move(bytes)), bytes_at_once_(bytes_at_once), pause_(pause) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    (void)::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    (void)::listen(listener_, 8);
    (void)::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~CannedServer() {
    is_over_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;

  std::string url(const std::string& target) const {
    return "http://127.0.0.1:" + std::to_string(port_) + target;
  }
  /// The head of each request that came, as it came.
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    while (!is_over_) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      std::string head;
      char buffer[4096];
      while (head.find("\r\n\r\n") == std::string::npos) {
        const ssize_t n = ::recv(connection, buffer, sizeof buffer, 0);
        if (n <= 0) break;
        head.append(buffer, static_cast<std::size_t>(n));
      }
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(head);
      }
      for (std::size_t at = 0; at < bytes_.size() && !is_over_; at += bytes_at_once_) {
        if (at > 0) std::this_thread::sleep_for(pause_);
        const std::size_t n = std::min(bytes_at_once_, bytes_.size() - at);
        if (::send(connection, bytes_.data() + at, n, MSG_NOSIGNAL) <= 0) break;
      }
      ::close(connection);
    }
  }

  std::string bytes_;
  std::size_t bytes_at_once_;
  std::chrono::milliseconds pause_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> is_over_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace hark::io
