package arch

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestLicences(t *testing.T) {
	program := "./cmd/zveno"
	if project(t).packageAt("cmd/zveno") == nil {
		program = "./..."
	}
	dependencies := builtInto(t, program)
	counts := map[string]int{}
	for _, d := range dependencies {
		names, _ := checkLicence(d)
		counts[strings.Join(names, "+")]++
	}
	t.Logf("%d modules in %s: %v", len(dependencies), program, counts)
	report(t, "licences of dependencies", checkLicences(dependencies))
}

// builtInto lists the modules of others that packages are built from. Packages that do not build yet count as far as they go.
func builtInto(t *testing.T, packages string) []dependency {
	t.Helper()
	list := exec.Command("go", "list", "-e", "-deps", "-json=Module", packages)
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []dependency
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for decoder.More() {
		var listed struct {
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := decoder.Decode(&listed); err != nil {
			t.Fatal(err)
		}
		if m := listed.Module; m != nil && !m.Main {
			found = append(found, dependency{m.Path, m.Version, m.Dir})
		}
	}
	return distinct(found)
}

func TestLicencesCatch(t *testing.T) {
	const mit = "Copyright Anna\n\nPermission is hereby granted, free\n of charge, to any person"
	tests := []struct {
		files map[string]string
		want  string // "" = fine
	}{
		{map[string]string{"LICENSE": mit, "main.go": "GNU General Public License"}, ""},
		{map[string]string{"LICENSE.md": "Apache License\n   Version 2.0, January 2004\n", "COPYING": mit}, ""},
		{map[string]string{"LICENCE": "Mozilla Public License Version 2.0\n … the GNU General Public License, Version 2.0 …"}, ""},
		{map[string]string{"LICENSE": "GNU GENERAL PUBLIC LICENSE\nVersion 3"}, "LICENSE is GPL,"},
		{map[string]string{"LICENSE": "GNU AFFERO\nGENERAL PUBLIC LICENSE"}, "LICENSE is AGPL,"},
		{map[string]string{"LICENSE": mit, "LICENSE-SSPL": "Server Side Public License"}, "LICENSE-SSPL is SSPL,"},
		{map[string]string{"LICENSE": "“Commons Clause” License Condition v1.0\n" + mit}, "LICENSE is Commons Clause,"},
		{map[string]string{"LICENSE": "You may look at this."}, "LICENSE is a licence that"},
		{map[string]string{"README": mit}, "the module has no licence file"},
	}
	for i, test := range tests {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range test.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got := ""
			for _, f := range checkLicences([]dependency{{"example.com/m", "v1.0.0", dir}}) {
				got += f.message
			}
			if test.want == "" && got != "" || !strings.Contains(got, test.want) {
				t.Errorf("%v: found %q, want %q", test.files, got, test.want)
			}
		})
	}
}
