// The page behind the link of a password reset. The token is in the fragment, which browsers send to nobody.
const token = location.hash.slice(1);
const [form, input, notice] = ["form", "new", "notice"].map((id) => document.getElementById(id));
history.replaceState(null, "", location.pathname);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ token, new: input.value });
  try {
    const answer = await fetch("/api/v1/auth/password/reset", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    notice.textContent = answer.ok ? "Saved. Sign in with your new password." : (await answer.json()).error;
    form.hidden = answer.ok;
  } catch {
    notice.textContent = "The server cannot be reached. Try again in a moment.";
  }
});
