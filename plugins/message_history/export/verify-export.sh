#!/bin/sh
# Proves that an exported CSV is complete and unmodified, and says what was proved in one sentence.
# Usage: verify-export.sh KEYS FILE.csv [PROOF]
#   KEYS   the exporter's public keys: a JWKS, one JWK, or one public key as PEM
#   PROOF  default FILE.csv.jws
# Needs a POSIX system and openssl 3.0 or later, nothing else. Exit status: 0 proved, 1 not proved,
# 2 called wrongly. Writes a temporary folder in $TMPDIR (/tmp), which it removes.
set -u
LC_ALL=C # bytes, not characters
export LC_ALL
unset IFS
umask 077
me=verify-export.sh
tab=$(printf '\t')
end=$(printf '\001') # between a member's path and its value; flat text holds no raw control character
as_is=$(printf '\002') # around what is printed as it is
proof_bytes_max=65536
keys_bytes_max=262144
keys_max=1000
json_depth_max=16
json_members_max=8192
shown_bytes_max=4096
count_max=18446744073709551615

stop() { # STATUS TEXT
  printf '%s: %s\n' "$me" "$2" >&2
  exit "$1"
}
refuse() { stop 1 "$1"; }
refuse_proof() { refuse "the proof $shown_proof is not accepted: $1; do not use $shown_csv, and export it again"; }
refuse_file() { refuse "$shown_csv $1; do not use it, and export it again"; }

# ---- Bytes ----

bytes_of() { echo "$(($(wc -c <"$1")))"; } # without the blanks that some put before it
base64url() { openssl base64 -A | tr '/+' '_-' | tr -d '='; }

