package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zveno.dev/zveno/internal/web/webtest"
)

func TestJourneyMoveToAnotherTeam(t *testing.T) {
	s := webtest.ServeToday(t, 60)
	b := webtest.NewBrowser(t, s)
	b.SignIn(s.Login(t, "operations"))
	b.Go("/settings/people?state=active")
	b.Click(".z-table a[href^='/settings/people/']")
	waitFor(t, b, `document.querySelector("#field-team") !== null`)
	from := time.Now().UTC().AddDate(0, 0, -20)
	var team string
	b.Do(chromedp.Evaluate(`(() => { const s = document.querySelector("#field-team"); const other = [...s.options].find(o => o.value && !o.selected);
		s.value = other.value; return other.text })()`, &team), chromedp.Evaluate(`document.querySelector("#field-from").value = "`+from.Format(time.DateOnly)+`"`, nil))
	b.Click(`form[action$="/team"] button`)
	waitFor(t, b, `document.querySelector(".z-toast") !== null`)
	if text := b.Text("main"); !strings.Contains(text, "› "+team) || !strings.Contains(text, from.Format("Jan\u00a02, 2006")) {
		t.Errorf("the move to %s from %s is not in the history: %s", team, from, text)
	}
	shot(t, b, "person-moved")
	b.CheckLayout()
}

func TestJourneyDefineAField(t *testing.T) {
	s := webtest.ServeToday(t, 60)
	b := webtest.NewBrowser(t, s)
	b.SignIn(s.Login(t, "operations"))
	b.Go("/settings/fields/new")
	b.Do(chromedp.SetValue("#field-label_en", "Sales channel"), chromedp.SetValue("#field-kind", "choice"))
	b.Click("main .z-form button[type=submit]")
	waitFor(t, b, `document.activeElement && document.activeElement.id === "form-errors"`)
	b.Do(chromedp.SetValue("#field-choices", "Direct\nPartner"))
	b.Click("main .z-form button[type=submit]")
	waitFor(t, b, `document.querySelector(".z-toast") !== null`)
	if text := b.Text("main"); !strings.Contains(text, "Sales channel") || !strings.Contains(text, "Direct, Partner") {
		t.Errorf("the field is not listed: %s", text)
	}
}

// Every page of the settings fits every window and has no serious obstacle, in both languages.
func TestSettingsInTheBrowser(t *testing.T) {
	s := webtest.ServeToday(t, 60)
	b := webtest.NewBrowser(t, s)
	b.SignIn(s.Login(t, "owner"))
	b.Speak("ru")
	for path := range settingsPages {
		if strings.HasSuffix(path, ".csv") || strings.HasSuffix(path, "/chain") {
			continue
		}
		b.Go(path)
		b.CheckLayout()
		b.Use(1440, "dark")
		b.CheckAccess()
	}
}
