package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// Prefix is where Handler expects to be.
const Prefix = "/assets/"

//go:embed own vendor/htmx.min.js vendor/tabler.min.css vendor/echarts.min.js vendor/sortable.min.js
var files embed.FS

//go:embed vendor/icons.json
var iconFile []byte

// file is one asset, ready to be served.
type file struct {
	url, kind string
	body      []byte
	zipped    func() []byte
}

// all holds every asset by its name.
var all = sync.OnceValue(func() map[string]*file {
	found := map[string]*file{}
	for _, dir := range []string{"own", "vendor"} {
		entries, _ := files.ReadDir(dir) // embedded, so it is there
		for _, e := range entries {
			body, _ := files.ReadFile(dir + "/" + e.Name())
			found[e.Name()] = newFile(e.Name(), body)
		}
	}
	return found
})

func newFile(name string, body []byte) *file {
	sum := sha256.Sum256(body)
	ending := path.Ext(name)
	url := fmt.Sprintf("%s%s.%x%s", Prefix, strings.TrimSuffix(name, ending), sum[:6], ending)
	return &file{url: url, kind: mime.TypeByExtension(ending), body: body, zipped: sync.OnceValue(func() []byte { return zip(body) })}
}

// zip compresses body as far as it goes.
func zip(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // fails only for unknown levels
	w.Write(body)                                         // a Buffer takes everything
	w.Close()
	return b.Bytes()
}

// URL is the address of an asset, such as "zveno.css". A name that is none has an address that is not found.
func URL(name string) string {
	if f := all()[name]; f != nil {
		return f.url
	}
	return Prefix + name
}

var byURL = sync.OnceValue(func() map[string]*file {
	found := map[string]*file{}
	for _, f := range all() {
		found[f.url] = f
	}
	return found
})

// Handler serves the assets under Prefix.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := byURL()[r.URL.Path]
		if f == nil {
			http.NotFound(w, r)
			return
		}
		header := w.Header()
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
		header.Set("Content-Type", f.kind)
		header.Set("Vary", "Accept-Encoding")
		body := f.body
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			header.Set("Content-Encoding", "gzip")
			body = f.zipped()
		}
		header.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			w.Write(body) // whoever asked may be gone
		}
	})
}

// Warm compresses all assets, so that the first visitor need not wait for it.
func Warm() {
	for _, f := range all() {
		f.zipped()
	}
}

var icons = sync.OnceValue(func() map[string]string {
	var drawn map[string]string
	if json.Unmarshal(iconFile, &drawn) != nil {
		return map[string]string{} // the package's test would have failed
	}
	return drawn
})

// Icon is what the icon of that name draws, as SVG inside a field of 24 by 24; "" if there is none.
func Icon(name string) string { return icons()[name] }
