"""What is wrong with a screen: cut, covered, pushed out, hard to read or to hit, and whatever axe
finds serious."""

import os
from pathlib import Path

from playwright.async_api import Page

from tests.e2e.visitor import AT_REST, AXE

EVERY_LOOK = bool(os.environ.get("LIANLUO_SHOTS"))
"""Whoever keeps pictures wants all of them."""

SIGHT = Path(__file__).with_name("sight.js")
FINDINGS = """async () => {
  const menu = document.querySelector('.drop > .panel')
  const whole = await axe.run({ rules: { 'target-size': { enabled: false } } })
  const grave = whole.violations.filter((each) => ['serious', 'critical'].includes(each.impact))
  // What an open menu half covers is no target while it is open.
  const targets = await axe.run(menu ?? document, { runOnly: ['target-size'] })
  return [...grave, ...targets.violations].flatMap((each) =>
    each.nodes.map((node) => `${each.id}: ${node.target.join(' ')}`))
}"""


async def faults(page: Page) -> list[str]:
    await page.evaluate(AT_REST)
    await page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = await page.evaluate(SIGHT.read_text("utf-8"))
    found += await page.evaluate(FINDINGS)
    return found
