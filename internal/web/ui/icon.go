package ui

import (
	g "maragu.dev/gomponents"

	"zveno.dev/zveno/internal/web/assets"
)

// Icon draws an icon beside a text that says the same; screen readers pass over it.
func Icon(name string) g.Node {
	return g.Raw(`<svg class="z-icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.75" ` +
		`stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">` + assets.Icon(name) + `</svg>`)
}

// logo is two links of a chain.
var logo = g.Raw(`<svg class="z-logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">` +
	`<rect width="32" height="32" rx="9" class="z-logo-ground"/><g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round">` +
	`<path d="M13.2 18.8 18.8 13.2"/><path d="m14.6 10.6 1.9-1.9a4.9 4.9 0 0 1 6.9 6.9l-1.9 1.9"/><path d="m17.4 21.4-1.9 1.9a4.9 4.9 0 0 1-6.9-6.9l1.9-1.9"/></g></svg>`)
