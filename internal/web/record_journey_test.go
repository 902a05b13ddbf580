package web_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"zveno.dev/zveno/internal/crm/search"
	"zveno.dev/zveno/internal/web/webtest"
)

// recordJourney is a browser in a sample company, signed in, on a server whose search is up to date.
func recordJourney(t *testing.T, role string) (*webtest.Server, *webtest.Browser) {
	t.Helper()
	s := webtest.Serve(t, 300)
	if err := search.CatchUp(t.Context(), s.DB); err != nil {
		t.Fatal(err)
	}
	b := webtest.NewBrowser(t, s)
	b.SignIn(s.Login(t, role))
	b.Use(1440, "light")
	return s, b
}

// fill replaces what an input has.
func fill(selector, text string) chromedp.Action {
	return chromedp.SetValue(selector, text, chromedp.ByQuery)
}

func TestJourneyFindInRussianByKeyboard(t *testing.T) {
	_, b := recordJourney(t, "owner")
	b.Speak("ru")
	b.Go("/accounts?sort=-name")
	var name string
	b.Do(chromedp.Evaluate(`[...document.querySelectorAll("td a")].map(a => a.textContent.match(/[А-Яа-яЁё]{5,}/)).find(Boolean)[0]`, &name))
	b.Do(chromedp.KeyEvent("/"), chromedp.WaitReady("#search:focus", chromedp.ByQuery), chromedp.Evaluate(`document.querySelector("#search").value = ""`, nil), chromedp.SendKeys("#search", name, chromedp.ByQuery), chromedp.WaitVisible("#search-results a", chromedp.ByQuery))
	if text := b.Text("#search-results"); !strings.Contains(text, name) {
		t.Errorf("searching for %s offers %q", name, text)
	}
	b.Do(chromedp.SendKeys("#search", kb.Enter, chromedp.ByQuery), chromedp.WaitReady("table a", chromedp.ByQuery))
	if text := b.Text("main"); !strings.Contains(text, "Поиск: "+name) || !strings.HasPrefix(b.Address(), "/search?q=") {
		t.Errorf("the page of results says %q at %s", text, b.Address())
	}
	b.CheckLayout()
}

func TestJourneyMoveOnTheBoard(t *testing.T) {
	_, b := recordJourney(t, "owner")
	b.Go("/pipeline/board")
	card := `[data-board-column] [data-card]`
	var deal, from, to string
	b.Do(chromedp.Evaluate(`document.querySelector("`+card+`").dataset.card`, &deal),
		chromedp.Evaluate(`document.querySelector("`+card+`").closest("[data-board-column]").dataset.boardColumn`, &from))
	b.Click(card + " summary")
	b.Do(chromedp.Evaluate(`document.querySelector("`+card+` button[name=stage]").value`, &to))
	b.Click(card + " button[name=stage]")
	b.Do(chromedp.WaitReady(`[data-board-column="`+to+`"] [data-card="`+deal+`"]`, chromedp.ByQuery))
	if from == to || b.Address() != "/pipeline/board" {
		t.Errorf("moved from %s to %s, at %s", from, to, b.Address())
	}
	b.CheckLayout()
	b.Use(1440, "light")
	b.CheckAccess()
}

func TestJourneyEditAndUndo(t *testing.T) {
	_, b := recordJourney(t, "owner")
	b.Go("/pipeline?sort=-amount")
	b.Click("td a")
	b.Do(chromedp.WaitReady("#history", chromedp.ByQuery))
	b.CheckAccess()
	b.Click("a[href*='edit=1']")
	b.Do(chromedp.WaitReady("#field-amount", chromedp.ByQuery), fill("#field-amount", "nonsense"), chromedp.Submit("#field-amount"), chromedp.WaitVisible("#form-errors:focus", chromedp.ByQuery))
	b.CheckAccess()
	b.Do(fill("#field-amount", "777,777"), chromedp.Submit("#field-amount"), chromedp.WaitReady(".z-toast", chromedp.ByQuery))
	if text := b.Text("#fields"); !strings.Contains(text, "777,777.00") {
		t.Errorf("the fields say %q after the amount was changed", text)
	}
	b.Click(".z-toast [data-close]") // so that the next one is that of the undoing
	b.Do(chromedp.WaitNotPresent(".z-toast", chromedp.ByQuery))
	b.Click(".z-undo button")
	b.Do(chromedp.WaitReady(".z-toast", chromedp.ByQuery), chromedp.WaitReady("#history", chromedp.ByQuery))
	if text := b.Text("#fields"); strings.Contains(text, "777,777.00") {
		t.Error("the amount is still the new one after its change was undone")
	}
	b.CheckLayout()
}

func TestJourneyTimeTravelAndView(t *testing.T) {
	_, b := recordJourney(t, "owner")
	b.Go("/pipeline")
	now := b.Text(".z-totals")
	b.Go("/pipeline?asof=2026-02-27")
	if said, then := b.Text(".z-asof"), b.Text(".z-totals"); !strings.Contains(said, "Feb\u00a027, 2026") || then == now {
		t.Errorf("the pipeline of a past day says %q and %q, today's %q", said, then, now)
	}
	b.CheckLayout()
	b.Use(1440, "light")
	b.CheckAccess()
	b.Click(".z-asof a")
	b.Do(chromedp.WaitNotPresent(".z-asof", chromedp.ByQuery))
	b.Go("/pipeline?sort=-amount")
	b.Click(".z-views summary")
	b.Do(chromedp.SendKeys("#view-name", "Largest first", chromedp.ByQuery), chromedp.Submit("#view-name"), chromedp.WaitReady(".z-toast", chromedp.ByQuery))
	if text := b.Text(".z-views [aria-current]"); text != "Largest first" || b.Address() != "/pipeline?sort=-amount" {
		t.Errorf("the saved view is %q at %s", text, b.Address())
	}
}

// TestRecordPagesLook checks every list and form for obstacles and for what does not fit.
func TestRecordPagesLook(t *testing.T) {
	_, b := recordJourney(t, "owner")
	for _, path := range []string{"/pipeline", "/pipeline?amount_from=5", "/accounts", "/contacts", "/leads", "/activities", "/products", "/campaigns", "/deals/new", "/search?q=a", "/search?q=qqqq", "/accounts?text=nothing+like+it"} {
		b.Use(1440, "light")
		b.Go(path)
		b.CheckLayout()
		b.Use(1440, "light")
		b.CheckAccess()
		b.Use(360, "dark")
		b.CheckAccess()
	}
}
