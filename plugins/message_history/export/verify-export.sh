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
end=$(printf '\001') # between a member's path and its value; JSON holds no raw control character
proof_bytes_max=65536
keys_bytes_max=1048576

stop() { # STATUS TEXT
  printf '%s: %s\n' "$me" "$2" >&2
  exit "$1"
}
refuse() { stop 1 "$1"; }
refuse_proof() { refuse "the proof $proof is not accepted: $1; do not use $csv, and export it again"; }
refuse_file() { refuse "$csv $1; do not use it, and export it again"; }

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

# is_text FILE: well-formed UTF-8 without a NUL, where readers would stop or guess.
is_text() {
  od -A n -v -t u1 "$1" | awk '
    function begin(count, first, last) { left = count; low = first; high = last }
    {
      for (i = 1; i <= NF; i++) {
        byte = $i + 0
        if (left > 0) {
          if (byte < low || byte > high) bad = 1
          begin(left - 1, 128, 191)
        } else if (byte == 0 || (byte > 127 && byte < 194) || byte > 244) bad = 1
        else if (byte == 224) begin(2, 160, 191)
        else if (byte == 237) begin(2, 128, 159)
        else if (byte == 240) begin(3, 144, 191)
        else if (byte == 244) begin(3, 128, 143)
        else if (byte > 240) begin(3, 128, 191)
        else if (byte > 224) begin(2, 128, 191)
        else if (byte > 127) begin(1, 128, 191)
      }
    }
    END { exit (bad || left > 0) }'
}

# flatten JSON FLAT: a line "KIND<tab>PATH<end>VALUE" for every value, its path joined by tabs,
# strings as they are spelled. Fails for what is not strict JSON; the last line then says why.
flatten() {
  is_text "$1" || {
    echo "it holds a NUL or bytes that are no UTF-8" >"$2"
    return 1
  }
  awk '
    function fail(why) { print why; exit 1 }
    function leaf(kind, path, shown) { printf "%s\t%s\001%s\n", kind, path, shown }
    function next_sign() {
      while (pos <= size && index(" \t\r\n", substr(text, pos, 1))) pos++
      return substr(text, pos, 1)
    }
    # How many characters to skip for the second half of a character that is escaped in two.
    function surrogates(at,  hex) {
      hex = substr(text, at, 4)
      if (hex !~ hex4) fail("an escape is not four hex digits")
      if (hex ~ /^[dD][c-fC-F]/) fail("an escape is half a character")
      if (hex !~ /^[dD][89abAB]/) return 0
      hex = substr(text, at + 6, 4)
      if (substr(text, at + 4, 2) != "\\u" || hex !~ hex4 || hex !~ /^[dD][c-fC-F]/) fail("an escape is half a character")
      return 6
    }
    function quoted(  first, c) {
      first = ++pos
      while ((c = substr(text, pos, 1)) != "\"") {
        if (c < " ") fail("a string holds a raw control character or does not end")
        if (c == "\\") {
          c = substr(text, ++pos, 1)
          if (c == "" || !index("\"\\/bfnrtu", c)) fail("an escape does not exist")
          if (c == "u") pos += surrogates(pos + 1)
        }
        pos++
      }
      pos++
      return substr(text, first, pos - 1 - first)
    }
    function plain(path,  first, word) {
      first = pos
      while (pos <= size && index("+-.0123456789abcdefghijklmnopqrstuvwxyzE", substr(text, pos, 1))) pos++
      word = substr(text, first, pos - first)
      if (word ~ /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/) {
        if (word + 0 > double_max || word + 0 < -double_max) fail("the number at byte " first " is beyond every range")
        leaf("number", path, word)
      }
      else if (word == "true" || word == "false" || word == "null") leaf(word, path, word)
      else fail("byte " first " begins no value")
    }
    function members(path, depth, is_object, close_sign,  count, key, inner) {
      if (depth >= 16) fail("it is nested deeper than 16 levels")
      leaf(is_object ? "object" : "array", path, "")
      pos++
      if (next_sign() == close_sign) { pos++; return }
      for (count = 0; ; count++) {
        key = count
        if (is_object) {
          if (next_sign() != "\"") fail("byte " pos " begins no key")
          key = quoted()
          if (key ~ odd_key) fail("a key is spelled with needless escapes")
          if (next_sign() != ":") fail("byte " pos " is not the colon after a key")
          pos++
        }
        inner = path == "" ? key : path "\t" key
        if (inner in seen) fail("a key stands twice in one object")
        seen[inner] = 1
        value(inner, depth + 1)
        if (next_sign() == close_sign) { pos++; return }
        if (next_sign() != ",") fail("byte " pos " does not go on after a value")
        pos++
      }
    }
    function value(path, depth,  c) {
      c = next_sign()
      if (c == "\"") leaf("string", path, quoted())
      else if (c == "{") members(path, depth, 1, "}")
      else if (c == "[") members(path, depth, 0, "]")
      else plain(path)
    }
    BEGIN {
      RS = "\001"
      FS = "\001"
      double_max = 1.7976931348623157e308
      digit = "[0-9A-Fa-f]"
      hex4 = "^" digit digit digit digit "$"
      odd_key = "\\\\(/|u[^0]|u0[^0]|u00[^01])"
    }
    { text = $0 }
    END {
      if (NR != 1) fail("it is empty or holds raw control characters")
      size = length(text)
      pos = 1
      value("", 0)
      if (next_sign() != "") fail("something follows the value at byte " pos)
    }' <"$1" >"$2"
}
why() { tail -n 1 "$1"; }
member() { sed -n "s/^$2$tab$3$end//p" "$1"; } # FLAT KIND PATH

