/** Every sentence of the page, in both languages. */

import { CENTER, type Pair, type Purpose } from "../protocol/transaction.ts";

const ko = {
  title: "비밀번호 6자리",
  loading: "불러오고 있어요",
  signTitle: { login: "로그인할게요", transfer: "이 내용에 서명해요", revocation: "이 인증서를 폐기해요. 되돌릴 수 없어요" },
  signButton: { login: "로그인하기", transfer: "이체에 서명하기", revocation: "인증서 폐기하기" },
  certificate: "인증서",
  issuedAt: "발급한 날",
  asks: "요청한 곳",
  relying_party: "로그인하는 곳",
  center: "인증센터",
  revocation: { certificate: "인증서 일련번호", reason: "이유", request: "신청 번호" },
  reason: {
    keyCompromise: "다른 사람이 비밀번호를 알 수도 있어요",
    affiliationChanged: "이름이 바뀌었어요",
    cessationOfOperation: "더 쓰지 않아요",
  },
  otherTitle: "처음 쓰는 인증서예요",
  otherText: "이 브라우저에서 쓰던 인증서와 달라요. 이름과 발급한 날을 확인해 주세요.",
  otherButton: "이 다른 인증서 쓰기",
  enterPin: "비밀번호 6자리를 입력해 주세요",
  choosePin: "새 비밀번호 6자리를 정해 주세요",
  repeatPin: "한 번 더 입력해 주세요",
  chooseButton: "다음",
  repeatButton: "이 비밀번호로 발급하기",
  advice: "생일, 전화번호, 연속된 숫자는 쓸 수 없어요. 직원도 비밀번호를 묻지 않아요.",
  field: "비밀번호",
  pad: "숫자판",
  clearAll: "모두 지우기",
  clearOne: "지우기",
  phoneKeyboard: "휴대폰 키보드로 입력",
  typed: "{n}자리 입력했어요",
  sixDigits: "6자리를 모두 입력해 주세요",
  checking: "확인하고 있어요",
  signing: "서명하고 있어요",
  issuing: "발급하고 있어요",
  wrong: "비밀번호가 달라요. {n}번 더 입력할 수 있어요",
  lastTry: "비밀번호가 달라요. 마지막 한 번 남았어요",
  mismatch: "두 번 입력한 비밀번호가 서로 달라요. 처음부터 다시 정해 주세요",
  easy: {
    one_digit: "같은 숫자만 있어요. 다른 비밀번호를 정해 주세요",
    ascending: "이어지는 숫자예요. 다른 비밀번호를 정해 주세요",
    descending: "이어지는 숫자예요. 다른 비밀번호를 정해 주세요",
    personal: "생일이나 전화번호가 들어 있어요. 다른 비밀번호를 정해 주세요",
    common: "많이 쓰는 비밀번호예요. 다른 비밀번호를 정해 주세요",
  },
  signedTitle: { login: "로그인했어요", transfer: "서명했어요", revocation: "폐기에 서명했어요" },
  foreign: "지난번 성공한 뒤 다른 곳에서 틀린 시도가 {n}번 있었어요. 내가 한 게 아니면 상담센터에 알려 주세요.",
  issuedTitle: "금융인증서를 발급했어요",
  serial: "일련번호",
  until: "유효기간",
  goOn: "계속하기",
  again: "다시 하기",
  error: "오류: ",
  refused: {
    locked: ["이 비밀번호는 더 쓸 수 없어요", "다섯 번 틀려서 잠겼어요. 아무도 풀 수 없으니 인증서를 다시 발급받아 주세요."],
    record_mismatch: ["인증서 기록이 서로 맞지 않아요", "비밀번호를 입력하지 마세요. 아무것도 서명하지 않았어요. 상담센터에 알려 주세요."],
    expired: ["시간이 지났어요", "아무것도 서명하지 않았어요. 처음 화면에서 다시 시작해 주세요."],
    no_code: ["다시 시작해 주세요", "이 화면은 한 번만 열 수 있어요. 처음 화면으로 돌아가 주세요."],
    connect_first: ["먼저 문자로 확인해 주세요", "처음 화면으로 돌아가 문자 확인번호를 입력해 주세요."],
    guard_unavailable: ["비밀번호 확인 서버가 답하지 않아요", "잠시 뒤 다시 해 보세요. 잃어버린 것은 없어요."],
    vault_unavailable: ["서명 서버가 답하지 않아요", "잠시 뒤 다시 해 보세요. 같은 내용이 두 번 서명되지는 않아요."],
    bank_unavailable: ["은행이 답하지 않아요", "잠시 뒤 다시 해 보세요. 잃어버린 것은 없어요."],
    center_unavailable: ["인증센터가 답하지 않아요", "잠시 뒤 다시 해 보세요. 잃어버린 것은 없어요."],
    other: ["계속할 수 없어요", "처음 화면에서 다시 시작해 주세요. 되풀이되면 상담센터에 아래 코드를 알려 주세요."],
  },
};

export type Words = typeof ko;
export type RefusedKey = keyof Words["refused"];

