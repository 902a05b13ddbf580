package web_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/web/webtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// place is a page that every check of looks goes through.
type place struct{ name, path string }

var places = []place{
	{"home", "/"}, {"home-past", "/?asof=2026-03-31"}, {"waterfall", "/waterfall?from=2026-03-02"}, {"waterfall-deals", "/waterfall/deals?from=2026-03-02&line=created"},
	{"metrics", "/metrics/"}, {"metric", "/metrics/win_rate_closed?by=owner&sort=-value"}, {"metric-months", "/metrics/won?by=month&period=2026"},
	{"metric-deals", "/metrics/open_pipeline/deals"}, {"metric-velocity", "/metrics/velocity"}, {"nothing", "/nowhere"},
}

// Every page fits every window, in both languages, and keeps nobody out.
func TestPagesInTheBrowser(t *testing.T) {
	s := webtest.Serve(t, 400)
	b := webtest.NewBrowser(t, s)
	b.Use(1440, "light")
	b.Go("/sign-in")
	b.CheckAccess()
	b.SignIn(s.Login(t, "owner"))
	for _, p := range places {
		b.Use(1440, "light")
		b.Go(p.path)
		b.CheckAccess()
		b.CheckLayout()
	}
	b.Use(1440, "dark")
	b.Speak("ru")
	for _, p := range places[:7] {
		b.Use(1440, "dark")
		b.Go(p.path)
		b.CheckAccess()
		b.CheckLayout()
	}
}

// A visitor chooses a look, goes to a number's definition by the keyboard, cuts it, and opens the deals behind a bar.
func TestFromANumberToItsDeals(t *testing.T) {
	s := webtest.Serve(t, 400)
	b := webtest.NewBrowser(t, s)
	b.Use(1440, "light")
	b.SignIn(s.Login(t, "owner"))
	b.Click(".z-topbar .z-menu summary")
	b.Do(chromedp.Click(`button[name="theme"][value="dark"]`), chromedp.WaitReady(`html[data-bs-theme="dark"]`))
	b.Do(chromedp.KeyEvent("g"), chromedp.KeyEvent("m"), chromedp.WaitVisible(`a[href="/metrics/won"]`))
	b.Do(chromedp.Click(`a[href="/metrics/won"]`), chromedp.WaitReady("#filter-by"), chromedp.SetValue("#filter-by", "owner"), // which submits
		chromedp.WaitReady(".z-chart[data-drawn]"))
	if got := b.Address(); got != "/metrics/won?by=owner" {
		t.Errorf("cut by owner, the address is %s", got)
	}
	b.Do(chromedp.Click(".z-table td.z-num a", chromedp.ByQuery), chromedp.WaitVisible(`a[href*="/deals/"]`))
	if got := b.Address(); !strings.HasPrefix(got, "/metrics/won/deals?where=owner+") {
		t.Errorf("the deals behind a cell are at %s", got)
	}
	b.Do(chromedp.KeyEvent("?"), chromedp.WaitVisible("#shortcuts[open]"), chromedp.KeyEvent("\x1b"), chromedp.WaitNotVisible("#shortcuts"))
}

// TestShots writes pictures of pages into the folder that ZVENO_SHOTS names; ZVENO_PAGES chooses some by name.
func TestShots(t *testing.T) {
	folder := os.Getenv("ZVENO_SHOTS")
	if folder == "" {
		t.Skip("no pictures wanted: ZVENO_SHOTS names the folder for them, as make shots does")
	}
	wanted := strings.FieldsFunc(os.Getenv("ZVENO_PAGES"), func(r rune) bool { return r == ',' })
	s := webtest.Serve(t, 3000)
	b := webtest.NewBrowser(t, s)
	b.Use(1440, "light")
	b.Go("/sign-in")
	b.Screenshot(filepath.Join(folder, "sign-in-1440-light-en.png"))
	b.SignIn(s.Login(t, "owner"))
	for _, lang := range []string{"en", "ru"} {
		b.Speak(lang)
		for _, p := range places {
			if len(wanted) > 0 && !slices.Contains(wanted, p.name) {
				continue
			}
			for _, look := range []string{"1440-light", "1440-dark", "768-light", "360-light"} {
				b.Use(map[string]int{"1440": 1440, "768": 768, "360": 360}[look[:strings.Index(look, "-")]], look[strings.Index(look, "-")+1:])
				b.Go(p.path)
				b.Screenshot(filepath.Join(folder, p.name+"-"+look+"-"+lang+".png"))
			}
		}
	}
}
