package history

import (
	"encoding/json"
	"fmt"
	"math"
	"unicode/utf8"
)

func decodeCustom(text string, into *map[string]any) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("custom fields %q: %w", text, err)
	}
	return nil
}

func encodeCustom(custom map[string]any) (any, error) {
	if len(custom) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(custom)
	if err != nil {
		return nil, fmt.Errorf("history: custom fields: %w", err)
	}
	return string(text), nil
}

// normalCustom gives custom values as decodeCustom will give them back. The given map is not modified.
func normalCustom(custom map[string]any) (map[string]any, error) {
	if len(custom) == 0 {
		return nil, nil
	}
	normal := make(map[string]any, len(custom))
	for name, v := range custom {
		if isNormalCustom(v) {
			normal[name] = v
			continue
		}
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("history: custom field %s cannot hold %v: %w", name, v, err)
		}
		var back any
		if err := json.Unmarshal(text, &back); err != nil {
			return nil, fmt.Errorf("history: custom field %s: %w", name, err)
		}
		normal[name] = back
	}
	return normal, nil
}

// isNormalCustom reports whether a value surely comes back from JSON as it went in: most do, and this is cheaper.
func isNormalCustom(v any) bool {
	switch v := v.(type) {
	case nil, bool:
		return true
	case string:
		return utf8.ValidString(v)
	case float64:
		return !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return false
}
