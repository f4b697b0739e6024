// What the console answers: JSON, and refusals that say what is wrong, with the right status code.
#pragma once

#include <httplib.h>

#include <string>
#include <string_view>

#include "json/strict_json.h"
#include "loader/host_log.h"
#include "outcome.h"

namespace host_stub {

struct Refusal {
  int http_status = 500;
  std::string code;    // for programs: "denied", "expired"
  std::string detail;  // for people, in English; the page has a sentence of its own for each code
};

void answer(httplib::Response& response, const Json& document);

// {"error": {"code", "detail"}}; one line in the log, without what was sent.
void refuse(const HostLog& log, const httplib::Request& request, httplib::Response& response,
            const Refusal& refusal);

// Of what a plugin or the host refused.
Refusal refusal_of(const crm::Error& error);

// For a browser that asked for a page: the status code and a sentence in its language, without
// script.
void answer_error_page(const httplib::Request& request, httplib::Response& response);

}  // namespace host_stub
