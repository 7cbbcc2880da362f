package access

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write the schema anew")

const published = "../../../docs/access.schema.json"

// schemaOf returns the JSON schema of a type of the file, from its tags.
func schemaOf(t reflect.Type, tag reflect.StructTag) map[string]any {
	s := map[string]any{}
	if doc := tag.Get("doc"); doc != "" {
		s["description"] = doc
	}
	switch t.Kind() {
	case reflect.Bool:
		s["const"] = true
	case reflect.String:
		s["type"] = "string"
		for _, key := range []string{"const", "pattern"} {
			if v := tag.Get(key); v != "" {
				s[key] = v
			}
		}
	case reflect.Slice:
		s["type"] = "array"
		items := schemaOf(t.Elem(), "")
		if key, value, ok := strings.Cut(tag.Get("items"), "="); ok {
			items[key] = value
			if n, err := strconv.Atoi(value); err == nil {
				items[key] = n
			}
		}
		if n, err := strconv.Atoi(tag.Get("minItems")); err == nil {
			s["minItems"] = n
		}
		s["items"] = items
	case reflect.Struct:
		properties, required, choices := map[string]any{}, []string{}, []any{}
		for i := range t.NumField() {
			field := t.Field(i)
			name, omit, _ := strings.Cut(field.Tag.Get("json"), ",")
			properties[name] = schemaOf(field.Type, field.Tag)
			if omit == "" {
				required = append(required, name)
			}
			if field.Tag.Get("oneOf") != "" {
				choices = append(choices, map[string]any{"required": []string{name}})
			}
		}
		s["type"], s["properties"], s["required"], s["additionalProperties"] = "object", properties, required, false
		if len(choices) > 0 {
			s["oneOf"] = choices
		}
	}
	return s
}

func TestThePublishedSchemaIsWhatTheTypesSay(t *testing.T) {
	schema := schemaOf(reflect.TypeFor[File](), "")
	schema["$schema"], schema["title"] = "https://json-schema.org/draft/2020-12/schema", "kubectl aad: access file"
	var want bytes.Buffer
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(schema); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(published, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(published); err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is not what the types say (%v): run this test with -update", published, err)
	}
}

// valid checks the part of JSON schema that ours uses.
func valid(schema map[string]any, v any, at string) error {
	if c, ok := schema["const"]; ok && c != v {
		return fmt.Errorf("%s is %v, not %v", at, v, c)
	}
	switch schema["type"] {
	case "string":
		s, ok := v.(string)
		if !ok {
			return fmt.Errorf("%s is no string: %v", at, v)
		}
		if p, ok := schema["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(s) {
			return fmt.Errorf("%s: %q is not like %s", at, s, p)
		}
		if n, ok := schema["minLength"].(float64); ok && len(s) < int(n) {
			return fmt.Errorf("%s is too short", at)
		}
	case "array":
		list, ok := v.([]any)
		if n, _ := schema["minItems"].(float64); !ok || len(list) < int(n) {
			return fmt.Errorf("%s is no list of at least %v: %v", at, n, v)
		}
		for i, item := range list {
			if err := valid(schema["items"].(map[string]any), item, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case "object":
		return validObject(schema, v, at)
	}
	return nil
}

func validObject(schema map[string]any, v any, at string) error {
	object, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is no object: %v", at, v)
	}
	properties := schema["properties"].(map[string]any)
	for name, value := range object {
		p, known := properties[name].(map[string]any)
		if !known {
			return fmt.Errorf("%s has no field %s", at, name)
		}
		if err := valid(p, value, at+"."+name); err != nil {
			return err
		}
	}
	has := func(names any) bool {
		for _, name := range names.([]any) {
			if _, ok := object[name.(string)]; !ok {
				return false
			}
		}
		return true
	}
	if !has(schema["required"]) {
		return fmt.Errorf("%s lacks one of %v", at, schema["required"])
	}
	choices, _ := schema["oneOf"].([]any)
	n := 0
	for _, c := range choices {
		if has(c.(map[string]any)["required"]) {
			n++
		}
	}
	if len(choices) > 0 && n != 1 {
		return fmt.Errorf("%s has %d of %v", at, n, choices)
	}
	return nil
}

func parsed(t *testing.T, text []byte) any {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil {
		t.Fatal(err)
	}
	return plain(node.Content[0])
}

// plain is a node as JSON has it: a date is text.
func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, plain(c))
		}
		return list
	}
	if n.Tag == "!!bool" {
		return n.Value == "true"
	}
	return n.Value
}

func TestTheSchemaAcceptsWhatIsReadAndRefusesTheRest(t *testing.T) {
	data, err := os.ReadFile(published)
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	for _, path := range examples(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(schema, parsed(t, text), path); err != nil {
			t.Error(err)
		}
	}
	for text, ok := range map[string]bool{
		"- {principal: a, roles: [view], wholeCluster: true}":                                 true,
		"- {principal: a, roles: [role/x], namespaces: [a], expires: 2026-12-31T18:00:00.5Z}": true,
		"- {principal: a, roles: [view]}":                                                     false,
		"- {principal: a, roles: [view], wholeCluster: false}":                                false,
		"- {principal: a, roles: [user/x], wholeCluster: true}":                               false,
		"- {principal: a, roles: [view], wholeCluster: true, namespaces: [a]}":                false,
		"- {principal: a, roles: [view], namespaces: [Dev]}":                                  false,
		"- {principal: a, roles: [], namespaces: [dev]}":                                      false,
		"- {principal: ' ', roles: [view], namespaces: [dev]}":                                false,
		"- {principal: a, roles: [view], namespaces: [dev], role: x}":                         false,
		"- {principal: a, roles: [view], namespaces: [dev], expires: tomorrow}":               false,
	} {
		text = head + "grants:\n" + text + "\n"
		_, readable := Read("x", strings.NewReader(text))
		if err := valid(schema, parsed(t, []byte(text)), "file"); (err == nil) != ok || (readable == nil) != ok {
			t.Errorf("%s: schema %v, reader %v", text, err, readable)
		}
	}
}
