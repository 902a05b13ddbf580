package web_test

import (
	"archive/zip"
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/web/webtest"
)

// upload sends files by name as the upload form does.
func upload(t *testing.T, c *http.Client, base string, files map[string]string) *http.Response {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, text := range files {
		// Not CreateFormFile, which cleans names: a hostile browser would not.
		part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="files"; filename="` + name + `"`}})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(part, text)
	}
	form.Close()
	answer, err := c.Post(base+"/imports", form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func bodyOf(t *testing.T, answer *http.Response) string {
	t.Helper()
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// settled loads a page until no work goes on behind it.
func settled(t *testing.T, c *http.Client, address string) (string, string) {
	t.Helper()
	for range 600 {
		answer, err := c.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		text := bodyOf(t, answer)
		progress := regexp.MustCompile(`id="progress" hx-get="([^"]+)"`).FindStringSubmatch(text)
		if progress == nil {
			return text, answer.Request.URL.String()
		}
		time.Sleep(20 * time.Millisecond)
		u := answer.Request.URL
		polled, err := c.Get(u.Scheme + "://" + u.Host + progress[1])
		if err != nil {
			t.Fatal(err)
		}
		polled.Body.Close()
		if next := polled.Header.Get("HX-Redirect"); next != "" {
			address = u.Scheme + "://" + u.Host + next
		}
	}
	t.Fatal("the work does not come to an end")
	return "", ""
}

const dealsCSV = "Deal name,Stage,Amount,Close date,Account\nAlpha,Won,1000,2026-03-01,Acme\nBeta,Open,x12,2026-04-01,Acme\n"

func TestImportThroughPages(t *testing.T) {
	s := webtest.Serve(t, 0)
	c := following(s.Client(t, "owner"))
	files := map[string]string{"deals.csv": "Deal name,Stage,Amount,Close date,Account,Colour\n\"<script>alert(1)</script>\",Won,1000,2026-03-01,Acme,red\nBeta,Lost,oops,2026-04-01,Acme,blue\n"}
	answer := upload(t, c, s.URL, files)
	page, address := settled(t, c, answer.Request.URL.String())
	if strings.Contains(page, "<script>alert") || !strings.Contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;") {
		t.Errorf("the first values are not shown, or not escaped:\n%s", page)
	}
	if !strings.Contains(page, "Colour") {
		t.Error("an unknown column is not listed")
	}
	checked := sendForm(t, c, address+"/mapping", url.Values{"then": {"check"}, "source": {"files"}})
	page, address = settled(t, c, checked.Request.URL.String())
	if !strings.HasSuffix(address, "/check") || !strings.Contains(page, "oops") {
		t.Fatalf("no report of the dry run at %s:\n%s", address, page)
	}
	if strings.Contains(page, "<script>alert") {
		t.Error("an imported text is not escaped in the report")
	}
	if strings.Contains(page, filepath.ToSlash(os.TempDir())) {
		t.Error("the report shows where the server keeps uploads")
	}
	rejected := fetchText(t, c, strings.TrimSuffix(address, "/check")+"/rejected.csv")
	if !strings.Contains(rejected, "deals.csv,3,Amount,oops,") {
		t.Errorf("rejected rows: %s", rejected)
	}
	sendForm(t, c, s.URL+"/preferences", url.Values{"lang": {"ru"}})
	if russian := fetchText(t, c, address); !strings.Contains(russian, "не число") && !strings.Contains(russian, "не сумма денег") {
		t.Errorf("the reason is not told in Russian:\n%s", russian)
	}
	sendForm(t, c, s.URL+"/preferences", url.Values{"lang": {"en"}})
	applied := sendForm(t, c, strings.TrimSuffix(address, "/check")+"/apply", nil)
	page, address = settled(t, c, applied.Request.URL.String())
	if strings.Contains(address, "drafts") || !strings.Contains(page, "1") {
		t.Fatalf("no report of the import at %s:\n%s", address, page)
	}
	if got := countOf(t, s, `SELECT count(*) FROM crm_deals WHERE NOT deleted`); got != 1 {
		t.Errorf("%d deals", got)
	}
	undone := sendForm(t, c, address+"/undo", nil)
	if page, _ = settled(t, c, undone.Request.URL.String()); !strings.Contains(page, "Undone") {
		t.Errorf("not undone:\n%s", page)
	}
	if got := countOf(t, s, `SELECT count(*) FROM crm_deals WHERE NOT deleted`); got != 0 {
		t.Errorf("%d deals after undoing", got)
	}
	if got := countOf(t, s, `SELECT count(*) FROM identity_audit WHERE action IN ('import', 'import.undo')`); got != 2 {
		t.Errorf("%d entries of the audit log", got)
	}
}

