/** Flat dotted names as the tree they came from. Pure. */
export interface Node {
  name: string
  /** undefined: only what stands under it. */
  value?: string
  children: Node[]
}

/** In the order in which the names come. */
export function treeOf(flat: Readonly<Record<string, string>>): Node[] {
  const root: Node = { name: '', children: [] }
  for (const [path, value] of Object.entries(flat)) {
    let node = root
    for (const name of path.split('.')) {
      let next = node.children.find((each) => each.name === name)
      if (!next) {
        next = { name, children: [] }
        node.children.push(next)
      }
      node = next
    }
    node.value = value
  }
  return root.children
}

/** Whether something else stands instead of the words: a length, a fingerprint. */
export const isHidden = (value: string): boolean => /^(‹.*›|….+)$/su.test(value)
