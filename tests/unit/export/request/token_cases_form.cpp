// Tokens that are wrong before any claim is looked at.
#include <crm/cpp/base64url.hpp>
#include <utility>

#include "unit/export/request/token_cases.h"
#include "unit/export/request/token_draft.h"

namespace message_history {

namespace {

using Json = nlohmann::json;

// The parts of a sound token.
struct Parts {
  Parts() {
    const std::string token = TokenDraft().token();
    const auto first = token.find('.');
    const auto second = token.rfind('.');
    part[0] = token.substr(0, first);
    part[1] = token.substr(first + 1, second - first - 1);
    part[2] = token.substr(second + 1);
  }
  std::string joined() const { return part[0] + "." + part[1] + "." + part[2]; }
  Parts with(int index, std::string text) const {
    Parts changed = *this;
    changed.part[index] = std::move(text);
    return changed;
  }

  std::string part[3];
};

std::string with_claims(const std::string& text) {
  TokenDraft draft;
  draft.claims_text = text;
  return draft.token();
}

std::string with_header(const std::string& text) {
  TokenDraft draft;
  draft.header_text = text;
  return draft.token();
}

std::string nested(int levels, const char* open, const char* close) {
  std::string text = "1";
  for (int i = 0; i < levels; ++i) text = open + text + close;
  return text;
}

// A token of this many bytes or a few more.
std::string token_of(std::size_t bytes) {
  TokenDraft draft;
  for (std::size_t filler = bytes / 2; filler < bytes; ++filler) {
    draft.claims["more"] = std::string(filler, 'x');
    if (draft.token().size() >= bytes) break;
  }
  return draft.token();
}

void add_sizes(std::vector<TokenCase>& cases) {
  const std::string large = "the token is longer than 8192 bytes; ask for fewer things at once";
  const std::string few = "the token has fewer than three parts; send a compact JWS";
  const std::string many = "the token has more than three parts; send a compact JWS";
  const Parts sound;
  const std::string token = sound.joined();
  cases.insert(cases.end(),
               {{"nothing", "", "the token is empty; send a compact JWS"},
                {"a byte above the maximum", token_of(8193), large},
                {"a megabyte", std::string(1U << 20U, 'A'), large},
                {"dots alone, too many bytes", std::string(8193, '.'), large},
                {"one part", sound.part[0], few},
                {"two parts", sound.part[0] + "." + sound.part[1], few},
                {"JSON", R"({"alg":"EdDSA"})", few},
                {"a word", "token", few},
                {"Bearer", "Bearer", few},
                {"NUL bytes", std::string(3, '\0'), few},
                {"four parts", token + ".x", many},
                {"a dot at the end", token + ".", many},
                {"a dot at the front", "." + token, many},
                {"two tokens", token + "." + token, many},
                {"dots alone", std::string(8192, '.'), many},
                {"as an encrypted token", "a.b.c.d.e",
                 "the token has five parts, as an encrypted one; sign it instead"},
                {"two dots", "..", "the token's header is empty; send the whole token"},
                {"without a header", "." + sound.part[1] + "." + sound.part[2],
                 "the token's header is empty; send the whole token"},
                {"without a payload", sound.part[0] + ".." + sound.part[2],
                 "the token's payload is empty; send the whole token"},
                {"without a signature", sound.part[0] + "." + sound.part[1] + ".",
                 "the token's signature is empty; send the whole token"}});
}

// Each part is made wrong in each of the ways in which base64url can be.
void add_base64url(std::vector<TokenCase>& cases) {
  constexpr const char* names[] = {"header", "payload", "signature"};
  const Parts sound;
  const std::string padded = "is padded; leave the = out";
  const std::string plain = "is plain base64; use - and _ as base64url does";
  const std::string spaced = "holds white space; send the token in one piece";
  const std::string foreign = "holds a character that is not of base64url; encode it again";
  const std::string cut = "is cut off: no bytes have that length; send the whole token";
  const std::string spare =
      "has a last character with spare bits that are not zero; encode it again";
  for (int index = 0; index < 3; ++index) {
    const std::string& text = sound.part[index];
    const std::string rest = text.substr(1);
    const auto add = [&](const char* way, std::string changed, const std::string& reason) {
      cases.push_back({std::string(names[index]) + " " + way,
                       sound.with(index, std::move(changed)).joined(),
                       std::string("the token's ") + names[index] + " " + reason});
    };
    add("with one =", text + "=", padded);
    add("with two =", text + "==", padded);
    add("with = in front", "=" + text, padded);
    add("with a +", "+" + rest, plain);
    add("with a /", "/" + rest, plain);
    add("with a line break behind", text + "\n", spaced);
    add("with a carriage return", text + "\r", spaced);
    add("with a space in front", " " + text, spaced);
    add("with a tab inside", text.substr(0, 3) + "\t" + text.substr(3), spaced);
    add("with a NUL", text + std::string(1, '\0'), foreign);
    add("with a letter of Korea", "가" + rest, foreign);
    add("with a wide letter", "Ａ" + rest, foreign);
    add("with a %", text.substr(0, 2) + "%3D" + text.substr(2), foreign);
    add("with a byte that is no text", "\xFF" + rest, foreign);
    // A length of 4n + 1, whatever it was.
    add("cut off", text.substr(0, text.size() - (text.size() + 3) % 4), cut);
    // Two characters hold a byte and four bits more.
    const std::string whole = text.substr(0, text.size() / 4 * 4);
    add("with spare bits", whole + "AB", spare);
    add("with two spare bits", whole + "AAB", spare);
  }
}

void add_signatures(std::vector<TokenCase>& cases) {
  const std::string length = "the token's signature is not 64 bytes long; sign with Ed25519";
  const std::string other = "the token's signature does not fit; sign exactly what is sent";
  const Parts sound;
  TokenDraft stranger;
  stranger.claims["sub"] = "somebody-else";
  const std::string claims = crm::base64url_encode(stranger.claims.dump());
  TokenDraft spaced;
  const std::string same_header = crm::base64url_encode(spaced.header.dump(1));
  const auto sized = [&](std::size_t bytes) {
    return sound.with(2, crm::base64url_encode(std::string(bytes, 's'))).joined();
  };
  std::string flipped = *crm::base64url_decode(sound.part[2]);
  flipped[0] = static_cast<char>(flipped[0] ^ 1);
  const std::string header = TokenDraft().header.dump(), payload = TokenDraft().claims.dump();
  cases.insert(
      cases.end(),
      {{"a signature of one byte", sized(1), length},
       {"a signature of 32 bytes", sized(32), length},
       {"a signature of 63 bytes", sized(63), length},
       {"a signature of 65 bytes", sized(65), length},
       {"a signature of 72 bytes, as ECDSA's", sized(72), length},
       {"a signature of 256 bytes, as RSA's", sized(256), length},
       {"another payload under the signature", sound.with(1, claims).joined(), other},
       {"the same header written otherwise", sound.with(0, same_header).joined(), other},
       {"a signature of zeros",
        sound.with(2, crm::base64url_encode(std::string(64, '\0'))).joined(), other},
       {"a flipped bit", sound.with(2, crm::base64url_encode(flipped)).joined(), other},
       {"a stranger's signature", sign_jws_text(header, payload, seed_filled_with(2)), other},
       {"a signature of the payload alone",
        sound.with(2, crm::base64url_encode(ed25519_sign(seed_filled_with(1), payload))).joined(),
        other}});
}

// Each text stands once as the header, once as the payload.
void add_json(std::vector<TokenCase>& cases) {
  const std::string deep = "is nested too deeply; use at most 8 levels";
  const auto broken_at = [](int byte) {
    return "is not valid JSON at byte " + std::to_string(byte) + "; write RFC 8259";
  };
  const auto twice = [](const std::string& key) {
    return "has the key \"" + key + "\" twice; name every key once";
  };
  const std::string no_object = "is not a JSON object; use an object";
  const std::string no_utf8 = "is not UTF-8; write JSON in UTF-8";
  const std::pair<std::string, std::string> texts[] = {
      {" ", "holds nothing; write a JSON object"},
      {"\xEF\xBB\xBF{}", "begins with a byte order mark; leave it out"},
      {"{", broken_at(2)},
      {"{'a':1}", broken_at(2)},
      {"{\"a\":}", broken_at(6)},
      {"{\"a\":1,}", broken_at(8)},
      {"{\"a\":NaN}", broken_at(6)},
      {"{\"a\":01}", broken_at(7)},
      {"{\"a\":1}x", broken_at(8)},
      {"{} {}", broken_at(4)},
      {std::string("{}\0", 3), broken_at(3)},
      {std::string("{\"a\":1}\0x", 9), broken_at(8)},
      {"// c\n{}", broken_at(1)},
      {"{\"a\":\"\n\"}", broken_at(7)},
      {"{\"a\":\"\\ud800\"}", broken_at(13)},
      {"{\"a\":\"\\x\"}", broken_at(8)},
      {"{\"a\":1e999}", "has a number beyond every range; write smaller ones"},
      {"{\"a\":\"\xFF\"}", no_utf8},
      {"{\"a\":\"\xC0\xAF\"}", no_utf8},
      {"{\"a\":\"\xED\xA0\x80\"}", no_utf8},
      {"{\"a\":\"\xF4\x90\x80\x80\"}", no_utf8},
      {"[]", no_object},
      {"null", no_object},
      {"true", no_object},
      {"1", no_object},
      {"\"text\"", no_object},
      {nested(9, "{\"a\":", "}"), deep},
      {"{\"a\":" + nested(8, "[", "]") + "}", deep},
      {nested(900, "[", "]"), deep},
      {R"({"a":1,"a":2})", twice("a")},
      {R"({"b":1,"\u0062":2})", twice("b")},
      {R"({"a":{"c":1,"d":2,"c":3}})", twice("c")},
      {R"({"a":[{"e":1,"e":1}]})", twice("e")},
      {R"({"a b":1,"a b":2})", "has a key twice; name every key once"},
      {R"({"f":1,"f":2)", twice("f")},
  };
  for (const auto& [text, reason] : texts) {
    const std::string shown = text.substr(0, 24);
    cases.push_back({"header " + shown, with_header(text), "the token's header " + reason});
    cases.push_back({"payload " + shown, with_claims(text), "the token's payload " + reason});
  }
}

}  // namespace

std::vector<TokenCase> tokens_of_wrong_form() {
  std::vector<TokenCase> cases;
  add_sizes(cases);
  add_base64url(cases);
  add_signatures(cases);
  add_json(cases);
  return cases;
}

}  // namespace message_history
