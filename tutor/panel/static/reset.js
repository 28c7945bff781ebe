// The token of a password reset stands behind the #, which browsers send to nobody: from there it goes into the form.
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
document.querySelector("[name=token]").value = token;
document.getElementById("reset").hidden = !token;
document.getElementById("no-token").hidden = Boolean(token);
for (const link of document.querySelectorAll(".languages a")) link.hash = token;
