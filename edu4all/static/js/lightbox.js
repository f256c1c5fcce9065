// Enlarges pictures: links with data-zoom, inside the nearest [data-zoom-group] or the whole page. Needs #lightbox (_lightbox.html).
const box = document.getElementById("lightbox");

if (box?.showModal) {
  const image = box.querySelector(".lightbox__img");
  const caption = box.querySelector(".lightbox__caption");
  const button = (name) => box.querySelector(`[data-lightbox="${name}"]`);
  let links = [];
  let at = 0;

  const show = (index) => {
    at = Math.max(0, Math.min(links.length - 1, index));
    const link = links[at];
    full(false);
    image.hidden = false;
    image.removeAttribute("src"); // the last picture must not stand under the next words while it loads
    if (link.dataset.width) image.width = link.dataset.width;
    if (link.dataset.height) image.height = link.dataset.height;
    image.src = link.href;
    image.alt = caption.textContent = link.dataset.alt ?? "";
    button("previous").disabled = at === 0;
    button("next").disabled = at === links.length - 1;
  };
  const full = (on) => {
    box.toggleAttribute("data-full", on);
    button("size").setAttribute("aria-pressed", String(on));
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-zoom]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const scope = link.closest("[data-zoom-group]") ?? document;
    const seen = new Set();
    links = [...scope.querySelectorAll("a[data-zoom]")].filter((other) => other === link || !seen.has(other.href) && seen.add(other.href) && other.href !== link.href);
    show(links.indexOf(link));
    box.showModal();
  });
  box.addEventListener("click", (event) => {
    const name = event.target.closest("[data-lightbox]")?.dataset.lightbox;
    if (name === "previous") show(at - 1);
    else if (name === "next") show(at + 1);
    else if (name === "size" || event.target === image) full(!box.hasAttribute("data-full"));
    else if (name === "close" || event.target.matches(".lightbox__stage")) box.close();
  });
  box.addEventListener("keydown", (event) => {
    if (box.hasAttribute("data-full") || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
}
