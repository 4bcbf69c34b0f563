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

const FRAMES = 60;

/** Puts focus on a message once it is drawn, unless a hand has moved it elsewhere meanwhile; on the log if it is not drawn soon. */
export function focusMessage(id: string): void {
  const from = document.activeElement;
  const look = (left: number) => {
    const node = document.querySelector<HTMLElement>(`[data-message="${id}"]`);
    if (!node && left > 0) return requestAnimationFrame(() => look(left - 1));
    if (document.activeElement === from || document.activeElement === document.body)
      (node ?? document.querySelector<HTMLElement>("[role='log']"))?.focus({ preventScroll: true });
  };
  look(FRAMES);
}
