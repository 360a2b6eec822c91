"""The page of a night: whole in itself, honest about what is missing, and safe against what titles contain."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from expectations.judging import SUITES
from flows import ledger
from flows.report import write_report
from flows.reporting.artifacts import publish_artifacts, summary
from flows.reporting.night import read_night
from flows.reporting.verdict import ADVICE
from flows.settings import Settings
from flows.warehouse import connect
from tests.conftest import PROJECT
from tests.flows.made_up_night import CUT, NIGHT, PLATFORMS, RUN, make_night, make_quality

VOID = {"meta", "link", "br", "img", "hr", "input", "path"}


class Page(HTMLParser):
    """A page taken apart: its open elements must close in order; ids, links and text are kept."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens."""
        self.names.add(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "action")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """An element closes; it has to be the last one opened."""
        if tag not in VOID:
            assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        """Text, but for the style sheet."""
        if self.open[-1:] != ["style"]:
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        """All words in order."""
        return " ".join(word for word in self.words if word)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of a published and of a held night, by status."""
    pages = {}
    for status in ("published", "held"):
        settings = Settings(home=tmp_path_factory.mktemp(status))
        make_night(settings, status)
        write_report(settings, RUN)
        pages[status] = (settings.reports / f"{NIGHT}.html").read_text(encoding="utf-8")
    return pages


def page_of(settings: Settings, run_id: str = RUN) -> Page:
    write_report(settings, run_id)
    return Page((settings.reports / f"{NIGHT}.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("status", ["published", "held"])
def test_page_is_well_formed(written: dict[str, str], status: str) -> None:
    """Every element closes in order, no id stands twice, and every chart is well-formed XML."""
    page = Page(written[status])
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    for chart in re.findall(r"<svg.*?</svg>", written[status], flags=re.DOTALL):
        ElementTree.fromstring(chart)


@pytest.mark.parametrize("status", ["published", "held"])
def test_page_needs_nothing_but_itself(written: dict[str, str], status: str) -> None:
    """Nothing is fetched: links lead to places on the page and to the page's neighbours."""
    page = Page(written[status])
    assert all(re.fullmatch(r"#[\w-]+|[\w-]+\.html", link) for link in page.links), page.links
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert not page.names & {"script", "link", "img", "iframe"}
    assert not re.search(r"url\((?!#)|@import", written[status])
    assert len(written[status].encode()) < 1_000_000


def test_published_night_is_told(written: dict[str, str]) -> None:
    """The page says what was published, what learning together brought, and how the warning may be met."""
    text = Page(written["published"]).text
    assert "4 people have new lists on 3 platforms." in text
    assert "helps on News, hurts on Shop and makes no clear difference on Video" in text
    assert "NDCG@10 is 0.064; popular items alone reach 0.045, one platform at a time 0.063" in text
    assert "4 of 5 checks of the gates passed: 1 warning" in text
    for words in ("The rule ItemsAreListed about shop", "what shop brought", "at least 20 %", ADVICE["ItemsAreListed"]):
        assert words in text
    assert "82 s" in text and "1,510 MB" in text and "61.3" in text


def test_what_ships_is_told(written: dict[str, str]) -> None:
    """The page says what makes each platform's lists and why, what joint learning brings to whom, how heads err."""
    text = Page(written["published"]).text
    assert "Shop one platform alone 0.3 2.0 the network of all platforms does harm here" in text
    assert "News both, averaged 0.3 2.0 both together are better" in text
    assert text.count("cold items") == 4 and "+0.046" in text
    assert "News impressions ece 0.3000 0.0123 120" in text
    assert "What makes the lists" not in Page(written["held"]).text


def test_charts_can_be_read_without_seeing(written: dict[str, str]) -> None:
    """Each chart has a title and says its figures in its description."""
    charts = {}
    for chart in re.findall(r"<svg.*?</svg>", written["published"], flags=re.DOTALL):
        tree = ElementTree.fromstring(chart)
        found = {name: tree.findtext(f"{{http://www.w3.org/2000/svg}}{name}") or "" for name in ("title", "desc")}
        charts[found["title"]] = found["desc"]
    assert len(charts) == 7
    assert "News, of items shown: 0.010 predicted, 0.012 taken" in charts["Whether probabilities hold"]
    assert "News +0.010 (0.004 to 0.016), helps; Shop −0.010" in charts["What learning across platforms brings"]
    assert "News 77% of events, 75% of people, 70% of taken items" in charts["Balance between platforms"]
    assert "News 2,000 events" in charts["Events by platform and day"]


