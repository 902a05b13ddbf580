package arch

import (
	"encoding/json"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// languages are those that every text of the screen is in, with the plural forms that whole numbers need in each.
var languages = map[string][]string{
	"en": {"one", "other"},
	"ru": {"one", "few", "many"},
}

// plurals are the names of plural forms (Unicode CLDR).
var plurals = []string{"zero", "one", "two", "few", "many", "other"}

// placeholder matches what a text fills in: {name}, or a verb of fmt.
var placeholder = regexp.MustCompile(`\{\w+\}|%(?:\[\d+\])?[-+# 0-9.]*[a-zA-Z]`)

// entry is one text of a catalog: under "" where it does not depend on a number, else by plural form.
type entry map[string]string

// catalogs finds the catalogs of internal/i18n, by folder and language: texts/en.json, texts/ru.json.
func (t *tree) catalogs() map[string]map[string]string {
	found := map[string]map[string]string{}
	for name := range t.texts {
		language := strings.TrimSuffix(path.Base(name), ".json")
		if path.Ext(name) != ".json" || place(path.Dir(name)).group != "i18n" || languages[language] == nil || unseenByGo(name) {
			continue
		}
		dir := path.Dir(name)
		if found[dir] == nil {
			found[dir] = map[string]string{}
		}
		found[dir][language] = name
	}
	return found
}

func checkCatalogs(t *tree) []finding {
	var findings []finding
	for dir, names := range t.catalogs() {
		texts := map[string]map[string]entry{}
		keys := map[string]bool{}
		for _, language := range slices.Sorted(maps.Keys(languages)) {
			name, ok := names[language]
			if !ok {
				findings = append(findings, finding{dir, 0, "there is no " + language + ".json beside the other languages"})
				continue
			}
			entries, err := readCatalog(t.texts[name])
			if err != nil {
				findings = append(findings, finding{name, 0, "is not a catalog: " + err.Error()})
				continue
			}
			texts[name] = entries
			for key, e := range entries {
				keys[key] = true
				findings = append(findings, pluralFaults(name, key, language, e)...)
			}
		}
		for key := range keys {
			findings = append(findings, keyFaults(key, texts)...)
		}
	}
	return sorted(findings)
}

// pluralFaults compares the forms of a text with those that its language has. More than needed is fine: "other" is what
// fractions take in Russian.
func pluralFaults(name, key, language string, e entry) []finding {
	if _, plain := e[""]; plain {
		return nil
	}
	var findings []finding
	for _, form := range languages[language] {
		if _, ok := e[form]; !ok {
			findings = append(findings, finding{name, 0, key + " has no form " + form})
		}
	}
	return findings
}

// keyFaults compares one text in all languages: it must be there, and fill in the same.
func keyFaults(key string, texts map[string]map[string]entry) []finding {
	var findings []finding
	first, firstName := "", ""
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		e, ok := texts[name][key]
		if !ok {
			findings = append(findings, finding{name, 0, "has no text " + key + ", which another language has"})
			continue
		}
		filled := strings.Join(e.placeholders(), " ")
		if firstName == "" {
			first, firstName = filled, name
		} else if filled != first {
			findings = append(findings, finding{name, 0, key + " fills in “" + filled + "”, but “" + first + "” in " + path.Base(firstName)})
		}
	}
	return findings
}

// placeholders are what the forms of a text fill in, together: a form for one may leave out the number.
func (e entry) placeholders() []string {
	var all []string
	for _, text := range e {
		all = append(all, placeholder.FindAllString(strings.ReplaceAll(text, "%%", ""), -1)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// readCatalog flattens nested objects into dotted keys. An object that has only plural forms is one text.
func readCatalog(text string) (map[string]entry, error) {
	var root map[string]any
	if err := json.Unmarshal([]byte(text), &root); err != nil {
		return nil, err
	}
	entries := map[string]entry{}
	var walk func(prefix string, node map[string]any)
	walk = func(prefix string, node map[string]any) {
		for key, child := range node {
			switch c := child.(type) {
			case string:
				entries[prefix+key] = entry{"": c}
			case map[string]any:
				if e, ok := pluralEntry(c); ok {
					entries[prefix+key] = e
				} else {
					walk(prefix+key+".", c)
				}
			}
		}
	}
	walk("", root)
	return entries, nil
}

func pluralEntry(node map[string]any) (entry, bool) {
	e := entry{}
	for form, text := range node {
		s, isText := text.(string)
		if !isText || !slices.Contains(plurals, form) {
			return nil, false
		}
		e[form] = s
	}
	return e, len(e) > 0
}
