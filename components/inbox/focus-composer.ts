/** Puts the caret where one answers: the reply, else the choice of templates, unfolded first where it is folded. */
export function focusComposer(): void {
  const field = () => document.getElementById("reply") ?? document.getElementById("template-search");
  const box = field();
  if (box?.checkVisibility()) {
    box.focus();
    return;
  }
  document.getElementById("choose-template")?.click();
  requestAnimationFrame(() => (field() ?? document.querySelector<HTMLElement>("#composer input, #composer button"))?.focus());
}
