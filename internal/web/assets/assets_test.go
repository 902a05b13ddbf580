package assets

import (
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// Files of others are those that were published, and each is accounted for.
func TestLockHoldsForEveryVendoredFile(t *testing.T) {
	text, err := os.ReadFile("assets.lock")
	if err != nil {
		t.Fatal(err)
	}
	locked := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(fields) != 6 {
			t.Fatalf("line %q has %d fields, not 6", line, len(fields))
		}
		locked[fields[0]] = true
		body, err := os.ReadFile("vendor/" + fields[0])
		if err != nil {
			t.Error(err)
		} else if sum := fmt.Sprintf("%x", sha256.Sum256(body)); sum != fields[5] {
			t.Errorf("%s has checksum %s, not that of %s %s: run go run ./scripts/vendorassets", fields[0], sum, fields[1], fields[2])
		}
	}
	entries, err := os.ReadDir("vendor")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !locked[e.Name()] {
			t.Errorf("vendor/%s is not in assets.lock", e.Name())
		}
	}
}

func TestAssetsAreServedCompressedAndForEver(t *testing.T) {
	total := 0
	for name, f := range all() {
		r := httptest.NewRequest("GET", URL(name), nil)
		r.Header.Set("Accept-Encoding", "gzip, br")
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, r)
		if w.Code != 200 || w.Header().Get("Content-Type") == "" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: status %d, header %v", name, w.Code, w.Header())
		}
		total += w.Body.Len()
		plain, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(plain); err != nil || string(body) != string(f.body) {
			t.Errorf("%s does not come back: %v", name, err)
		}
	}
	if bar := 400 << 10; total > bar {
		t.Errorf("all assets together are %d bytes compressed; a first page may have %d", total, bar)
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest("GET", Prefix+"../assets.go", nil))
	if w.Code != 404 {
		t.Errorf("a file that is no asset: status %d", w.Code)
	}
}

func TestIcons(t *testing.T) {
	if !strings.HasPrefix(Icon("home"), "<path") || Icon("none") != "" {
		t.Error("icons are not there")
	}
}
