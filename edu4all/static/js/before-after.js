// Two pictures, one over the other, with a native slider: <before-after><img><img class="after"><input type="range"></before-after>.
customElements.define("before-after", class extends HTMLElement {
  connectedCallback() {
    const slider = this.querySelector("input[type=range]");
    const show = () => this.style.setProperty("--at", `${slider.value}%`);
    slider.addEventListener("input", show);
    show();
  }
});
