// Package ui is what pages are drawn with: the frame around them, cards, tables, forms, charts and states, as typed HTML.
// Components know how things look and read, in either language; they know no database and no request.
package ui
