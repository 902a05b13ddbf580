// Package webtest helps to test pages: it serves a small sample company, signs people in, and walks through pages in a
// headless Chromium, failing on whatever a visitor's browser would complain of.
package webtest
