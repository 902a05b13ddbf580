package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"zveno.dev/zveno/internal/web/webtest"
)

// sharedFolder is a folder of data that is not part of the project: in ZVENO_SHARED, else beside the repository.
func sharedFolder(t *testing.T, parts ...string) string {
	t.Helper()
	root := os.Getenv("ZVENO_SHARED")
	if root == "" {
		dir, err := os.Getwd()
		for err == nil && dir != filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				break
			}
			dir = filepath.Dir(dir)
		}
		root = filepath.Join(filepath.Dir(dir), "shared")
	}
	folder := filepath.Join(append([]string{root, "data"}, parts...)...)
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("%s is not there, so nothing is imported from it", folder)
	}
	return folder
}

// waitFor waits until a script is true, on whatever page the browser comes to meanwhile.
func waitFor(t *testing.T, b *webtest.Browser, script string) {
	t.Helper()
	for range 1200 {
		met := false
		if err := b.Try(chromedp.Evaluate(script, &met)); err == nil && met { // an error: the page was just left
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("in vain on %s: %s", b.Address(), script)
}

func TestJourneyImportInRussian(t *testing.T) {
	folder := sharedFolder(t, "crm", "maven_crm_sales")
	s := webtest.ServeToday(t, 0)
	b := webtest.NewBrowser(t, s)
	b.SignIn(s.Login(t, "operations"))
	b.Speak("ru")
	b.Go("/imports")
	var files []string
	for _, name := range []string{"accounts.csv", "products.csv", "sales_pipeline.csv", "sales_teams.csv", "data_dictionary.csv"} {
		files = append(files, filepath.Join(folder, name))
	}
	b.Do(chromedp.SetUploadFiles("#files", files, chromedp.ByQuery))
	waitFor(t, b, `document.querySelectorAll("#chosen li").length === 5`)
	shot(t, b, "import-1")
	b.Click("#upload button[type=submit]")
	waitFor(t, b, `document.querySelector(".z-map-table") !== null`)
	if text := b.Text("main"); !strings.Contains(text, "Чем") && !strings.Contains(text, "Что станет с каждым столбцом") {
		t.Errorf("no mapping in Russian: %s", text)
	}
	b.CheckLayout()
	b.Use(1440, "light")
	b.CheckAccess()
	b.Click(`button[value=check]`)
	waitFor(t, b, `document.querySelector(".z-apply") !== null`)
	text := b.Text("main")
	if !strings.Contains(text, "GTXPro") || !strings.Contains(text, "GTX Pro") {
		t.Errorf("a name that is almost known is not shown with what it is like: %s", text)
	}
	shot(t, b, "import-3")
	b.CheckLayout()
	b.Use(1440, "light")
	b.CheckAccess()
	if got := countOf(t, s, `SELECT count(*) FROM crm_deals`); got != 0 {
		t.Errorf("the dry run kept %d deals", got)
	}
	b.Do(chromedp.Evaluate(`(() => { const s = document.querySelector("select[name^=join-]"); s.value = "GTX Pro"; return s.value })()`, nil))
	b.Click(`form[action$="/join"] button`)
	waitFor(t, b, `document.querySelector(".z-apply") !== null && !document.querySelector("main").innerText.includes("GTXPro")`)
	b.Click(".z-apply button")
	waitFor(t, b, `/^\/imports\/[0-9a-f-]{36}$/.test(location.pathname) && document.querySelector(".z-kpis") !== null`)
	shot(t, b, "import-4")
	if got := countOf(t, s, `SELECT count(*) FROM crm_deals WHERE product_id IS NOT NULL AND NOT deleted`); got != 8800 {
		t.Errorf("%d deals with a product", got)
	}
	b.Go("/imports")
	b.Click(".z-table a[href^='/imports/']")
	waitFor(t, b, `document.querySelector("[data-dialog=undo]") !== null`)
	b.Click("[data-dialog=undo]")
	b.Click("#undo button[type=submit]")
	waitFor(t, b, `document.querySelector("main").innerText.includes("Отменён")`)
	if got := countOf(t, s, `SELECT count(*) FROM crm_deals WHERE NOT deleted`); got != 0 {
		t.Errorf("%d deals after undoing", got)
	}
	if left, _ := os.ReadDir(s.Uploads); len(left) > 0 {
		t.Errorf("%d uploads were not removed", len(left))
	}
}

// shot keeps a picture where ZVENO_SHOTS names a folder.
func shot(t *testing.T, b *webtest.Browser, name string) {
	t.Helper()
	if folder := os.Getenv("ZVENO_SHOTS"); folder != "" {
		b.Screenshot(filepath.Join(folder, name+".png"))
	}
}
