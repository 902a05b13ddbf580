package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/web/webtest"
)

const ambiguous = "Deal name,Stage,Amount,Close date,Account,Colour\nAlpha,Won,1000,02/03/2026,Acme,red\nBeta,Lost,500,04/05/2026,Acme,blue\n"

// What the files leave open is asked; how it was answered, and every other decision, is offered when files like these come
// again.
func TestImportAsksAndRemembers(t *testing.T) {
	s := webtest.Serve(t, 0)
	c := following(s.Client(t, "owner"))
	page, address := settled(t, c, upload(t, c, s.URL, map[string]string{"deals.csv": ambiguous}).Request.URL.String())
	answer := regexp.MustCompile(`id="field-(answer-\d+)"`).FindStringSubmatch(page)
	if answer == nil || !strings.Contains(page, "02/03/2026") {
		t.Fatalf("the order of dates is not asked for:\n%s", page)
	}
	form := url.Values{"then": {"check"}, "source": {"files"}, "object-0": {"=deal"}}
	if refused := sendForm(t, c, address+"/mapping", form); refused.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(bodyOf(t, refused), `id="form-errors"`) {
		t.Errorf("checked without an answer: %d", refused.StatusCode)
	}
	colour := regexp.MustCompile(`name="(target-0-5)"`).FindStringSubmatch(page)
	if colour == nil {
		t.Fatal("the unknown column cannot be decided")
	}
	form.Set(answer[1], "=dmy")
	form.Set(colour[1], "=custom.colour")
	page, checked := settled(t, c, sendForm(t, c, address+"/mapping", form).Request.URL.String())
	if !strings.HasSuffix(checked, "/check") {
		t.Fatalf("no dry run: %s\n%s", checked, page)
	}
	_, report := settled(t, c, sendForm(t, c, address+"/apply", nil).Request.URL.String())
	if strings.Contains(report, "drafts") {
		t.Fatalf("not imported: %s", report)
	}
	if got := countOf(t, s, `SELECT count(*) FROM crm_deals WHERE close_day = 20514`); got != 1 { // 2 March 2026
		t.Errorf("%d deals closed on the day that was meant", got)
	}
	if got := countOf(t, s, `SELECT count(*) FROM crm_fields WHERE name = 'colour'`); got != 1 {
		t.Error("the new field was not made")
	}

	again := strings.Replace(ambiguous, "500", "700", 1)
	page, address = settled(t, c, upload(t, c, s.URL, map[string]string{"deals.csv": again}).Request.URL.String())
	earlier := regexp.MustCompile(`name="import" value="([^"]+)"`).FindStringSubmatch(page)
	if earlier == nil {
		t.Fatalf("the earlier mapping is not offered:\n%s", page)
	}
	sendForm(t, c, address+"/base", url.Values{"import": {earlier[1]}})
	page, _ = settled(t, c, sendForm(t, c, address+"/mapping", url.Values{"then": {"check"}, "source": {"files"}}).Request.URL.String())
	if !strings.Contains(page, "/apply") {
		t.Fatalf("no dry run with the earlier mapping:\n%s", page)
	}
	settled(t, c, sendForm(t, c, address+"/apply", nil).Request.URL.String())
	if got := countOf(t, s, `SELECT count(*) FROM crm_deals WHERE NOT deleted`); got != 2 && got != 3 {
		t.Errorf("%d deals after importing again", got)
	}
}

// A column of which another object is chosen loses its decisions; a table that is left out is not imported.
func TestImportLeavesTablesOut(t *testing.T) {
	s := webtest.Serve(t, 0)
	c := following(s.Client(t, "owner"))
	_, address := settled(t, c, upload(t, c, s.URL, map[string]string{"deals.csv": dealsCSV}).Request.URL.String())
	page, _ := settled(t, c, sendForm(t, c, address+"/mapping", url.Values{"then": {"stay"}, "source": {"files"}, "object-0": {"="}}).Request.URL.String())
	if strings.Contains(page, `name="target-0-0"`) {
		t.Error("columns of a table that is left out can be decided")
	}
	refused := sendForm(t, c, address+"/mapping", url.Values{"then": {"check"}, "source": {"files"}})
	if refused.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("checked with nothing to import: %d", refused.StatusCode)
	}
	page, _ = settled(t, c, sendForm(t, c, address+"/mapping", url.Values{"then": {"stay"}, "source": {"files"}, "object-0": {"=deal"}}).Request.URL.String())
	if !strings.Contains(page, `name="target-0-0"`) {
		t.Error("the table cannot be taken in again")
	}
	double := sendForm(t, c, address+"/mapping", url.Values{"then": {"check"}, "source": {"files"}, "object-0": {"=deal"}, "target-0-0": {"=name"}, "target-0-1": {"=name"}})
	if text := bodyOf(t, double); double.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, "already") {
		t.Errorf("two columns give the same field: %d", double.StatusCode)
	}
	sendForm(t, c, address+"/discard", nil)
	if got := statusOf(t, c, address); got != http.StatusNotFound {
		t.Errorf("a discarded draft: %d", got)
	}
}
