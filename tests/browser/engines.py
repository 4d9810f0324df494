"""What two independent engines say is wrong with a page.

axe-core and IBM's engine find different faults, and neither finds all: the other tests of
this folder go by keyboard, without JavaScript, at 320 pixels and with large text.
Both are evaluated rather than added as a tag: our own CSP allows nothing inline. What is folded
away (``details``) is unfolded while they look, but for the menus that open over the page: those
are looked at where they are opened (test_staff_header.py).
"""

from pathlib import Path

from playwright.sync_api import Error

ASSETS = Path(__file__).resolve().parent.parent / "assets"
AXE = (ASSETS / "axe-core/axe.min.js").read_text()
ACE = (ASSETS / "accessibility-checker-engine/ace.js").read_text() + "\nwindow.ace = ace;"

UNFOLDED = """async (run) => {
    const folded = [...document.querySelectorAll("details:not([open], .pop)")];
    folded.forEach((details) => (details.open = true));
    const faults = await run();
    folded.forEach((details) => (details.open = false));
    return faults;
}"""

RUN_AXE = """async () => {
    const result = await axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        rules: {"target-size": {enabled: true}},
    });
    return result.violations.flatMap((violation) => violation.nodes.map(
        (node) => `axe ${violation.id}: ${node.html.slice(0, 200)} (${violation.help})`));
}"""

RUN_ACE = """async () => {
    const report = await new ace.Checker().check(document, ["WCAG_2_2"]);
    return report.results
        .filter(({value: [kind, outcome]}) => kind === "VIOLATION" && outcome === "FAIL")
        .map((found) => `ace ${found.ruleId}: ${found.snippet.slice(0, 200)} (${found.message})`);
}"""


BOTH = f"""async () => {{
    if (!window.axe || !window.ace) return null;
    return await ({UNFOLDED})(async () => [await ({RUN_AXE})(), await ({RUN_ACE})()]);
}}"""


def load_engines(context):
    """Both are in every page that is opened in the context from now on. Sending them to a page
    takes as long as running them; where few pages are looked at, each gets them then."""
    for engine in (AXE, ACE):
        context.add_init_script(engine)


def faults_by_both(page):
    """What axe says is wrong, and what IBM's engine says.

    After a press the next page may replace this one while they look, which is an error in them.
    They look once more then, when the browser is at rest; other errors come again.
    """
    try:
        return _faults_by_both(page)
    except Error:
        page.wait_for_load_state("networkidle")
        return _faults_by_both(page)


def _faults_by_both(page):
    found = page.evaluate(BOTH)
    if found is None:  # not loaded, or JavaScript is off in the page
        for engine in (AXE, ACE):
            page.evaluate(engine)
        found = page.evaluate(BOTH)
    return found


def axe_faults(page):
    """By WCAG 2.2 AA and best practice, target size included."""
    page.evaluate(AXE)
    return page.evaluate(f"({UNFOLDED})({RUN_AXE})")


def ace_faults(page):
    """By WCAG 2.2 AA: what the engine is certain of (VIOLATION, FAIL)."""
    page.evaluate(ACE)
    return page.evaluate(f"({UNFOLDED})({RUN_ACE})")
