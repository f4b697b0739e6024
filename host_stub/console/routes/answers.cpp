#include "console/routes/answers.h"

#include <crm/base.h>
#include <fmt/format.h>

#include "base/printable.h"
#include "console/routes/gate.h"

namespace host_stub {

namespace {

constexpr const char* json_type = "application/json; charset=utf-8";

struct ErrorText {
  int http_status;
  const char* korean;
  const char* english;
};

constexpr ErrorText error_texts[] = {
    {400, "요청을 이해하지 못했어요. 주소를 확인해 주세요.",
     "The request could not be understood. Check the address."},
    {403, "이 페이지를 볼 권한이 없어요.", "You may not see this page."},
    {404, "찾으시는 페이지가 없어요.", "There is no such page."},
    {405, "이 주소로는 할 수 없는 요청이에요.", "This address does not take that kind of request."},
    {408, "요청이 제때 도착하지 않았어요. 다시 시도해 주세요.",
     "The request did not arrive in time. Please try again."},
    {413, "보낸 내용이 너무 커요. 나누어 보내 주세요.",
     "What was sent is too large. Send it in parts."},
    {414, "주소가 너무 길어요. 조건을 줄여 주세요.", "The address is too long. Use fewer filters."},
    {421, "주소가 달라요. crm-host가 알려 준 주소로 열어 주세요.",
     "The address is another one. Open the one that crm-host printed."},
    {431, "브라우저가 보낸 정보가 너무 많아요. 이 사이트의 쿠키를 지우고 다시 시도해 주세요.",
     "Your browser sent too much. Remove this site's cookies and try again."},
    {500, "서버에 문제가 생겼어요. 잠시 후 다시 시도해 주세요.",
     "Something went wrong here. Please try again in a moment."},
    {503, "지금은 처리할 일이 많아요. 잠시 뒤 다시 시도해 주세요.",
     "There is much to do right now. Please try again in a moment."},
};

const ErrorText& error_text(int http_status) {
  for (const ErrorText& text : error_texts) {
    if (text.http_status == http_status) return text;
  }
  return error_text(http_status < 500 ? 400 : 500);
}

// True when a browser asks for something to show to a person.
bool is_page(const http::Request& request) {
  return (request.method == "GET" || request.method == "HEAD") &&
         request.headers.get("Accept").find("text/html") != std::string::npos;
}

// Follows the switch of the page, else what the browser asks for; Korean first.
bool wants_english(const http::Request& request) {
  const std::string switched = cookie(request, "locale");
  if (!switched.empty()) return switched == "en";
  const std::string languages = request.headers.get("Accept-Language");
  const size_t english = languages.find("en");
  const size_t korean = languages.find("ko");
  return english != std::string::npos && english < korean;
}

}  // namespace

void answer(http::Response& response, const Json& document) {
  response.set_content(document.dump(-1, ' ', false, Json::error_handler_t::replace), json_type);
}

void answer_refusal(const http::Request& request, http::Response& response,
                    const Refusal& refusal) {
  response.status = refusal.http_status;
  if (is_page(request)) {
    answer_error_page(request, response);
  } else {
    answer(response, {{"error", {{"code", refusal.code}, {"detail", refusal.detail}}}});
  }
}

void refuse(const HostLog& log, const http::Request& request, http::Response& response,
            const Refusal& refusal) {
  answer_refusal(request, response, refusal);
  log.write(
      refusal.http_status >= 500 ? CRM_LOG_ERROR : CRM_LOG_WARNING, "console",
      fmt::format("{} {} refused: {} {} ({})", printable(request.method), printable(request.path),
                  refusal.http_status, refusal.code, printable(refusal.detail)));
}

void fail(const HostLog& log, const http::Request& request, http::Response& response,
          const crm::Error& error) {
  log.write(CRM_LOG_ERROR, "console",
            fmt::format("{} {} failed: {}", printable(request.method), printable(request.path),
                        printable(error.detail)));
  answer_refusal(request, response,
                 {500, "failed", "the host failed; the log of crm-host says why"});
}

Refusal refusal_of(const crm::Error& error) {
  switch (error.status) {
    case CRM_ERR_INVALID:
      return {400, "invalid", error.detail};
    case CRM_ERR_DENIED:
      return {403, "denied", error.detail};
    case CRM_ERR_NOT_FOUND:
      return {404, "not_found", error.detail};
    case CRM_ERR_UNSUPPORTED:
      return {501, "unsupported", error.detail};
    case CRM_ERR_BUSY:
      return {503, "busy", error.detail};
    case CRM_ERR_FULL:
      return {507, "full", error.detail};
    case CRM_ERR_INTERNAL:
      return {502, "plugin", error.detail};
    default:
      return {500, "failed", error.detail};
  }
}

void answer_error_page(const http::Request& request, http::Response& response) {
  const ErrorText& text = error_text(response.status);
  const bool is_english = wants_english(request);
  response.set_content(
      fmt::format("<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width\">"
                  "<title>{}</title><link rel=\"stylesheet\" href=\"/assets/error.css\">"
                  "<main><h1>{}</h1><p>{}</p><p><a href=\"/\">{}</a></p></main></html>",
                  is_english ? "en" : "ko", response.status, response.status,
                  is_english ? text.english : text.korean, is_english ? "Start page" : "처음으로"),
      "text/html; charset=utf-8");
}

}  // namespace host_stub
