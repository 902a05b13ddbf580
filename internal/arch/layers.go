package arch

import (
	"strconv"
	"strings"
)

// layers names the packages under internal/ from the lowest layer up. An import may only point to a lower layer, never to
// a neighbour; packages of one layer meet in cmd, which stands above all and wires them. A package below a listed one
// (db/history, web/ui) belongs to it. The same table, with what lives where, is in docs/architecture.md.
var layers = [][]string{
	{"value", "fault", "i18n"},
	{"db", "columnar"},
	{"identity", "jobs", "metric"},
	{"crm"},
	{"connect", "quality", "process", "enablement", "collab", "adoption"},
	{"forecast", "comp"},
	{"web", "api", "demo"},
}

// free lists the folders outside the layers: they may import anything, and nothing imports them.
var free = []string{"bench", "scripts", "tools"}

// spot is where a directory stands in the layers.
type spot struct {
	group string // the listed package that the directory belongs to, "cmd", or the name of a free folder
	layer int    // index into layers; len(layers) for cmd
	known bool
	free  bool
}

func place(dir string) spot {
	first, rest, _ := strings.Cut(dir, "/")
	switch {
	case first == "cmd":
		return spot{group: "cmd", layer: len(layers), known: true}
	case first != "internal":
		for _, name := range free {
			if first == name {
				return spot{group: name, known: true, free: true}
			}
		}
		return spot{group: first}
	}
	group, _, _ := strings.Cut(rest, "/")
	if group == "arch" {
		return spot{group: group, known: true, free: true}
	}
	for layer, names := range layers {
		for _, name := range names {
			if name == group {
				return spot{group: group, layer: layer, known: true}
			}
		}
	}
	return spot{group: group}
}

func checkLayers(t *tree) []finding {
	var findings []finding
	for _, p := range t.packages {
		if !place(p.dir).known {
			findings = append(findings, finding{p.dir, 0,
				"this package is in no layer: add it to the table in internal/arch/layers.go and in docs/architecture.md"})
			continue
		}
		for _, f := range p.files {
			for _, spec := range f.syntax.Imports {
				imported, _ := strconv.Unquote(spec.Path.Value)
				dir, ours := strings.CutPrefix(imported, module+"/")
				if !ours {
					continue
				}
				if why := importFault(p.dir, dir, f.test); why != "" {
					findings = append(findings, f.at(spec.Pos(), "%s", why))
				}
			}
		}
	}
	return sorted(findings)
}

// importFault says why the package in directory from may not import the one in directory to; "" when it may. Tests may
// use a neighbour to set a scene, but nothing above them.
func importFault(from, to string, test bool) string {
	a, b := place(from), place(to)
	test = test || isTestHelper(from)
	switch {
	case !b.known:
		return "" // reported once, for the package itself
	case a.free:
		return ""
	case b.free:
		return to + " stands outside the layers and is imported by nothing: move what is needed into a package of a layer"
	case isTestHelper(to) && !test:
		return to + " helps tests and must not reach the product: import it from a _test.go file only"
	case a.group == b.group, b.layer < a.layer, test && b.layer == a.layer:
		return ""
	case b.layer == a.layer:
		return a.group + " and " + b.group + " are neighbours in layer " + strconv.Itoa(a.layer) +
			" and must not import each other: move what both need down a layer, or let cmd/zveno hand one to the other"
	}
	return a.group + " (layer " + strconv.Itoa(a.layer) + ") must not import " + b.group + " (layer " + strconv.Itoa(b.layer) +
		") above it: pass the value or a func in, or move the code up"
}
