package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const folder = "internal/web/assets/vendor"

// source is a package of npm and what is taken from it: paths inside the package by the names they get here.
type source struct {
	name, version, licence string
	files                  map[string]string
}

var sources = []source{
	{"htmx.org", "2.0.11", "0BSD", map[string]string{"htmx.min.js": "dist/htmx.min.js", "LICENSE.htmx": "LICENSE"}},
	{"@tabler/core", "1.6.1", "MIT", map[string]string{"tabler.min.css": "dist/css/tabler.min.css"}},
	{"@tabler/icons", "3.51.0", "MIT", map[string]string{"icons.json": "icons/outline", "LICENSE.tabler": "LICENSE"}},
	{"echarts", "5.6.0", "Apache-2.0", map[string]string{"echarts.min.js": "dist/echarts.common.min.js", "LICENSE.echarts": "LICENSE", "NOTICE.echarts": "NOTICE"}},
	{"sortablejs", "1.15.7", "MIT", map[string]string{"sortable.min.js": "Sortable.min.js", "LICENSE.sortablejs": "LICENSE"}},
	{"axe-core", "4.14.1", "MPL-2.0", map[string]string{"axe.min.js": "axe.min.js", "LICENSE.axe": "LICENSE"}},
}

// icons lists the icons that pages draw.
var icons = strings.Fields(`activity alert-triangle arrow-back-up arrow-down-right arrow-right arrow-up-right bookmark
	briefcase building calendar chart-bar check chevron-down chevron-left chevron-right clock coin copy download
	external-link eye file-import filter git-merge history home info-circle key keyboard language layout-kanban list
	lock logout mail menu-2 minus moon mood-empty package pencil phone player-play plus refresh report-analytics search
	settings shield sort-ascending sort-descending star sun table target trash trending-down trending-up upload user
	user-plus users x dots-vertical device-laptop chart-arrows-vertical hierarchy-2 adjustments tag world coins
	arrows-sort clock-exclamation calendar-due list-check message note`)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "vendorassets:", err)
		os.Exit(1)
	}
}

func run() error {
	work, err := os.MkdirTemp("", "vendorassets")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	install := []string{"install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", work}
	for _, s := range sources {
		install = append(install, s.name+"@"+s.version)
	}
	npm := exec.Command("npm", install...)
	npm.Stdout, npm.Stderr = os.Stderr, os.Stderr
	if err := npm.Run(); err != nil {
		return fmt.Errorf("npm install: %w", err)
	}
	var lock strings.Builder
	lock.WriteString("# The files in vendor/: name, package of npm, version, licence, path in the package, SHA-256. Written by scripts/vendorassets.\n")
	for _, s := range sources {
		if err := take(&lock, filepath.Join(work, "node_modules", s.name), s); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(filepath.Dir(folder), "assets.lock"), []byte(lock.String()), 0o644)
}

// take copies the files of one package and notes them.
func take(lock *strings.Builder, from string, s source) error {
	var names []string
	for name := range s.files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		body, err := read(filepath.Join(from, s.files[name]))
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), body, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(lock, "%s %s %s %s %s %x\n", name, s.name, s.version, s.licence, s.files[name], sha256.Sum256(body))
	}
	return nil
}

// read gives a file, or for the folder of icons what is inside the icons that are used.
func read(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return os.ReadFile(path)
	}
	drawn := map[string]string{}
	for _, icon := range icons {
		text, err := os.ReadFile(filepath.Join(path, icon+".svg"))
		if err != nil {
			return nil, err
		}
		inside, err := shapes(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", icon, err)
		}
		drawn[icon] = inside
	}
	return json.MarshalIndent(drawn, "", " ")
}

var (
	svg   = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)
	frame = regexp.MustCompile(`<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>`)
)

// shapes is what an icon draws, without the element around it and without the invisible frame.
func shapes(text string) (string, error) {
	found := svg.FindStringSubmatch(text)
	if found == nil {
		return "", errors.New("is not an SVG picture")
	}
	return strings.Join(strings.Fields(frame.ReplaceAllString(found[1], "")), " "), nil
}
