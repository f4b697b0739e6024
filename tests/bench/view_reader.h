// Asks the plugin for views, as the host's admin does.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "case.h"
#include "plugin_under_test.h"

namespace crm_bench {

struct ViewCall {
  std::string view_id;
  std::map<std::string, std::string> params;
  bool reads_members = false;  // sees ids, which is put on record
};

struct ViewAnswer {
  double seconds = 0;  // inside render
  std::string text;

  Json document() const { return Json::parse(text); }
};

class ViewReader {
 public:
  ViewReader(PluginUnderTest& plugin, std::string_view tenant) : plugin_(plugin), tenant_(tenant) {}

  ViewAnswer read(const ViewCall& call);

 private:
  PluginUnderTest& plugin_;
  const std::string tenant_;
};

// Waits until all that was recorded is settled: any view does, and this one has little else to do.
double settle(PluginUnderTest& plugin, std::string_view tenant);

// The cursor of the next page of the first table that has one; empty on the last page.
std::string next_cursor(const Json& document);

}  // namespace crm_bench
