// Tokens that must be refused, each with the reason that it must be given.
#pragma once

#include <string>
#include <vector>

namespace message_history {

struct TokenCase {
  std::string name;
  std::string token;
  std::string reason;
};

std::vector<TokenCase> tokens_of_wrong_form();    // size, parts, base64url, signature, JSON
std::vector<TokenCase> tokens_of_wrong_header();  // alg, typ, kid, and what is forbidden
std::vector<TokenCase> tokens_of_wrong_claims();

}  // namespace message_history