const en: Words = {
  title: "Six-digit PIN",
  loading: "Loading",
  signTitle: { login: "Log in", transfer: "You sign this", revocation: "This revokes the certificate for good" },
  signButton: { login: "Log in", transfer: "Sign the transfer", revocation: "Revoke the certificate" },
  certificate: "Certificate",
  issuedAt: "Issued",
  asks: "Requested by",
  relying_party: "You log in to",
  center: "Certification centre",
  revocation: { certificate: "Certificate's serial number", reason: "Reason", request: "Request" },
  reason: {
    keyCompromise: "Somebody may know my PIN",
    affiliationChanged: "My name changed",
    cessationOfOperation: "I no longer need it",
  },
  otherTitle: "A certificate new to this browser",
  otherText: "It is not the one you used here before. Check the name and the date of issue.",
  otherButton: "Use this other certificate",
  enterPin: "Enter your six-digit PIN",
  choosePin: "Choose a new six-digit PIN",
  repeatPin: "Enter it once more",
  chooseButton: "Next",
  repeatButton: "Issue with this PIN",
  advice: "No birthday, phone number or digits in a row. Our staff never ask for your PIN.",
  field: "PIN",
  pad: "Digits",
  clearAll: "Clear all",
  clearOne: "Delete",
  phoneKeyboard: "Use the phone's keyboard",
  typed: "{n} digits entered",
  sixDigits: "Enter all six digits",
  checking: "Checking",
  signing: "Signing",
  issuing: "Issuing",
  wrong: "That PIN isn't right. {n} tries left",
  lastTry: "That PIN isn't right. One last try",
  mismatch: "The two PINs are not the same. Choose again",
  easy: {
    one_digit: "That is one digit repeated. Choose another PIN",
    ascending: "Those digits are in a row. Choose another PIN",
    descending: "Those digits are in a row. Choose another PIN",
    personal: "That is part of your birthday or phone number. Choose another PIN",
    common: "Many people use that PIN. Choose another",
  },
  signedTitle: { login: "You are logged in", transfer: "Signed", revocation: "The revocation is signed" },
  foreign: "Since your last success there were {n} wrong attempts elsewhere. If they were not yours, tell our help centre.",
  issuedTitle: "Your certificate is ready",
  serial: "Serial number",
  until: "Valid until",
  goOn: "Continue",
  again: "Try again",
  error: "Error: ",
  refused: {
    locked: ["This PIN can no longer be used", "It was wrong five times. Nobody can unlock it: have your certificate reissued."],
    record_mismatch: ["The certificate's records do not match", "Do not enter your PIN. Nothing was signed. Tell our help centre."],
    expired: ["Time is up", "Nothing was signed. Start again from the first page."],
    no_code: ["Start again", "This page opens only once. Go back to the first page."],
    connect_first: ["Confirm by text message first", "Go back to the first page and enter the code from the message."],
    guard_unavailable: ["A PIN server does not answer", "Try again in a moment. Nothing is lost."],
    vault_unavailable: ["The signing server does not answer", "Try again in a moment. The same thing is never signed twice."],
    bank_unavailable: ["The bank does not answer", "Try again in a moment. Nothing is lost."],
    center_unavailable: ["The certification centre does not answer", "Try again in a moment. Nothing is lost."],
    other: ["We can't go on", "Start again from the first page. If it happens again, tell our help centre this code."],
  },
};

export const WORDS = { ko, en } as const;
export type Language = keyof typeof WORDS;

/** The language of that name; Korean for any other. */
export function languageOf(name: string | null): Language {
  return name === "en" ? "en" : "ko";
}

/** `sentence` with its number. */
export function counted(sentence: string, n: number): string {
  return sentence.replace("{n}", String(n));
}

/** Who asks: the centre by its name, any other by what it is registered as. */
export function partyName(words: Words, relyingParty: string): string {
  return relyingParty === CENTER ? words.center : relyingParty;
}

/** The pairs that are signed, in words where they are the centre's own. */
export function shownPairs(words: Words, purpose: Purpose, pairs: readonly Pair[]): readonly Pair[] {
  if (purpose !== "revocation") return pairs;
  return pairs.map(([name, value]) => [
    words.revocation[name as keyof Words["revocation"]],
    name === "reason" ? words.reason[value as keyof Words["reason"]] : value,
  ]);
}

// The refusals of one cause; any other code is `other`, with the code beside it.
const KEYS: Readonly<Record<string, RefusedKey>> = {
  row_full: "locked",
  life_full: "locked",
  wrong_pin: "locked",
  record_mismatch: "record_mismatch",
  anchors_mismatch: "record_mismatch",
  certificate_mismatch: "record_mismatch",
  signature_refused: "record_mismatch",
  transaction_refused: "record_mismatch",
  day_key_expired: "expired",
  transaction_expired: "expired",
  code_refused: "no_code",
  visit_refused: "no_code",
  connect_first: "connect_first",
  guard_unavailable: "guard_unavailable",
  vault_unavailable: "vault_unavailable",
  bank_unavailable: "bank_unavailable",
  center_unavailable: "center_unavailable",
};

/** Which words tell of that refusal. */
export function refusedKey(code: string): RefusedKey {
  return Object.hasOwn(KEYS, code) ? KEYS[code]! : "other";
}