# decode TEXT FILE: fails for all but canonical base64url. The bits that a last character has to spare
# must be zero: lenient decoders, openssl's too, take any, so that one text had several spellings.
decode() {
  case $((${#1} % 4)):$1 in
    *:*[!A-Za-z0-9_-]*) return 1 ;;
    0:*) padding='' ;;
    2:*[AQgw]) padding='==' ;;
    3:*[AEIMQUYcgkosw048]) padding='=' ;;
    *) return 1 ;;
  esac
  printf '%s%s' "$1" "$padding" | tr '_-' '/+' | openssl base64 -d -A >"$2" 2>/dev/null
  [ "$(wc -c <"$2")" -eq $((${#1} * 3 / 4)) ]
}

# ---- JSON ----

# is_text FILE: well-formed UTF-8 without a NUL, where readers would stop or guess.
is_text() {
  [ "$(tr -d '\001-\177' <"$1" | wc -c)" -ne 0 ] || return 0
  od -A n -v -t u1 <"$1" | awk '
    function begin(count, first, last) { left = count; low = first; high = last }
    {
      for (i = 1; i <= NF; i++) {
        byte = $i + 0
        if (left > 0) {
          if (byte < low || byte > high) bad = 1
          begin(left - 1, 128, 191)
        } else if (byte < 128) { if (byte == 0) bad = 1 }
        else if (byte < 194 || byte > 244) bad = 1
        else if (byte == 224) begin(2, 160, 191)
        else if (byte == 237) begin(2, 128, 159)
        else if (byte == 240) begin(3, 144, 191)
        else if (byte == 244) begin(3, 128, 143)
        else if (byte > 240) begin(3, 128, 191)
        else if (byte > 224) begin(2, 128, 191)
        else begin(1, 128, 191)
      }
    }
    END { exit (bad || left > 0) }'
}

# tokens JSON: every character with a meaning of its own on a line of its own, and what stands between
# them on others, in short pieces. A line feed becomes a carriage return: both are blanks, and neither
# may stand in a string.
tokens() {
  tr '\n' '\r' <"$1" | fold -b -w 512 | sed 's/[]{}:,"\\[]/\
&\
/g'
}

# flatten JSON FLAT: a line "KIND<tab>KEY...<end>VALUE" for every value that may matter, a tab before
# every key on its path. Strings are spelled in one way: characters as they are, but \\ for \ and \u00XX
# for control characters. Fails for what is not strict JSON; the last line then says why.
#
# Lines of what lies deeper elsewhere are left out: each would hold the whole path, of any length.
flatten() {
  is_text "$1" || {
    echo "it holds a NUL or bytes that are no UTF-8" >"$2"
    return 1
  }
  tokens "$1" | awk -v depth_max="$json_depth_max" -v members_max="$json_members_max" '
    function fail(why) { print why; failed = 1; exit 1 }
    function fail_here(why) { fail("byte " pos + 1 " " why) }
    function leaf(kind, value) { if (is_shown[depth]) printf "%s%s\001%s\n", kind, at, value }
    # A string is gathered in pieces: to lengthen a long one by every escape takes time without end.
    function gather(part) {
      piece = piece part
      if (++pieces == 2000) { long = long piece; piece = ""; pieces = 0 }
    }
    function gathered(  text) { text = long piece; long = piece = ""; pieces = 0; return text }

    function expect_value() {
      if (state != "value" && state != "first value") fail_here("begins a value where none may stand")
    }
    function opens(c,  parent_is_shown) {
      if (depth >= depth_max) fail("it is nested deeper than " depth_max " levels")
      leaf(c == "{" ? "object" : "array", "")
      parent_is_shown = is_shown[depth++]
      is_shown[depth] = parent_is_shown && (at == "" || at ~ /^\t(as_of|key_ops|keys(\t[0-9]+(\tkey_ops)?)?)$/)
      path[depth] = at
      is_object[depth] = c == "{"
      number[depth] = ++objects
      count[depth] = 0
      state = c == "{" ? "first key" : "first value"
      if (c == "[") at = is_shown[depth] ? path[depth] "\t0" : "-"
    }
    function closes(c) {
      if (!depth || is_object[depth] != (c == "}") || (state != "next" && state != (c == "}" ? "first key" : "first value")))
        fail_here("closes what is not open or not complete")
      depth--
      state = "next"
    }
    function comma() {
      if (state != "next" || !depth) fail_here("is a comma where none may stand")
      count[depth]++
      state = is_object[depth] ? "key" : "value"
      if (state == "value" && is_shown[depth]) at = path[depth] "\t" count[depth]
    }
    function key_ends(name) {
      at = is_shown[depth] ? path[depth] "\t" name : "-"
      if ((number[depth], name) in seen) fail("a key stands twice in one object")
      if (count[depth] >= members_max) fail("an object has more than " members_max " members")
      seen[number[depth], name] = 1
      state = "colon"
    }
    function word_ends() {
      expect_value()
      state = "next"
      if (word ~ /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/) {
        if (word + 0 > double_max || word + 0 < -double_max) fail("the number before byte " pos + 1 " is beyond every range")
        leaf("number", word)
      } else if (word == "true" || word == "false" || word == "null") leaf(word, word)
      else fail("what ends before byte " pos + 1 " is no value")
      word = ""
    }
    # What stands between two characters with a meaning, outside of strings: a number or word, blanks.
    function words(run,  i, n, part) {
      n = split(run, part, /[ \t\r]+/)
      for (i = 1; i <= n; i++) {
        if (i > 1 && word != "") word_ends()
        word = word part[i]
      }
    }

    function gather_code(code) {
      if (code in spelled) gather(spelled[code])
      else if (code < 128) gather(byte_of[code])
      else if (code < 2048) gather(byte_of[192 + int(code / 64)] byte_of[128 + code % 64])
      else if (code < 65536)
        gather(byte_of[224 + int(code / 4096)] byte_of[128 + int(code / 64) % 64] byte_of[128 + code % 64])
      else
        gather(byte_of[240 + int(code / 262144)] byte_of[128 + int(code / 4096) % 64] \
          byte_of[128 + int(code / 64) % 64] byte_of[128 + code % 64])
    }
    function escape_begins(c) {
      if (c == "u") { state = "hex"; digits = code = 0 }
      else if (half) fail("an escape is half a character")
      else if (c in escape) { gather_code(escape[c]); state = "string" }
      else fail("an escape does not exist")
    }
    function hex_digit(c) {
      if (!(c in digit)) fail("an escape is not four hex digits")
      code = code * 16 + digit[c]
      if (++digits < 4) return
      state = "string"
      if ((half > 0) != (code >= 56320 && code <= 57343)) fail("an escape is half a character")
      if (half) { gather_code(65536 + (half - 55296) * 1024 + code - 56320); half = 0 }
      else if (code >= 55296 && code <= 56319) { half = code; state = "half" }
      else gather_code(code)
    }
    function string_ends(  text) {
      text = gathered()
      if (is_key) { key_ends(text); return }
      leaf("string", text)
      state = "next"
    }
    # A part of a string, or the quote at its end.
    function in_string(part) {
      while (state != "string" && state != "half" && part != "") {
        if (state == "escape") escape_begins(substr(part, 1, 1))
        else hex_digit(substr(part, 1, 1))
        part = substr(part, 2)
        if (part != "" && state == "half") fail("an escape is half a character")
      }
      if (part == "") return
      if (state == "half" && part != "\\") fail("an escape is half a character")
      if (part == "\\") state = "escape"
      else if (part == "\"") string_ends()
      else if (part ~ /[\001-\037]/) fail("a string holds a raw control character")
      else gather(part)
    }

    function step(token) {
      if (is_string) {
        in_string(token)
        is_string = state != "next" && state != "colon"
      } else if (length(token) > 1 || !(token in has_meaning)) words(token)
      else {
        if (word != "") word_ends()
        if (token == "\"") {
          is_key = state == "key" || state == "first key"
          if (!is_key) expect_value()
          state = "string"
          is_string = 1
        } else if (token == "{" || token == "[") { expect_value(); opens(token) }
        else if (token == "}" || token == "]") closes(token)
        else if (token == ",") comma()
        else if (token == ":" && state == "colon") state = "value"
        else fail_here("is no part of a value")
      }
    }
    BEGIN {
      double_max = 1.7976931348623157e308
      for (i = 1; i < 256; i++) byte_of[i] = sprintf("%c", i)
      for (i = 0; i < 32; i++) spelled[i] = sprintf("\\u%04x", i)
      spelled[92] = "\\\\"
      for (i = 0; i < 16; i++) digit[substr("0123456789abcdef", i + 1, 1)] = digit[substr("0123456789ABCDEF", i + 1, 1)] = i
      split("34 92 47 8 12 10 13 9", codes, " ")
      for (i = 1; i <= 8; i++) escape[substr("\"\\/bfnrt", i, 1)] = codes[i] + 0
      for (i = 1; i <= 8; i++) has_meaning[substr("{}[]:,\"\\", i, 1)] = 1
      depth = pos = 0
      is_shown[0] = 1
      state = "value"
    }
    $0 != "" { step($0); pos += length($0) }
    END {
      if (failed) exit 1
      if (word != "") word_ends()
      if (!failed && (state != "next" || depth)) fail(pos ? "it ends in the middle" : "it is empty")
      exit failed
    }' >"$2"
}
why() { tail -n 1 "$1"; }

# ---- What is printed ----

# printable TEXT: as crm-host prints it, on one line and without anything that a terminal obeys: control
# characters and what is no UTF-8 as \xNN, at most shown_bytes_max bytes. With a second argument, TEXT
# is spelled as in FLAT, and what stands between two as_is is left alone.
printable() {
  case $1 in
    *[!A-Za-z0-9_./:-]*) ;;
    *)
      [ ${#1} -gt "$shown_bytes_max" ] || {
        printf '%s' "$1"
        return
      }
      ;;
  esac
  printf '%s' "$1" | od -A n -v -t u1 | awk -v bytes_max="$shown_bytes_max" -v is_flat="${2:+1}" '
    function tail_fits(i, low, high) { return i <= size && b[i] >= low && b[i] <= high }
    function sequence(i,  first, last, rest, j) { # bytes of a well-formed character, or 0
      if (b[i] < 128) return 1
      if (b[i] < 194 || b[i] > 244) return 0
      first = b[i] == 224 ? 160 : b[i] == 240 ? 144 : 128
      last = b[i] == 237 ? 159 : b[i] == 244 ? 143 : 191
      rest = b[i] < 224 ? 1 : b[i] < 240 ? 2 : 3
      if (!tail_fits(i + 1, first, last)) return 0
      for (j = 2; j <= rest; j++) if (!tail_fits(i + j, 128, 191)) return 0
      return rest + 1
    }
    function show(  i, k, step, is_odd) {
      for (i = 1; i <= size; i += step) {
        if (i > bytes_max) { printf "..."; break }
        step = sequence(i)
        is_odd = !step || b[i] < 32 || b[i] == 127 || (b[i] == 194 && b[i + 1] < 160)
        if (!step) step = 1
        for (k = i; k < i + step; k++) {
          if (is_odd) printf "\\x%02x", b[k]
          else printf "%c", b[k]
        }
      }
      size = 0
    }
    function put(byte) { b[++size] = byte }
    function hex(byte) { return byte < 58 ? byte - 48 : byte - 87 }
    function read_flat(byte) {
      if (byte == 2) { show(); is_verbatim = !is_verbatim }
      else if (is_verbatim) printf "%c", byte
      else if (digits) {
        code = code * 16 + hex(byte)
        if (!--digits) put(code)
      } else if (is_escape) {
        is_escape = 0
        if (byte == 117) { digits = 4; code = 0 }
        else put(byte)
      } else if (byte == 92) is_escape = 1
      else put(byte)
    }
    { for (i = 1; i <= NF; i++) if (is_flat) read_flat($i + 0); else put($i + 0) }
    END { show() }'
}

# ---- Signatures ----

# point_der X FILE: the key of a JWK's "x" as openssl wants it, in SubjectPublicKeyInfo.
point_der() {
  decode "$1" "$work/x" && [ "$(bytes_of "$work/x")" = 32 ] || return 1
  { printf '\060\052\060\005\006\003\053\145\160\003\041\000' && cat "$work/x"; } >"$2"
}

# fits KEY SIGNED SIGNATURE, all names of files.
fits() {
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$1" -rawin -in "$2" -sigfile "$3" >/dev/null 2>&1
}

# RFC 8037, appendix A.4: tells a signature that does not hold from an openssl that knows no Ed25519.
require_ed25519() {
  point_der 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo "$work/rfc.der" &&
    decode hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg \
      "$work/rfc.sig" &&
    printf '%s' eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc >"$work/rfc.txt" &&
    fits "$work/rfc.der" "$work/rfc.txt" "$work/rfc.sig" ||
    stop 1 "$(openssl version) cannot verify Ed25519 signatures; use OpenSSL 3.0 or later, and see that ${TMPDIR:-/tmp} has room"
}

# ---- The files ----

# require_file NAME SHOWN: a file that can be read, and whose reading ends.
require_file() {
  [ ! -e "$1" ] || [ -f "$1" ] || refuse "cannot read $2: it is no regular file; name a file"
  [ -f "$1" ] && { od -N 1 <"$1" >"$work/first"; } 2>/dev/null ||
    refuse "cannot read $2; check its name and permissions"
}

require_files() {
  command -v openssl >/dev/null || stop 1 "openssl is not installed; install OpenSSL 3.0 or later"
  require_file "$keys" "$shown_keys"
  require_file "$csv" "$shown_csv"
  require_file "$proof" "the proof of $shown_csv ($shown_proof), without which nothing is proved"
}

# ---- The keys ----

refuse_keys() { refuse "the key set $shown_keys is not accepted: $1; fetch it again from the exporter"; }
refuse_kid() {
  [ ${#kid} -le 80 ] || kid=$(printf '%.80s...' "$kid")
  refuse_proof "it is signed with the key $kid, which is not in $shown_keys; fetch the keys of the host that made the export"
}

# jwk_of X FLAT: a key that stood in DER or PEM, as the JWK that it is.
jwk_of() {
  printf "object$end\nstring${tab}kty${end}OKP\nstring${tab}crv${end}Ed25519\nstring${tab}x$end%s\n" "$1" >"$2"
}

# pem_key FILE: prints the key of a PEM text as JWK's "x", nothing for another text, and a sentence
# for PEM of anything else. Blanks do not count.
pem_key() {
  tr -d ' \t\r' <"$1" | awk '
    index($0, "-----BEGIN") == 1 {
      blocks++
      if (index($0, "PRIVATEKEY")) private = 1
      is_inside = $0 == "-----BEGINPUBLICKEY-----"
      next
    }
    $0 == "-----ENDPUBLICKEY-----" { if (is_inside) has_end = 1; is_inside = 0; next }
    is_inside { body = body $0 }
    END {
      if (!blocks) exit
      if (private) print "it holds a private key, which must never be published"
      else if (blocks > 1) print "it holds more than one block of PEM"
      else if (!has_end || length(body) != 60 || body !~ /^MCowBQYDK2VwAyEA[A-Za-z0-9+\/]+=$/)
        print "it is PEM, but not of an Ed25519 public key"
      else print substr(body, 17, 43)
    }'
}

# list_keys FLAT: a line "X KID" for every key for signatures. Fails with the reason. A key of another
# type or for another use is passed over; a retired key has no alg.
list_keys() {
  awk -F "[$tab$end]" -v keys_max="$keys_max" '
    function fail(why) { print why; failed = 1; exit 1 }
    # The same keys as crm-host refuses: the points whose order divides 8, with either sign, and every y
    # that is 2^255 - 19 or more, of which all but the first and the last byte are ff.
    function point_fault(x) {
      if (x in small) return "is of small order, so that anybody could sign for it"
      if (x ~ /^(7[fv_]|[89_-][Pfv_])_*[3_]8$/ && substr(x, 3, 39) == underscores)
        return "is no canonical encoding of a point"
    }
    function is(n, name, text) { return kind[n, name] == "string" && value[n, name] == text }
    function is_for_signatures(n) {
      return (!((n, "use") in kind) || is(n, "use", "sig")) &&
        (!((n, "key_ops") in kind) || (kind[n, "key_ops"] == "array" && verifies[n]))
    }
    function list(n, name,  x) {
      if (!is(n, "kty", "OKP") || !is(n, "crv", "Ed25519")) return 0
      if ((n, "d") in kind) fail(name " holds a private half, which must never be published")
      if (!is_for_signatures(n)) return 0
      if ((n, "alg") in kind && !is(n, "alg", "EdDSA") && !is(n, "alg", "Ed25519")) fail(name " has an \"alg\" other than EdDSA")
      x = kind[n, "x"] == "string" ? value[n, "x"] : ""
      if (length(x) != 43 || x ~ /[^A-Za-z0-9_-]/ || x !~ /[AEIMQUYcgkosw048]$/)
        fail(name " has no \"x\" of 32 bytes in canonical base64url")
      if (point_fault(x) != "") fail(name " has an \"x\" that " point_fault(x))
      print x, kind[n, "kid"] == "string" && value[n, "kid"] ~ /^[A-Za-z0-9_-]+$/ ? value[n, "kid"] : "?"
      return 1
    }
    BEGIN {
      zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      underscores = "_______________________________________"
      small["AA" zeros "AA"] = small["AA" zeros "IA"] = small["AQ" zeros "AA"] = small["AQ" zeros "IA"] = 1
      small["7P" underscores "38"] = small["7P" underscores "_8"] = 1
      small["JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU"] = small["JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_IU"] = 1
      small["xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o"] = small["xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA_o"] = 1
    }
    # The set is known before what is in it: an array comes before its elements.
    NF == 3 { kind["alone", $2] = $1; value["alone", $2] = $3 }
    NF == 3 && $1 == "array" && $2 == "keys" { is_set = 1 }
    NF == 4 && $1 == "string" && $2 == "key_ops" && $4 == "verify" { verifies["alone"] = 1 }
    !is_set || $2 != "keys" { next }
    NF == 4 { entry[entries++] = $1 }
    NF == 5 { kind[$3, $4] = $1; value[$3, $4] = $5 }
    NF == 6 && $1 == "string" && $4 == "key_ops" && $6 == "verify" { verifies[$3] = 1 }
    END {
      if (failed) exit 1
      if (!is_set && !list("alone", "the key")) fail("it is neither a public key nor a set of them with an array \"keys\"")
      if (entries > keys_max) fail("it holds more than " keys_max " keys")
      for (n = 0; n < entries; n++) {
        if (entry[n] != "object") fail("key " n + 1 " is not an object")
        list(n "", "key " n + 1)
      }
    }' "$1"
}

# thumbprints LIST: a line with the RFC 7638 thumbprint of every key. One openssl reads them all.
thumbprints() {
  (
    cd -- "$work" || exit 1
    awk '{
      file = "key" NR
      printf "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}", $1 >file
      close(file)
    }' "$1"
    openssl dgst -sha256 -r $(awk '{ print "key" NR }' "$1")
  ) | awk '
    BEGIN {
      for (i = 0; i < 6; i++) power[i] = i ? 2 * power[i - 1] : 1
      alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    }
    {
      text = ""
      bits = held = 0
      for (i = 1; i <= 64; i++) {
        bits = bits * 16 + index("0123456789abcdef", substr($1, i, 1)) - 1
        held += 4
        if (held < 6) continue
        held -= 6
        text = text substr(alphabet, int(bits / power[held]) + 1, 1)
        bits %= power[held]
      }
      print text substr(alphabet, bits * 4 + 1, 1)
    }'
}

# Puts what stands in the file of keys into keys.flat.
read_keys() {
  [ "$(bytes_of "$keys")" -le "$keys_bytes_max" ] || refuse_keys "it is larger than $keys_bytes_max bytes"
  case $(od -A n -N 3 -t x1 <"$keys" | tr -d ' \n') in
    efbbbf) tail -c +4 <"$keys" >"$work/keys" ;; # the byte order mark of some editors
    *) cat <"$keys" >"$work/keys" ;;
  esac
  if [ "$(bytes_of "$work/keys")" -eq 44 ]; then
    case $(od -A n -v -t x1 <"$work/keys" | tr -d ' \n') in
      302a300506032b6570032100*)
        jwk_of "$(tail -c 32 <"$work/keys" | base64url)" "$work/keys.flat"
        return
        ;;
    esac
  fi
  pem=
  ! is_text "$work/keys" || pem=$(pem_key "$work/keys")
  case $pem in
    '') flatten "$work/keys" "$work/keys.flat" || refuse_keys "it is neither PEM nor strict JSON ($(why "$work/keys.flat"))" ;;
    *' '*) refuse_keys "$pem" ;;
    *) jwk_of "$(printf '%s' "$pem" | tr '+/' '-_')" "$work/keys.flat" ;;
  esac
}

