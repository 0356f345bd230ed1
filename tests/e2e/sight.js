/* What a careful eye would object to on this page, as short sentences. */
() => {
  const FLOATS = '.wrap .foot, .panel, .offer .others, .folded .customer, .toasts, .menu, [role="listbox"], .el-overlay'
  const found = []
  const name = (each) => {
    const test = each.closest('[data-test]')?.dataset.test ?? ''
    const words = (each.textContent ?? '').trim().slice(0, 24)
    return `<${each.tagName.toLowerCase()} class="${each.getAttribute('class') ?? ''}"> ${test} “${words}”`
  }
  const top = [...document.querySelectorAll('.el-overlay')].filter((each) => each.checkVisibility()).at(-1)
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
    if (scrolls && wide > 1 && !each.matches('.sheet-scroll, textarea'))
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
    if (!clipped && (box.right > innerWidth + 1 || box.left < -1))
      found.push(`stands out of the page: ${name(each)}`)
  }
  return found

  function* ancestors(each) {
    for (let outer = each.parentElement; outer; outer = outer.parentElement) yield outer
  }
}
