// Colours, keys and downloads: what needs the browser itself.
(() => {
  const themes = ["system", "light", "dark"];
  const show = (theme) => {
    document.documentElement.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) button.textContent = `Colours: ${theme}`;
  };
  const current = () => localStorage.getItem("theme") ?? "system";
  show(current());

  // Blazor draws the button later than this script runs.
  new MutationObserver(() => {
    const button = document.getElementById("theme");
    if (button && !button.textContent.includes(":")) show(current());
  }).observe(document, { childList: true, subtree: true });

  document.addEventListener("click", (event) => {
    if (event.target.id !== "theme") return;
    const next = themes[(themes.indexOf(current()) + 1) % themes.length];
    localStorage.setItem("theme", next);
    show(next);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      document.querySelector("[data-escape]")?.click();
    } else if (!/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      const filter = event.key === "/" && document.querySelector("[data-filter]");
      const target = filter || [...document.querySelectorAll("nav [data-key]")].find((link) => link.dataset.key === event.key);
      if (!target) return;
      event.preventDefault();
      if (filter) filter.focus(); else target.click();
    }
  });

  window.dashboard = {
    // Keeps the end of a list in sight, unless somebody has scrolled up.
    follow: (element) => {
      if (!element || element.dataset.followed) return;
      element.dataset.followed = "true";
      let isAtEnd = true;
      element.addEventListener("scroll", () => { isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40; });
      new MutationObserver(() => { if (isAtEnd) element.scrollTop = element.scrollHeight; }).observe(element, { childList: true, subtree: true });
      element.scrollTop = element.scrollHeight;
    },
    download: async (name, reference) => {
      const url = URL.createObjectURL(new Blob([await reference.arrayBuffer()], { type: "text/plain" }));
      const link = Object.assign(document.createElement("a"), { href: url, download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    },
  };
})();
