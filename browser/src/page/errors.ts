/**
 * What is wrong with a form before it is sent, said as the server says it: a focused summary above the heading whose links
 * lead to the fields, the same words at each field, and the title that starts with it.
 */

export interface Wrong {
  readonly field: string;
  readonly sentence: string;
}

/** Say it, and nothing that was said before. `word`: what a title with errors begins with. */
export function showErrors(form: HTMLFormElement, wrong: readonly Wrong[], word: string): void {
  clear(form);
  const list = document.createElement("ul");
  for (const { field, sentence } of wrong) {
    const link = document.createElement("a");
    link.href = `#${field}`;
    link.textContent = sentence;
    list.appendChild(document.createElement("li")).appendChild(link);
    mark(field, sentence);
  }
  const summary = document.createElement("div");
  Object.assign(summary, { id: "summary", className: "summary", tabIndex: -1 });
  summary.setAttribute("role", "alert");
  summary.appendChild(list);
  document.querySelector("h1")?.before(summary);
  if (!document.title.startsWith(`${word}: `)) document.title = `${word}: ${document.title}`;
  summary.focus();
}

function clear(form: HTMLFormElement): void {
  document.querySelector("#summary")?.remove();
  for (const old of form.querySelectorAll(".error")) old.remove();
  for (const field of form.querySelectorAll(".wrong")) field.classList.remove("wrong");
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

function mark(field: string, sentence: string): void {
  const input = document.getElementById(field);
  const around = input?.closest(".field");
  if (input === null || !around) return;
  const said = document.createElement("span");
  Object.assign(said, { id: `${field}-error`, className: "error", textContent: sentence });
  around.querySelector("label, legend")?.after(said);
  around.classList.add("wrong");
  input.setAttribute("aria-invalid", "true");
  const described = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== said.id);
  input.setAttribute("aria-describedby", [...described, said.id].join(" "));
}
