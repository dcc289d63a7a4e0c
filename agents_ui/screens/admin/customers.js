/** What the law asks for: a customer's data as a file, its end, and the end of their sign-in. */

import { eraseCustomer, exportOf, signOutCustomer } from "../../api/office.js";
import { Field, useForm } from "../../parts/form.js";
import { FileLink } from "../../parts/saving.js";
import { html, useState } from "../../vendor/preact.js";

/** @param {{ desk: import("../../state/desk.js").Desk }} props */
export function CustomersTab({ desk }) {
  const { words } = desk;
  const form = useForm(desk);
  const [id, setId] = useState("");
  const [again, setAgain] = useState("");
  const [asked, setAsked] = useState(false);
  const known = id.trim() !== "";
  const erase = async () => {
    if (!asked) return setAsked(true);
    if (again !== id) return desk.tell(words.say("customers.twice"));
    if (await form.run(() => eraseCustomer(id), words.say("customers.erased", { id }))) {
      setAsked(false);
      setAgain("");
    }
  };
  return html`<form class="sheet" ref=${form.ref} onSubmit=${(/** @type {Event} */ event) => event.preventDefault()} noValidate>
    <${Field} form=${form} name="customer" label=${words.say("customer.id")} value=${id} hint=${words.say("customers.hint")}
      set=${(/** @type {string} */ next) => {
        setId(next);
        setAsked(false);
      }} more=${{ autocapitalize: "none", spellcheck: false }} />
    <div class="buttons">
      ${known && html`<${FileLink} desk=${desk} href=${exportOf(id)} label=${words.say("customers.export")} />`}
      <button type="button" aria-disabled=${!known} onClick=${() => known && form.run(() => signOutCustomer(id), words.say("customers.signed.out", { id }))}>
        ${words.say("customers.sign.out")}</button>
      <button type="button" class="danger" aria-disabled=${!known} onClick=${() => known && erase()}>${words.say("customers.erase")}</button>
    </div>
    ${asked && html`<div class="secret"><p>${words.say("customers.erase.about")}</p>
      <${Field} form=${form} name="again" label=${words.say("customers.again")} value=${again} set=${setAgain} />
      <div><button type="button" class="danger" onClick=${erase}>${words.say("customers.erase.go", { id })}</button></div></div>`}
    <p class="wrong" role="alert" lang="en">${Object.values(form.errors).join(" ")}</p>
    ${form.done && html`<p class="saved">${form.done}</p>`}
  </form>`;
}
