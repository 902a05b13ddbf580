package webtest

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	cdruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Weight is what opening a page took.
type Weight struct {
	Requests int           // that the page made, the page itself included
	Bytes    int64         // that came over the network, compressed as they were, with headers
	LCP      time.Duration // until the largest part was painted; 0 = not known
}

// settledTime is how long after a page is drawn its last requests are waited for.
const settledTime = 500 * time.Millisecond

// Forget empties the browser's cache: what comes next is a first visit.
func (b *Browser) Forget() {
	b.t.Helper()
	b.Do(network.ClearBrowserCache())
}

// Weigh opens a page and gives what it took.
func (b *Browser) Weigh(path string) Weight {
	b.t.Helper()
	var mu sync.Mutex
	var w Weight
	ctx, stop := context.WithCancel(b.ctx)
	defer stop()
	b.Do(chromedp.Navigate("about:blank"))
	chromedp.ListenTarget(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if strings.HasPrefix(e.Request.URL, b.base) {
				w.Requests++
			}
		case *network.EventLoadingFinished:
			w.Bytes += int64(e.EncodedDataLength)
		}
	})
	b.Go(path)
	var paintMS float64
	b.Do(chromedp.Evaluate(`new Promise((done) => {
		new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime)).observe({ type: "largest-contentful-paint", buffered: true });
		setTimeout(() => done(0), 2000);
	})`, &paintMS, func(p *cdruntime.EvaluateParams) *cdruntime.EvaluateParams { return p.WithAwaitPromise(true) }), chromedp.Sleep(settledTime))
	mu.Lock()
	defer mu.Unlock()
	w.LCP = time.Duration(paintMS * float64(time.Millisecond)).Round(time.Millisecond)
	return w
}
