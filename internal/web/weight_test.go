package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"zveno.dev/zveno/internal/web/webtest"
)

// Bounds of what opening a page may take: the first page of a visit, and each later one.
const (
	maxFirstBytes    = 450 << 10
	maxFirstRequests = 25
	maxLaterBytes    = 60 << 10
)

// Pages are light enough for slow lines. How long they take is printed, and fails nothing.
func TestPagesAreLight(t *testing.T) {
	s := webtest.Serve(t, 3000)
	b := webtest.NewBrowser(t, s)
	b.Use(1440, "light")
	b.SignIn(s.Login(t, "owner"))
	b.Go("/pipeline")
	var deal string
	b.Do(chromedp.Evaluate(`document.querySelector('td a[href^="/deals/"]').getAttribute("href")`, &deal))
	for _, page := range []struct{ name, path string }{{"home", "/"}, {"pipeline", "/pipeline"}, {"board", "/pipeline/board"}, {"deal", deal}} {
		b.Forget()
		first := b.Weigh(page.path)
		later := b.Weigh(page.path)
		t.Logf("%s: first visit %d KB in %d requests, painted after %s; later %d KB, painted after %s",
			page.name, first.Bytes>>10, first.Requests, first.LCP, later.Bytes>>10, later.LCP)
		if first.Bytes > maxFirstBytes || first.Requests > maxFirstRequests {
			t.Errorf("%s: a first visit takes %d bytes in %d requests, more than %d in %d", page.name, first.Bytes, first.Requests, maxFirstBytes, maxFirstRequests)
		}
		if first.Bytes < later.Bytes || first.Requests < 5 {
			t.Errorf("%s: %+v, then %+v: this measures something else", page.name, first, later)
		}
		if later.Bytes > maxLaterBytes {
			t.Errorf("%s: a later visit takes %d bytes, more than %d", page.name, later.Bytes, maxLaterBytes)
		}
	}
}
