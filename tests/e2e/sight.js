/* What a careful eye would object to on this page, as short sentences. */
() => {
  const FLOATS = '.wrap .foot, .panel, .offer .others, .folded .side, .toasts, .menu, [role="listbox"], .el-overlay, dialog'
  /* Each lies over what is under it on purpose. */
  const LAYERS = `${FLOATS}, .panel, .fresh, .new, .skip, .frame > .below`
  /* Stands in a box that keeps the room free. */
  const INSIDE = '.reveal'
  const found = []
  const name = (each) => {
    const test = each.closest('[data-test]')?.dataset.test ?? ''
    const words = (each.textContent ?? '').trim().slice(0, 24)
    return `<${each.tagName.toLowerCase()} class="${each.getAttribute('class') ?? ''}"> ${test} “${words}”`
  }
  const top = [...document.querySelectorAll('.el-overlay, dialog:modal')].filter((each) => each.checkVisibility()).at(-1)
  const stage = top ?? document.body
  const hidden = (each) =>
    !each.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) ||
    each.closest('.visually-hidden, .skip, [aria-hidden="true"], [inert]') !== null

  if (document.documentElement.scrollWidth > innerWidth)
    found.push(`the page is ${document.documentElement.scrollWidth - innerWidth} px too wide`)

  for (const each of stage.querySelectorAll('*')) {
    if (hidden(each) || each instanceof SVGElement) continue
    const style = getComputedStyle(each)
    const wide = each.scrollWidth - each.clientWidth
    const scrolls = /auto|scroll/.test(style.overflowX)
    if (scrolls && wide > 1 && !each.matches('.sheet-scroll, nav.side, textarea'))
      found.push(`scrolls sideways by ${wide} px: ${name(each)}`)
    const clips = /hidden|clip/.test(style.overflowX)
    if (clips && wide > 1 && each.textContent.trim() !== '') {
      const told = style.textOverflow === 'ellipsis' || each.querySelector('*') !== null
      if (!told) found.push(`is cut: ${name(each)}`)
    }
    const tall = each.scrollHeight - each.clientHeight
    if (/hidden|clip/.test(style.overflowY) && tall > 3 && each.clientHeight > 0 &&
        each.children.length === 0 && each.textContent.trim() !== '')
      found.push(`is cut at the bottom: ${name(each)}`)
  }

  const inSight = (box) => box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0 &&
    box.left < innerWidth && box.top < innerHeight
  const live = [...stage.querySelectorAll('button, a[href], input, textarea, select, [role="tab"]')]
    .filter((each) => !hidden(each))
  for (const each of live) {
    const box = each.getBoundingClientRect()
    if (!inSight(box) || each.disabled) continue
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
    const hit = document.elementFromPoint(x, y)
    const clipped = [...ancestors(each)].some((outer) => {
      if (!/auto|scroll|hidden|clip/.test(getComputedStyle(outer).overflow)) return false
      const edge = outer.getBoundingClientRect()
      return x < edge.left || x > edge.right || y < edge.top || y > edge.bottom
    })
    if (hit && !clipped && !each.contains(hit) && !hit.contains(each) && !each.closest('label')?.contains(hit) &&
        !hit.closest(FLOATS))
      found.push(`is covered by ${name(hit)}: ${name(each)}`)
    if (matchMedia('(max-width: 480px)').matches && !each.closest('label')) {
      const small = Math.min(box.width, box.height)
      if (small < 43.5 && each.tagName !== 'A' && each.type !== 'radio')
        found.push(`is ${Math.round(box.width)} × ${Math.round(box.height)} px under a finger: ${name(each)}`)
    }
    if (!clipped && !each.closest('nav.side') && (box.right > innerWidth + 1 || box.left < -1))
      found.push(`stands out of the page: ${name(each)}`)
  }
  found.push(...overlaps(), ...cutControls())
  return found

  function* ancestors(each) {
    for (let outer = each.parentElement; outer; outer = outer.parentElement) yield outer
  }

  /* What stands in each other's way: controls and lines of text of one layer, as far as one sees them. */
  function overlaps() {
    const MOST = 3
    const layer = (each) => each.closest(LAYERS)
    const cut = (box, each) => {
      let { left, top, right, bottom } = box
      for (const outer of [each, ...ancestors(each)]) {
        if (!clipping(outer)) continue
        const edge = outer.getBoundingClientRect()
        left = Math.max(left, edge.left)
        top = Math.max(top, edge.top)
        right = Math.min(right, edge.right)
        bottom = Math.min(bottom, edge.bottom)
      }
      return { left: Math.max(left, 0), top: Math.max(top, 0), right: Math.min(right, innerWidth), bottom: Math.min(bottom, innerHeight) }
    }
    const things = live
      .filter((each) => !each.matches(INSIDE))
      .map((each) => ({ each, box: cut(each.getBoundingClientRect(), each) }))
    const walk = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT)
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const each = node.parentElement
      if (node.data.trim() === '' || hidden(each) || each.closest(`textarea, option, ${INSIDE}`)) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      for (const line of range.getClientRects()) {
        // The box of a line is higher than its letters.
        const air = line.height / 5
        const letters = { left: line.left, right: line.right, top: line.top + air, bottom: line.bottom - air }
        things.push({ each, box: cut(letters, each) })
      }
    }
    const seen = things.filter(({ box }) => box.right - box.left > MOST && box.bottom - box.top > MOST)
    const told = new Set()
    seen.forEach((one, index) => {
      for (const other of seen.slice(index + 1)) {
        if (one.each.contains(other.each) || other.each.contains(one.each)) continue
        if (layer(one.each) !== layer(other.each)) continue
        const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
        const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
        if (wide > MOST && high > MOST) told.add(`overlaps ${name(other.each)}: ${name(one.each)}`)
      }
    })
    return [...told]
  }

  function clipping(each) {
    const { overflowX, overflowY, contain } = getComputedStyle(each)
    return /auto|scroll|hidden|clip/.test(overflowX + overflowY) || /strict|content|paint/.test(contain)
  }

  /* Controls that something cuts which does not scroll. */
  function cutControls() {
    return live.flatMap((each) => {
      const box = each.getBoundingClientRect()
      if (!inSight(box)) return []
      for (const outer of ancestors(each)) {
        if (!clipping(outer)) continue
        const { overflowX, overflowY } = getComputedStyle(outer)
        if (/auto|scroll/.test(overflowX + overflowY)) return []
        const edge = outer.getBoundingClientRect()
        const out = Math.max(edge.top - box.top, box.bottom - edge.bottom, edge.left - box.left, box.right - edge.right)
        if (out > 1) return [`is cut by ${name(outer)}: ${name(each)}`]
      }
      return []
    })
  }
}
