package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"

	"zveno.dev/zveno/internal/fault"
)

// configFile is the settings file, whose keys are the names of the flags with _ or -. It gives flags that are set neither
// on the command line nor in the environment.
type configFile struct {
	path     string
	text     string
	keys     []string // in the order of the file
	settings map[string]any
	err      error // why it cannot be read
}

// readConfigFile reads the file that the arguments or the environment name, or zveno.toml. A missing file is fine unless
// it was asked for.
func readConfigFile(args []string) *configFile {
	f := &configFile{path: os.Getenv("ZVENO_CONFIG")}
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--config="); ok {
			f.path = value
		} else if arg == "--config" && i+1 < len(args) {
			f.path = args[i+1]
		}
	}
	asked := f.path != ""
	if !asked {
		f.path = "zveno.toml"
	}
	text, err := os.ReadFile(f.path)
	if os.IsNotExist(err) && !asked {
		return f
	}
	f.text = string(text)
	var about toml.MetaData
	if err == nil {
		about, err = toml.Decode(f.text, &f.settings)
	}
	if err != nil {
		f.err = fmt.Errorf("settings file %s: %w", f.path, err)
	}
	for _, key := range about.Keys() {
		f.keys = append(f.keys, key[0])
	}
	return f
}

// Validate refuses a file that cannot be read, and keys that are no flag of any command.
func (f *configFile) Validate(app *kong.Application) error {
	if f.err != nil {
		return f.err
	}
	known := map[string]bool{}
	err := kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			known[flag.Name], known[strings.ReplaceAll(flag.Name, "-", "_")] = true, true
		}
		return next(nil)
	})
	known["config"], known["help"] = false, false // they say what to do, and with which file
	for _, key := range f.keys {
		if !known[key] {
			return fault.New(fault.Invalid, "settings file %s, line %d: there is no setting %q; docs/operations.md lists what there is", f.path, f.line(key), key)
		}
	}
	return err
}

// Resolve gives the value of a flag; nil where the file has none.
func (f *configFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, env := range flag.Envs {
		if _, set := os.LookupEnv(env); set {
			return nil, nil // the environment wins over the file
		}
	}
	for _, name := range []string{strings.ReplaceAll(flag.Name, "-", "_"), flag.Name} {
		if v, ok := f.settings[name]; ok {
			return fmt.Sprint(v), nil
		}
	}
	return nil, nil
}

// line is where a key, or a section of that name, stands. The library does not tell.
func (f *configFile) line(key string) int {
	for i, line := range strings.Split(f.text, "\n") {
		name, _, assigned := strings.Cut(line, "=")
		section := strings.HasPrefix(strings.TrimSpace(line), "[")
		name, _, _ = strings.Cut(strings.Trim(name, " \t\r[]"), ".")
		if (assigned || section) && strings.Trim(name, `"' `) == key {
			return i + 1
		}
	}
	return 1
}
