package arch

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licence is one that a dependency may or may not carry, known by words near the top of its text.
type licence struct {
	name    string
	words   *regexp.Regexp
	allowed bool
}

func licenceKnownBy(name, words string, allowed bool) licence {
	return licence{name, regexp.MustCompile(`(?is)` + strings.ReplaceAll(words, " ", `\s+`)), allowed}
}

// licences that are known. Those allowed ask for no more than to pass on their text, or changes to their own files.
var licences = []licence{
	licenceKnownBy("Apache-2.0", `Apache License,? Version 2\.0`, true),
	licenceKnownBy("MIT", `Permission is hereby granted, free of charge`, true),
	licenceKnownBy("BSD", `Redistribution and use (of this software )?in source and binary forms`, true),
	licenceKnownBy("ISC", `Permission to use, copy, modify,? and(/or)? distribute this software`, true),
	licenceKnownBy("MPL-2.0", `Mozilla Public License,? (Version|v\.) ?2\.0`, true),
	licenceKnownBy("Unlicense", `free and unencumbered software released into the public domain`, true),
	licenceKnownBy("CC0", `CC0 1\.0 Universal`, true),
	licenceKnownBy("public domain", `has been dedicated to the public domain`, true),
	licenceKnownBy("Zlib", `This software is provided 'as-is', without any express or implied warranty`, true),
	licenceKnownBy("AGPL", `GNU Affero General Public License`, false),
	licenceKnownBy("LGPL", `GNU (Lesser|Library) General Public License`, false),
	licenceKnownBy("GPL", `GNU General Public License`, false),
	licenceKnownBy("SSPL", `Server Side Public License`, false),
	licenceKnownBy("BUSL", `Business Source License`, false),
	licenceKnownBy("Elastic", `Elastic License`, false),
}

// notLicences are files named like a licence that are none, by module.
var notLicences = map[string]string{
	"modernc.org/memory": "LICENSE-LOGO", // the address of a picture in its README
}

// commonsClause takes back what the licence around it allows, wherever it stands.
var commonsClause = regexp.MustCompile(`(?i)commons\s+clause`)

// licenceOf is the licence that a text is, by the words that come first: some name others further down.
func licenceOf(text string) (licence, bool) {
	if commonsClause.MatchString(text) {
		return licence{name: "Commons Clause"}, true
	}
	text = strings.NewReplacer("Version 2.0, January 2004", "Version 2.0").Replace(text)
	var first licence
	at := -1
	for _, l := range licences {
		if found := l.words.FindStringIndex(text); found != nil && (at < 0 || found[0] < at) {
			first, at = l, found[0]
		}
	}
	return first, at >= 0
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([-.].*)?$`)

// dependency is a module that is built into the program.
type dependency struct {
	path, version, dir string
}

// checkLicence reads the licence files at the top of a module's folder.
func checkLicence(d dependency) (names []string, fault string) {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return nil, fmt.Sprintf("the module is not on this machine: run go mod download (%v)", err)
	}
	for _, entry := range entries {
		if entry.IsDir() || !licenceFile.MatchString(entry.Name()) || entry.Name() == notLicences[d.path] {
			continue
		}
		text, err := os.ReadFile(filepath.Join(d.dir, entry.Name()))
		if err != nil {
			return nil, err.Error()
		}
		l, known := licenceOf(string(text))
		switch {
		case !known:
			return nil, entry.Name() + " is a licence that internal/arch/licences.go does not know: read it, and add it there if it suits Apache-2.0"
		case !l.allowed:
			return nil, entry.Name() + " is " + l.name + ", which does not suit a program under Apache-2.0: take another module"
		}
		names = append(names, l.name)
	}
	if len(names) == 0 {
		return nil, "the module has no licence file, so nobody may pass it on: take another module"
	}
	slices.Sort(names)
	return slices.Compact(names), ""
}

func checkLicences(dependencies []dependency) []finding {
	var findings []finding
	for _, d := range dependencies {
		if _, fault := checkLicence(d); fault != "" {
			findings = append(findings, finding{"go.mod", 0, d.path + " " + d.version + ": " + fault})
		}
	}
	return sorted(findings)
}

// distinct sorts modules by path and drops repetitions.
func distinct(dependencies []dependency) []dependency {
	slices.SortFunc(dependencies, func(a, b dependency) int { return cmp.Compare(a.path, b.path) })
	return slices.Compact(dependencies)
}
