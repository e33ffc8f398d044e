// Spares reloading the page: sends a form in the background and adds the new exchange below the old ones. Without
// this file everything works the same, one exchange a page.
"use strict";

const talk = document.getElementById("talk");
let sending = false;

async function send(form, button) {
  const data = new FormData(form);
  if (button && button.name) data.set(button.name, button.value);
  const answer = await fetch("/", { method: "POST", body: new URLSearchParams(data), headers: { Accept: "text/html" } });
  return { ok: answer.ok, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
}

function add({ ok, page }, label) {
  const fresh = page.querySelector(".exchange");
  if (!fresh) throw new Error("no exchange in the answer");
  if (label && !fresh.querySelector(".you")) {
    const you = document.createElement("p");
    you.className = "you";
    you.dir = "auto";
    you.textContent = label;
    fresh.prepend(you);
  }
  talk.append(fresh);
  // Only an answer moves on: what failed is sent again under the same name, so that it counts once.
  if (ok) document.querySelector('.say [name="once"]').value = page.querySelector('.say [name="once"]').value;
  // The language of the frame follows the last reply; what was said before keeps its own.
  for (const name of ["lang", "dir"]) document.documentElement[name] = page.documentElement[name];
  document.querySelector("header").replaceWith(page.querySelector("header"));
  const said = document.querySelector('.say [name="text"]'), next = page.querySelector('.say [name="text"]');
  said.placeholder = next.placeholder;
  said.setAttribute("aria-label", next.getAttribute("aria-label"));
  document.querySelector(".say button").textContent = page.querySelector(".say button").textContent;
  fresh.scrollIntoView({ block: "start" });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.hasAttribute("data-plain")) return;
  event.preventDefault();
  if (sending) return;
  sending = true;
  talk.setAttribute("aria-busy", "true");
  const button = event.submitter;
  const box = document.querySelector('.say [name="text"]');
  const typed = form.classList.contains("say") ? box.value : "";
  try {
    const sent = send(form, button);
    if (typed) box.value = ""; // what is typed from now on is the next message
    const answer = await sent;
    if (!answer.ok && !box.value) box.value = typed; // not answered: there to be sent again
    add(answer, button && button.name ? button.textContent : "");
  } catch {
    // No network or an old page: let the browser do what it does without script.
    if (typed) box.value = typed;
    if (button && button.name) {
      const held = document.createElement("input");
      held.type = "hidden";
      held.name = button.name;
      held.value = button.value;
      form.append(held);
    }
    form.submit();
  } finally {
    sending = false;
    talk.removeAttribute("aria-busy");
  }
});