func TestUploadsStayInTheirFolder(t *testing.T) {
	s := webtest.Serve(t, 0)
	c := following(s.Client(t, "owner"))
	for _, name := range []string{"../../../evil.csv", `..\\..\\evil.csv`, "/etc/evil.csv", "a/../../evil.csv", "evil.csv;.png", "...", "con<>|?*.csv"} {
		answer := upload(t, c, s.URL, map[string]string{name: dealsCSV})
		page := bodyOf(t, answer)
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%q: status %d: %s", name, answer.StatusCode, page)
		}
	}
	var outside []string
	filepath.WalkDir(s.Uploads, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && entry.Name() != "draft.json" && !strings.Contains(path, string(filepath.Separator)+"files"+string(filepath.Separator)) {
			outside = append(outside, path)
		}
		return nil
	})
	beside, _ := filepath.Glob(filepath.Join(filepath.Dir(s.Uploads), "*evil*"))
	if len(outside)+len(beside) > 0 {
		t.Errorf("written outside of the folder for it: %v %v", outside, beside)
	}
}

func TestUploadsAreRefused(t *testing.T) {
	s := webtest.Serve(t, 0)
	c := following(s.Client(t, "owner"))
	for name, files := range map[string]map[string]string{"too large": {"a.csv": strings.Repeat("a,b\n", int(s.MaxUpload)/4+1)}, "empty": {"a.csv": ""}} {
		answer := upload(t, c, s.URL, files)
		if page := bodyOf(t, answer); answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, `id="form-errors"`) {
			t.Errorf("%s: status %d", name, answer.StatusCode)
		}
	}
	if left, _ := os.ReadDir(s.Uploads); len(left) > 0 {
		t.Errorf("%d refused uploads were kept", len(left))
	}
	for name, content := range map[string]string{"bomb.zip": zipBomb(t), "broken.zip": "PK\x03\x04 and nothing more", "slip.zip": zipSlip(t)} {
		page, _ := settled(t, c, upload(t, c, s.URL, map[string]string{name: content}).Request.URL.String())
		if !strings.Contains(page, "These files cannot be read") || !strings.Contains(page, name) {
			t.Errorf("%s: %s", name, page)
		}
	}
}

// zipBomb is a small zip that expands to much.
func zipBomb(t *testing.T) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	entry, err := w.Create("deals.csv")
	if err != nil {
		t.Fatal(err)
	}
	nothing := bytes.Repeat([]byte("a"), 1<<20)
	for range 300 {
		entry.Write(nothing)
	}
	w.Close()
	return b.String()
}

func zipSlip(t *testing.T) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	entry, err := w.Create("../../evil.csv")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(entry, dealsCSV)
	w.Close()
	return b.String()
}

func TestDraftsBelongToTheirUploader(t *testing.T) {
	s := webtest.Serve(t, 0)
	answer := upload(t, following(s.Client(t, "owner")), s.URL, map[string]string{"deals.csv": dealsCSV})
	_, address := settled(t, following(s.Client(t, "owner")), answer.Request.URL.String())
	for role, want := range map[string]int{"operations": http.StatusNotFound, "rep": http.StatusForbidden} {
		other := following(s.Client(t, role))
		for _, suffix := range []string{"", "/check", "/progress", "/rejected.csv"} {
			if got := statusOf(t, other, address+suffix); got != want {
				t.Errorf("%s sees %s: %d", role, suffix, got)
			}
		}
		for _, suffix := range []string{"/mapping", "/apply", "/join", "/base", "/stop", "/discard"} {
			if got := sendForm(t, other, address+suffix, nil).StatusCode; got != want {
				t.Errorf("%s does %s: %d", role, suffix, got)
			}
		}
	}
}
