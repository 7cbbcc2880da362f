package graph

import (
	"net/url"
	"strings"
)

// actions may be called with the namespace before their name.
var actions = map[string]bool{"getMemberGroups": true, "revokeSignInSessions": true, "checkMemberGroups": true, "getByIds": true, "addPassword": true, "removePassword": true}

// canonical brings the ways to write a path to one: keys in parentheses become a
// part of their own, namespaces are dropped from actions and written out in
// casts.
func canonical(escaped string) string {
	escaped = strings.NewReplacer("%28", "(", "%29", ")", "%27", "'", "%3D", "=", "%3d", "=").Replace(escaped)
	var out []string
	for _, part := range parts(strings.TrimRight(escaped, "/")) {
		if i := strings.IndexByte(part, '('); i > 0 && strings.HasSuffix(part, ")") {
			out = append(out, part[:i], strings.ReplaceAll(part[i:], "/", "%2F"))
			continue
		}
		name, ok := strings.CutPrefix(part, "microsoft.graph.")
		if !ok {
			name, ok = strings.CutPrefix(part, "graph.")
		}
		switch {
		case ok && actions[name]:
			part = name
		case ok:
			part = "microsoft.graph." + name
		}
		out = append(out, part)
	}
	return strings.Join(out, "/")
}

// parts cuts a path at its slashes, but for those inside quotes.
func parts(path string) []string {
	var out []string
	from, quoted := 0, false
	for i := range len(path) {
		switch path[i] {
		case '\'':
			quoted = !quoted
		case '/':
			if !quoted {
				out = append(out, path[from:i])
				from = i + 1
			}
		}
	}
	return append(out, path[from:])
}

// key reads the id part of a path: "x", "('x')" or "(appId='x')". Name is empty
// for the first two.
func key(part string) (name, value string) {
	inner, ok := strings.CutPrefix(part, "(")
	if !ok {
		return "", part
	}
	inner = strings.TrimSuffix(inner, ")")
	name, value, ok = strings.Cut(inner, "=")
	if !ok || strings.HasPrefix(inner, "'") {
		name, value = "", inner
	}
	value = strings.TrimSuffix(strings.TrimPrefix(value, "'"), "'")
	return name, strings.ReplaceAll(value, "''", "'")
}

// reference returns the object id at the end of an @odata.bind address.
func reference(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	part := u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	if i := strings.IndexByte(part, '('); i >= 0 {
		part = part[i:]
	}
	_, id := key(part)
	return id, id != ""
}
