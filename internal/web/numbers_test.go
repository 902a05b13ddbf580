package web_test

import (
	"encoding/csv"
	"html"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/web/webtest"
)

// linked finds amounts that lead to their deals: address and figures.
var linked = regexp.MustCompile(`<a href="(/(?:waterfall|metrics/\w+)/deals[^"]*)">([-+−$0-9,]+)</a>`)

// deals is the exported list behind an address: how many rows, and what they add up to.
func deals(t *testing.T, client *http.Client, address string) (rows int, sum float64) {
	t.Helper()
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	status, header, body := get(t, client, address+separator+"format=csv")
	if status != http.StatusOK || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%s: %d %v", address, status, header)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		if r[3] != "" {
			amount, err := strconv.ParseFloat(r[3], 64)
			if err != nil {
				t.Fatal(err)
			}
			sum += amount
		}
	}
	return len(records) - 1, sum
}

// Every amount of a page that is a link leads to the deals that add up to it.
func TestAmountsAreTheSumOfTheirDeals(t *testing.T) {
	s := webtest.Serve(t, 600)
	client := s.Client(t, "owner")
	checked := 0
	for _, path := range []string{"/", "/?asof=2026-02-10", "/waterfall?from=2026-02-02", "/waterfall?from=2026-02-02&gross=1&period=2026-Q2",
		"/metrics/won?by=owner", "/metrics/open_pipeline?by=stage&asof=2026-01-31", "/metrics/won?by=month"} {
		status, _, body := get(t, client, s.URL+path)
		if status != http.StatusOK {
			t.Fatalf("%s: %d", path, status)
		}
		for _, found := range linked.FindAllStringSubmatch(body, -1) {
			shown, err := strconv.ParseFloat(strings.NewReplacer("−", "", "+", "", "$", "", ",", "").Replace(found[2]), 64)
			if err != nil {
				t.Fatal(err)
			}
			address := html.UnescapeString(found[1])
			if _, sum := deals(t, client, s.URL+address); math.Abs(sum-shown) > 0.5 {
				t.Errorf("%s shows %s, but the deals at %s add up to %.2f", path, found[2], address, sum)
			}
			checked++
		}
	}
	if checked < 30 {
		t.Errorf("only %d amounts were links", checked)
	}
}

// Somebody who sees only their own deals gets the same pages with less behind them.
func TestNumbersStayWithinTheScope(t *testing.T) {
	s := webtest.Serve(t, 200)
	all, _ := deals(t, s.Client(t, "owner"), s.URL+"/metrics/open_pipeline/deals")
	status, _, body := get(t, s.Client(t, "rep"), s.URL+"/metrics/open_pipeline/deals")
	if all == 0 || status != http.StatusOK || strings.Contains(body, `href="/deals/`) {
		t.Errorf("of %d open deals, one who owns none sees some (status %d)", all, status)
	}
	if status, _, _ := get(t, s.Client(t, "rep"), s.URL+"/metrics/open_pipeline/deals?format=csv"); status != http.StatusForbidden {
		t.Errorf("a rep exports: %d", status)
	}
}

func TestWrongQuestionsAreAnswered(t *testing.T) {
	s := webtest.Serve(t, 50)
	client := s.Client(t, "owner")
	for path, want := range map[string]int{
		"/?asof=yesterday": 422, "/?period=soon": 422, "/metrics/none": 404, "/metrics/won?by=nothing": 422, "/metrics/won?where=%26%26": 422,
		"/waterfall?from=2026-05-01&to=2026-04-01": 422, "/waterfall/deals?from=2026-05-01&line=sideways": 422, "/metrics/velocity/deals": 404,
		"/metrics/won/deals?row=-5": 200, "/metrics/won/deals?row=99999999999999999999": 200, "/metrics/won?version=99": 404, "/metrics/won?by=owner&sort=nothing": 200,
		"/?asof=2099-01-01": 200, "/waterfall?from=1900-01-01": 200,
	} {
		if status, _, body := get(t, client, s.URL+path); status != want {
			t.Errorf("%s: %d, want %d: %.200s", path, status, want, body)
		}
	}
}
