/** Where the caret goes when the hand should not have to. */
export function focusComposer(): void {
  document.getElementById('composer')?.focus()
}
