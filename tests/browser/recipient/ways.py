"""Three ways to carry out a task: keyboard only, without JavaScript, on a phone.

A journey is written once: ``way.choose("18:00", then="Is this right?")`` tabs to it and presses
Enter, clicks it, or taps it, and waits for the heading that must follow.
"""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, WIDE

# The focused element has an outline, and its centre is not covered (WCAG 2.4.11).
FOCUS_SHOWS = """() => {
    const focused = document.activeElement;
    const box = focused.getBoundingClientRect();
    const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const style = getComputedStyle(focused);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
        && (focused.contains(above) || above?.contains(focused));
}"""
SAID = "document.activeElement.innerText || document.activeElement.labels?.[0]?.innerText || ''"


class Way:
    options: dict = {}

    def __init__(self, open_page):
        self._open_page = open_page

    def open(self, path, *, user):
        self.page = self._open_page(path, user=user, **self.options)

    def choose(self, words, *, then):
        """Press the link or button of the page's main content that says this."""
        self.press(words)
        expect(self.page.get_by_role("heading", name=then, exact=True).first).to_be_visible()
        self.page.wait_for_load_state()

    def press(self, words):
        self._thing(words).click()

    def write(self, label, text):
        label = re.compile(f"^{re.escape(label)}")
        self.page.get_by_role("textbox", name=label).fill(text)

    def tick(self, label):
        self.page.get_by_label(label).check()

    def sees(self, words):
        expect(self.page.get_by_text(words).first).to_be_visible()

    def _thing(self, words):
        things = self.page.locator("main :is(a, button):visible")
        return things.filter(has_text=words).first


class ByKeyboard(Way):
    """Only Tab and Enter; the focus is visible at every stop."""

    options = {"viewport": WIDE}
    presses = 0

    def key(self, key):
        self.presses += 1
        self.page.keyboard.press(key)

    def go_to(self, words):
        for _ in range(60):
            self.key("Tab")
            shows, said = self.page.evaluate(f"[({FOCUS_SHOWS})(), {SAID}]")
            assert shows, f"the focus can't be seen: {self.focused}"
            if words in " ".join(said.split()):
                return
        raise AssertionError(f"{words} was not reached")

    @property
    def focused(self):
        return self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")

    def press(self, words):
        self.go_to(words)
        self.key("Enter")

    def tick(self, label):
        self.go_to(label)
        self.key("Space")

    def write(self, label, text):
        self.go_to(label)
        self.page.keyboard.type(text)


class WithoutJavaScript(Way):
    options = {"viewport": WIDE, "java_script_enabled": False}


class OnAPhone(Way):
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True}

    def press(self, words):
        self._thing(words).tap()


WAYS = {"keyboard": ByKeyboard, "without-javascript": WithoutJavaScript, "phone": OnAPhone}
