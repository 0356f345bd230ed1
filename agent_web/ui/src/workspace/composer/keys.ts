/**
 * Whether a key press belongs to an input method that composes a word.
 *
 * Browsers differ: `isComposing` is the standard, 229 is what Safari sends for the Enter that ends
 * a composition, after it has said that the composition is over.
 */
export function isComposing(event: KeyboardEvent): boolean {
  const { keyCode } = event as { keyCode: number }
  return event.isComposing || keyCode === 229
}