def test_panels_share_a_scale_that_holds_all(written: dict[str, str]) -> None:
    """Realised quality of the best platform lies within the scale that all panels share."""
    chart = next(part for part in re.findall(r"<svg.*?</svg>", written["published"], re.DOTALL) if "Realised" in part)
    labels = re.findall(r"<text[^>]*>([^<]+)</text>", chart)
    assert [label for label in labels if label in PLATFORMS.values()] == ["News", "Shop", "Video"]
    assert max(float(label) for label in labels if re.fullmatch(r"0\.\d+", label)) >= 0.2


def test_held_night_says_so(written: dict[str, str]) -> None:
    """A held night's page names the broken rule, what was found, what is allowed, what to do, and what is missing."""
    text = Page(written["held"]).text
    assert "The night was held: nothing was published." in text
    for words in ("The rule VolumeHolds about news", "what news brought", "at least 20 %", ADVICE["VolumeHolds"]):
        assert words in text
    for section in (
        "No recommender has been judged",
        "This run has published no lists",
        "did not come to judge earlier",
    ):
        assert section in text


def test_held_night_names_the_lists_that_stand(tmp_path: Path) -> None:
    """Whoever reads that nothing was published reads which night's lists people see meanwhile."""
    settings = Settings(home=tmp_path)
    ledger.begin_run(settings, "before", NIGHT.replace(day=28, month=2), {}, "")
    ledger.end_run(settings, "before", "published", "")
    make_night(settings, "held")
    assert "A gate is closed, and the lists of 2026-02-28 stand." in page_of(settings).text


def test_night_that_died_early_has_a_page(tmp_path: Path) -> None:
    """A run that failed before any table was built has a page with its error; every section says what is missing."""
    settings = Settings(home=tmp_path)
    ledger.begin_run(settings, RUN, NIGHT, {}, "")
    ledger.end_run(settings, RUN, "failed", "OSError: the disk is full")
    text = page_of(settings).text
    assert "The night failed" in text and "OSError: the disk is full" in text and "no earlier lists exist" in text
    for section in ("no quality tables", "No gate has judged", "No stage has ended", "None has been trained"):
        assert section in text


def test_another_nights_facts_are_not_shown(tmp_path: Path) -> None:
    """Quality tables that an earlier night left behind are not passed off as this night's."""
    settings = Settings(home=tmp_path)
    with connect(settings.warehouse) as connection:
        make_quality(connection)
        connection.execute("update quality.platform_facts set logical_date = date '2026-02-28'")
    ledger.begin_run(settings, RUN, NIGHT, {}, "")
    ledger.end_run(settings, RUN, "failed", "stopped")
    assert "There are no quality tables of this night" in page_of(settings).text


def test_titles_are_text(written: dict[str, str]) -> None:
    """What a title contains is shown, never executed; Chinese stands as it is and is marked as Chinese."""
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in written["published"]
    assert "<script" not in written["published"]
    assert '<span lang="zh">手冲咖啡壶</span>' in written["published"]


def test_examples_are_persons_of_all_kinds(written: dict[str, str]) -> None:
    """Persons on several platforms come first, then one on a single platform, then the new one; with what they took."""
    text = Page(written["published"]).text
    places = [
        text.index(words) for words in ("On News, Shop and Video", "On News and Shop", "On News alone", "New on Video")
    ]
    assert places == sorted(places)
    assert "Shop · bought Espresso machine" in text and "Because you took “手冲咖啡壶” on Shop" in text


def test_same_night_same_page(tmp_path: Path) -> None:
    """Writing the page again changes no byte of it."""
    settings = Settings(home=tmp_path)
    make_night(settings)
    write_report(settings, RUN)
    first = (settings.reports / f"{NIGHT}.html").read_bytes()
    write_report(settings, RUN)
    assert (settings.reports / f"{NIGHT}.html").read_bytes() == first


