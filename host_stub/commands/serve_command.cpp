#include <fmt/format.h>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <future>
#include <thread>

#include "base/wall_clock.h"
#include "commands/command.h"
#include "commands/interrupt.h"
#include "commands/output.h"
#include "console/console.h"
#include "console/demo/demo_shop.h"
#include "http/worker_thread.h"
#include "session/session.h"

namespace host_stub {

namespace {

constexpr int arenas_max = 4;

struct ServeOptions {
  SessionOptions session;
  ConsoleSettings console;
  int64_t idle_s = 1800;
  bool demo = false;
};

Outcome print_passwords(const std::vector<NewPassword>& passwords) {
  if (passwords.empty()) return done();
  std::string text = "\nSign in with (shown this once):\n";
  for (const NewPassword& account : passwords) {
    text += fmt::format("  {:<10} {}\n", account.name, account.password);
  }
  return print_text(text + "\n");
}

crm::Result<std::unique_ptr<DemoShop>> open_demo(Session& session, const ServeOptions& options) {
  auto plugins = session.plugins_with_events();
  if (!plugins) return plugins.error();
  auto demo =
      DemoShop::open(host_folder(options.session.data), plugins.value(), session.settings());
  if (!demo) return demo;
  const auto recorded = demo.value()->catch_up(now_us(), interrupted());
  if (!recorded && !interrupted()) return recorded.error();
  if (recorded && recorded.value() > 0) {
    const auto told =
        print_line(fmt::format("recorded {} events of the demo shop", recorded.value()));
    if (!told) return told.error();
  }
  return demo;
}

Outcome serve(ServeOptions options) {
  // A log or an output whose reader has gone is no reason to end.
  std::signal(SIGPIPE, SIG_IGN);
  // With an arena for each of its threads the process would keep what each once needed.
  mallopt(M_ARENA_MAX, arenas_max);
  const std::atomic<bool>& stop = interrupted();
  const auto opened = Session::open(options.session, DataFolder::made);
  if (!opened) return opened.error();
  Session& session = *opened.value();
  const auto files = StaticFiles::load(web_folder());
  if (!files) return files.error();
  const std::filesystem::path folder = host_folder(options.session.data);
  const auto accounts = Accounts::open(folder);
  if (!accounts) return accounts.error();
  if (auto told = print_passwords(accounts.value().new_passwords); !told) return told;
  const auto browsers = KnownBrowsers::open(folder);
  if (!browsers) return browsers.error();
  const FeedKeys feed_keys(folder);
  options.console.idle_max = std::chrono::seconds(options.idle_s);
  Console console(session, {*accounts.value().accounts, browsers.value(), feed_keys}, files.value(),
                  options.console, stop);
  const auto port = console.bind();
  if (!port) return port.error();
  std::unique_ptr<DemoShop> demo;
  if (options.demo) {
    auto shop = open_demo(session, options);
    if (!shop) return shop.error();
    demo = std::move(shop.value());
    if (stop) return done();
  }
  const auto told =
      print_line(fmt::format("Open http://127.0.0.1:{}  (Ctrl-C ends it)", port.value()));
  if (!told) return told;
  std::jthread life;
  if (demo) {
    life =
        std::jthread([&](const std::stop_token& ended) { demo->live(ended, session.log(), stop); });
  }
  return console.run();
}

}  // namespace

void add_serve_command(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command =
      app.add_subcommand("serve", "Open the admin console on 127.0.0.1, and take events at /feed");
  add_data_option(*command, options->session);
  add_plugin_options(*command, options->session);
  command->add_option("--port", options->console.port, "0: any that is free")
      ->capture_default_str();
  command
      ->add_option("--idle-seconds", options->idle_s,
                   "After so many seconds without a request one signs in again")
      ->check(CLI::Range(int64_t{1}, int64_t{86'400}))
      ->capture_default_str();
  command->add_flag("--demo", options->demo, "With a Korean shop that goes on living");
  command->callback([&chosen, options] {
    chosen = [options] {
      // On a thread, since the stack of the main one is as small as whoever starts the process
      // says.
      http::raise_default_stack();
      return std::async(std::launch::async, [options] { return serve(*options); }).get();
    };
  });
}

}  // namespace host_stub