# A string as it is read, on one line of a terminal.
shown() { printf '%s' "$1" | sed 's/\\\(["\\/]\)/\1/g' | tr '\001-\037\177' '[?*]'; }

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

require_files() {
  command -v openssl >/dev/null || stop 1 "openssl is not installed; install OpenSSL 3.0 or later"
  for file in "$keys" "$csv"; do
    [ -f "$file" ] && [ -r "$file" ] || refuse "cannot read $file; check its name and permissions"
  done
  [ -f "$proof" ] && [ -r "$proof" ] ||
    refuse "the proof of $csv cannot be read ($proof); without it nothing is proved"
}

# Splits the proof into $header, $payload and $signature, decoded beside.
read_proof() {
  [ "$(bytes_of "$proof")" -le "$proof_bytes_max" ] ||
    refuse_proof "it is larger than $proof_bytes_max bytes"
  [ "$(tr -d 'A-Za-z0-9_.-' <"$proof" | wc -c)" -eq 0 ] || refuse_proof "it is not canonical base64url"
  jws=$(cat "$proof")
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
  [ "$(member "$work/header.flat" string alg)" = EdDSA ] || refuse_proof "its alg is not EdDSA"
  [ "$(member "$work/header.flat" string typ)" = crm-export-manifest+jws ] ||
    refuse_proof "its typ is not crm-export-manifest+jws"
  kid=$(member "$work/header.flat" string kid)
  case $kid in
    '' | *[!A-Za-z0-9_-]*) refuse_proof "it names no kid" ;;
  esac
  # The object itself and its three members.
  [ "$(wc -l <"$work/header.flat")" -eq 4 ] ||
    refuse_proof "its header has other parameters than alg, typ and kid"
}

refuse_keys() { refuse "the key set $keys is not accepted: $1; fetch it again from the exporter"; }
refuse_kid() {
  refuse_proof "it is signed with the key $kid, which is not in $keys; fetch the keys of the host that made the export"
}

# Leaves the key named by $kid in key.der.
find_key() {
  [ "$(bytes_of "$keys")" -le "$keys_bytes_max" ] || refuse_keys "it is larger than $keys_bytes_max bytes"
  case $(od -A n -N 3 -t x1 "$keys" | tr -d ' \n') in
    efbbbf) tail -c +4 "$keys" >"$work/keys" ;; # the byte order mark of some editors
    *) cat "$keys" >"$work/keys" ;;
  esac
  if openssl pkey -pubin -in "$work/keys" -outform DER -out "$work/key.der" 2>/dev/null; then
    case $(od -A n -v -t x1 "$work/key.der" | tr -d ' \n') in
      302a300506032b6570032100*) ;;
      *) refuse_keys "it is not an Ed25519 key" ;;
    esac
    x=$(tail -c 32 "$work/key.der" | base64url)
    [ "$(thumbprint "$x")" = "$kid" ] || refuse_kid
    return
  fi
  flatten "$work/keys" "$work/keys.flat" || refuse_keys "it is neither PEM nor strict JSON ($(why "$work/keys.flat"))"
  found=
  if [ -n "$(sed -n "/^array${tab}keys$end/p" "$work/keys.flat")" ]; then
    for index in $(sed -n "s/^[a-z]*${tab}keys$tab\([0-9]*\)$end.*/\1/p" "$work/keys.flat"); do
      [ -n "$(sed -n "/^object${tab}keys$tab$index$end/p" "$work/keys.flat")" ] ||
        refuse_keys "key $((index + 1)) is not an object"
      entry="keys$tab$index$tab"
      take_jwk "key $((index + 1))" || continue
      [ "$(member "$work/keys.flat" string "${entry}kid")" = "$(thumbprint "$x")" ] ||
        refuse_keys "key $((index + 1)) has a \"kid\" that is not its RFC 7638 thumbprint"
      [ "$(thumbprint "$x")" != "$kid" ] || found=$x
    done
  else
    entry=
    take_jwk "it" || refuse_keys "it is no Ed25519 key for signatures"
    [ "$(thumbprint "$x")" != "$kid" ] || found=$x
  fi
  [ -n "$found" ] && point_der "$found" "$work/key.der" || refuse_kid
}

