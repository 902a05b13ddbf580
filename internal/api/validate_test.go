package api_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// validator holds JSON values against schemas of the OpenAPI document, as far as the document uses JSON Schema.
type validator struct{ schemas map[string]any }

var uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// known are the keywords that validator understands; others mean that it has to be extended.
var known = []string{"$ref", "type", "enum", "format", "properties", "required", "additionalProperties", "items", "minItems", "maxItems", "minimum",
	"maximum", "minLength", "maxLength", "description", "examples", "title", "default", "readOnly", "contentMediaType", "contentEncoding"}

// resolve follows a reference.
func (v validator) resolve(schema map[string]any) map[string]any {
	for {
		ref, ok := schema["$ref"].(string)
		if !ok {
			return schema
		}
		schema, ok = v.schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
		if !ok {
			return map[string]any{"enum": []any{"a schema that does not exist: " + ref}}
		}
	}
}

func types(schema map[string]any) []string {
	switch t := schema["type"].(type) {
	case string:
		return []string{t}
	case []any:
		var list []string
		for _, item := range t {
			list = append(list, item.(string))
		}
		return list
	}
	return nil
}

// check lists what is wrong with a value.
func (v validator) check(schema map[string]any, value any, at string) (wrong []string) {
	schema = v.resolve(schema)
	add := func(format string, args ...any) { wrong = append(wrong, at+": "+fmt.Sprintf(format, args...)) }
	for keyword := range schema {
		if !slices.Contains(known, keyword) && !strings.HasPrefix(keyword, "x-") {
			add("the validator does not know %s", keyword)
		}
	}
	if list := types(schema); list != nil && !slices.ContainsFunc(list, func(t string) bool { return isOf(t, value) }) {
		add("%v (%T) is not %v", value, value, list)
		return wrong
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, value) {
		add("%v is none of %v", value, enum)
	}
	switch value := value.(type) {
	case string:
		wrong = append(wrong, checkText(schema, value, at)...)
	case float64:
		if least, ok := schema["minimum"].(float64); ok && value < least {
			add("%v is less than %v", value, least)
		}
		if most, ok := schema["maximum"].(float64); ok && value > most {
			add("%v is more than %v", value, most)
		}
	case []any:
		if items, ok := schema["items"].(map[string]any); ok {
			for i, item := range value {
				wrong = append(wrong, v.check(items, item, fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	case map[string]any:
		wrong = append(wrong, v.checkMembers(schema, value, at)...)
	}
	return wrong
}

func (v validator) checkMembers(schema, value map[string]any, at string) (wrong []string) {
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, ok := value[name.(string)]; !ok {
			wrong = append(wrong, at+": "+name.(string)+" is missing")
		}
	}
	for name, member := range value {
		property, declared := properties[name].(map[string]any)
		more, limited := schema["additionalProperties"].(map[string]any)
		switch {
		case declared:
			wrong = append(wrong, v.check(property, member, at+"."+name)...)
		case limited:
			wrong = append(wrong, v.check(more, member, at+"."+name)...)
		case schema["additionalProperties"] == false:
			wrong = append(wrong, at+": has "+name+", which is not declared")
		}
	}
	return wrong
}

func isOf(kind string, value any) bool {
	switch value := value.(type) {
	case nil:
		return kind == "null"
	case bool:
		return kind == "boolean"
	case string:
		return kind == "string"
	case float64:
		return kind == "number" || kind == "integer" && value == math.Trunc(value)
	case []any:
		return kind == "array"
	default:
		return kind == "object"
	}
}

func checkText(schema map[string]any, text, at string) []string {
	ok := true
	switch schema["format"] {
	case "uuid":
		ok = uuidForm.MatchString(text)
	case "date":
		_, err := time.Parse("2006-01-02", text)
		ok = err == nil
	case "date-time":
		_, err := time.Parse(time.RFC3339Nano, text)
		ok = err == nil
	}
	if !ok {
		return []string{fmt.Sprintf("%s: %q is no %v", at, text, schema["format"])}
	}
	if least, is := schema["minLength"].(float64); is && utf8.RuneCountInString(text) < int(least) {
		return []string{fmt.Sprintf("%s: %q is too short", at, text)}
	}
	return nil
}
