package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/web/webtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// pages are those that every check of looks goes through.
var pages = map[string]string{
	"home": "/", "home-past": "/?asof=2026-03-31", "waterfall": "/waterfall?from=2026-03-02", "waterfall-deals": "/waterfall/deals?from=2026-03-02&line=created",
	"metrics": "/metrics/", "metric": "/metrics/win_rate_closed?by=owner", "metric-months": "/metrics/won?by=month&period=2026",
	"metric-deals": "/metrics/open_pipeline/deals", "metric-velocity": "/metrics/velocity", "nothing": "/nowhere",
}

func TestPagesInTheBrowser(t *testing.T) {
	s := webtest.Serve(t, 400)
	b := webtest.NewBrowser(t, s)
	b.SignIn(s.Login(t, "owner"))
	for name, path := range pages {
		b.Use(1440, "light")
		b.Go(path)
		b.CheckLayout()
		b.Use(1440, "light")
		b.CheckAccess()
		b.Use(360, "dark")
		b.CheckAccess()
		_ = name
	}
}

// TestShots writes pictures of all pages into the folder that ZVENO_SHOTS names.
func TestShots(t *testing.T) {
	folder := os.Getenv("ZVENO_SHOTS")
	if folder == "" {
		t.Skip("pictures are written where ZVENO_SHOTS names a folder; make shots does")
	}
	s := webtest.Serve(t, 12000)
	b := webtest.NewBrowser(t, s)
	b.Use(1440, "light")
	b.Go("/sign-in")
	b.Screenshot(filepath.Join(folder, "sign-in-1440-light-en.png"))
	b.SignIn(s.Login(t, "owner"))
	for _, lang := range []string{"en", "ru"} {
		b.Do(chromedp.Evaluate(`fetch("/preferences", {method: "POST", body: new URLSearchParams({lang: "`+lang+`"})}).then(() => true)`, nil, awaited))
		for name, path := range pages {
			for _, look := range []struct {
				width int
				theme string
			}{{1440, "light"}, {1440, "dark"}, {768, "light"}, {360, "light"}, {360, "dark"}} {
				if lang == "ru" && look.theme == "dark" {
					continue
				}
				b.Use(look.width, look.theme)
				b.Go(path)
				b.Screenshot(filepath.Join(folder, strings.Join([]string{name, itoa(look.width), look.theme, lang}, "-")+".png"))
			}
		}
	}
}
