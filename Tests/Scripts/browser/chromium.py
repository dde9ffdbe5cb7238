"""Debian's Chromium without a screen, and whatever it complains of."""
import contextlib
import os
import pathlib

from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("PREREAD_CHROMIUM", "/usr/bin/chromium")
# Without a sandbox because continuous integration is root in a container; without a graphics card because it has none.
OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--force-color-profile=srgb", "--font-render-hinting=none"]
POLICY_LISTENER = """addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));"""


class Window:
    """A window of a browser with a profile of its own, and a list of what went wrong in it."""

    def __init__(self, browser, site, size=(1280, 800)):
        self.site = site
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="en-GB")
        self.page = self.context.new_page()
        self.complaints = []
        self.addresses = []
        self.page.add_init_script(POLICY_LISTENER)
        self.page.on("console", self.console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", lambda request: self.addresses.append(request.url))
        self.expected = []

    def console(self, message):
        if message.type in ("error", "warning"):
            text = f"{message.type}: {message.text} {message.location.get('url', '')}"
            if not any(part in text for part in self.expected):
                self.complaints.append(text)

    def log_in(self, user, password):
        self.page.goto(self.site.address)
        self.page.fill("input[name=user]", user)
        self.page.fill("input[name=password]", password)
        self.page.click("form.login button[type=submit]")

    def go(self, address, selector):
        self.page.goto(f"{self.site.address}/#/{address}")
        self.page.wait_for_selector(selector)

    def open_case(self, job):
        self.go(f"job/{job}", ".review")
        self.page.wait_for_function("() => document.querySelector('.review')?.review?.ready()")

    def hook(self, expression):
        """Asks the review on the screen, as `R`."""
        return self.page.evaluate(f"() => {{ const R = document.querySelector('.review').review; return {expression}; }}")

    def check(self):
        assert not self.complaints, self.complaints
        foreign = [a for a in self.addresses if not a.startswith((self.site.address, "blob:", "data:"))]
        assert not foreign, foreign


@contextlib.contextmanager
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


def screenshot(window, name):
    """Keeps a picture where PREREAD_SCREENSHOTS names a folder."""
    folder = os.environ.get("PREREAD_SCREENSHOTS")
    if folder:
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        window.page.screenshot(path=str(pathlib.Path(folder) / f"{name}.png"))
