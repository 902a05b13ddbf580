// Package assets serves what pages need besides their HTML: style sheets, scripts and the page's picture, from the program
// itself, compressed, under addresses that change with the content and may therefore be kept for ever. Files of others
// stand in vendor/ as they were published, listed with origin and checksum in assets.lock; our own stand in own/.
package assets
