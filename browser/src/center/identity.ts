/**
 * Step four. The resident number is checked, sealed for core banking's key and this application, and forgotten: its fields
 * have no name, so that nothing but the sealed bytes can be sent.
 */

import { b64, encode, unb64, utf8 } from "../protocol/encoding.ts";
import { labels } from "../protocol/labels.ts";
import { seal } from "../protocol/sealing.ts";
import { showErrors, type Wrong } from "../page/errors.ts";
import { digitsOf, faultOf } from "./rrn.ts";

interface Fields {
  readonly userId: HTMLInputElement;
  readonly front: HTMLInputElement;
  readonly back: HTMLInputElement;
  readonly sealed: HTMLInputElement;
}

export function sealIdentity(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-identity]");
  if (form === null) return;
  const fields = fieldsOf(form);
  fields.sealed.value = ""; // a browser may have kept it
  spread(fields);
  // Before the page's own listener, which marks a form as sent.
  form.addEventListener("submit", (event) => submit(form, fields, event), { capture: true });
}

function submit(form: HTMLFormElement, fields: Fields, event: SubmitEvent): void {
  if (fields.sealed.value !== "") return;
  event.preventDefault();
  if (form.dataset["sealing"] !== undefined) return;
  const digits = digitsOf(fields.front.value) + digitsOf(fields.back.value);
  const wrong = wrongWith(form, fields, digits);
  if (wrong.length > 0) return showErrors(form, wrong, form.dataset["error"] ?? "");
  form.dataset["sealing"] = "";
  void sealed(digits, form.dataset["identity"] ?? "")
    .then((text) => {
      fields.sealed.value = text;
      fields.front.value = fields.back.value = "";
      form.requestSubmit(event.submitter);
    })
    .catch(() => showErrors(form, [{ field: "rrn_front", sentence: form.dataset["notSealed"] ?? "" }], form.dataset["error"] ?? ""))
    .finally(() => delete form.dataset["sealing"]);
}

function wrongWith(form: HTMLFormElement, fields: Fields, digits: string): Wrong[] {
  const said = { incomplete: "incomplete", no_such_day: "noSuchDay", to_come: "toCome" } as const;
  const fault = faultOf(digits, form.dataset["today"] ?? "");
  const wrong: Wrong[] = [];
  if (fields.userId.value.trim() === "") wrong.push({ field: "user_id", sentence: form.dataset["userId"] ?? "" });
  if (fault !== null) wrong.push({ field: "rrn_front", sentence: form.dataset[said[fault]] ?? "" });
  return wrong;
}

async function sealed(digits: string, application: string): Promise<string> {
  const answer = await fetch("/api/v1/sealing-key");
  if (!answer.ok) throw new Error("no key");
  const { public_key: key } = (await answer.json()) as { readonly public_key: string };
  return b64(await seal(utf8(digits), unb64(key), encode(labels.RESIDENT_NUMBER_INFO, application)));
}

/** All thirteen pasted into the first field go to where they belong. */
function spread({ front, back }: Fields): void {
  front.addEventListener("input", () => {
    const digits = digitsOf(front.value);
    if (!/^[0-9]{7,13}$/.test(digits)) return;
    front.value = digits.slice(0, 6);
    back.value = digits.slice(6);
    back.focus();
  });
}

function fieldsOf(form: HTMLFormElement): Fields {
  const one = (selector: string): HTMLInputElement => {
    const found = form.querySelector<HTMLInputElement>(selector);
    if (found === null) throw new Error(selector);
    return found;
  };
  return { userId: one("#user_id"), front: one("#rrn_front"), back: one("#rrn_back"), sealed: one("[name=sealed_rrn]") };
}
