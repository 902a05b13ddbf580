package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
)

//go:embed texts
var files embed.FS

// text is one text of a catalog. Only one that depends on a number has forms.
type text struct {
	plain string
	forms map[plural.Form]string
}

var formNames = map[string]plural.Form{"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few,
	"many": plural.Many, "other": plural.Other}

// catalogs are the texts of every language by key. They are part of the program, so one that cannot be read is a defect
// that every test finds.
var catalogs = mustRead(files)

func mustRead(files fs.FS) map[Lang]map[string]text {
	catalogs, err := readCatalogs(files)
	if err != nil {
		panic(err)
	}
	return catalogs
}

func readCatalogs(files fs.FS) (map[Lang]map[string]text, error) {
	names, err := fs.Glob(files, "texts/*/*.json")
	if err != nil {
		return nil, fmt.Errorf("i18n: list catalogs: %w", err)
	}
	catalogs := map[Lang]map[string]text{English: {}, Russian: {}}
	for _, name := range names {
		lang, known := ParseLang(strings.TrimSuffix(path.Base(name), ".json"))
		if !known {
			return nil, fmt.Errorf("i18n: catalog %s is in no language that Zveno speaks", name)
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("i18n: read catalog: %w", err)
		}
		var root map[string]any
		if err := json.Unmarshal(body, &root); err != nil {
			return nil, fmt.Errorf("i18n: read catalog %s: %w", name, err)
		}
		if err := flatten(catalogs[lang], path.Base(path.Dir(name)), root); err != nil {
			return nil, fmt.Errorf("i18n: catalog %s: %w", name, err)
		}
	}
	return catalogs, nil
}

// flatten adds nested texts under dotted keys. An object that has only plural forms is one text.
func flatten(into map[string]text, prefix string, node map[string]any) error {
	for name, child := range node {
		key := prefix + "." + name
		switch c := child.(type) {
		case string:
			into[key] = text{plain: c}
		case map[string]any:
			if forms := pluralForms(c); forms != nil {
				into[key] = text{forms: forms}
			} else if err := flatten(into, key, c); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s is neither a text nor a group of texts", key)
		}
	}
	return nil
}

func pluralForms(node map[string]any) map[plural.Form]string {
	forms := map[plural.Form]string{}
	for name, child := range node {
		form, known := formNames[name]
		words, isText := child.(string)
		if !known || !isText {
			return nil
		}
		forms[form] = words
	}
	return forms
}

// Has reports whether there is a text for key.
func Has(lang Lang, key string) bool {
	_, ok := catalogs[lang][key]
	return ok
}

// Keys lists the keys of all texts, sorted.
func Keys() []string {
	keys := make([]string, 0, len(catalogs[English]))
	for key := range catalogs[English] {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