def test_nothing_after_the_cut_is_shown(tmp_path: Path) -> None:
    """What happened at the cut or later, known because a past night is run again, changes no byte of its page."""
    settings = Settings(home=tmp_path)
    make_night(settings)
    write_report(settings, RUN)
    first = (settings.reports / f"{NIGHT}.html").read_bytes()
    with connect(settings.warehouse) as connection:
        connection.execute(
            "insert into marts.fct_interactions values ('shop', 'a', 's2', 'purchase', ?, true, false)", [CUT]
        )
        connection.execute("insert into quality.platform_days values ('news', ?, 99, 0, 9, 9)", [CUT.date()])
    write_report(settings, RUN)
    assert (settings.reports / f"{NIGHT}.html").read_bytes() == first


def test_index_lists_nights(tmp_path: Path) -> None:
    """The index leads to each night's page, newest first, with how its latest run ended."""
    settings = Settings(home=tmp_path)
    earlier = NIGHT.replace(day=28, month=2)
    ledger.begin_run(settings, "before", earlier, {}, "")
    ledger.end_run(settings, "before", "failed", "the disk is full")
    write_report(settings, "before")
    make_night(settings)
    write_report(settings, RUN)
    page = Page((settings.reports / "index.html").read_text(encoding="utf-8"))
    assert page.links == ["2026-03-01.html", "2026-02-28.html"]
    assert "the disk is full" in page.text and "+0.001" in page.text


def test_unknown_run_is_refused(tmp_path: Path) -> None:
    """A report about a run that the ledger does not know is refused with what to do."""
    settings = Settings(home=tmp_path)
    make_night(settings, "held")
    with pytest.raises(LookupError, match=r"there is no run 'x'.*crossrec night"):
        write_report(settings, "x")


def test_every_rule_has_advice() -> None:
    """Each rule of a gate has a sentence that says what to do, and no sentence is for a rule that is gone."""
    sources = [PROJECT / "expectations" / f"{suite}.py" for suite in SUITES]
    rules = set(re.findall(r"^class (\w+)\(", "\n".join(path.read_text() for path in sources), flags=re.MULTILINE))
    assert set(ADVICE) == rules | {"FactsExist"}


def test_artifacts_tell_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect shows the summary with the page's address, and tables of gates, balance and uplift; titles are plain."""
    created: dict[str, dict] = {}
    artifacts = ModuleType("prefect.artifacts")
    for name in ("create_markdown_artifact", "create_table_artifact"):
        setattr(artifacts, name, lambda key, **content: created.update({key: content}))
    monkeypatch.setitem(sys.modules, "prefect", ModuleType("prefect"))
    monkeypatch.setitem(sys.modules, "prefect.artifacts", artifacts)
    settings = Settings(home=tmp_path)
    make_night(settings)
    publish_artifacts(settings, RUN)
    assert set(created) == {"night-summary", "night-gates", "night-balance", "night-uplift"}
    text = created["night-summary"]["markdown"]
    assert "4 people have new lists" in text and (settings.reports / f"{NIGHT}.html").as_uri() in text
    assert "手冲咖啡壶" in text and "<script>" not in text.replace("\\<script\\>", "")
    assert created["night-gates"]["table"][0]["verdict"] == "warning"
    assert [row["events"] for row in created["night-balance"]["table"]] == ["77 %", "6 %", "17 %"]
    news = next(row for row in created["night-uplift"]["table"] if row["platform"] == "News")
    assert (news["difference"], news["in words"]) == ("+0.010", "helps")


def test_artifacts_of_a_held_night(tmp_path: Path) -> None:
    """The summary of a held night says which rule is broken and what to do."""
    settings = Settings(home=tmp_path)
    make_night(settings, "held")
    text = summary(read_night(settings, RUN), "file:///report")
    assert (
        "nothing was published" in text
        and "**critical**: The rule VolumeHolds" in text
        and ADVICE["VolumeHolds"] in text
    )
