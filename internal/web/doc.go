// Package web is the pages: what people see of Zveno in a browser. A page is a function from a request to HTML; it asks the
// domain packages through the same functions as everybody else, within the rows that the visitor may see, and draws with
// the components of package ui. Errors come back from pages, and one place turns them into what the visitor reads.
package web