# Leaves "NAME X" of every key for signatures in the file "named".
load_keys() {
  read_keys
  list_keys "$work/keys.flat" >"$work/list" || refuse_keys "$(why "$work/list")"
  : >"$work/names"
  [ ! -s "$work/list" ] || thumbprints list >"$work/names"
  is_set=$(sed -n "/^array${tab}keys$end/p" "$work/keys.flat")
  awk -v is_set="${is_set:+1}" '
    NR <= keys { name[NR] = $1; next }
    is_set && $2 != name[NR - keys] { print "key " NR - keys " has a \"kid\" that is not its RFC 7638 thumbprint"; exit 1 }
    { print name[NR - keys], $1 }' keys="$(($(wc -l <"$work/names")))" "$work/names" "$work/list" >"$work/named" ||
    refuse_keys "$(why "$work/named")"
}

# Leaves the key named by $kid in key.der.
find_key() {
  found=$(sed -n "s/^$kid //p" "$work/named" | tail -n 1)
  [ -n "$found" ] && point_der "$found" "$work/key.der" || refuse_kid
}

# ---- The proof ----

# Splits the proof into $header, $payload and $signature, decoded beside.
read_proof() {
  [ "$(bytes_of "$proof")" -le "$proof_bytes_max" ] ||
    refuse_proof "it is larger than $proof_bytes_max bytes"
  [ "$(tr -d 'A-Za-z0-9_.-' <"$proof" | wc -c)" -eq 0 ] || refuse_proof "it is not canonical base64url"
  jws=$(cat <"$proof")
  header=${jws%%.*}
  signature=${jws##*.}
  case $jws in
    *.*.*.*) refuse_proof "it does not have three parts joined by dots" ;;
    *.*.*) ;;
    *) refuse_proof "it does not have three parts joined by dots" ;;
  esac
  payload=${jws#*.}
  payload=${payload%.*}
  decode "$header" "$work/header" && decode "$payload" "$work/payload" &&
    decode "$signature" "$work/signature" || refuse_proof "it is not canonical base64url"
  [ "$(bytes_of "$work/signature")" = 64 ] || refuse_proof "its signature is not 64 bytes"
}

