// It runs before the first paint, so that nobody sees the other theme flash. That is why it is no module.
{
  let theme = null;
  try {
    theme = JSON.parse(localStorage.getItem("theme"));
  } catch {
    // Storage is switched off: the system's theme.
  }

  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  }
}
