// Says what went wrong when the browser gave no passkey: allauth's script only logs it.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.getElementById("passkey-told");
  place.hidden = false;
  place.textContent =
    "Your device gave no passkey: it was cancelled, took too long, or has none for this portal. Try again.";
});
