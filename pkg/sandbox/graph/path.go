package graph

import (
	"net/url"
	"strings"
)

// spelling has every fixed part of the routes by its lower case.
var spelling = fixedParts()

func fixedParts() map[string]string {
	parts := map[string]string{"$batch": "$batch"}
	for _, r := range routes() {
		for part := range strings.SplitSeq(r.pattern, "/") {
			if !strings.HasPrefix(part, "{") {
				parts[strings.ToLower(part)] = part
			}
		}
	}
	return parts
}

// keyed are the collections behind which a name of the client's stands, not a
// fixed part.
var keyed = map[string]bool{"users": true, "domains": true, "federatedIdentityCredentials": true}

// canonical brings the ways to write a path to one: fixed parts get the spelling
// of the routes (Azure CLI writes oAuth2PermissionGrants), keys in parentheses
// become a part of their own, namespaces are dropped from actions and written
// out in casts.
func canonical(escaped string) string {
	escaped = strings.NewReplacer("%28", "(", "%29", ")", "%27", "'", "%3D", "=", "%3d", "=", "%24", "$").Replace(escaped)
	var out []string
	collection := ""
	for _, part := range parts(strings.TrimRight(escaped, "/")) {
		if i := strings.IndexByte(part, '('); i > 0 && strings.HasSuffix(part, ")") {
			collection = ""
			out = append(out, spell(part[:i]), strings.ReplaceAll(part[i:], "/", "%2F"))
			continue
		}
		name, cast := strings.CutPrefix(part, "microsoft.graph.")
		if !cast {
			name, cast = strings.CutPrefix(part, "graph.")
		}
		switch fixed := spell(name); {
		case keyed[collection] && !strings.HasPrefix(part, "$"):
			collection = ""
		case cast && spelling[strings.ToLower(name)] == "":
			part, collection = "microsoft.graph."+name, ""
		default:
			part, collection = fixed, fixed
		}
		out = append(out, part)
	}
	return strings.Join(out, "/")
}

func spell(part string) string {
	if fixed, ok := spelling[strings.ToLower(part)]; ok {
		return fixed
	}
	return part
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
