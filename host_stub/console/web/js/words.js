// The console's own words; those of the pages come from the plugins.

const words = {
  ko: {
    brand: "CRM 관리자",
    sign_in: "로그인",
    sign_in_lead: "crm-host가 처음 켜질 때 알려 준 이름과 비밀번호를 입력해 주세요.",
    name: "이름",
    password: "비밀번호",
    sign_out: "로그아웃",
    skip: "본문으로 건너뛰기",
    menu: "메뉴",
    shop: "쇼핑몰",
    language: "English",
    show_members: "회원 ID 보기",
    time_zone: (zone) => `시각은 ${zone} 기준이에요`,
    loading: "불러오는 중이에요…",
    more: "더 보기",
    total: (count) => `전체 ${count}건`,
    close: "닫기",
    clear: "조건 지우기",
    all: "전체",
    retry: "다시 시도",
    back: "뒤로",
    code: "코드",
    attempts: "발송 과정",
    as_table: "표로 보기",
    download_lead: "누가 왜 내려받았는지 기록에 남아요. 한 번 내려받은 파일은 바뀌지 않았는지 언제든 확인할 수 있어요.",
    reason: "내려받는 이유",
    reason_hint: "예: 11월 성과 보고",
    reason_missing: "내려받는 이유를 적어 주세요.",
    dialect: "파일 형식",
    dialect_spreadsheet: "엑셀용",
    dialect_spreadsheet_help: "엑셀에서 바로 열 수 있어요. 앞자리 0과 긴 번호가 그대로 보이고, 수식으로 잘못 읽힐 글자 앞에는 작은따옴표(')가 붙어요.",
    dialect_raw: "시스템용",
    dialect_raw_help: "다른 프로그램에 넣을 때 쓰는 원본 그대로의 값이에요.",
    unmask: "회원 ID를 가리지 않기",
    begin: "내려받기 시작",
    received: (bytes) => `${bytes} 받는 중`,
    done: (rows, bytes) => `${rows}행, ${bytes}를 모두 받았어요. 받은 내용이 서명과 같은 것도 확인했어요.`,
    broken: "끝까지 받지 못했어요. 저장하지 않았으니 다시 시도해 주세요.",
    mismatch: "받은 내용이 서명과 달라요. 저장하지 않았으니 다시 시도해 주세요.",
    proof: "증명 파일 받기 (.jws)",
    keys: "확인용 공개키 받기 (.jwks)",
    verify_help: "두 파일과 공개키를 한 폴더에 두고 이렇게 확인하세요.",
    save_again: "CSV 다시 저장",
    errors: {
      signed_out: "로그인이 필요해요.",
      expired: "오랫동안 쓰지 않아 로그아웃됐어요. 다시 로그인해 주세요.",
      wrong_password: "이름이나 비밀번호가 맞지 않아요.",
      too_many_attempts: "여러 번 틀려서 잠시 멈췄어요. 1분 뒤에 다시 시도해 주세요.",
      csrf: "화면을 새로 고친 뒤 다시 시도해 주세요.",
      denied: "이 작업을 할 권한이 없어요. 관리자에게 권한을 요청해 주세요.",
      not_found: "찾으시는 내용이 없어요. 지워졌거나 주소가 달라졌을 수 있어요.",
      invalid: "조건을 이해하지 못했어요. 조건을 바꾸거나 지워 주세요.",
      busy: "지금은 처리할 일이 많아요. 잠시 뒤 다시 시도해 주세요.",
      full: "서버의 저장 공간이 부족해요. 운영자에게 알려 주세요.",
      plugin: "이 화면을 만드는 기능에 문제가 생겼어요. 운영자에게 알려 주세요.",
      too_large: "보낸 내용이 너무 커요.",
      offline: "서버에 연결할 수 없어요. 잠시 뒤 다시 시도해 주세요.",
      failed: "문제가 생겼어요. 잠시 뒤 다시 시도해 주세요.",
    },
  },
  en: {
    brand: "CRM admin",
    sign_in: "Sign in",
    sign_in_lead: "Use a name and password that crm-host printed when it first started.",
    name: "Name",
    password: "Password",
    sign_out: "Sign out",
    skip: "Skip to content",
    menu: "Menu",
    shop: "Shop",
    language: "한국어",
    show_members: "Show member IDs",
    time_zone: (zone) => `Times are in ${zone}`,
    loading: "Loading…",
    more: "Show more",
    total: (count) => `${count} in all`,
    close: "Close",
    clear: "Clear filters",
    all: "All",
    retry: "Try again",
    back: "Back",
    code: "Code",
    attempts: "Attempts",
    as_table: "Show as a table",
    download_lead: "Who downloaded it and why is kept on record. The file can be checked for changes at any time.",
    reason: "Why do you need it?",
    reason_hint: "For example: November report",
    reason_missing: "Please say why you need the file.",
    dialect: "Format",
    dialect_spreadsheet: "For spreadsheets",
    dialect_spreadsheet_help: "Opens in Excel as it is. Leading zeros and long numbers stay, and text that could be taken for a formula gets an apostrophe (') in front.",
    dialect_raw: "For programs",
    dialect_raw_help: "Values exactly as they are, to load elsewhere.",
    unmask: "Do not mask member IDs",
    begin: "Start download",
    received: (bytes) => `${bytes} received`,
    done: (rows, bytes) => `All ${rows} rows, ${bytes}, received. They are what was signed.`,
    broken: "The download ended early. Nothing was saved; please try again.",
    mismatch: "What arrived is not what was signed. Nothing was saved; please try again.",
    proof: "Get the proof (.jws)",
    keys: "Get the public keys (.jwks)",
    verify_help: "Keep both files and the keys in one folder and check them like this.",
    save_again: "Save the CSV again",
    errors: {
      signed_out: "Please sign in.",
      expired: "You were signed out after a while without use. Please sign in again.",
      wrong_password: "The name or the password is wrong.",
      too_many_attempts: "Too many attempts. Please wait a minute and try again.",
      csrf: "Please reload the page and try again.",
      denied: "You do not have the permission for this. Please ask an administrator.",
      not_found: "There is nothing here. It may have been removed, or the address has changed.",
      invalid: "These filters were not understood. Please change or clear them.",
      busy: "There is much to do right now. Please try again in a moment.",
      full: "The server is out of disk space. Please tell whoever operates it.",
      plugin: "The feature that makes this page has a problem. Please tell whoever operates it.",
      too_large: "What was sent is too large.",
      offline: "The server cannot be reached. Please try again in a moment.",
      failed: "Something went wrong. Please try again in a moment.",
    },
  },
};

let current = localStorage.getItem("locale") === "en" ? "en" : "ko";

export function locale() {
  return current;
}

export function set_locale(next) {
  current = next;
  localStorage.setItem("locale", next);
  document.documentElement.lang = next;
}

export function word(key, ...values) {
  const text = words[current][key];
  return typeof text === "function" ? text(...values) : text;
}

export function error_text(error) {
  return words[current].errors[error.code] ?? words[current].errors.failed;
}
