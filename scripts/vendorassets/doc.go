// Command vendorassets fetches the browser libraries that pages use from npm, copies the files that are served into
// internal/web/assets/vendor, draws the icons together and writes assets.lock. Run it from the repository's root, after
// changing the versions or the icons below: go run ./scripts/vendorassets
package main
