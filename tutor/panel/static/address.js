// The e-mail address that somebody typed on one of the pages before the sign-in stands on the others too, in this tab.
const KEY = "viva-email";
const [email, password] = ["email", "password"].map(name => document.querySelector(`[name=${name}]`));

if (email) {
  email.value ||= sessionStorage.getItem(KEY) ?? "";
  email.addEventListener("input", () => sessionStorage.setItem(KEY, email.value));
  if (email.value) password?.focus();
}
