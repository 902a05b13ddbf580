package webtest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Browser is a page in a headless Chromium. Its test fails when the page logs an error, breaks the content security policy,
// or asks for something that is not there.
type Browser struct {
	t    testing.TB
	ctx  context.Context
	base string

	mu       sync.Mutex
	problems []string
}

// stepTime bounds one step of a journey. It is far more than any step takes, also where much else runs.
const stepTime = time.Minute

// NewBrowser opens an empty page on a server. The test is skipped where there is no Chromium, but fails if
// ZVENO_REQUIRE_BROWSER=1.
func NewBrowser(t testing.TB, s *Server) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(findChromium(t)), chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true))
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(func() { cancel(); stop() })
	b := &Browser{t: t, ctx: ctx, base: s.URL}
	chromedp.ListenTarget(ctx, b.listen)
	b.Do(network.Enable(), log.Enable(), cdruntime.Enable())
	t.Cleanup(b.checkProblems)
	return b
}

func findChromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("ZVENO_REQUIRE_BROWSER") == "1" {
		t.Fatal("no Chromium: scripts/test-deps.sh installs it")
	}
	t.Skip("no Chromium, so nothing is tried in a browser: scripts/test-deps.sh installs it")
	return ""
}

// listen notes what the browser complains of. A refused form is no complaint.
func (b *Browser) listen(event any) {
	problem := ""
	switch e := event.(type) {
	case *log.EventEntryAdded:
		expected := e.Entry.Source == log.SourceNetwork && strings.Contains(e.Entry.Text, "status of 4")
		if (e.Entry.Level == log.LevelError || e.Entry.Source == log.SourceSecurity) && !expected {
			problem = fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *cdruntime.EventExceptionThrown:
		problem = "exception: " + e.ExceptionDetails.Error()
	case *cdruntime.EventConsoleAPICalled:
		if e.Type == cdruntime.APITypeError || e.Type == cdruntime.APITypeWarning {
			words := make([]string, len(e.Args))
			for i, a := range e.Args {
				words[i] = string(a.Value) + a.Description
			}
			problem = "console: " + strings.Join(words, " ")
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 500 || e.Response.Status == 404 && e.Type != network.ResourceTypeDocument {
			problem = fmt.Sprintf("%s: status %d", e.Response.URL, e.Response.Status)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if problem != "" && !slices.Contains(b.problems, problem) {
		b.problems = append(b.problems, problem)
	}
}

func (b *Browser) checkProblems() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.problems {
		b.t.Errorf("the browser complains: %s", p)
	}
}

// Do runs steps.
func (b *Browser) Do(steps ...chromedp.Action) {
	b.t.Helper()
	if err := b.Try(steps...); err != nil {
		b.t.Fatal(err)
	}
}

// Try runs steps and gives what went wrong. The first step starts the browser, which must outlive it.
func (b *Browser) Try(steps ...chromedp.Action) error {
	return chromedp.Run(b.ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, stepTime)
		defer cancel()
		return chromedp.Tasks(steps).Do(ctx)
	}))
}

// Go opens a page of the site and waits until it is drawn, its charts too.
func (b *Browser) Go(path string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(b.base+path), chromedp.WaitReady("main"), drawn())
}

// drawn waits for charts.
func drawn() chromedp.Action {
	return chromedp.Poll(`[...document.querySelectorAll(".z-chart")].every(c => c.dataset.drawn)`, nil, chromedp.WithPollingTimeout(stepTime))
}

// SignIn signs in with a role.
func (b *Browser) SignIn(email string) {
	b.t.Helper()
	b.Go("/sign-in")
	b.Do(chromedp.SetValue("#field-email", email), chromedp.SetValue("#field-password", Password), chromedp.Submit("#field-password"),
		chromedp.WaitReady(".z-sidebar"), drawn())
}

// Speak chooses the language of the pages.
func (b *Browser) Speak(lang string) {
	b.t.Helper()
	wait := func(p *cdruntime.EvaluateParams) *cdruntime.EvaluateParams { return p.WithAwaitPromise(true) }
	b.Do(chromedp.Evaluate(`fetch("/preferences", {method: "POST", body: new URLSearchParams({lang: "`+lang+`"})}).then(() => true)`, nil, wait))
}

// Click clicks what a selector finds.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	b.Do(chromedp.Click(selector, chromedp.ByQuery))
}

// Text is the visible text of what a selector finds.
func (b *Browser) Text(selector string) string {
	b.t.Helper()
	var text string
	b.Do(chromedp.Text(selector, &text, chromedp.ByQuery))
	return text
}

// Address is the path and query of the page.
func (b *Browser) Address() string {
	b.t.Helper()
	var address string
	b.Do(chromedp.Location(&address))
	return strings.TrimPrefix(address, b.base)
}

// Use sets how wide the window is, in pixels, and which theme the system has.
func (b *Browser) Use(width int, theme string) {
	b.t.Helper()
	height := int64(900)
	b.Do(chromedp.EmulateViewport(int64(width), height), emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}))
}

// Widths are the windows in which every page must fit.
var Widths = []int{360, 768, 1440}

// CheckLayout fails where the page is wider than a window.
func (b *Browser) CheckLayout() {
	b.t.Helper()
	for _, width := range Widths {
		b.Use(width, "light")
		var wide []string
		b.Do(chromedp.Evaluate(`(() => { const w = document.documentElement.clientWidth;
			if (document.documentElement.scrollWidth <= w) return [];
			return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > w + 1 && !e.closest(".z-table-scroll, .z-sidebar"))
				.slice(0, 5).map(e => e.tagName + "." + e.className) })()`, &wide))
		if len(wide) > 0 {
			b.t.Errorf("%s is wider than a window of %d pixels: %s", b.Address(), width, strings.Join(wide, ", "))
		}
	}
}

// CheckAccess fails on what axe-core calls a serious obstacle for people with disabilities.
func (b *Browser) CheckAccess() {
	b.t.Helper()
	_, here, _, _ := runtime.Caller(0)
	axe, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "assets", "vendor", "axe.min.js"))
	if err != nil {
		b.t.Fatal(err)
	}
	var found string
	b.Do(chromedp.Evaluate(string(axe)+";true", nil), chromedp.Evaluate(`axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(
		r.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 4).map(n => n.html.slice(0, 160) + " " + (n.any[0]?.message || ""))}))))`,
		&found, func(p *cdruntime.EvaluateParams) *cdruntime.EvaluateParams { return p.WithAwaitPromise(true) }))
	var violations []struct {
		ID, Help string
		Nodes    []string
	}
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range violations {
		b.t.Errorf("%s: axe-core %s: %s\n\t%s", b.Address(), v.ID, v.Help, strings.Join(v.Nodes, "\n\t"))
	}
}

// Screenshot writes a picture of the whole page.
func (b *Browser) Screenshot(file string) {
	b.t.Helper()
	var picture []byte
	b.Do(chromedp.Sleep(150*time.Millisecond), chromedp.FullScreenshot(&picture, 100))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(file, picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