thumbprint() { # X
  printf '{"crv":"Ed25519","kty":"OKP","x":"%s"}' "$1" | openssl dgst -sha256 -binary | base64url
}

# take_jwk NAME: sets x of the JWK whose members' paths begin with $entry. Fails for a key that is
# passed over, of another type or for another use. A retired key has no alg.
take_jwk() {
  [ "$(member "$work/keys.flat" string "${entry}kty")" = OKP ] &&
    [ "$(member "$work/keys.flat" string "${entry}crv")" = Ed25519 ] || return 1
  [ -z "$(sed -n "/^[a-z]*$tab${entry}d$end/p" "$work/keys.flat")" ] ||
    refuse_keys "$1 holds a private half, which must never be published"
  case $(sed -n "/^[a-z]*$tab${entry}use$end/p" "$work/keys.flat") in
    '' | "string$tab${entry}use${end}sig") ;;
    *) return 1 ;;
  esac
  [ -z "$(sed -n "/^[a-z]*$tab${entry}key_ops$end/p" "$work/keys.flat")" ] ||
    [ -n "$(sed -n "/^string$tab${entry}key_ops$tab[0-9]*${end}verify\$/p" "$work/keys.flat")" ] || return 1
  case $(sed -n "/^[a-z]*$tab${entry}alg$end/p" "$work/keys.flat") in
    '' | "string$tab${entry}alg${end}EdDSA" | "string$tab${entry}alg${end}Ed25519") ;;
    *) refuse_keys "$1 has an \"alg\" other than EdDSA" ;;
  esac
  x=$(member "$work/keys.flat" string "${entry}x")
  point_der "$x" "$work/key.der" || refuse_keys "$1 has no \"x\" of 32 bytes in canonical base64url"
}

check_signature() {
  printf '%s' "$header.$payload" >"$work/signed"
  fits "$work/key.der" "$work/signed" "$work/signature" && return
  require_ed25519
  refuse_proof "its signature does not hold; it was changed after signing"
}

# text NAME, number NAME: a member of the manifest, checked.
malformed() { refuse_proof "its manifest lacks a well-formed \"$1\""; }
text() { member "$work/flat" string "$1" | grep . || return 1; }
number() { member "$work/flat" number "$1" | grep -x '[0-9]*' || return 1; }

read_manifest() {
  flatten "$work/payload" "$work/flat" ||
    refuse_proof "its manifest is not strict JSON ($(why "$work/flat"))"
  version=$(number version) && [ "$version" = 1 ] ||
    refuse_proof "its manifest is not of version 1; verify it with a newer release"
  iss=$(text iss) || malformed iss
  tenant=$(text tenant) || malformed tenant
  message=$(text message_id) || malformed message_id
  created=$(text created_at) || malformed created_at
  rows=$(number rows) || malformed rows
  bytes=$(number bytes) || malformed bytes
  sha256=$(text sha256 | grep -x '[0-9a-f]\{64\}') || malformed sha256
  kept_from=
  case $(sed -n "s/^\([a-z]*\)${tab}retained_from$end.*/\1/p" "$work/flat") in
    "" | null) ;;
    *) kept_from=$(text retained_from) || malformed retained_from ;;
  esac
  [ -n "$(sed -n "/^object${tab}as_of$end/p" "$work/flat")" ] || malformed as_of
  positions=$(sed -n "s/^\([a-z]*\)${tab}as_of$tab/\1$tab/p" "$work/flat" | awk -F "[$tab$end]" '
    $1 != "number" || $3 !~ /^[0-9]+$/ { bad = 1 }
    { list = list (NR == 1 ? "" : ", ") $2 " " $3 }
    END { print list == "" ? "no event" : list; exit bad }') || malformed as_of
}

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

[ $# -eq 2 ] || [ $# -eq 3 ] || stop 2 "give the public keys and the CSV: $me KEYS FILE.csv [PROOF]"
keys=$1
csv=$2
proof=${3:-$csv.jws}
work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
require_files
folder=${TMPDIR:-/tmp}/verify-export.$$
mkdir "$folder" || stop 1 "cannot make a temporary folder; name one with TMPDIR"
work=$folder
read_proof
check_header
find_key
check_signature
read_manifest
check_file
printf '%s is complete and unmodified: %s rows of message %s of tenant %s%s, exported by %s at %s, as of %s, signed with key %s.\n' \
  "$csv" "$rows" "$(shown "$message")" "$(shown "$tenant")" \
  "${kept_from:+ (of what happened before $(shown "$kept_from") nothing was kept)}" \
  "$(shown "$iss")" "$(shown "$created")" "$(shown "$positions")" "$kid"
