// What the console answers: JSON, and refusals that say what is wrong, with the right status code.
#pragma once

#include <string>
#include <string_view>

#include "base/outcome.h"
#include "http/message.h"
#include "json/strict_json.h"
#include "loader/host_log.h"

namespace host_stub {

struct Refusal {
  int http_status = 500;
  std::string code;    // for programs: "denied", "expired"
  std::string detail;  // for people, in English; the page has a sentence of its own for each code
};

void answer(http::Response& response, const Json& document);

// {"error": {"code", "detail"}}, or a page for a browser that asked for one.
void answer_refusal(const http::Request& request, http::Response& response, const Refusal& refusal);

// The same with one line in the log, without what was sent.
void refuse(const HostLog& log, const http::Request& request, http::Response& response,
            const Refusal& refusal);

// For one who has not signed in: the log alone has the failure's text, which may have a path of
// this machine.
void fail(const HostLog& log, const http::Request& request, http::Response& response,
          const crm::Error& error);

// Of what a plugin or the host refused.
Refusal refusal_of(const crm::Error& error);

// For a browser that asked for a page: the status code and a sentence in its language, without
// script.
void answer_error_page(const http::Request& request, http::Response& response);

}  // namespace host_stub
