package web

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

var writers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, 5) // fails only for unknown levels
	return w
}}

// compressed sends text in compressed form to browsers that take it. Assets bring their own.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		c := &compressor{ResponseWriter: w}
		next.ServeHTTP(c, r)
		c.close() // not after a panic: the error page is written past it
	})
}

// compressor compresses what is written as HTML or CSV and leaves everything else alone.
type compressor struct {
	http.ResponseWriter
	zip   *gzip.Writer
	begun bool
}

// WriteHeader decides whether to compress by the type of the answer.
func (c *compressor) WriteHeader(status int) {
	if !c.begun {
		c.begun = true
		header := c.Header()
		kind := header.Get("Content-Type")
		if (strings.HasPrefix(kind, "text/html") || strings.HasPrefix(kind, "text/csv")) && header.Get("Content-Encoding") == "" {
			header.Set("Content-Encoding", "gzip")
			header.Add("Vary", "Accept-Encoding")
			header.Del("Content-Length")
			c.zip = writers.Get().(*gzip.Writer)
			c.zip.Reset(c.ResponseWriter)
		}
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write writes a part of the answer.
func (c *compressor) Write(b []byte) (int, error) {
	if !c.begun {
		c.WriteHeader(http.StatusOK)
	}
	if c.zip != nil {
		return c.zip.Write(b)
	}
	return c.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (c *compressor) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *compressor) close() {
	if c.zip != nil {
		c.zip.Close() // whoever asked may be gone
		writers.Put(c.zip)
	}
}