# Sets $kid. Any other parameter could change what the rest means.
check_header() {
  flatten "$work/header" "$work/header.flat" ||
    refuse_proof "its header is not strict JSON ($(why "$work/header.flat"))"
  kid=$(awk -F "[$tab$end]" '
    NR == 1 { is_object = $1 == "object" }
    NF == 3 && $1 == "string" { text[$2] = $3 }
    END {
      if (!is_object) why = "its header is not a JSON object"
      else if (text["alg"] != "EdDSA") why = "its alg is not EdDSA"
      else if (text["typ"] != "crm-export-manifest+jws") why = "its typ is not crm-export-manifest+jws"
      else if (text["kid"] !~ /^[A-Za-z0-9_-]+$/) why = "it names no kid"
      else if (NR != 4) why = "its header has other parameters; only alg, typ and kid are allowed"
      print (why ? why : text["kid"])
      exit (why != "")
    }' "$work/header.flat") || refuse_proof "$kid"
}

check_signature() {
  printf '%s' "$header.$payload" >"$work/signed"
  fits "$work/key.der" "$work/signed" "$work/signature" && return
  require_ed25519
  refuse_proof "its signature does not hold; it was changed after signing"
}

# Leaves the claims of the manifest in variables, checked.
read_manifest() {
  flatten "$work/payload" "$work/payload.flat" ||
    refuse_proof "its manifest is not strict JSON ($(why "$work/payload.flat"))"
  awk -F "[$tab$end]" -v count_max="$count_max" -v as_is="$as_is" '
    function need(is_fine, name) {
      if (is_fine) return
      print "its manifest lacks a well-formed \"" name "\""
      exit 1
    }
    function is_text(name) { return kind[name] == "string" && value[name] != "" }
    function is_count(kind, digits) { # compared as text: a double has 53 bits
      return kind == "number" && digits !~ /[^0-9]/ &&
        (length(digits) < 20 || (length(digits) == 20 && ("x" digits) <= ("x" count_max)))
    }
    function days(year, month) {
      if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
      return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
    }
    # RFC 3339 in capitals, with at most nine digits of a second, without leap seconds.
    function is_time(name,  time, year, month, day) {
      time = value[name]
      if (kind[name] != "string" || time !~ time_form) return 0
      year = substr(time, 1, 4) + 0
      month = substr(time, 6, 2) + 0
      day = substr(time, 9, 2) + 0
      return year > 0 && month > 0 && month < 13 && day > 0 && day <= days(year, month)
    }
    BEGIN {
      d = "[0-9]"
      clock = "([01]" d "|2[0-3]):[0-5]" d
      fraction = "([.]" d d "?" d "?" d "?" d "?" d "?" d "?" d "?" d "?)?"
      time_form = "^" d d d d "-" d d "-" d d "T" clock ":[0-5]" d fraction "(Z|[-+]" clock ")$"
      positions = as_is "no event"
    }
    NF == 3 { kind[$2] = $1; value[$2] = $1 == "null" ? "" : $3 }
    NF == 4 && $2 == "as_of" {
      if (!is_count($1, $4)) is_bad_position = 1
      positions = (positions_count++ ? positions ", " as_is : "") $3 as_is " " $4
    }
    END {
      if (!is_count(kind["version"], value["version"]) || value["version"] != "1") {
        print "its manifest is not of version 1; verify it with a newer release"
        exit 1
      }
      need(is_text("iss"), "iss")
      need(is_text("tenant"), "tenant")
      need(is_text("message_id"), "message_id")
      need(is_time("created_at"), "created_at")
      need(is_count(kind["rows"], value["rows"]), "rows")
      need(is_count(kind["bytes"], value["bytes"]), "bytes")
      need(kind["sha256"] == "string" && length(value["sha256"]) == 64 && value["sha256"] !~ /[^0-9a-f]/, "sha256")
      need(kind["retained_from"] ~ /^(null)?$/ || is_time("retained_from"), "retained_from")
      need(kind["as_of"] == "object" && !is_bad_position, "as_of")
      n = split("iss tenant message_id created_at rows bytes sha256 retained_from", names, " ")
      for (i = 1; i <= n; i++) print value[names[i]]
      print positions
    }' "$work/payload.flat" >"$work/claims" || refuse_proof "$(why "$work/claims")"
  {
    IFS= read -r iss && IFS= read -r tenant && IFS= read -r message && IFS= read -r created && IFS= read -r rows &&
      IFS= read -r bytes && IFS= read -r sha256 && IFS= read -r kept_from && IFS= read -r positions
  } <"$work/claims"
}

# ---- The CSV ----

# A record ends at a line feed outside of quotes, and an escaped quote ("") changes that twice, so
# nothing but quotes and line feeds matters. A last record without a line end counts.
count_records() {
  {
    tr -cd '"\n' <"$csv"
    [ "$(tail -c 1 <"$csv" | od -A n -t x1 | tr -d ' ')" = 0a ] || [ ! -s "$csv" ] || echo
  } | awk '
    { quotes += length($0) }
    quotes % 2 == 0 { records++ }
    END { printf "%s%.0f\n", (quotes % 2 ? "cut after " : ""), records }'
}

check_file() {
  found=$(bytes_of "$csv")
  [ "$found" = "$bytes" ] ||
    refuse_file "has $found bytes where its proof says $bytes: it is incomplete or was changed"
  found=$(openssl dgst -sha256 -r <"$csv")
  [ "${found%% *}" = "$sha256" ] ||
    refuse_file "has another SHA-256 than its proof says: it was changed after the export"
  found=$(count_records)
  [ "$found" = "$(awk "BEGIN { printf \"%.0f\", $rows + 1 }")" ] ||
    refuse_file "has $found records with the header where its proof says $rows rows"
}

# ---- The order of all this ----

[ $# -eq 2 ] || [ $# -eq 3 ] || stop 2 "give the public keys and the CSV: $me KEYS FILE.csv [PROOF]"
keys=$1
csv=$2
proof=${3:-$csv.jws}
work=
trap '[ -z "$work" ] || rm -rf -- "$work"' EXIT
trap 'exit 1' HUP INT TERM
shown_keys=$(printable "$keys")
shown_csv=$(printable "$csv")
shown_proof=$(printable "$proof")
folder=${TMPDIR:-/tmp}/verify-export.$$
taken=0
until mkdir -- "$folder" 2>/dev/null; do
  # A run that was killed may have left one of that name.
  [ -e "$folder" ] && [ "$taken" -lt 100 ] || stop 1 "cannot make a temporary folder; name one with TMPDIR"
  taken=$((taken + 1))
  folder=${TMPDIR:-/tmp}/verify-export.$$.$taken
done
work=$folder
require_files
load_keys
read_proof
check_header
find_key
check_signature
read_manifest
check_file
is_gap=${kept_from:+ (of what happened before $as_is$kept_from$as_is nothing was kept)}
sentence="$as_is$shown_csv is complete and unmodified: $rows rows of message $as_is$message$as_is of tenant $as_is$tenant$as_is"
sentence="$sentence$is_gap, exported by $as_is$iss$as_is at $as_is$created$as_is, as of $as_is$positions, signed with key $kid."
printf '%s\n' "$(printable "$sentence" flat)" || stop 1 "cannot write to stdout; check where it is redirected to"
